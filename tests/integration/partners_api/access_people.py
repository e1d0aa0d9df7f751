"""The requests of the access matrix that concern people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.integration.partners_api.people import ISSUER, People
from tests.integration.partners_api.world import Json, Registered

from cdp_common.kernel.identifiers import new_id


@dataclass(frozen=True)
class Request:
    """A well-formed call of an operation on a record made for it."""

    method: str
    path: str
    body: Any = None
    if_match: str | None = None
    headers: Mapping[str, str] | None = None


class PeopleRequests:
    """Well-formed calls, each on a record of its own; part of the scene that sets these up."""

    own: Registered
    place: Json
    people: People

    async def create_identity_provider(self) -> Request:
        draft = self.people.draft(issuer=f"https://{new_id()}.example")
        return Request("POST", "/v1/identity-providers", draft)

    async def end_identity_provider(self) -> Request:
        made = await self.people.trusted(issuer=f"https://{new_id()}.example")
        return Request("DELETE", f"/v1/identity-providers/{made['id']}")

    async def record_person(self) -> Request:
        listed = await self.people.world.get("/v1/identity-providers", token=self.people.operator)
        if not listed.json()["items"]:
            await self.people.trusted()
        return Request("POST", "/v1/persons", {"issuer": ISSUER, "subject": str(new_id())})

    async def person(self) -> Json:
        await self.record_person()
        return await self.people.person(str(new_id()))

    async def role(self) -> Json:
        return await self.people.role(await self.person(), self.own, self.place, "officer")

    async def get_person(self) -> Request:
        return Request("GET", f"/v1/persons/{(await self.role())['person_id']}")

    async def erase_person(self) -> Request:
        return Request("DELETE", f"/v1/persons/{(await self.role())['person_id']}")

    async def grant_person_role(self) -> Request:
        draft = {
            "person_id": (await self.person())["id"],
            "organisation_id": str(self.own.organisation_id),
            "place_id": self.place["id"],
            "role": "officer",
        }
        return Request("POST", "/v1/person-roles", draft)

    async def end_person_role(self) -> Request:
        return Request("DELETE", f"/v1/person-roles/{(await self.role())['id']}")
