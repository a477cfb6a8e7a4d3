"""What an attacker gets."""

import collections
import dataclasses

import grpc

from attacks.frames import ErrorCode

STATUS_NAMES = {code.value[0]: code.name for code in grpc.StatusCode}


@dataclasses.dataclass
class Outcome:
    """What came back on one connection, or on several together."""

    goaway: int | None = None
    # Whether the server has closed the connection.
    closed: bool = False
    # Whether the server stopped reading before all was sent.
    pressed_back: bool = False
    # How many streams got each grpc-status, and how many were reset with each code.
    statuses: collections.Counter[int] = dataclasses.field(default_factory=collections.Counter)
    resets: collections.Counter[int] = dataclasses.field(default_factory=collections.Counter)
    # How many frames of each type came.
    frames: collections.Counter[int] = dataclasses.field(default_factory=collections.Counter)

    def add(self, other: "Outcome"):
        """Takes in what another connection got."""
        self.goaway = other.goaway if other.goaway is not None else self.goaway
        self.closed |= other.closed
        self.pressed_back |= other.pressed_back
        self.statuses += other.statuses
        self.resets += other.resets
        self.frames += other.frames

    def __str__(self) -> str:
        said = []
        if self.goaway is not None:
            said.append(f"GOAWAY {_name(self.goaway)}")
        elif self.closed:
            said.append("closed")
        elif self.pressed_back:
            said.append("not read on")
        said += [f"{count} {STATUS_NAMES[code]}" for code, count in self.statuses.most_common()]
        said += [f"{count} reset {_name(code)}" for code, count in self.resets.most_common()]
        return ", ".join(said) or "nothing"


def _name(code: int) -> str:
    return ErrorCode(code).name if code in list(ErrorCode) else str(code)
