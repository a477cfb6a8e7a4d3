"""What `serve` is set to: by flags, the environment and a file, and what it says of it."""

import json
import re

import pytest

from harness import command_line, stubs
from harness.identifiers import fresh_user
from harness.server import Server

PASSWORD = "planted-password"


def check(*flags: str, folder, **variables: str):
    """The settings that are in force, by their names."""
    found = command_line.answer("serve", "--check-config", *flags, cwd=folder, **variables)
    assert found["problems"] == []
    return {one["name"]: one for one in found["settings"]}


def refusals(*flags: str, folder, **variables: str) -> list[str]:
    """What is wrong with them."""
    done = command_line.run("serve", "--check-config", *flags, cwd=folder, **variables)
    assert done.returncode == 1, done.stderr
    return done.stderr.splitlines()


@pytest.fixture
def write(tmp_path):
    """Writes the configuration file."""

    def written(**settings) -> str:
        path = tmp_path / "settings.json"
        path.write_text(json.dumps({name.replace("_", "-"): settings[name] for name in settings}))
        return str(path)

    return written


def readme_rows() -> dict[str, str]:
    """The defaults that the README tells, by the settings' names."""
    readme = (stubs.REPOSITORY / "README.md").read_text()
    section = readme.split("## Configuration")[1].split("The other commands take these")[0]
    rows = re.findall(r"^\| (`--.*?) \| (.*?) \|", section, re.MULTILINE)
    return {name: default for flags, default in rows for name in re.findall(r"--([a-z-]+)", flags)}


def test_the_readme_has_each_setting_with_its_default(tmp_path):
    rows = readme_rows()
    settings = check(folder=tmp_path)
    assert list(rows.keys() - settings.keys()) == []
    assert list(settings.keys() - rows.keys()) == []
    derived = {"data-dir", "jwt-secret-file", "tls-cert", "tls-key", "unix", "database", "loops"}
    for name, setting in settings.items():
        assert setting["source"] == "default"
        value = setting.get("value")
        if value in (None, []):
            assert "`" not in rows[name] and not re.search(r"\d", rows[name]), name
        elif name not in derived:
            assert re.search(rf"(^|`){re.escape(value)}(`|\b)", rows[name]), (name, value)
        elif name not in ("data-dir", "loops"):
            text = value[0] if isinstance(value, list) else value
            directory = str(tmp_path / ".workflow-history")
            said = rows[name].replace("`", "").split(", ")[name == "tls-key"]
            assert text.replace(directory, "DIR").endswith(said), (name, said)


def test_the_readme_s_file_is_one(tmp_path):
    readme = (stubs.REPOSITORY / "README.md").read_text()
    path = tmp_path / "settings.json"
    path.write_text(re.search(r"```json\n(\{\n  \"listen\".*?)```", readme, re.DOTALL)[1])
    settings = check("--config", str(path), folder=tmp_path)
    assert settings["max-streams"]["value"] == "512"
    assert settings["retain"]["value"] == ["status=FAILED:365d", "90d"]


def test_a_server_runs_by_a_file_the_environment_and_flags(write, tmp_path, monkeypatch):
    own = Server()
    path = write(max_message_size="1k", caller_calls_per_second=1, audit_log=str(tmp_path / "no"))
    monkeypatch.setenv("WORKFLOW_HISTORY_CONFIG", path)
    monkeypatch.setenv("WORKFLOW_HISTORY_CALLER_CALLS_PER_SECOND", "1000")
    monkeypatch.setenv("WORKFLOW_HISTORY_AUDIT_LOG", str(tmp_path / "no-either"))
    own.flags += ["--audit-log", str(tmp_path / "audit.jsonl")]
    try:
        client = own.start().client(fresh_user())
        for _ in range(5):
            client.save()
        with pytest.raises(Exception, match="RESOURCE_EXHAUSTED"):
            client.save(error_message="x" * 2000)
        assert len((tmp_path / "audit.jsonl").read_text().splitlines()) >= 5
    finally:
        own.remove()
    assert sorted(path.name for path in tmp_path.glob("*")) == ["audit.jsonl", "settings.json"]


def test_what_is_in_force_is_told_with_where_it_is_from(write, tmp_path):
    path = write(loops=3, listen="localhost:1", unix_allow_uid=[1, 2])
    found = check(
        *("--config", path, "--loops", "4"),
        folder=tmp_path,
        WORKFLOW_HISTORY_LISTEN="localhost:2",
    )
    assert found["loops"] == {"name": "loops", "value": "4", "source": "flag", "place": "--loops"}
    assert found["listen"]["value"] == "localhost:2"
    assert found["listen"]["place"] == "WORKFLOW_HISTORY_LISTEN"
    assert found["unix-allow-uid"]["value"] == ["1", "2"]
    assert found["unix-allow-uid"]["place"] == f"unix-allow-uid in {path}"
    assert found["stall-timeout"]["value"] == "1m"
    assert not (tmp_path / ".workflow-history").exists()


def test_it_is_a_table_in_a_terminal_and_columns_in_a_pipe(write):
    flags = ("serve", "--check-config", "--config", write(loops=3))
    shown = command_line.in_terminal(*flags)
    assert "SETTING" in shown and "\x1b[" in shown
    assert re.search(r"loops.*3 .*loops in", shown)
    assert "\x1b" not in command_line.in_terminal(*flags, NO_COLOR="1")
    rows = [line.split("\t") for line in command_line.output(*flags).splitlines()]
    assert rows[0] == ["name", "value", "from"]
    assert ["listen", "127.0.0.1:50051", "default"] in rows


def test_names_that_are_unknown_are_errors(write, tmp_path):
    path = write(lisen="localhost:1")
    lines = refusals("--config", path, folder=tmp_path, WORKFLOW_HISTORY_LOPS="2")
    assert len(lines) == 2
    assert "WORKFLOW_HISTORY_LOPS: do you mean WORKFLOW_HISTORY_LOOPS?" in lines[0]
    assert f"{path}: there is no setting lisen: do you mean listen?" in lines[1]
    # A server does not start with them either.
    done = command_line.run("serve", "--config", path, cwd=tmp_path)
    assert done.returncode == 1 and "lisen" in done.stderr
    assert not (tmp_path / ".workflow-history").exists()


def test_files_that_are_named_must_be_good(tmp_path):
    (tmp_path / "short").write_text("short")
    (tmp_path / "short").chmod(0o600)
    lines = refusals(
        *("--jwt-secret-file", "short", "--payload-key-file", "no-keys"),
        *("--tls-cert", "no-cert", "--tls-key", "no-key"),
        *("--audit-log", "no-folder/audit.jsonl"),
        *("--database", f"host=db password {PASSWORD}"),
        folder=tmp_path,
    )
    for word in ("short", "no-keys", "no-cert", "no-folder", "--database: no libpq"):
        assert sum(word in line for line in lines) == 1, lines
    assert len(lines) == 5


def test_no_password_is_shown(write, tmp_path):
    conninfo = f"host=db user=ann password={PASSWORD}"
    for flags in (
        ("--config", write(database=conninfo, read_database=f"postgresql://a:{PASSWORD}@b/c")),
        ("--database", conninfo + " loops"),
        ("--database", conninfo, "--loops", "many"),
        ("--config", write(database=conninfo, loops="many")),
    ):
        for form in ((), ("--json",)):
            done = command_line.run("serve", "--check-config", *flags, *form, cwd=tmp_path)
            assert PASSWORD not in done.stdout + done.stderr
    shown = check("--database", conninfo, folder=tmp_path)["database"]["value"]
    assert shown == "user=ann password=*** host=db"
