"""The access matrix, run: every operation by every caller gives the status that the matrix states."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from uuid import UUID

import yaml
from tests.contract.descriptions import committed
from tests.integration.partners_api.access_collective import CollectiveRequests
from tests.integration.partners_api.access_hub import HubRequests
from tests.integration.partners_api.access_organisations import OrganisationRequests
from tests.integration.partners_api.access_people import PeopleRequests, Request
from tests.integration.partners_api.access_public import PublicRequests
from tests.integration.partners_api.people import People
from tests.integration.partners_api.world import AUDIENCE, ISSUER, Json, Registered, World

from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.databases import SavepointDatabase
from partners_api.domain.scopes import CLIENTS_ADMIN, EVENTS_INTERNAL, SCOPES
from partners_api.domain.tokens import TokenGrant, claims_of
from partners_api.storage.signing_keys import load_signing_keys
from partners_api.use_cases.jose import sign_token

MATRIX = Path(__file__).parents[2] / "contract" / "access" / "partners-api.yaml"
PUBLIC_SCOPES = tuple(sorted(set(SCOPES) - {CLIENTS_ADMIN, EVENTS_INTERNAL}))


@cache
def every_row() -> list[Json]:
    rows: list[Json] = yaml.load(MATRIX.read_text(encoding="utf-8"), yaml.CSafeLoader)
    assert len({(row["operation"], row["caller"]) for row in rows}) == len(rows)
    return rows


class Scene(CollectiveRequests, HubRequests, PublicRequests, OrganisationRequests, PeopleRequests):
    """A place with a member, strangers, and records of every kind."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def set_up(self) -> None:
        world = self.world
        self.operator = await world.operator()
        phases = [{"code": "P1", "title": "Phase 1"}]
        self.place = await world.place(self.operator, phases=phases)
        self.elsewhere = await world.place(self.operator, "essex")
        self.own = await world.registered("Own Ltd")
        self.other = await world.registered("Other Ltd")
        self.third = await world.registered("Third Ltd")
        self.membership = await self.member("2022-01-01")
        self.statement = await self.published()
        self.people = People(world, self.operator)

    async def token(self, caller: str) -> str | None:
        """A token of the caller, signed with the service's own key."""
        own, other, third = (each.organisation_id for each in (self.own, self.other, self.third))
        place, elsewhere = UUID(self.place["id"]), UUID(self.elsewhere["id"])
        manages = ("programme_manager",)
        grants: dict[str, tuple[Registered, UUID, tuple[str, ...], dict[UUID, tuple[str, ...]]]] = {
            "no_scope": (self.own, own, (), {}),
            "own": (self.own, own, PUBLIC_SCOPES, {}),
            "other": (self.other, other, PUBLIC_SCOPES, {}),
            "delegate": (self.other, own, PUBLIC_SCOPES, {}),
            "manager": (self.third, third, PUBLIC_SCOPES, {place: manages}),
            "manager_elsewhere": (self.third, third, PUBLIC_SCOPES, {elsewhere: manages}),
        }
        if caller in ("public", "operator", "service"):
            fixed = {"operator": self.world.operator, "service": self.world.service}
            return await fixed[caller]() if caller in fixed else None
        client, organisation_id, scopes, roles = grants[caller]
        grant = TokenGrant(client.client_id, organisation_id, client.organisation_id, scopes, roles, None)
        claims = claims_of(
            grant,
            issuer=ISSUER,
            audience=AUDIENCE,
            jti=new_id(),
            issued_at=self.world.clock(),
            lifetime=timedelta(minutes=5),
        )
        async with self.world.db.begin() as tx:
            (key,) = await load_signing_keys(tx)
        return sign_token(key, self.world.app.state.issuer.secret_key(), claims)

    # ------------------------------------------------------------------ records
    async def member(self, day: str) -> Json:
        joining = {"organisation_id": str(self.own.organisation_id), "valid_from": day, "source": "test"}
        path = f"/v1/places/{self.place['id']}/memberships"
        return await self.world.made(path, joining | {"valid_to": day}, token=self.operator)

    async def published(self) -> Json:
        path = f"/v1/places/{self.place['id']}/statements"
        return await self.world.made(path, self.statement_draft(), token=self.operator)

    @staticmethod
    def statement_draft() -> Json:
        version = str(new_id())
        return {"version": version, "title": "T", "text": "T", "commitments": [], "source": "test"}

    async def client(self) -> Json:
        draft = {"organisation_id": str(self.own.organisation_id), "name": "C", "scopes": ["bids:read"]}
        return await self.world.made("/v1/clients", draft, token=self.operator)

    async def role_grant(self) -> Json:
        grant = {
            "client_id": (await self.client())["client_id"],
            "place_id": self.place["id"],
            "role": "officer",
        }
        return await self.world.made("/v1/role-grants", grant, token=self.operator)

    async def delegation(self) -> Json:
        fresh = await self.world.registered("Fresh Ltd")
        draft = {"delegate_organisation_id": str(fresh.organisation_id), "scopes": ["bids:read"]}
        return await self.world.made("/v1/delegations", draft, token=await self.token("own"))

    async def etag(self, path: str) -> str:
        return str((await self.world.get(path)).headers["etag"])

    # ------------------------------------------------------------------ operations
    async def reading(self, path: str) -> Request:
        return Request("GET", path)

    async def register_organisation(self) -> Request:
        body = {"organisation": {"legal_name": "New", "kind": "private"}, "client_name": "C"}
        return Request("POST", "/v1/registrations", body)

    async def create_organisation(self) -> Request:
        return Request("POST", "/v1/organisations", {"legal_name": "New", "kind": "private"})

    async def assert_organisation(self) -> Request:
        body = {
            "portal_organisation_id": str(self.other.organisation_id),
            "buyer_organisation_id": str(self.third.organisation_id),
            "portal_local_id": "bidder-1",
            "legal_name": "Somebody",
        }
        return Request("POST", "/v1/organisations/asserted", body)

    async def change_organisation(self) -> Request:
        path = f"/v1/organisations/{self.own.organisation_id}"
        return Request("PATCH", path, {"is_sme": True}, await self.etag(path))

    async def create_place(self) -> Request:
        return Request("POST", "/v1/places", {"slug": str(new_id()), "name": "P", "source": "test"})

    async def start_membership(self) -> Request:
        fresh = await self.world.registered("Joining Ltd")
        body = {"organisation_id": str(fresh.organisation_id), "valid_from": "2024-01-01", "source": "test"}
        return Request("POST", f"/v1/places/{self.place['id']}/memberships", body)

    async def end_membership(self) -> Request:
        starting = await self.start_membership()
        made = await self.world.made(starting.path, starting.body, token=self.operator)
        path = f"/v1/memberships/{made['id']}"
        return Request(
            "POST", f"{path}/end", {"valid_to": "2024-06-30", "source": "test"}, await self.etag(path)
        )

    async def publish_statement(self) -> Request:
        return Request("POST", f"/v1/places/{self.place['id']}/statements", self.statement_draft())

    async def sign_statement(self) -> Request:
        statement = await self.published()
        body = {"signed_on": "2022-01-01", "signed_by_role": "Chief Executive"}
        return Request("POST", f"/v1/statements/{statement['id']}/signatures", body)

    async def create_client(self) -> Request:
        body = {"organisation_id": str(self.own.organisation_id), "name": "C", "scopes": ["bids:read"]}
        return Request("POST", "/v1/clients", body)

    async def get_client(self) -> Request:
        return Request("GET", f"/v1/clients/{(await self.client())['client_id']}")

    async def revoke_client(self) -> Request:
        return Request("DELETE", f"/v1/clients/{(await self.client())['client_id']}")

    async def add_client_credential(self) -> Request:
        return Request("POST", f"/v1/clients/{(await self.client())['client_id']}/credentials", {})

    async def end_client_credential(self) -> Request:
        path = (await self.add_client_credential()).path
        added = await self.world.made(path, {}, token=self.operator)
        return Request("DELETE", f"{path}/{added['id']}")

    async def grant_role(self) -> Request:
        client = await self.client()
        body = {"client_id": client["client_id"], "place_id": self.place["id"], "role": "officer"}
        return Request("POST", "/v1/role-grants", body)

    async def end_role_grant(self) -> Request:
        return Request("DELETE", f"/v1/role-grants/{(await self.role_grant())['id']}")

    async def create_delegation(self) -> Request:
        fresh = await self.world.registered("Fresh Ltd")
        body = {"delegate_organisation_id": str(fresh.organisation_id), "scopes": ["bids:read"]}
        return Request("POST", "/v1/delegations", body)

    async def revoke_delegation(self) -> Request:
        return Request("DELETE", f"/v1/delegations/{(await self.delegation())['id']}")

    async def webhook(self) -> Json:
        # An address in figures: nobody has to be asked where it is, and nothing is sent while the test runs.
        draft = {"url": "https://93.184.215.14/hook"}
        return await self.world.made("/v1/webhooks", draft, token=await self.token("own"))

    async def create_webhook(self) -> Request:
        return Request("POST", "/v1/webhooks", {"url": "https://93.184.215.14/hook"})

    async def delete_webhook(self) -> Request:
        return Request("DELETE", f"/v1/webhooks/{(await self.webhook())['id']}")

    async def list_webhook_deliveries(self) -> Request:
        return Request("GET", f"/v1/webhooks/{(await self.webhook())['id']}/deliveries")

    async def replay_webhook_delivery(self) -> Request:
        path = (await self.list_webhook_deliveries()).path
        return Request("POST", f"{path}/{new_id()}/replay")

    async def batch(self, path: str, wanted: str) -> Request:
        return Request("POST", path, {"ids": [wanted]})

    def request(self, operation: str) -> Awaitable[Request]:
        """The operation's request, on a record of its own where it changes one."""
        place, membership, statement = self.place["id"], self.membership["id"], self.statement["id"]
        reads = {
            "get_jwks": "/.well-known/jwks.json",
            "get_authorization_server": "/.well-known/oauth-authorization-server",
            "list_revocations": "/v1/revocations",
            "list_organisations": "/v1/organisations",
            "get_organisation": f"/v1/organisations/{self.own.organisation_id}",
            "list_places": "/v1/places",
            "get_place": f"/v1/places/{place}",
            "list_memberships": f"/v1/places/{place}/memberships",
            "list_organisation_memberships": f"/v1/memberships?organisation_id={self.own.organisation_id}",
            "get_membership": f"/v1/memberships/{membership}",
            "list_statements": f"/v1/places/{place}/statements",
            "get_statement": f"/v1/statements/{statement}",
            "list_delegations": "/v1/delegations",
            "get_domain_proof": f"/v1/organisations/{self.own.organisation_id}/domain-proof?domain=a.example",
            "list_similar_organisations": "/v1/organisation-search?name=own",
            "list_organisation_sizes": f"/v1/organisations/{self.own.organisation_id}/sizes",
            "list_organisation_flags": f"/v1/organisations/{self.own.organisation_id}/flags",
            "list_identity_providers": "/v1/identity-providers",
            "get_event_types": "/v1/event-types",
            "list_events": "/v1/events",
            "list_webhooks": "/v1/webhooks",
            "get_liveness": "/health/live",
            "get_readiness": "/health/ready",
            "get_version": "/version",
            **self.collective_reads(),
            **self.hub_reads(),
            **self.public_reads(),
        }
        if operation in reads:
            return self.reading(reads[operation])
        if operation == "batch_organisations":
            return self.batch("/v1/organisations/batch", str(self.own.organisation_id))
        if operation == "batch_places":
            return self.batch("/v1/places/batch", place)
        make: Callable[[], Awaitable[Request]] = getattr(self, operation)
        return make()

    async def issue_token(self) -> Request:
        return Request("POST", "/oauth/token")

    async def revoke_token(self) -> Request:
        return Request("POST", "/oauth/revoke")


