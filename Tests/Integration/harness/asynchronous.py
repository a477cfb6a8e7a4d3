"""The one event loop of all tests that are coroutines, and of the clients that they use."""

import asyncio
from collections.abc import Coroutine
from typing import Any

_runner = asyncio.Runner()


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return _runner.run(coroutine)


def close() -> None:
    _runner.close()
