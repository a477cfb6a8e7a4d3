"""The service of the package, as it runs in a machine."""

import pathlib

from clean_root.machine import Machine
from harness.installed import Installed

UNIT = "workflow-history.service"


class Service(Installed):
    def __init__(self, machine: Machine):
        super().__init__(self.PORT, machine.path(self.DATA))
        self.machine = machine

    def run(self, *command: str) -> str:
        return self.machine.run(*command)

    @classmethod
    def install(cls, machine: Machine, package: pathlib.Path) -> "Service":
        """Installs the package, or another version of it, as apt does with what goes along."""
        machine.run("apt-get", "install", "--yes", "--quiet=2", f"/packages/{package.name}")
        return cls(machine)

    @property
    def state(self) -> str:
        return self.machine.show(UNIT, "ActiveState")["ActiveState"]

    @property
    def main_process(self) -> int:
        """As the machine counts its processes."""
        return int(self.machine.show(UNIT, "MainPID")["MainPID"])

    @property
    def started(self) -> int:
        """When the main process was, in seconds since 1970."""
        command = ["systemctl", "show", UNIT, "--property=ExecMainStartTimestamp", "--value"]
        return int(self.machine.run(*command, "--timestamp=unix").strip().removeprefix("@"))

    @property
    def journal(self) -> str:
        return self.machine.run("journalctl", f"--unit={UNIT}", "--no-pager")
