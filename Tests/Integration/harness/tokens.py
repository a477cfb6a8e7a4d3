"""JSON Web Tokens, good and bad."""

import base64
import json
import time
from collections.abc import Callable
from typing import TypeVar

import grpc
import jwt

Result = TypeVar("Result")

READ_WRITE = "history:write"
ANY_USER = "history:write history:any"
IMPORT = "history:import"


def now() -> int:
    return int(time.time())


def sign(secret: bytes, claims: dict, algorithm: str = "HS256") -> str:
    """A token with exactly these claims."""
    return jwt.encode(claims, secret, algorithm=algorithm)


def token(secret: bytes, user: str, scope: str | None = READ_WRITE) -> str:
    """A good token that lives for an hour."""
    claims = {"sub": user, "exp": now() + 3600}
    if scope is not None:
        claims["scope"] = scope
    return sign(secret, claims)


def unsigned(claims: dict) -> str:
    """A token that says `alg: none`."""
    parts = [{"alg": "none", "typ": "JWT"}, claims]
    return ".".join(_base64url(json.dumps(part).encode()) for part in parts) + "."


def with_changed_payload(good: str, **claims: object) -> str:
    """The token with other claims, under the signature of the old ones."""
    header, payload, signature = good.split(".")
    old = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return ".".join([header, _base64url(json.dumps(old | claims).encode()), signature])


def used_before_expiry(use: Callable[[int], Result]) -> tuple[Result, int]:
    """What a use of a token comes to that is good until a time, and that time. It is a short while
    ahead, or a longer one where the machine was too busy for that."""
    for life in (3, 10, 30):
        expires = now() + life
        try:
            return use(expires), expires
        except grpc.RpcError as error:
            assert error.code() is grpc.StatusCode.UNAUTHENTICATED, error
            assert time.time() >= expires, "it was refused before it had expired"
    raise AssertionError("no token was used before it had expired")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
