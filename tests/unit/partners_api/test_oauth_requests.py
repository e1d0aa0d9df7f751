"""Reading what is sent to the token endpoint."""

import base64
from uuid import UUID

import pytest

from partners_api.domain.oauth_errors import (
    InvalidClient,
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    OAuthRefused,
    UnsupportedGrantType,
)
from partners_api.domain.oauth_requests import (
    ASSERTION_JWT_BEARER,
    GRANT_TOKEN_EXCHANGE,
    TYPE_ACCESS_TOKEN,
    TYPE_ID_TOKEN,
    AssertionProof,
    DelegateTokenWanted,
    OwnTokenWanted,
    PersonTokenWanted,
    SecretProof,
    read_proof,
    read_token_request,
)

ORGANISATION = "0197f0c2-0000-7000-8000-000000000001"
EXCHANGE = {
    "grant_type": GRANT_TOKEN_EXCHANGE,
    "subject_token": "token",
    "subject_token_type": TYPE_ACCESS_TOKEN,
    "resource": f"urn:cdp:organisation:{ORGANISATION}",
}


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_basic_credentials_are_form_encoded_inside() -> None:
    assert read_proof(basic("a%3Ab:s%2Fe+c"), {}) == SecretProof("a:b", "s/e c")


def test_a_secret_with_a_colon_is_whole() -> None:
    assert read_proof(basic("client:a:b"), {}) == SecretProof("client", "a:b")


def test_the_form_may_carry_secret_or_assertion() -> None:
    assert read_proof(None, {"client_id": "c", "client_secret": "s"}) == SecretProof("c", "s")
    form = {"client_assertion": "a.b.c", "client_assertion_type": ASSERTION_JWT_BEARER}
    assert read_proof(None, form) == AssertionProof("a.b.c", None)
    assert read_proof(None, {**form, "client_id": "c"}) == AssertionProof("a.b.c", "c")


@pytest.mark.parametrize(
    ("authorization", "form", "refusal"),
    [
        (None, {}, InvalidClient),
        (None, {"client_secret": "s"}, InvalidClient),
        (None, {"client_id": "c"}, InvalidClient),
        (basic("a:b"), {"client_secret": "s"}, InvalidRequest),
        (basic("a:b"), {"client_assertion": "x"}, InvalidRequest),
        (basic("a:b"), {"client_id": "c"}, InvalidRequest),
        (None, {"client_assertion": "x"}, InvalidRequest),
        (None, {"client_assertion": "x", "client_assertion_type": "saml"}, InvalidRequest),
        ("Digest abc", {}, InvalidClient),
        ("Basic", {}, InvalidClient),
        ("Basic /w==", {}, InvalidClient),
    ],
)
def test_other_proofs_are_refused(
    authorization: str | None, form: dict[str, str], refusal: type[OAuthRefused]
) -> None:
    with pytest.raises(refusal):
        read_proof(authorization, form)


def test_secrets_do_not_show_in_a_trace() -> None:
    shown = repr(read_proof(basic("client:top-secret"), {})) + repr(read_token_request(EXCHANGE))

    assert "top-secret" not in shown
    assert "'token'" not in shown


def test_no_scope_means_all_and_named_ones_are_those() -> None:
    assert read_token_request({"grant_type": "client_credentials"}) == OwnTokenWanted(None)
    asked = read_token_request({"grant_type": "client_credentials", "scope": "b:r a:w"})
    assert asked == OwnTokenWanted(frozenset({"a:w", "b:r"}))


@pytest.mark.parametrize("scope", [" a", "a ", "a  b", 'a"b', "a\\b", "é", "a\tb"])
def test_a_scope_list_has_the_standards_form(scope: str) -> None:
    with pytest.raises(InvalidScope):
        read_token_request({"grant_type": "client_credentials", "scope": scope})


def test_an_exchange_names_an_organisation() -> None:
    assert read_token_request(EXCHANGE) == DelegateTokenWanted("token", UUID(ORGANISATION), None)


def test_an_identity_token_is_exchanged_for_the_clients_own_organisation_unless_it_names_another() -> None:
    signing_in = {**EXCHANGE, "subject_token_type": TYPE_ID_TOKEN, "nonce": "n"}
    own = {name: value for name, value in signing_in.items() if name != "resource"}

    assert read_token_request(signing_in) == PersonTokenWanted("token", "n", UUID(ORGANISATION), None)
    assert read_token_request(own) == PersonTokenWanted("token", "n", None, None)


def test_a_user_may_be_asserted_beside_either_other_request() -> None:
    own = {"grant_type": "client_credentials", "asserted_user": "u" * 255}

    assert read_token_request(own) == OwnTokenWanted(None, "u" * 255)
    assert read_token_request({**EXCHANGE, "asserted_user": "u"}) == DelegateTokenWanted(
        "token", UUID(ORGANISATION), None, "u"
    )


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"subject_token": None}, InvalidRequest),
        ({"subject_token_type": None}, InvalidRequest),
        ({"resource": None}, InvalidRequest),
        ({"resource": "urn:cdp:organisation:1"}, InvalidTarget),
        ({"resource": f"urn:cdp:place:{ORGANISATION}"}, InvalidTarget),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:saml2"}, InvalidRequest),
        ({"subject_token_type": TYPE_ID_TOKEN, "asserted_user": "u"}, InvalidRequest),
        ({"asserted_user": "u" * 256}, InvalidRequest),
        ({"asserted_user": "a\nb"}, InvalidRequest),
        ({"actor_token_type": TYPE_ACCESS_TOKEN}, InvalidRequest),
        ({"grant_type": "authorization_code"}, UnsupportedGrantType),
        ({"grant_type": None}, InvalidRequest),
    ],
)
def test_other_requests_are_refused(change: dict[str, str | None], refusal: type[OAuthRefused]) -> None:
    form = {name: value for name, value in {**EXCHANGE, **change}.items() if value is not None}
    with pytest.raises(refusal):
        read_token_request(form)


def test_descriptions_are_in_the_standards_characters() -> None:
    """RFC 6749 section 5.2 allows neither quotation marks nor backslashes nor letters beyond ASCII."""
    for form in (
        {},
        {"grant_type": "x"},
        {**EXCHANGE, "resource": "x"},
        {**EXCHANGE, "subject_token_type": "x"},
    ):
        with pytest.raises(OAuthRefused) as refused:
            read_token_request(form)
        assert all(" " <= letter <= "~" and letter not in '"\\' for letter in refused.value.description)
