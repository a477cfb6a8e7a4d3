"""What all calls share: a channel, a token, and how long to try."""

import datetime
from types import TracebackType
from typing import Literal, Self, TypedDict, Unpack

import grpc

from workflow_history_client._calls import Caller
from workflow_history_client._channels import open_channel
from workflow_history_client.retries import RetryPolicy
from workflow_history_client.tokens import Token, TokenSource


class ClientOptions(TypedDict, total=False):
    """How a client behaves."""

    # The seconds that a call may take, all of its attempts together: 30.
    timeout: float
    # When failed calls are tried again: as RetryPolicy() says. None for never.
    retry: RetryPolicy | None
    # The zone of datetimes that have none. Without one they are refused.
    naive_times: datetime.tzinfo | None
    # "strong" where reads must see every write that was answered before, by whomever, also where
    # the server reads from replicas.
    consistency: Literal["strong"] | None


class Connection:
    """A client's connection to the server."""

    def __init__(
        self, channel: grpc.aio.Channel, token: Token = None, **options: Unpack[ClientOptions]
    ) -> None:
        """A client on a channel, which stays the caller's to close.

        - token: what each call carries; an async callable is asked for the first, and again when
          that is refused.
        """
        consistency = options.get("consistency")
        retry = options.get("retry", RetryPolicy())
        self._channel = channel
        self._owns_channel = False
        self._naive_times = options.get("naive_times")
        # Polling waits as retries do, also for a client that makes none.
        self._pace = retry or RetryPolicy()
        self._caller = Caller(
            channel,
            TokenSource(token),
            timeout=options.get("timeout", 30.0),
            retry=retry,
            metadata=() if consistency is None else (("history-consistency", consistency),),
        )

    @classmethod
    def connect(
        cls,
        address: str,
        *,
        root_certificates: bytes | None = None,
        token: Token = None,
        **options: Unpack[ClientOptions],
    ) -> Self:
        """A client with a channel of its own, to be used in `async with`, or closed.

        - address: `HOST:PORT`, by TLS; or `unix:PATH`, by TLS where there are root certificates.
        - root_certificates: the authorities that are trusted, in PEM; without them, those that gRPC
          trusts by itself.
        """
        client = cls(open_channel(address, root_certificates), token, **options)
        client._owns_channel = True
        return client

    async def close(self) -> None:
        """Closes the channel, if `connect` made it. Calls that still run are cancelled."""
        if self._owns_channel:
            await self._channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
