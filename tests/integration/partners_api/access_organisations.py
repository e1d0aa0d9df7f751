"""The requests of the access matrix that verify, merge and describe organisations."""

from tests.integration.partners_api.access_people import Request
from tests.integration.partners_api.world import Registered, World


class OrganisationRequests:
    """Well-formed calls, each on a record of its own; part of the scene that sets these up."""

    world: World
    own: Registered

    async def verify_organisation(self) -> Request:
        fresh = await self.world.registered("Fresh Ltd")
        path = f"/v1/organisations/{fresh.organisation_id}/verification"
        return Request("POST", path, {"method": "vouched", "evidence": "test"})

    async def record_identifier_domain(self) -> Request:
        identifier = {"scheme": "GB-COH", "id": "01234567"}
        tie = {"identifier": identifier, "domain": "own.example", "source": "test"}
        return Request("POST", "/v1/identifier-domains", tie)

    async def merge_organisation(self) -> Request:
        fresh = await self.world.registered("Fresh Ltd")
        body = {"survivor_id": str(self.own.organisation_id), "reason": "test"}
        path = f"/v1/organisations/{fresh.organisation_id}"
        return Request("POST", f"{path}/merge", body, (await self.world.get(path)).headers["etag"])

    async def state_organisation_size(self) -> Request:
        body = {"stated_on": "2026-11-01", "staff": 12, "source": "test"}
        return Request("POST", f"/v1/organisations/{self.own.organisation_id}/sizes", body)

    async def add_organisation_flag(self) -> Request:
        body = {"kind": "accreditation", "code": "living-wage", "valid_from": "2026-01-01", "source": "test"}
        return Request("POST", f"/v1/organisations/{self.own.organisation_id}/flags", body)

    async def get_organisation_flag(self) -> Request:
        adding = await self.add_organisation_flag()
        made = await self.world.made(adding.path, adding.body, token=await self.world.operator())
        return Request("GET", f"/v1/organisation-flags/{made['id']}")

    async def end_organisation_flag(self) -> Request:
        path = (await self.get_organisation_flag()).path
        etag = (await self.world.get(path)).headers["etag"]
        return Request("POST", f"{path}/end", {"valid_to": "2026-06-30"}, etag)
