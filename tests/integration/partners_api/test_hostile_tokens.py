"""Tokens that nobody issued are refused, whatever they are made of."""

import base64
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey
from tests.integration.partners_api.world import World


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "header",
    [
        ["alg"],
        ["alg", "kid"],
        "alg",
        {"alg": [1], "kid": "KID"},
        {"alg": "none", "kid": "KID"},
        {"alg": "HS256", "kid": "KID"},
        {"alg": "Ed25519", "kid": "KID", "b64": False, "crit": ["b64"]},
        {"alg": "Ed25519", "kid": "KID", "crit": 7},
        {"alg": "Ed25519", "kid": ["KID"]},
        {"alg": "Ed25519", "kid": "KID", "jwk": {"kty": "OKP"}},
        {"alg": "Ed25519", "kid": "KID", "typ": 7},
    ],
)
async def test_a_strange_header_is_refused(world: World, header: Any) -> None:
    kid = (await world.get("/.well-known/jwks.json")).json()["keys"][0]["kid"]
    written = json.loads(json.dumps(header).replace("KID", kid))
    response = await world.get("/v1/events", token=f"{part(written)}.{part({})}.AAAA")

    assert (response.status_code, response.json()["code"]) == (401, "token_invalid")


async def test_a_token_signed_by_somebody_else_is_refused(world: World) -> None:
    registered = await world.registered()
    good = await world.token_of(registered)
    header, claims, _ = good.split(".")
    forged = jwt.encode(
        json.loads(base64.urlsafe_b64decode(header + "==")),
        json.loads(base64.urlsafe_b64decode(claims + "==")),
        OKPKey.generate_key("Ed25519"),
        algorithms=["Ed25519"],
    )
    response = await world.get(f"/v1/clients/{registered.client_id}", token=forged)

    assert (response.status_code, response.json()["code"]) == (401, "token_invalid")


async def test_a_clients_assertion_is_no_access_token(world: World) -> None:
    assertion = world.assertion("operator", world.operator_key)
    response = await world.get("/v1/events", token=assertion)

    assert (response.status_code, response.json()["code"]) == (401, "token_invalid")


async def test_an_access_token_is_no_assertion(world: World) -> None:
    token = await world.operator()

    assert (await world.ask_with(token)).status_code == 401
