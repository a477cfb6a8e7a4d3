"""A clean Debian with systemd as its init, in a container on this machine's network."""

import contextlib
import os
import pathlib
import shutil
import subprocess

from harness.folders import temporary_folder
from harness.server import wait_until

ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "DEBIAN_FRONTEND": "noninteractive",
    "LC_ALL": "C.UTF-8",
}


class Machine:
    """The container: started when it is made, and gone with all that is in it when removed."""

    def __init__(self, tar: pathlib.Path, packages: list[pathlib.Path]):
        self.folder = temporary_folder()
        self.root = self.folder / f"root-{self.folder.name}"
        self.root.mkdir()
        self._nspawn = None
        try:
            self._start(tar, packages)
        except BaseException:
            self.remove()
            raise

    def _start(self, tar: pathlib.Path, packages: list[pathlib.Path]):
        unpack = ["tar", "--extract", "--numeric-owner", "--xattrs", f"--directory={self.root}"]
        subprocess.run([*unpack, f"--file={tar}"], check=True)
        given = [f"--bind-ro={package}:/packages/{package.name}" for package in packages]
        # Not in a session's scope: there may be no systemd outside. Should we die, it stops.
        command = ["setpriv", "--pdeathsig=TERM", "systemd-nspawn", "--quiet", "--boot"]
        command += ["--register=no", "--keep-unit"]
        self._log = open(self.folder / "console.log", "w")  # noqa: SIM115
        self._nspawn = subprocess.Popen(
            [*command, "--console=read-only", f"--directory={self.root}", *given],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._init = wait_until(self._child, what=f"the init of {self.root}")
        wait_until(lambda: self._boots() == "running", what="the container's start")

    def _child(self) -> int | None:
        """The container's init, which is nspawn's child and has become systemd."""
        assert self._nspawn.poll() is None, (self.folder / "console.log").read_text()
        pid = self._nspawn.pid
        for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            if os.path.basename(os.readlink(f"/proc/{child}/exe")) == "systemd":
                return int(child)
        return None

    def _boots(self) -> str:
        return self.run("systemctl", "is-system-running", fails=None).strip()

    def run(self, *command: str, fails: bool | None = False) -> str:
        """Runs a command in the container, and returns all that it said.

        `fails` is whether it must: None where it may.
        """
        run = subprocess.run(
            ["nsenter", f"--target={self._init}", "--all", *command],
            env=ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert fails is None or (run.returncode != 0) == fails, f"{command}:\n{run.stdout}"
        return run.stdout

    def show(self, unit: str, *names: str) -> dict[str, str]:
        """What systemd says of a unit's properties."""
        lines = self.run("systemctl", "show", unit, f"--property={','.join(names)}").splitlines()
        return dict(line.split("=", 1) for line in lines)

    def path(self, path: str) -> pathlib.Path:
        """Where a file of the container is, outside of it."""
        return self.root / path.lstrip("/")

    def remove(self):
        """Stops it, and removes its files."""
        if self._nspawn is not None:
            self._nspawn.terminate()
            try:
                self._nspawn.wait(timeout=200)
            except subprocess.TimeoutExpired:
                self._nspawn.kill()
                self._nspawn.wait()
            self._log.close()
        # What nspawn leaves behind.
        leftovers = [pathlib.Path("/run/systemd/nspawn/propagate", self.root.name)]
        for name in ("payload", "supervisor"):
            leftovers += pathlib.Path("/sys/fs/cgroup").glob(f"*/{name}")
        for leftover in leftovers:
            remove_empty_folders(leftover)
        shutil.rmtree(self.folder)


def remove_empty_folders(top: pathlib.Path):
    """Removes a folder with those in it, but for those that something is in."""
    for folder, _, _ in os.walk(top, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(folder)
