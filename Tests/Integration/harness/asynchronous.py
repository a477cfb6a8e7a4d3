"""The one event loop of all tests that are coroutines, and of the clients that they use."""

import asyncio
from collections.abc import Coroutine
from typing import Any

# Long enough for a busy machine; a test that hangs still ends.
_PATIENCE = 300

_runner = asyncio.Runner()


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return _runner.run(asyncio.wait_for(coroutine, _PATIENCE))


def close() -> None:
    _runner.close()
