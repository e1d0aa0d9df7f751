"""Somebody else's OAuth client and identity provider, over real connections of this machine."""

import asyncio
import warnings
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import OKPKey
from tests.integration.partners_api.people import ID_TOKEN
from tests.integration.partners_api.world import EXCHANGE, World
from tests.soak.described import served

from cdp_common.kernel.clock import utc_now

pytestmark = pytest.mark.enable_socket
CALLBACK = "https://portal.example/callback"
SCOPES = "bids:read reports:write tenders:read"


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    """The service on a socket; what it judges by the clock, it judges by the real one."""
    world.clock.set(utc_now())
    async with served(world.app) as at:
        yield at


def provider_session(issuer: str) -> OAuth2Session:
    return OAuth2Session("portal-at-provider", "any", scope="openid profile email", redirect_uri=CALLBACK)


def signed_in(issuer: str, subject: str, nonce: str) -> str:
    """The identity token of somebody who goes through the provider's authorisation code flow."""
    session = provider_session(issuer)
    url, state = session.create_authorization_url(f"{issuer}/oauth2/authorize", nonce=nonce)
    page = session.request("POST", url, data={"sub": subject}, allow_redirects=False, withhold_token=True)
    assert page.status_code == 302, page.text
    back = page.headers["location"]
    assert parse_qs(urlsplit(back).query)["state"] == [state]
    token = session.fetch_token(f"{issuer}/oauth2/token", authorization_response=back)
    return str(token["id_token"])


async def test_people_of_an_external_provider_sign_in_through_an_independent_client(
    world: World, address: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is built on names that its own library calls old
        import oidc_provider_mock

        users = [oidc_provider_mock.User(sub="ada", claims={"name": "Ada Example"})]
        with oidc_provider_mock.run_server_in_thread(user_claims=users) as server:
            issuer = f"http://localhost:{server.server_port}"
            operator = await world.operator()
            council = await world.registered("Council", kind="public")
            place = await world.place(operator)
            await world.made(
                "/v1/identity-providers",
                {
                    "name": "Council sign-in",
                    "issuer": issuer,  # the keys are where its discovery document says
                    "audiences": [{"audience": "portal-at-provider", "client_ids": [council.client_id]}],
                    "organisation_ids": [str(council.organisation_id)],
                },
                token=operator,
            )
            ada = await world.made("/v1/persons", {"issuer": issuer, "subject": "ada"}, token=operator)
            role = {"organisation_id": str(council.organisation_id), "place_id": place["id"]}
            given = {**role, "person_id": ada["id"], "role": "officer"}
            await world.made("/v1/person-roles", given, token=operator)

            id_token = await asyncio.to_thread(signed_in, issuer, "ada", "n-1")
            fields = {"subject_token": id_token, "subject_token_type": ID_TOKEN, "nonce": "n-1"}

            def exchanged() -> dict[str, object]:
                session = OAuth2Session(council.client_id, council.secret, scope=SCOPES)
                answer = session.fetch_token(f"{address}/oauth/token", grant_type=EXCHANGE, **fields)
                return dict(answer)

            answer = await asyncio.to_thread(exchanged)

    keys = (await world.get("/.well-known/jwks.json")).json()["keys"]
    said = jwt.decode(str(answer["access_token"]), OKPKey.import_key(keys[0]), algorithms=["Ed25519"]).claims
    assert (said["sub"], said["scope"]) == (ada["id"], SCOPES)
    known = (await world.get(f"/v1/persons/{ada['id']}", token=str(answer["access_token"]))).json()
    assert known["name"] == "Ada Example"


async def test_an_independent_client_gets_and_gives_back_tokens_in_every_way_offered(
    world: World, address: str
) -> None:
    registered = await world.registered()
    pair = OKPKey.generate_key("Ed25519")
    body = {"organisation": {"legal_name": "Keys Ltd", "kind": "private"}, "client_name": "K"}
    keyed = await world.made("/v1/registrations", {**body, "public_jwk": dict(pair.as_dict(private=False))})
    described = (await world.get("/.well-known/oauth-authorization-server")).json()
    issuer = described["issuer"]

    def by_secret(method: str) -> dict[str, object]:
        session = OAuth2Session(
            registered.client_id, registered.secret, scope="bids:read", token_endpoint_auth_method=method
        )
        token = session.fetch_token(f"{address}/oauth/token", grant_type="client_credentials")
        reply = session.get(f"{address}/v1/events")
        given_back = session.revoke_token(f"{address}/oauth/revoke", token=token["access_token"])
        return {"scope": token["scope"], "events": reply.status_code, "revoked": given_back.status_code}

    def by_key() -> str:
        session = OAuth2Session(keyed["client"]["client_id"], pair, scope="bids:read")
        # The audience is the issuer's own name, not where the test reaches it; unless it is told otherwise
        # this client signs for an hour, which is longer than is taken here.
        in_a_minute = {"exp": int(utc_now().timestamp()) + 60}
        session.register_client_auth_method(PrivateKeyJWT(issuer, in_a_minute, alg="Ed25519"))
        session.token_endpoint_auth_method = "private_key_jwt"
        token = session.fetch_token(f"{address}/oauth/token", grant_type="client_credentials")
        return str(token["scope"])

    for method in ("client_secret_basic", "client_secret_post"):
        got = await asyncio.to_thread(by_secret, method)
        assert got == {"scope": "bids:read", "events": 403, "revoked": 200}, method
    assert await asyncio.to_thread(by_key) == "bids:read"
    assert described["token_endpoint"] == f"{issuer}/oauth/token"
