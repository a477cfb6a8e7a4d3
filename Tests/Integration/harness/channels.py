"""The connections of stock grpcio clients."""

import pathlib

import grpc

TRANSPORTS = ["tls", "unix-tls", "unix"]


def open_channel(
    transport: str,
    address: str,
    socket: pathlib.Path,
    ca: bytes,
    name: str | None,
    *options: tuple[str, object],
) -> grpc.Channel:
    """A connection of its own: over `tls`, `unix-tls`, or `unix` (prior knowledge). The server's
    certificate must be of this authority, and for this name, or with none the address."""
    settings = {
        "grpc.use_local_subchannel_pool": 1,
        "grpc.enable_retries": 0,
        "grpc.initial_reconnect_backoff_ms": 100,
        "grpc.max_reconnect_backoff_ms": 500,
    } | dict(options)
    if transport == "unix":
        return grpc.insecure_channel(f"unix:{socket}", list(settings.items()))
    if name is not None:
        settings["grpc.ssl_target_name_override"] = name
    target = address if transport == "tls" else f"unix:{socket}"
    credentials = grpc.ssl_channel_credentials(ca)
    return grpc.secure_channel(target, credentials, list(settings.items()))
