"""The server's image, as podman runs it on a volume."""

import json
import pathlib
import subprocess

from harness.installed import Installed
from harness.server import STARTUP_SECONDS, wait_until


def podman(*command: str) -> str:
    run = subprocess.run(
        ["podman", *command], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert run.returncode == 0, f"{command}:\n{run.stdout}{run.stderr}"
    return run.stdout.strip()


class Volume:
    """A place for data that outlives containers."""

    def __init__(self):
        self.name = podman("volume", "create")
        self.path = pathlib.Path(
            podman("volume", "inspect", "--format", "{{.Mountpoint}}", self.name)
        )

    def remove(self):
        podman("volume", "rm", self.name)


class Container(Installed):
    """A container that runs the image on a volume, at a port of this machine that was free."""

    def __init__(
        self,
        image: str,
        volume: Volume,
        *arguments: str,
        options: tuple[str, ...] = ("--init",),
    ):
        published = f"127.0.0.1::{self.PORT}"
        given = ["--publish", published, "--volume", f"{volume.name}:{self.DATA}", *options]
        self.id = podman("run", "--detach", "--stop-timeout=30", *given, image, *arguments)
        try:
            wait_until(self._accepts, STARTUP_SECONDS, "the server's start")
            address = podman("port", self.id, f"{self.PORT}/tcp")
            super().__init__(int(address.rpartition(":")[2]), volume.path)
        except BaseException:
            self.remove()
            raise

    def _accepts(self) -> bool:
        assert self.state["Running"], self.log
        return "accepts calls" in self.log

    @property
    def state(self) -> dict:
        (inspected,) = json.loads(podman("inspect", self.id))
        return inspected["State"]

    @property
    def log(self) -> str:
        said = subprocess.run(
            ["podman", "logs", self.id],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
        )
        return said.stdout

    def run(self, *command: str) -> str:
        return podman("exec", self.id, *command)

    def processes(self) -> list[dict[str, str]]:
        """What /proc says of the status of each, as they count themselves."""
        script = "for status in /proc/[0-9]*/status; do cat $status; echo; done"
        said = self.run("sh", "-c", script)
        return [
            {name: value.strip() for name, _, value in (f.partition(":") for f in one.split("\n"))}
            for one in said.strip().split("\n\n")
        ]

    def stop(self) -> int:
        """Stops it as podman does by itself, and returns its exit status."""
        podman("stop", self.id)
        return self.state["ExitCode"]

    def kill(self) -> int:
        podman("kill", self.id)
        # `podman wait` takes its time after the end.
        wait_until(lambda: not self.state["Running"], what="the container's end")
        return self.state["ExitCode"]

    def remove(self):
        podman("rm", "--force", self.id)
