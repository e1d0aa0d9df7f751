"""Secrets and public keys of clients."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from cdp_common.kernel.identifiers import new_id
from partners_api.domain.clients import (
    ApiClient,
    Credential,
    PrivateKeySent,
    PublicKeyUnusable,
    is_client_id,
    matching_secret,
    read_public_jwk,
    secret_digest,
    secret_from,
    thumbprint,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
# The example key of RFC 8037, appendix A.
X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
JWK = {"kty": "OKP", "crv": "Ed25519", "x": X}


def client(*secrets: str) -> ApiClient:
    credentials = tuple(Credential(new_id(), secret_digest(secret), None, NOW) for secret in secrets)
    return ApiClient(
        id=new_id(),
        client_id="c",
        name="C",
        organisation_id=new_id(),
        kind="organisation",
        authentication="client_secret_basic",
        scopes=(),
        version=1,
        created_at=NOW,
        revoked_at=None,
        credentials=credentials,
    )


def test_a_secret_carries_all_its_random_bits() -> None:
    secret = secret_from(bytes(range(32)))

    assert secret.startswith("cdps_")
    assert base64.urlsafe_b64decode(secret.removeprefix("cdps_") + "=") == bytes(range(32))
    with pytest.raises(ValueError, match="32"):
        secret_from(bytes(31))


def test_either_of_two_secrets_holds_and_no_other() -> None:
    both = client("first", "second")

    assert matching_secret("first", both) == both.credentials[0]
    assert matching_secret("second", both) == both.credentials[1]
    assert matching_secret("third", both) is None
    assert matching_secret("", both) is None
    assert matching_secret("first", None) is None
    assert matching_secret("first", client()) is None


def test_a_client_with_keys_has_no_matching_secret() -> None:
    keyed = Credential(new_id(), None, JWK, NOW)
    holder = client("s")
    with_key = ApiClient(**{**holder.__dict__, "credentials": (keyed,)})

    assert matching_secret("s", with_key) is None


def test_a_public_key_is_kept_without_its_notes() -> None:
    noted = {**JWK, "kid": "mine", "use": "sig", "alg": "EdDSA", "note": "x"}

    assert read_public_jwk(noted) == JWK


def test_the_thumbprint_is_that_of_the_standard() -> None:
    assert thumbprint(JWK) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_private_key_is_refused_without_being_repeated() -> None:
    with pytest.raises(PrivateKeySent) as refused:
        read_public_jwk({**JWK, "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"})

    assert "nWGx" not in str(refused.value)
    assert [e.pointer for e in refused.value.errors] == ["/public_jwk/d"]


@pytest.mark.parametrize(
    ("change", "member"),
    [
        ({"kty": "EC"}, "kty"),
        ({"crv": "Ed448"}, "crv"),
        ({"use": "enc"}, "use"),
        ({"x": X[:-1]}, "x"),
        ({"x": X + "A"}, "x"),
        ({"x": X + "="}, "x"),
        ({"x": X.replace("_", "/")}, "x"),
        ({"x": X[:-1] + "p"}, "x"),  # spare bits set
        ({"x": None}, "x"),
        ({"x": [X]}, "x"),
    ],
)
def test_the_member_that_is_wrong_is_named(change: dict[str, Any], member: str) -> None:
    with pytest.raises(PublicKeyUnusable) as refused:
        read_public_jwk({**JWK, **change})

    assert [e.pointer for e in refused.value.errors] == [f"/public_jwk/{member}"]


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("gateway", True),
        ("0197f0c2-0000-7000-8000-000000000001", True),
        ("a" * 100, True),
        ("a" * 101, False),
        ("", False),
        ("a b", False),
        ("é", False),
        ("a\x00", False),
        ("a\n", False),
    ],
)
def test_a_client_id_is_plain_text(text: str, good: bool) -> None:
    assert is_client_id(text) is good
