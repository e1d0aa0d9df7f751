"""Tokens of a client's own: asked for once, renewed in time, proved by key or secret, exchanged."""

import asyncio
import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote
from uuid import UUID

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey
from tests.unit.common_web.conftest import NOW

from cdp_common.clients.base import ServiceClient, UpstreamMalformed, UpstreamProblem, UpstreamUnavailable
from cdp_common.clients.tokens import ClientCredentials, forwarded
from cdp_common.contracts.base import Contract
from cdp_common.kernel.clock import FixedClock

ORG = UUID("01a20000-0000-7000-8000-00000000000a")
OTHER = UUID("01a20000-0000-7000-8000-00000000000b")


class Thing(Contract):
    name: str


class TokenEndpoint:
    """Answers with numbered tokens, and remembers the forms it was sent."""

    def __init__(self, expires_in: int = 600) -> None:
        self.expires_in = expires_in
        self.forms: list[dict[str, str]] = []
        self.requests: list[httpx2.Request] = []
        self.refusal: httpx2.Response | None = None

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        self.forms.append({name: values[0] for name, values in parse_qs(request.content.decode()).items()})
        if self.refusal is not None:
            return self.refusal
        body = {
            "access_token": f"token-{len(self.forms)}",
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "scope": "a b",
            "added_later": 1,
        }
        return httpx2.Response(200, json=body)

    def http(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self))

    def source(self, clock: FixedClock, **options: Any) -> ClientCredentials:
        proof: Mapping[str, Any] = options or {"secret": "s3cret"}
        return ClientCredentials("https://id.test/", "svc-1", http=self.http(), clock=clock, **proof)


@pytest.fixture
def endpoint() -> TokenEndpoint:
    return TokenEndpoint()


async def test_a_token_is_asked_for_once_and_renewed_a_minute_before_its_end(endpoint, clock):
    source = endpoint.source(clock)
    assert await source.token() == "token-1"
    clock.advance(timedelta(seconds=539))
    assert await source.token() == "token-1"
    clock.advance(timedelta(seconds=1))
    assert await source.token() == "token-2"


async def test_a_short_token_is_used_for_half_its_time(clock):
    source = TokenEndpoint(expires_in=60).source(clock)
    assert await source.token() == "token-1"
    clock.advance(timedelta(seconds=29))
    assert await source.token() == "token-1"
    clock.advance(timedelta(seconds=1))
    assert await source.token() == "token-2"


async def test_many_at_once_ask_once(endpoint, clock):
    source = endpoint.source(clock)
    assert set(await asyncio.gather(*(source.token() for _ in range(20)))) == {"token-1"}
    assert len(endpoint.forms) == 1


async def test_a_secret_is_sent_as_basic_and_stands_nowhere_else(endpoint, clock):
    source = ClientCredentials(
        "https://id.test",
        "svc:1",
        secret="s%/ü",
        scopes=["b:write", "a:read"],
        http=endpoint.http(),
        clock=clock,
    )
    await source.token()
    (request,) = endpoint.requests
    assert str(request.url) == "https://id.test/oauth/token"
    scheme, _, pair = request.headers["authorization"].partition(" ")
    client_id, _, secret = base64.b64decode(pair).decode().partition(":")
    assert (scheme, unquote(client_id), unquote(secret)) == ("Basic", "svc:1", "s%/ü")
    assert endpoint.forms == [{"grant_type": "client_credentials", "scope": "a:read b:write"}]
    assert "s%/ü" not in repr(source)


async def test_a_key_signs_a_fresh_assertion_each_time(endpoint, clock):
    key = OKPKey.generate_key("Ed25519", parameters={"kid": "svc-key"})
    source = endpoint.source(clock, key=key.as_dict(private=True))
    await source.token()
    source.forget()
    await source.token()
    jtis = set()
    for form in endpoint.forms:
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        assertion = jwt.decode(form["client_assertion"], key, algorithms=["Ed25519"])
        assert assertion.header == {"typ": "JWT", "alg": "Ed25519", "kid": "svc-key"}
        jtis.add(assertion.claims.pop("jti"))
        assert assertion.claims == {
            "iss": "svc-1",
            "sub": "svc-1",
            "aud": "https://id.test",
            "iat": int(NOW.timestamp()),
            "exp": int(NOW.timestamp()) + 60,
        }
    assert len(jtis) == 2
    assert "authorization" not in endpoint.requests[0].headers


