"""Keys that sign tokens, and the JWK Sets and files that they are published in."""

import base64
import dataclasses
import json
import os
import pathlib

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from harness import tokens

_CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
RSA_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
EVERY_ALGORITHM = (*RSA_ALGORITHMS, *_CURVES, "EdDSA", "HS256", "HS384", "HS512")


@dataclasses.dataclass(frozen=True)
class Key:
    """A key of one algorithm, with an id."""

    algorithm: str
    id: str | None
    private: object

    def sign(self, claims: dict, **header: object) -> str:
        fields = ({"kid": self.id} if self.id else {}) | header
        return jwt.encode(claims, self.private, algorithm=self.algorithm, headers=fields)

    def token(self, user: str, scope: str = tokens.READ_WRITE) -> str:
        return self.sign({"sub": user, "exp": tokens.now() + 3600, "scope": scope})

    @property
    def jwk(self) -> dict:
        """As it is published: the public half, or the secret itself."""
        if self.algorithm.startswith("HS"):
            encoded = base64.urlsafe_b64encode(self.private).rstrip(b"=").decode()
            fields = {"kty": "oct", "k": encoded}
        else:
            fields = json.loads(_jwk_writer(self.algorithm).to_jwk(self.private.public_key()))
        fields.pop("key_ops", None)
        return fields | ({"kid": self.id} if self.id else {})

    @property
    def public_pem(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


def make(algorithm: str, key_id: str | None = None, size: int = 2048) -> Key:
    if algorithm in RSA_ALGORITHMS:
        private = rsa.generate_private_key(public_exponent=65537, key_size=size)
    elif algorithm in _CURVES:
        private = ec.generate_private_key(_CURVES[algorithm])
    elif algorithm == "EdDSA":
        private = ed25519.Ed25519PrivateKey.generate()
    else:
        private = os.urandom(int(algorithm[2:]) // 8)
    return Key(algorithm, key_id, private)


def publish(path: pathlib.Path, *keys: Key | dict):
    """Writes a JWK Set in one step, as one who replaces it under a running server does."""
    entries = [key.jwk if isinstance(key, Key) else key for key in keys]
    replace(path, json.dumps({"keys": entries}).encode())


def replace(path: pathlib.Path, content: bytes):
    beside = path.with_suffix(".new")
    beside.write_bytes(content)
    beside.rename(path)


def _jwk_writer(algorithm: str):
    if algorithm in RSA_ALGORITHMS:
        return RSAAlgorithm
    return OKPAlgorithm if algorithm == "EdDSA" else ECAlgorithm
