"""Webhook secrets: made at random, stored under a key, bound to their endpoint."""

from base64 import b64decode

import pytest
from cryptography.exceptions import InvalidTag

from cdp_common.kernel.identifiers import new_id
from cdp_common.web.webhooks.secrets import decrypt_secret, encrypt_secret, new_secret

KEY, OTHER_KEY = bytes(32), bytes([1] * 32)


def test_a_secret_is_32_random_bytes_as_standard_webhooks_writes_them():
    one, two = new_secret(), new_secret()
    assert one != two
    assert one.startswith("whsec_")
    assert len(b64decode(one.removeprefix("whsec_"), validate=True)) == 32


def test_what_was_encrypted_is_read_again():
    endpoint, secret = new_id(), new_secret()
    stored = encrypt_secret(secret, endpoint, KEY)
    assert secret.encode() not in stored
    assert decrypt_secret(stored, endpoint, KEY) == secret


def test_the_same_secret_is_never_stored_the_same():
    endpoint, secret = new_id(), new_secret()
    assert encrypt_secret(secret, endpoint, KEY) != encrypt_secret(secret, endpoint, KEY)


def test_it_is_not_read_for_another_endpoint_with_another_key_or_when_changed():
    endpoint = new_id()
    stored = encrypt_secret(new_secret(), endpoint, KEY)
    changed = stored[:-1] + bytes([stored[-1] ^ 1])
    for encrypted, whose, key in (
        (stored, new_id(), KEY),
        (stored, endpoint, OTHER_KEY),
        (changed, endpoint, KEY),
    ):
        with pytest.raises(InvalidTag):
            decrypt_secret(encrypted, whose, key)