async def status_of(scene: Scene, request: Request, caller: str) -> int:
    """What the caller gets."""
    world = scene.world
    token = await scene.token(caller)
    if request.path.startswith("/oauth/"):
        response = await world.http.post(request.path, data={"grant_type": "client_credentials"})
    else:
        response = await world.call(
            request.method,
            request.path,
            request.body,
            token=token,
            if_match=request.if_match,
            headers=request.headers,
        )
    return response.status_code


async def test_each_caller_gets_the_stated_status(world: World) -> None:
    scene = Scene(world)
    await scene.set_up()
    assert isinstance(world.db, SavepointDatabase)
    stated = {(row["operation"], row["caller"]): row["status"] for row in every_row()}
    got: dict[tuple[str, str], int] = {}
    for operation in dict.fromkeys(operation for operation, _ in stated):
        async with world.db.undone():
            request = await scene.request(operation)
            for caller in (caller for asked, caller in stated if asked == operation):
                async with world.db.undone():
                    got[operation, caller] = await status_of(scene, request, caller)

    assert got == stated


def test_the_matrix_names_every_operation() -> None:
    paths = committed("partners-api")["paths"].values()
    operations = {each["operationId"] for path in paths for each in path.values()}

    assert operations == {row["operation"] for row in every_row()}


def test_whatever_needs_a_token_is_refused_without_one() -> None:
    refused = {row["operation"] for row in every_row() if row["caller"] == "public" and row["status"] == 401}
    secured = {
        each["operationId"]
        for path in committed("partners-api")["paths"].values()
        for each in path.values()
        if each["security"] and {} not in each["security"]
    }

    # The authorisation server's own endpoints ask for the client's proof instead of a token.
    assert secured | {"issue_token", "revoke_token"} == refused
