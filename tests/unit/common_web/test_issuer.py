"""What a service is wired to: its issuer's keys and revocations, tokens of its own, its database."""

import json
from collections.abc import Callable

import httpx2
import pytest
from joserfc.jwk import OKPKey

from cdp_common.clients.base import UpstreamMalformed
from cdp_common.testing.callers import TokenMint, http_client
from cdp_common.web.app import create_service
from cdp_common.web.identity import KeysUnavailable, TokenRevoked
from cdp_common.web.issuer import IssuerClient, remote_verifier
from cdp_common.web.settings import ServiceSettings
from cdp_common.web.wiring import closing, own_tokens, service_database


def http(handle: Callable[[httpx2.Request], httpx2.Response]) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.MockTransport(handle))


@pytest.fixture
def settings(token_mint: TokenMint) -> ServiceSettings:
    return ServiceSettings(
        issuer=token_mint.issuer, audience=token_mint.audience, partners_url="http://partners-api:8101"
    )


async def test_keys_and_revocations_are_read_where_partners_api_answers(settings, token_mint, clock):
    asked: list[str] = []
    jwks = json.dumps(await token_mint.fetch_jwks())
    token_mint.revoke_token("gone")
    page = (await token_mint.fetch_revocations(0)).model_dump_json()

    def partners_api(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        empty = '{"items": [], "next_after": 1}'
        if request.url.path == "/v1/revocations":
            return httpx2.Response(200, content=page if request.url.params["after"] == "0" else empty)
        return httpx2.Response(200, content=jwks)

    verifier = remote_verifier(settings, http(partners_api), clock)
    assert (await verifier.verify(token_mint.token(client_id="portal"))).client_id == "portal"
    assert asked == [
        "http://partners-api:8101/.well-known/jwks.json",
        "http://partners-api:8101/v1/revocations?after=0",
        "http://partners-api:8101/v1/revocations?after=1",
    ]
    with pytest.raises(TokenRevoked):
        await verifier.verify(token_mint.token(jti="gone"))


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"{}", b'{"keys": 7}', b'{"keys": [7]}', b'{"keys": [{}]}']
)
async def test_an_unreadable_key_set_is_an_outage_and_no_judgement(settings, token_mint, clock, body):
    def partners_api(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=body)

    with pytest.raises(KeysUnavailable):
        await remote_verifier(settings, http(partners_api), clock).verify(token_mint.token())


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"keys": 7}'])
async def test_a_key_set_without_keys_is_malformed(body):
    client = IssuerClient("http://x.test", None, http(lambda _: httpx2.Response(200, content=body)))
    with pytest.raises(UpstreamMalformed):
        await client.fetch_jwks()


async def test_own_tokens_are_asked_for_by_key_for_the_issuer_everyone_sees(settings, tmp_path):
    path = tmp_path / "client.json"
    path.write_text(json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=True)))
    asked: list[str] = []

    def partners_api(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        answer = {"access_token": "t", "expires_in": 600, "scope": "toms:value"}
        return httpx2.Response(200, json=answer)

    ours = settings.model_copy(update={"client_id": "svc-charter", "client_key_file": path})
    tokens = own_tokens(ours, http(partners_api))
    assert tokens is not None
    assert await tokens.token() == "t"
    assert asked == ["http://partners-api:8101/oauth/token"]


def test_a_service_without_a_client_has_no_tokens_of_its_own(settings):
    assert own_tokens(settings, http(lambda _: httpx2.Response(200))) is None


async def test_the_client_is_closed_with_the_application():
    client = http(lambda _: httpx2.Response(200))
    async with closing(client)():
        assert not client.is_closed
    assert client.is_closed


async def test_without_a_database_the_application_still_describes_itself(settings, token_mint):
    database = service_database(settings, "sample")
    app = create_service(
        settings,
        name="sample-api",
        title="Sample API",
        version="1",
        routers=[],
        database=database,
        package=None,
        verifier=token_mint.verifier(),
    )
    async with http_client(app) as client:
        assert (await client.get("/openapi.json")).status_code == 200