async def test_the_token_endpoint_may_be_reached_elsewhere(endpoint, clock):
    source = endpoint.source(clock, secret="s", token_url="http://partners-api:8101/oauth/token")
    await source.token()
    assert str(endpoint.requests[0].url) == "http://partners-api:8101/oauth/token"


@pytest.mark.parametrize("proof", [{}, {"secret": "s", "key": {"kty": "OKP"}}])
def test_a_client_proves_itself_in_exactly_one_way(endpoint, clock, proof):
    with pytest.raises(ValueError, match="either by key or by secret"):
        ClientCredentials("https://id.test", "svc-1", http=endpoint.http(), clock=clock, **proof)


async def test_acting_for_an_organisation_exchanges_the_own_token(endpoint, clock):
    source = endpoint.source(clock)
    assert await source.acting_for(ORG).token() == "token-2"
    assert endpoint.forms == [
        {"grant_type": "client_credentials"},
        {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": "token-1",
            "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "resource": f"urn:cdp:organisation:{ORG}",
        },
    ]


async def test_each_organisation_has_its_token_and_keeps_it(endpoint, clock):
    source = endpoint.source(clock)
    assert [await source.acting_for(org).token() for org in (ORG, OTHER, ORG)] == [
        "token-2",
        "token-3",
        "token-2",
    ]


async def test_organisations_are_kept_up_to_a_number(endpoint, clock, monkeypatch):
    monkeypatch.setattr("cdp_common.clients.tokens.MAX_ORGANISATIONS", 1)
    source = endpoint.source(clock)
    assert [await source.acting_for(org).token() for org in (ORG, OTHER, ORG)] == [
        "token-2",
        "token-3",
        "token-4",
    ]


@pytest.mark.parametrize(
    "body",
    [{"error": "invalid_client", "error_description": "No."}, {"code": "invalid_client", "detail": "No."}],
)
async def test_a_refusal_of_either_form_keeps_its_code(endpoint, clock, body):
    endpoint.refusal = httpx2.Response(401, json=body)
    with pytest.raises(UpstreamProblem) as refusal:
        await endpoint.source(clock).token()
    assert (refusal.value.status, refusal.value.code, refusal.value.detail) == (401, "invalid_client", "No.")


async def test_an_outage_of_the_issuer_is_an_outage(endpoint, clock):
    endpoint.refusal = httpx2.Response(503)
    source = endpoint.source(clock)
    with pytest.raises(UpstreamUnavailable):
        await source.token()
    endpoint.refusal = None
    assert await source.token() == "token-2"


async def test_an_unreadable_answer_is_told_apart(endpoint, clock):
    endpoint.refusal = httpx2.Response(200, json={"access_token": "x"})
    with pytest.raises(UpstreamMalformed):
        await endpoint.source(clock).token()


class Guarded:
    """A service that believes one token only."""

    def __init__(self, good: str) -> None:
        self.good = good
        self.seen: list[str] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request.headers["authorization"])
        if request.headers["authorization"] == f"Bearer {self.good}":
            return httpx2.Response(200, json={"name": "x"})
        return httpx2.Response(401, json={"code": "token_revoked", "detail": "No."})

    def http(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self))


async def test_a_refused_token_is_replaced_once(endpoint, clock):
    service = Guarded("token-2")
    client = ServiceClient("http://x.test", endpoint.source(clock), service.http())
    assert (await client._post("/x", Thing)).name == "x"
    assert service.seen == ["Bearer token-1", "Bearer token-2"]


async def test_a_second_refusal_is_the_answer(endpoint, clock):
    service = Guarded("none")
    client = ServiceClient("http://x.test", endpoint.source(clock), service.http())
    with pytest.raises(UpstreamProblem) as refusal:
        await client._get("/x", Thing)
    assert (refusal.value.status, len(service.seen)) == (401, 2)


async def test_a_refused_exchanged_token_renews_both(endpoint, clock):
    service = Guarded("token-4")
    client = ServiceClient("http://x.test", endpoint.source(clock).acting_for(ORG), service.http())
    assert (await client._get("/x", Thing)).name == "x"
    assert service.seen == ["Bearer token-2", "Bearer token-4"]


async def test_a_forwarded_token_cannot_be_replaced():
    service = Guarded("good")
    client = ServiceClient("http://x.test", forwarded("bad"), service.http())
    with pytest.raises(UpstreamProblem):
        await client._get("/x", Thing)
    assert service.seen == ["Bearer bad"]
