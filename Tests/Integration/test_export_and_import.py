"""The commands that export executions, import them and watch them."""

import json
import os
import re
import select
import subprocess

import pytest

from harness import command_line, tokens
from harness.client import COMPLETED, FAILED, RUNNING, document, execution
from harness.identifiers import fresh_user, timestamp, uuid7
from harness.server import executable, wait_until

OPERATOR = f"{tokens.ANY_USER} {tokens.IMPORT}"


def caller_of(server, user=None, scope=OPERATOR) -> dict[str, str]:
    return {
        "WORKFLOW_HISTORY_DATA_DIR": str(server.data),
        "WORKFLOW_HISTORY_TOKEN": server.token(user or fresh_user(), scope),
    }


def fill(client) -> int:
    """Saves executions with everything in them that a format could trip over."""
    texts = ['a,"b"\r\nc', " spaces ", "größe ☃ \u2028 \x7f", "'=1+1", "\\u0041\\", "\t"]
    documents = [{"b": [1.50, None], "a,\"": "x\ny"}, 12345678901234567890, None, "", [], {}]
    rows = [
        execution(
            id=uuid7(),
            workflow_id=texts[n % 6],
            workflow_type=texts[n % 5],
            status=[RUNNING, COMPLETED, FAILED][n % 3],
            input_data=document(documents[n % 6]),
            error_message=texts[n % 6] if n % 3 == 2 else "",
            start_time=timestamp("2020-01-01T00:00:00.000001Z"),
        )
        for n in range(300)
    ]
    client.save_many([rows])
    for row in rows[::10]:
        client.update(row.id, output_data=document(documents[len(row.id) % 6]), error_message="x")
    return len(rows)


@pytest.mark.parametrize("format", ["ndjson", "csv"])
def test_an_export_imported_into_an_empty_server_exports_as_the_same_bytes(
    own_server, server, client, tmp_path, format
):
    count = fill(client)
    first, second = tmp_path / f"first.{format}", tmp_path / "second"
    command_line.output("export", "-o", first, **caller_of(server, client.user))
    there = caller_of(own_server)
    done = command_line.run("import", first, **there)
    assert (done.returncode, done.stdout) == (0, "refused\treason\n")
    assert f"imported {count} executions" in done.stderr
    # The second time nothing changes.
    for _ in range(2):
        command_line.output("import", first, **there)
        command_line.output("export", "--all-users", "--format", format, "-o", second, **there)
        assert first.read_bytes() == second.read_bytes()


def test_a_line_of_an_export_is_an_execution_by_the_names_of_the_proto(server, client):
    row = client.save(status=FAILED, input_data=document({"rows": 1}), error_message="no")
    lines = command_line.output("export", **caller_of(server, client.user)).splitlines()
    [line] = map(json.loads, lines)
    assert line["id"] == row.id
    assert line["status"] == "FAILED"
    assert line["input_data"] == {"rows": 1}
    assert line["task_results"] == []
    assert "output_data" not in line
    assert line["created_at"] == row.created_at.ToJsonString()


def test_an_export_takes_the_filters_of_history(server, client):
    for status, kind in [(FAILED, "etl"), (FAILED, "report"), (COMPLETED, "etl")]:
        client.save(status=status, workflow_type=kind)
    caller = caller_of(server, client.user)
    chosen = command_line.output("export", "--status", "failed", "--workflow-type", "etl", **caller)
    assert len(chosen.splitlines()) == 1
    later = command_line.output("export", "--created-after", "2999-01-01", **caller)
    assert later == ""


def test_a_file_gets_its_name_when_the_export_is_whole(server, client, tmp_path):
    client.save(status=RUNNING)
    target = tmp_path / "history.csv"
    target.write_text("before")
    refused = command_line.run(
        "export", "--all-users", "-o", target, **caller_of(server, client.user, scope=None)
    )
    assert refused.returncode == 1
    assert "PERMISSION_DENIED" in refused.stderr
    assert target.read_text() == "before"
    command_line.output("export", "-o", target, **caller_of(server, client.user))
    assert target.read_text().startswith("id,workflow_id,")
    assert os.listdir(tmp_path) == ["history.csv"]
    nowhere = command_line.run("export", "-o", tmp_path / "no" / "x", **caller_of(server))
    assert (nowhere.returncode, nowhere.stderr.count("\n")) == (1, 1)


def test_long_work_shows_how_far_it_is_in_a_terminal(server, client, tmp_path):
    big = document("x" * 100_000)
    client.save_many([[execution(id=uuid7(), input_data=big) for _ in range(20)]])
    file = tmp_path / "all.ndjson"
    shown = command_line.in_terminal("export", "-o", str(file), **caller_of(server, client.user))
    assert re.search(r"\d+%  [\d,]+ executions, [\d,]+/s", shown)
    assert "exported 20 executions in" in shown
    shown = command_line.in_terminal("import", str(file), **caller_of(server, client.user))
    assert "imported 20 executions in" in shown


