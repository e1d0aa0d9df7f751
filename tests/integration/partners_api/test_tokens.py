"""The token endpoint: how a client proves itself, and what its token says."""

import base64
import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey
from tests.integration.partners_api.world import AUDIENCE, ISSUER, JWT_BEARER, TOKEN_ENDPOINT, World

from cdp_common.kernel.identifiers import new_id

CREDENTIALS = {"grant_type": "client_credentials"}


def error_of(response: httpx2.Response) -> tuple[int, str]:
    assert response.headers["cache-control"] == "no-store"
    return response.status_code, response.json()["error"]


async def read(world: World, token: str) -> jwt.Token:
    """The token, verified with the published key as anybody would."""
    keys = (await world.get("/.well-known/jwks.json")).json()["keys"]
    return jwt.decode(token, OKPKey.import_key(keys[0]), algorithms=["Ed25519"])


async def test_a_token_says_who_may_do_what_for_whom_and_until_when(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    managing, token = await world.manager(operator, place["id"])
    decoded = await read(world, token)

    assert decoded.header["alg"] == "Ed25519"
    assert decoded.header["typ"] == "at+jwt"
    assert decoded.header["kid"] == (await world.get("/.well-known/jwks.json")).json()["keys"][0]["kid"]
    issued_at = int(world.clock().timestamp())
    jti = decoded.claims.pop("jti")
    assert decoded.claims == {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "client_id": managing.client_id,
        "org": str(managing.organisation_id),
        "act": {"org": str(managing.organisation_id)},
        "sub": managing.client_id,
        "scope": "clients:write delegations:write organisations:write places:write",
        "roles": {place["id"]: ["programme_manager"]},
        "iat": issued_at,
        "exp": issued_at + 600,
    }
    assert len(jti) == 36


async def test_the_answer_is_that_of_the_standard(world: World) -> None:
    registered = await world.registered()
    basic = (registered.client_id, registered.secret)
    response = await world.ask({**CREDENTIALS, "scope": "bids:read bids:write"}, basic=basic)

    assert response.status_code == 200
    answer = response.json()
    assert answer.pop("access_token").count(".") == 2
    assert answer == {"token_type": "Bearer", "expires_in": 600, "scope": "bids:read bids:write"}
    assert response.headers["cache-control"] == "no-store"


async def test_a_secret_may_stand_in_the_form(world: World) -> None:
    registered = await world.registered()
    form = {**CREDENTIALS, "client_id": registered.client_id, "client_secret": registered.secret}

    assert (await world.ask(form)).status_code == 200


async def test_a_client_may_sign_instead(world: World) -> None:
    for audience in (ISSUER, TOKEN_ENDPOINT, [ISSUER]):
        assertion = world.assertion("operator", world.operator_key, aud=audience)
        assert (await world.ask_with(assertion)).status_code == 200


async def test_the_older_name_of_the_algorithm_is_understood(world: World) -> None:
    # Written by hand: the library would warn of the name.
    def part(data: str) -> str:
        return base64.urlsafe_b64encode(data.encode()).decode().rstrip("=")

    claims = json.dumps(
        {
            "iss": "operator",
            "sub": "operator",
            "aud": ISSUER,
            "exp": int(world.clock().timestamp()) + 60,
            "jti": str(new_id()),
        }
    )
    signed = ".".join((part(json.dumps({"alg": "EdDSA"})), part(claims)))
    private: Any = world.operator_key.private_key
    signature = base64.urlsafe_b64encode(private.sign(signed.encode())).decode().rstrip("=")

    assert (await world.ask_with(f"{signed}.{signature}")).status_code == 200


async def test_an_assertion_is_good_once(world: World) -> None:
    assertion = world.assertion("operator", world.operator_key)
    first = await world.ask_with(assertion)
    second = await world.ask_with(assertion)

    assert first.status_code == 200
    assert error_of(second) == (401, "invalid_client")


async def test_an_assertion_that_came_with_a_refused_request_is_used_up(world: World) -> None:
    assertion = world.assertion("operator", world.operator_key)
    refused = await world.ask_with(assertion, scope="no:such")

    assert error_of(refused) == (400, "invalid_scope")
    assert error_of(await world.ask_with(assertion)) == (401, "invalid_client")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "gateway"},
        {"sub": "gateway"},
        {"aud": "https://elsewhere.example"},
        {"aud": [ISSUER, "https://elsewhere.example"]},
        {"aud": None},
        {"aud": {"a": 1}},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 10**30},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "a\u0000b"},
        {"jti": "x" * 256},
    ],
)
async def test_an_assertion_must_say_what_the_standard_asks(world: World, claims: dict[str, Any]) -> None:
    assertion = world.assertion("operator", world.operator_key, **claims)

    response = await world.ask_with(assertion)
    assert error_of(response) == (401, "invalid_client")
    assert response.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize(("ahead_s", "status"), [(0, 401), (1, 200), (300, 200), (301, 401)])
async def test_an_assertion_lives_five_minutes_at_most(world: World, ahead_s: int, status: int) -> None:
    exp = int(world.clock().timestamp()) + ahead_s
    response = await world.ask_with(world.assertion("operator", world.operator_key, exp=exp))

    assert response.status_code == status


async def test_an_assertion_is_signed_with_a_key_of_the_client(world: World) -> None:
    stranger = OKPKey.generate_key("Ed25519")

    assert error_of(await world.ask_with(world.assertion("operator", stranger))) == (401, "invalid_client")
    by_another = world.assertion("operator", world.service_key)
    assert error_of(await world.ask_with(by_another)) == (401, "invalid_client")


