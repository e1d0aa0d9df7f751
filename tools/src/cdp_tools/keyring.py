"""The keys and passwords of a local platform: each is made once, on first need, and kept."""

import base64
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cdp_tools.private_files import private_folder, write_private

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class RolePasswords:
    """The passwords of one service's two database roles."""

    owner: str = field(repr=False)
    app: str = field(repr=False)


class Keyring:
    """The keys in one folder: a folder per holder, every file readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def client_key_file(self, holder: str) -> Path:
        """The private Ed25519 JWK with which an OAuth client proves who it is."""
        path = self._path(holder, "client.jwk.json")
        if not path.exists():
            from joserfc.jwk import OKPKey  # most commands need no key, and start sooner without it

            key = OKPKey.generate_key("Ed25519", {"use": "sig", "alg": "Ed25519"}, auto_kid=True)
            write_private(path, json.dumps(key.as_dict(private=True)))
        return path

    def client_public_key(self, holder: str) -> dict[str, Any]:
        """The public half of that key, as the issuer registers it."""
        from joserfc.jwk import OKPKey  # on use, as above

        stored = json.loads(self.client_key_file(holder).read_text(encoding="utf-8"))
        return dict(OKPKey.import_key(stored).as_dict(private=False))

    def secret_key_file(self, holder: str) -> Path:
        """32 random bytes with which a service encrypts what it must be able to read again."""
        return self._random_key(holder, "secret.key")

    def sealing_key_file(self, holder: str) -> Path:
        """32 random bytes that wrap the keys of sealed documents."""
        return self._random_key(holder, "sealing.key")

    def role_passwords(self, holder: str) -> RolePasswords:
        """The passwords of a service's two database roles."""
        path = self._path(holder, "database.json")
        if not path.exists():
            made = {"owner": secrets.token_urlsafe(KEY_BYTES), "app": secrets.token_urlsafe(KEY_BYTES)}
            write_private(path, json.dumps(made))
        stored = json.loads(path.read_text(encoding="utf-8"))
        return RolePasswords(owner=stored["owner"], app=stored["app"])

    def _random_key(self, holder: str, name: str) -> Path:
        path = self._path(holder, name)
        if not path.exists():
            key = base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).rstrip(b"=")
            write_private(path, key.decode("ascii"))
        return path

    def _path(self, holder: str, name: str) -> Path:
        return private_folder(private_folder(self._folder) / holder) / name
