"""What is in the Debian package. `Tests/CleanRoot` installs it."""

import gzip
import os
import pathlib
import re
import subprocess

import pytest

from harness import prometheus
from harness.server import Server
from harness.stubs import REPOSITORY

UNITS = ("workflow-history.service", "workflow-history.socket")


def output_of(*command) -> str:
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, f"{command}:\n{run.stdout}{run.stderr}"
    return run.stdout


@pytest.fixture(scope="module")
def package() -> pathlib.Path:
    """The one that DEBIAN_PACKAGE_FILE names, or else one that is made now."""
    named = os.environ.get("DEBIAN_PACKAGE_FILE")
    return pathlib.Path(named or output_of(REPOSITORY / "scripts/package").strip())


@pytest.fixture(scope="module")
def root(package, tmp_path_factory) -> pathlib.Path:
    """Its files, at their places under a folder."""
    folder = tmp_path_factory.mktemp("root")
    output_of("dpkg-deb", "--extract", package, folder)
    return folder


def field(package, name: str) -> str:
    return output_of("dpkg-deb", "--field", package, name).strip()


def test_it_depends_on_the_libraries_that_it_is_linked_to_and_on_nothing_of_swift(package, root):
    depends = {one.split()[0] for one in field(package, "Depends").split(",")}
    assert depends >= {
        *("libc6", "libnghttp2-14", "libpq5", "libprotobuf-c1", "libssl3", "libuv1", "zlib1g"),
        "adduser",
    }
    dynamic = output_of("readelf", "--dynamic", root / "usr/bin/workflow-history")
    assert "libswift" not in dynamic
    assert "RUNPATH" not in dynamic and "RPATH" not in dynamic


def test_the_private_postgres_comes_along_but_need_not(package):
    assert field(package, "Recommends") == "postgresql"


def test_its_files_are_roots_and_nobody_elses_to_write(package):
    for line in output_of("dpkg-deb", "--contents", package).splitlines():
        mode, owner, *_ = line.split()
        assert owner == "root/root", line
        assert mode[0] == "l" or (mode[5], mode[8]) == ("-", "-"), line


def test_an_administrators_changes_to_the_flags_of_the_service_are_kept(package):
    conffiles = output_of("dpkg-deb", "--info", package, "conffiles").split()
    assert conffiles == ["/etc/default/workflow-history"]


def test_the_executable_knows_its_commands_and_the_shells_do_too(root):
    assert "serve" in output_of(root / "usr/bin/workflow-history", "--help")
    for place in (
        "bash-completion/completions/workflow-history",
        "zsh/vendor-completions/_workflow-history",
        "fish/vendor_completions.d/workflow-history.fish",
    ):
        assert "change-log-retain" in (root / "usr/share" / place).read_text()


def test_the_manual_and_the_file_of_flags_name_flags_that_there_are(root):
    def flags(text: str) -> set[str]:
        return set(re.findall(r"--[a-z-]+", text))

    executable = root / "usr/bin/workflow-history"
    known = [flags(output_of(executable, "help", command)) for command in ("serve", "token")]
    manual = gzip.decompress((root / "usr/share/man/man1/workflow-history.1.gz").read_bytes())
    for text in (
        manual.decode().replace("\\-", "-"),
        (root / "etc/default/workflow-history").read_text(),
    ):
        assert flags(text) >= {"--console", "--metrics"}
        assert flags(text) <= set.union(*known)


def test_the_dashboard_and_the_alerts_come_along(root):
    for path in prometheus.MONITORING.iterdir():
        packaged = root / "usr/share/workflow-history/monitoring" / path.name
        assert packaged.read_bytes() == path.read_bytes()


def test_what_the_server_says_of_its_json_comes_along(root):
    packaged = root / "usr/share/workflow-history/openapi.json"
    assert packaged.read_bytes() == (REPOSITORY / "docs/openapi.json").read_bytes()


def test_the_server_tells_the_version_of_its_package(package, root, monkeypatch):
    monkeypatch.setenv("WORKFLOW_HISTORY_EXECUTABLE", str(root / "usr/bin/workflow-history"))
    server = Server()
    try:
        server.start()
        version = field(package, "Version")
        assert prometheus.total(server, "workflow_history_build_info", version=version) == 1
    finally:
        server.remove()


def test_systemd_finds_nothing_wrong_with_the_units(root, tmp_path):
    for unit in UNITS:
        text = (root / "lib/systemd/system" / unit).read_text()
        (tmp_path / unit).write_text(text.replace("=/usr/bin/", f"={root}/usr/bin/"))
    paths = [tmp_path / unit for unit in UNITS]
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *paths], capture_output=True, text=True
    )
    assert (verified.returncode, verified.stderr) == (0, "")


def test_the_service_is_exposed_to_little_of_the_machine(root):
    unit = root / "lib/systemd/system/workflow-history.service"
    # Of 10: 9.6 is a service without any restriction, 1.4 is this one.
    output_of(
        *("systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", unit)
    )


def test_lintian_finds_no_fault(package):
    # Whoever packages for others says DEBEMAIL.
    accepted = "--suppress-tags=bogus-mail-host,bogus-mail-host-in-debian-changelog"
    output_of("lintian", "--allow-root", "--fail-on=error,warning", accepted, package)
