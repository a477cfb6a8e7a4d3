"""Channels to a server."""

import grpc

# A server that was away is tried again soon: the backoff of calls is what spares it.
_OPTIONS = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 2000)]


def open_channel(address: str, root_certificates: bytes | None) -> grpc.aio.Channel:
    """TLS over TCP, to `HOST:PORT`; or HTTP/2 with prior knowledge over a Unix socket, `unix:PATH`,
    which is TLS too where root certificates are given, with a certificate for localhost."""
    if not address.startswith("unix:"):
        credentials = grpc.ssl_channel_credentials(root_certificates)
        return grpc.aio.secure_channel(address, credentials, _OPTIONS)
    if root_certificates is None:
        return grpc.aio.insecure_channel(address, _OPTIONS)
    credentials = grpc.ssl_channel_credentials(root_certificates)
    name = ("grpc.ssl_target_name_override", "localhost")
    return grpc.aio.secure_channel(address, credentials, [*_OPTIONS, name])
