"""Keys and passwords: made once, readable by their owner alone."""

import base64
import json
import stat
from pathlib import Path

from cdp_tools.keyring import Keyring
from cdp_tools.private_files import write_private


def test_everything_is_made_once_and_kept(tmp_path: Path) -> None:
    def everything(keys: Keyring) -> list[object]:
        return [
            keys.client_key_file("a").read_text(),
            keys.client_public_key("a"),
            keys.secret_key_file("a").read_text(),
            keys.sealing_key_file("a").read_text(),
            keys.role_passwords("a"),
        ]

    assert everything(Keyring(tmp_path)) == everything(Keyring(tmp_path))


def test_holders_and_purposes_have_keys_of_their_own(tmp_path: Path) -> None:
    keys = Keyring(tmp_path)
    made = {
        keys.secret_key_file("a").read_text(),
        keys.secret_key_file("b").read_text(),
        keys.sealing_key_file("a").read_text(),
        keys.role_passwords("a").owner,
        keys.role_passwords("a").app,
        keys.role_passwords("b").owner,
    }
    assert len(made) == 6


def test_only_the_owner_reads_them(tmp_path: Path) -> None:
    keys = Keyring(tmp_path / "secrets")
    for path in (keys.client_key_file("a"), keys.secret_key_file("a"), keys.sealing_key_file("a")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_forms_are_what_the_settings_read(tmp_path: Path) -> None:
    keys = Keyring(tmp_path)
    private = json.loads(keys.client_key_file("a").read_text())
    assert (private["kty"], private["crv"], private["alg"]) == ("OKP", "Ed25519", "Ed25519")
    assert private["d"]
    assert keys.client_public_key("a") == {name: value for name, value in private.items() if name != "d"}
    secret = keys.secret_key_file("a").read_text()
    assert len(base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))) == 32


def test_passwords_are_not_shown_when_printed(tmp_path: Path) -> None:
    passwords = Keyring(tmp_path).role_passwords("a")
    assert passwords.owner not in repr(passwords)
    assert passwords.app not in repr(passwords)


def test_a_private_file_replaces_a_half_written_one(tmp_path: Path) -> None:
    (tmp_path / "key.new").write_text("half")
    write_private(tmp_path / "key", "whole")
    assert (tmp_path / "key").read_text() == "whole"
    assert not (tmp_path / "key.new").exists()