def test_an_import_tells_of_each_line_that_is_refused_and_imports_the_rest(
    server, client, tmp_path
):
    good = {"workflow_id": "w", "workflow_type": "t", "user_id": client.user, "status": "FAILED"}
    lines = [
        json.dumps(good | {"id": uuid7()}),
        "{",
        json.dumps(good | {"id": "x"}),
        json.dumps(good | {"id": uuid7(), "start_time": "2026-01-02", "end_time": "2026-01-01"}),
        json.dumps(good | {"id": uuid7(), "name": "x"}),
        json.dumps(good | {"id": uuid7()}),
    ]
    file = tmp_path / "some.ndjson"
    file.write_text("\n".join(lines))
    done = command_line.run("import", file, **caller_of(server))
    assert done.returncode == 1
    refused = dict(line.split("\t") for line in done.stdout.splitlines()[1:])
    assert list(refused) == ["line 2", "line 3", "line 5", "line 4"] or set(refused) == {
        f"line {n}" for n in (2, 3, 4, 5)
    }
    assert "execution.end_time" in refused["line 4"]
    assert '"name" is no field' in refused["line 5"]
    assert "imported 2 executions" in done.stderr
    assert client.history(include_total=True).total == 2
    told = command_line.run("import", file, "--json", **caller_of(server))
    last = json.loads(told.stdout.splitlines()[-1])
    assert last == {"imported": "2", "refused": "4"}


def test_an_import_of_which_nothing_can_be_read_tells_why(server, tmp_path):
    for format, text, reason in [
        ("ndjson", "{\n[]\n", "line 2"),
        ("csv", "user_id,status\na\n", "line 2"),
        ("csv", "user_id,nothing\na,b\n", "line 1"),
    ]:
        file = tmp_path / f"bad.{format}"
        file.write_text(text)
        done = command_line.run("import", file, **caller_of(server))
        assert done.returncode == 1
        assert reason in done.stdout + done.stderr


def test_an_import_reads_standard_input_and_needs_the_scope(server, client):
    good = {"workflow_id": "w", "workflow_type": "t", "user_id": client.user, "status": "FAILED"}
    line = json.dumps(good | {"id": uuid7()})
    for scope, status in [(tokens.ANY_USER, 1), (tokens.IMPORT, 0)]:
        done = subprocess.run(
            [executable(), "import", "-"],
            input=line,
            capture_output=True,
            text=True,
            env=command_line.environment(**caller_of(server, scope=scope)),
            timeout=command_line.PATIENCE,
        )
        assert done.returncode == status, done.stderr
    assert "history:import" in done.stderr or status == 0
    assert client.history(include_total=True).total == 1


LEGACY = """
CREATE TABLE workflow_executions (
  id uuid PRIMARY KEY, workflow_id uuid NOT NULL, workflow_type varchar(100), user_id integer,
  status varchar(20), input_data jsonb, output_data json, task_results jsonb, error_message text,
  start_time timestamp, end_time timestamptz, duration_seconds real, execution_metadata jsonb,
  created_at timestamp DEFAULT now());
INSERT INTO workflow_executions
SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
  '11111111-1111-4111-8111-111111111111', 'etl', {user}, lower('COMPLETED'),
  jsonb_build_object('n', n), '[1]', NULL, NULL, '2024-05-06 07:08:09.123456',
  '2024-05-06 09:08:10+02', 0.5, CASE n % 3 WHEN 0 THEN NULL WHEN 1 THEN '{{"host": "h"}}'::jsonb
  ELSE '[7]' END, '2024-05-06 07:08:09.5'::timestamp + n * interval '1 hour'
FROM generate_series(1, 250) AS n;
INSERT INTO workflow_executions (id, workflow_id, user_id, status, created_at, output_data)
VALUES ('00000000-0000-4000-9000-000000000000', '11111111-1111-4111-8111-111111111111', 1, 'odd',
  '2024-05-06', NULL), ('00000000-0000-4000-9000-000000000001',
  '11111111-1111-4111-8111-111111111111', 1, 'failed', '2024-05-06', '"\\u0000"'),
  ('00000000-0000-4000-9000-000000000002', '11111111-1111-4111-8111-111111111111', 1, 'failed',
  'infinity', NULL);
"""


