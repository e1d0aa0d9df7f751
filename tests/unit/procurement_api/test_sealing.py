"""Sealed is sealed: only the right key opens, whatever the size, and nothing else than what was sealed."""

import base64
import json
from typing import Any
from uuid import UUID

import pytest

from procurement_api.domain.receipt import padded
from procurement_api.use_cases.sealing import (
    HeldKey,
    SealUnopenable,
    new_sealing_key,
    seal,
    sealing_public_key,
    unseal,
    unwrap_tender_key,
    wrap_tender_key,
)

KEY, OTHER_KEY = bytes(32), bytes(range(32))


def new_pair() -> tuple[bytes, dict[str, Any]]:
    """A public key ready to seal to, and the private one that opens."""
    public, private = new_sealing_key()
    return sealing_public_key(public), private


@pytest.mark.parametrize("size", [1, 50_000, 70_000, 3_000_000])
def test_what_was_sealed_opens_whatever_its_size(size):
    public, private = new_pair()
    content = padded(b"x" * size)
    assert unseal(seal(content, public), private) == content


def test_a_seal_is_a_jwe_that_says_how_it_was_made_with_a_key_of_its_own():
    public, _ = new_pair()
    head, wrapped_key, *_ = seal(b"content", public).split(".")
    said = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    epk = said.pop("epk")
    assert said == {"alg": "ECDH-ES", "enc": "A256GCM"}
    assert (epk["kty"], epk["crv"], set(epk)) == ("OKP", "X25519", {"kty", "crv", "x"})
    assert wrapped_key == ""  # the key is agreed, none is sent


def test_the_same_content_is_sealed_differently_each_time_with_a_key_of_its_own():
    public, private = new_pair()
    first, second = seal(b"content", public), seal(b"content", public)
    assert first.split(".")[0] != second.split(".")[0]
    assert unseal(first, private) == unseal(second, private) == b"content"


def test_another_key_does_not_open_it():
    public, _ = new_pair()
    _, other_private = new_sealing_key()
    with pytest.raises(SealUnopenable):
        unseal(seal(b"content", public), other_private)


def test_a_changed_seal_does_not_open():
    public, private = new_pair()
    head, key, nonce, content, tag = seal(b"content", public).split(".")
    turned = "A" if content[0] != "A" else "B"
    with pytest.raises(SealUnopenable):
        unseal(".".join([head, key, nonce, turned + content[1:], tag]), private)


def test_the_public_key_holds_nothing_private():
    public, private = new_sealing_key()
    assert "d" not in public
    assert private["d"]
    assert public["crv"] == "X25519"


async def test_a_wrapped_key_opens_with_its_key_and_for_its_tender_only():
    one, two = UUID(int=1), UUID(int=2)
    wrapped = await wrap_tender_key({"d": "secret"}, HeldKey(KEY), one)
    assert b"secret" not in wrapped
    assert await unwrap_tender_key(wrapped, HeldKey(KEY), one) == {"d": "secret"}
    for key, tender in ((OTHER_KEY, one), (KEY, two)):
        with pytest.raises(SealUnopenable):
            await unwrap_tender_key(wrapped, HeldKey(key), tender)
    assert str(HeldKey(KEY)) == "HeldKey()"