@pytest.mark.parametrize(
    "assertion",
    [
        "x",
        "a.b.c",
        "W10.e30.eA",  # a header that is a list
        "WyJhbGciXQ.eyJpc3MiOiJvcGVyYXRvciJ9.eA",  # a list that names what a header must have
        "ImFsZyI.eyJpc3MiOiJvcGVyYXRvciJ9.eA",  # a text
        "eyJhbGciOlsxXX0.eyJpc3MiOiJvcGVyYXRvciJ9.eA",  # an algorithm that is a list
        "eyJhbGciOiJub25lIn0.eyJpc3MiOiJvcGVyYXRvciJ9.",  # no algorithm
        "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJvcGVyYXRvciJ9.eA",  # a symmetric one
        "eyJhbGciOiJFZDI1NTE5In0.W10.eA",  # claims that are a list
        "eyJhbGciOiJFZDI1NTE5In0.eyJpc3MiOjF9.eA",  # an issuer that is a number
        "eyJhbGciOiJFZDI1NTE5In0.eyJpc3MiOiJcdWQ4MDAifQ.eA",  # half a letter
        "eyJhbGciOiJFZDI1NTE5In0.eyJpc3MiOiJhXHUwMDAwYiJ9.eA",  # a NUL
    ],
)
async def test_what_is_no_assertion_is_refused(world: World, assertion: str) -> None:
    assert error_of(await world.ask_with(assertion)) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("client_id", "secret"),
    [("nobody", "cdps_x"), ("a b", "x"), ("", "x"), ("operator", "cdps_x"), ("caf\u00e9", "x")],
)
async def test_an_unknown_client_or_secret_is_refused_alike(
    world: World, client_id: str, secret: str
) -> None:
    response = await world.ask(CREDENTIALS, basic=(client_id, secret))

    assert error_of(response) == (401, "invalid_client")
    assert response.headers["www-authenticate"] == 'Basic realm="cdp", charset="UTF-8"'
    known = await world.ask(CREDENTIALS, basic=((await world.registered()).client_id, "wrong"))
    assert known.json() == response.json()


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({}, (400, "invalid_request")),
        ({"grant_type": ""}, (400, "invalid_request")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({**CREDENTIALS, "scope": "places:write"}, (400, "invalid_scope")),
        ({**CREDENTIALS, "scope": "bids:read  bids:write"}, (400, "invalid_scope")),
        ({**CREDENTIALS, "scope": 'bids:"read'}, (400, "invalid_scope")),
        ({**CREDENTIALS, "client_secret": "x"}, (400, "invalid_request")),
        ({**CREDENTIALS, "client_id": "another"}, (400, "invalid_request")),
        ({**CREDENTIALS, "scope": "a\u0000b"}, (400, "invalid_request")),
        ({**CREDENTIALS, "scope": "x" * 8193}, (400, "invalid_request")),
    ],
)
async def test_refusals_have_the_codes_of_the_standard(
    world: World, form: dict[str, str], expected: tuple[int, str]
) -> None:
    registered = await world.registered()

    assert error_of(await world.ask(form, basic=(registered.client_id, registered.secret))) == expected


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"grant_type=client_credentials&grant_type=client_credentials", "application/x-www-form-urlencoded"),
        (b"grant_type=%ff", "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(41)), "application/x-www-form-urlencoded"),
        (b'{"grant_type": "client_credentials"}', "application/json"),
        (b"", "multipart/form-data; boundary=x"),
    ],
)
async def test_what_is_no_form_is_refused(world: World, content: bytes, media_type: str) -> None:
    response = await world.http.post("/oauth/token", content=content, headers={"Content-Type": media_type})

    assert error_of(response) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        ("Bearer x", (401, "invalid_client")),
        ("Basic !!!", (401, "invalid_client")),
        ("Basic bm9jb2xvbg==", (401, "invalid_client")),
    ],
)
async def test_another_way_to_authenticate_is_refused(
    world: World, authorization: str, expected: tuple[int, str]
) -> None:
    headers = {"Authorization": authorization}
    response = await world.http.post("/oauth/token", data=CREDENTIALS, headers=headers)

    assert error_of(response) == expected


async def test_no_proof_at_all_is_refused(world: World) -> None:
    assert error_of(await world.ask(CREDENTIALS)) == (401, "invalid_client")
    form = {**CREDENTIALS, "client_assertion": "x", "client_assertion_type": "other"}
    assert error_of(await world.ask(form)) == (400, "invalid_request")
    form = {**form, "client_assertion_type": JWT_BEARER, "client_id": "gateway"}
    form["client_assertion"] = world.assertion("operator", world.operator_key)
    assert error_of(await world.ask(form)) == (400, "invalid_request")


async def test_a_client_with_keys_has_no_secret_and_the_other_way_round(world: World) -> None:
    registered = await world.registered()
    signed = world.assertion(registered.client_id, world.operator_key)

    assert error_of(await world.ask_with(signed)) == (401, "invalid_client")


@pytest.mark.parametrize(("after_s", "status"), [(599, 200), (600, 401)])
async def test_a_token_ends_by_itself(world: World, after_s: int, status: int) -> None:
    registered = await world.registered()
    token = await world.token_of(registered)
    world.clock.advance(timedelta(seconds=after_s))
    response = await world.get(f"/v1/clients/{registered.client_id}", token=token)

    assert response.status_code == status


async def test_the_metadata_names_the_endpoints(world: World) -> None:
    metadata = (await world.get("/.well-known/oauth-authorization-server")).json()

    assert metadata["issuer"] == ISSUER
    assert metadata["token_endpoint"] == TOKEN_ENDPOINT
    assert metadata["jwks_uri"] == f"{ISSUER}/.well-known/jwks.json"
    assert metadata["grant_types_supported"] == [
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    ]
    assert "private_key_jwt" in metadata["token_endpoint_auth_methods_supported"]
    assert "bids:write" in metadata["scopes_supported"]