def test_the_table_of_the_service_before_is_imported_and_once(own_server):
    postgres = own_server.postgres()
    postgres.psql("CREATE DATABASE legacy")
    old = type(postgres)(**{**vars(postgres), "database": "legacy"})
    old.psql(*filter(str.strip, LEGACY.format(user=4711).split(";")))
    caller = caller_of(own_server, scope=tokens.IMPORT)
    for _ in range(2):
        done = command_line.run("import", "--legacy", old.conninfo, **caller)
        assert done.returncode == 1
        refused = [line.split("\t") for line in done.stdout.splitlines()[1:]]
        assert [label for label, _ in refused] == [
            f"execution 00000000-0000-4000-9000-00000000000{n}" for n in range(3)
        ]
        reasons = [reason for _, reason in refused]
        assert reasons[0] == 'status: "odd" is no status'
        assert reasons[1].startswith("output_data: is not a JSON document")
        assert reasons[2] == "created_at: is NULL, or infinite"
        assert "imported 250 executions" in done.stderr
    client = own_server.client("4711")
    rows = list(client.walk(page_size=100, view=2))
    assert len(rows) == 250
    newest = rows[0]
    assert newest.created_at == timestamp("2024-05-16T17:08:09.5Z")
    assert newest.id[14] == "7"
    assert newest.workflow_id == "11111111-1111-4111-8111-111111111111"
    assert (newest.status, newest.duration_seconds.value) == (COMPLETED, 0.5)
    assert newest.start_time == timestamp("2024-05-06T07:08:09.123456Z")
    assert newest.end_time == timestamp("2024-05-06T07:08:10Z")
    assert json.loads(newest.input_data.json) == {"n": 250}
    assert json.loads(newest.output_data.json) == [1]
    metadata = [json.loads(row.execution_metadata.json) for row in rows[:3]]
    ids = [f"00000000-0000-4000-8000-{n:012}" for n in (250, 249, 248)]
    assert metadata == [
        {"host": "h", "legacy_id": ids[0]},
        {"legacy_id": ids[1]},
        {"legacy_id": ids[2], "legacy_execution_metadata": [7]},
    ]


def test_a_database_without_the_table_of_the_service_before_is_told(own_server):
    postgres = own_server.postgres()
    caller = caller_of(own_server, scope=tokens.IMPORT)
    own = command_line.run("import", "--legacy", postgres.conninfo, **caller)
    assert (own.returncode, "use export and import" in own.stderr) == (1, True)
    other = type(postgres)(**{**vars(postgres), "database": "postgres"})
    none = command_line.run("import", "--legacy", other.conninfo, **caller)
    assert (none.returncode, "no table workflow_executions" in none.stderr) == (1, True)


class Watching:
    """The command `watch`, which runs until the block ends."""

    def __init__(self, *flags: str, **variables: str):
        self.process = subprocess.Popen(
            [executable(), "watch", *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=command_line.environment(**variables),
        )

    def line(self) -> str:
        return self.process.stdout.readline()

    def __enter__(self) -> "Watching":
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def end(self) -> int:
        """Waits until it has ended by itself."""
        return self.process.wait(timeout=command_line.PATIENCE)


def test_a_watch_prints_changes_and_goes_on_after_a_token(server, client):
    caller = caller_of(server, client.user, scope=None)
    row = client.save(status=RUNNING)
    with Watching("--json", "--count", "2", "--status", "failed", **caller) as watching:
        first = _first_change(client, row, watching)
        assert first["executionId"] == row.id
        assert (first["kind"], first["status"]) == ("CHANGE_KIND_UPDATED", "WORKFLOW_STATUS_FAILED")
        client.update(row.id, error_message="another")
        assert json.loads(watching.line())["version"] == first["version"] + 1
        assert watching.end() == 0
    flags = ["--count", "1", "--status", "failed", "--resume-token", first["resumeToken"]]
    with Watching(*flags, **caller) as rest:
        assert rest.line().startswith("changed_at\tkind\texecution_id")
        changed = rest.line().split("\t")
        assert (changed[2], int(changed[4])) == (row.id, first["version"] + 1)
        assert rest.end() == 0


def test_a_watch_goes_on_when_the_server_is_back(own_server):
    client = own_server.client("alice")
    row = client.save(status=RUNNING)
    with Watching("--json", **caller_of(own_server, "alice", scope=None)) as watching:
        seen = _first_change(client, row, watching)["version"]
        own_server.stop()
        own_server.start()
        late = own_server.client("alice").save(status=RUNNING, workflow_id="late")
        while (told := json.loads(watching.line()))["executionId"] != late.id:
            assert told["version"] == seen + 1
            seen = told["version"]


def _first_change(client, row, watching) -> dict:
    """The first change that is told, of those that are made until the watch has begun."""

    def is_told() -> bool:
        client.update(row.id, status=FAILED)
        return bool(select.select([watching.process.stdout], [], [], 0.2)[0])

    wait_until(is_told, what="the first change")
    return json.loads(watching.line())
