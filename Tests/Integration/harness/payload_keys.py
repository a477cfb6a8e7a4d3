"""Files of keys that seal payloads."""

import base64
import pathlib
import secrets


class PayloadKeys:
    """A file of keys, each made when it is first named."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self._keys: dict[str, str] = {}

    def write(self, *names: str) -> "PayloadKeys":
        """Writes these keys, in this order; "plain" stands for itself."""
        self.path.write_text("# keys of the tests\n" + "".join(map(self._line, names)))
        return self

    def _line(self, name: str) -> str:
        if name == "plain":
            return "plain\n"
        if name not in self._keys:
            key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
            self._keys[name] = key
        return f"{name} {self._keys[name]}\n"

    @property
    def flags(self) -> tuple[str, str]:
        return "--payload-key-file", str(self.path)
