"""What the tests of partners-api say in one word: an operator, registered organisations, tokens, calls."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OKPKey

from cdp_common.db.database import Database
from cdp_common.kernel.clock import FixedClock
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.scopes import EVENTS_INTERNAL, SCOPES
from partners_api.use_cases.provision_platform import (
    Declaration,
    DeclaredClient,
    DeclaredOperator,
    Provisioned,
    provision_platform,
)

ISSUER = "http://issuer.test"
TOKEN_ENDPOINT = f"{ISSUER}/oauth/token"
AUDIENCE = "cdp-test"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
OPERATOR_SCOPES = sorted(set(SCOPES) - {EVENTS_INTERNAL})

Json = dict[str, Any]


@dataclass(frozen=True)
class Registered:
    """A registered organisation with its client."""

    organisation_id: UUID
    client_id: str
    secret: str


class World:
    """One running partners-api, and somebody who calls it."""

    def __init__(self, app: FastAPI, http: httpx2.AsyncClient, db: Database, clock: FixedClock) -> None:
        self.app = app
        self.http = http
        self.db = db
        self.clock = clock
        self.operator_key = OKPKey.generate_key("Ed25519")
        self.service_key = OKPKey.generate_key("Ed25519")

    # ------------------------------------------------------------------ calls
    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        key: str | None = None,
        if_match: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Any call; a POST gets an idempotency key unless one is given."""
        sent: dict[str, str] = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if method == "POST":
            sent["Idempotency-Key"] = key or str(new_id())
        if if_match is not None:
            sent["If-Match"] = if_match
        return await self.http.request(method, path, json=body, headers=sent)

    async def get(self, path: str, *, token: str | None = None) -> httpx2.Response:
        return await self.call("GET", path, token=token)

    async def post(self, path: str, body: Any, **options: Any) -> httpx2.Response:
        return await self.call("POST", path, body, **options)

    async def made(self, path: str, body: Any, **options: Any) -> Json:
        """The answer of a POST that must create."""
        response = await self.post(path, body, **options)
        assert response.status_code == 201, response.text
        answer: Json = response.json()
        return answer

    # ------------------------------------------------------------------ tokens
    async def ask(self, form: Mapping[str, str], *, basic: tuple[str, str] | None = None) -> httpx2.Response:
        """A call of the token endpoint."""
        headers = {}
        if basic is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(basic).encode()).decode()
        return await self.http.post("/oauth/token", data=dict(form), headers=headers)

    async def token(self, client_id: str, secret: str, scope: str | None = None) -> str:
        """A token of a client with a secret."""
        form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        return _token(await self.ask(form, basic=(client_id, secret)))

    async def token_of(self, registered: Registered, scope: str | None = None) -> str:
        """A token of a registered client."""
        return await self.token(registered.client_id, registered.secret, scope)

    def assertion(self, client_id: str, key: OKPKey, *, alg: str = "Ed25519", **claims: Any) -> str:
        """A signed assertion; `claims` override any claim, None takes one away."""
        stated: Json = {
            "iss": client_id,
            "sub": client_id,
            "aud": ISSUER,
            "exp": int((self.clock() + timedelta(minutes=1)).timestamp()),
            "jti": str(new_id()),
            **claims,
        }
        kept = {name: value for name, value in stated.items() if value is not None}
        return jwt.encode({"alg": alg}, kept, key, algorithms=[alg])

    async def ask_with(self, assertion: str, **form: str) -> httpx2.Response:
        """A call of the token endpoint with an assertion."""
        fields = {"grant_type": "client_credentials", "client_assertion_type": JWT_BEARER}
        return await self.ask({**fields, "client_assertion": assertion, **form})

    async def operator(self) -> str:
        """A token of the operator."""
        return _token(await self.ask_with(self.assertion("operator", self.operator_key)))

    async def service(self) -> str:
        """A token of one of the platform's services."""
        return _token(await self.ask_with(self.assertion("gateway", self.service_key)))

    async def exchange(
        self, own: str, organisation_id: UUID, basic: tuple[str, str], **form: str
    ) -> httpx2.Response:
        """A request to act for an organisation."""
        fields = {
            "grant_type": EXCHANGE,
            "subject_token": own,
            "subject_token_type": ACCESS_TOKEN,
            "resource": f"urn:cdp:organisation:{organisation_id}",
        }
        return await self.ask({**fields, **form}, basic=basic)

    # ------------------------------------------------------------------ things that are there
    async def provision(self) -> Provisioned:
        """The operator and a service, with their clients."""
        declaration = Declaration(
            operator=DeclaredOperator(legal_name="Durham County Council", kind="public"),
            clients=[
                DeclaredClient(
                    client_id="operator",
                    name="Operator",
                    public_jwk=dict(self.operator_key.as_dict(private=False)),
                    scopes=OPERATOR_SCOPES,
                    kind="operator",
                ),
                DeclaredClient(
                    client_id="gateway",
                    name="Gateway",
                    public_jwk=dict(self.service_key.as_dict(private=False)),
                    scopes=["events:internal"],
                    kind="service",
                ),
            ],
        )
        return await provision_platform(self.db, declaration, self.clock)

    async def registered(self, name: str = "Weardale Joinery Ltd", **organisation: Any) -> Registered:
        """An organisation that registered itself."""
        body = {
            "organisation": {"legal_name": name, "kind": "private", **organisation},
            "client_name": "Portal",
        }
        answer = await self.made("/v1/registrations", body)
        return Registered(
            UUID(answer["organisation"]["id"]),
            answer["client"]["client_id"],
            answer["client"]["client_secret"],
        )

    async def place(self, operator: str, slug: str = "county-durham", **fields: Any) -> Json:
        """A place."""
        draft = {
            "slug": slug,
            "name": "County Durham",
            "gss_code": "E06000047",
            "commitments": [{"code": "C1", "title": "Collaborate proactively"}],
            "source": "test",
        }
        return await self.made("/v1/places", {**draft, **fields}, token=operator)

    async def manager(
        self, operator: str, place_id: str, name: str = "Business Durham"
    ) -> tuple[Registered, str]:
        """A programme manager of the place, with a token."""
        registered = await self.registered(name, kind="public")
        draft = {
            "organisation_id": str(registered.organisation_id),
            "name": "Programme",
            "scopes": ["places:write", "organisations:write", "clients:write", "delegations:write"],
        }
        client = await self.made("/v1/clients", draft, token=operator)
        grant = {"client_id": client["client_id"], "place_id": place_id, "role": "programme_manager"}
        await self.made("/v1/role-grants", grant, token=operator)
        managing = Registered(registered.organisation_id, client["client_id"], client["client_secret"])
        return managing, await self.token_of(managing)

    async def events(self) -> list[Json]:
        """Every event so far, as a service of the platform reads them."""
        response = await self.get("/v1/events?limit=500", token=await self.service())
        assert response.status_code == 200, response.text
        items: list[Json] = response.json()["items"]
        return items

    async def learn_revocations(self) -> None:
        """What the verifier does every two seconds by itself."""
        await self.app.state.verifier.refresh_revocations()


def _token(response: httpx2.Response) -> str:
    assert response.status_code == 200, response.text
    token: str = response.json()["access_token"]
    return token
