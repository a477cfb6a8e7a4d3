"""JSON Web Tokens, good and bad."""

import base64
import json
import time

import jwt

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


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
