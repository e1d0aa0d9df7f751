"""The requests of the access matrix that concern what a collective is made of and does."""

from tests.integration.partners_api.access_people import Request
from tests.integration.partners_api.world import Json, Registered, World

from cdp_common.kernel.identifiers import new_id

DATED = {"valid_from": "2022-01-01", "valid_to": "2022-01-01", "source": "test"}
ENDING = {"valid_to": "2022-01-01", "source": "test"}


class CollectiveRequests:
    """Well-formed calls, each on a record of its own; part of the scene that sets these up."""

    world: World
    own: Registered
    place: Json
    membership: Json
    operator: str

    async def _made(self, request: Request) -> Json:
        return await self.world.made(request.path, request.body, token=self.operator)

    async def record_phase(self) -> Request:
        return Request("POST", f"/v1/places/{self.place['id']}/phases", {**DATED, "phase": "P1"})

    async def _ending(self, path: str) -> Request:
        etag = (await self.world.get(path, token=self.operator)).headers["etag"]
        return Request("POST", f"{path}/end", ENDING, etag)

    async def get_phase(self) -> Request:
        made = await self._made(await self.record_phase())
        return Request("GET", f"/v1/phases/{made['id']}")

    async def end_phase(self) -> Request:
        return await self._ending((await self.get_phase()).path)

    async def start_programme(self) -> Request:
        body = {**DATED, "code": "good-work", "title": "Good Work"}
        return Request("POST", f"/v1/places/{self.place['id']}/programmes", body)

    async def get_programme(self) -> Request:
        made = await self._made(await self.start_programme())
        return Request("GET", f"/v1/programmes/{made['id']}")

    async def end_programme(self) -> Request:
        return await self._ending((await self.get_programme()).path)

    async def give_partner_role(self) -> Request:
        body = {**DATED, "role": "chair", "title": "Chair"}
        return Request("POST", f"/v1/memberships/{self.membership['id']}/roles", body)

    async def get_partner_role(self) -> Request:
        made = await self._made(await self.give_partner_role())
        return Request("GET", f"/v1/partner-roles/{made['id']}")

    async def end_partner_role(self) -> Request:
        return await self._ending((await self.get_partner_role()).path)

    async def choose_focus(self) -> Request:
        body = {**DATED, "kind": "theme", "code": "OM-T1", "title": "Good work for local people"}
        return Request("POST", f"/v1/memberships/{self.membership['id']}/focuses", body)

    async def get_focus(self) -> Request:
        made = await self._made(await self.choose_focus())
        return Request("GET", f"/v1/focuses/{made['id']}")

    async def end_focus(self) -> Request:
        return await self._ending((await self.get_focus()).path)

    async def record_meeting(self) -> Request:
        body = {"held_on": "2022-03-01", "title": "Spring meeting", "state": "held"}
        return Request("POST", f"/v1/places/{self.place['id']}/meetings", body)

    async def get_meeting(self) -> Request:
        made = await self._made(await self.record_meeting())
        return Request("GET", f"/v1/meetings/{made['id']}")

    async def change_meeting(self) -> Request:
        path, recording = (await self.get_meeting()).path, await self.record_meeting()
        etag = (await self.world.get(path, token=self.operator)).headers["etag"]
        return Request("PUT", path, recording.body, etag)

    async def agree_action(self) -> Request:
        body = {
            "title": "Share the supplier list",
            "owner_organisation_id": str(self.own.organisation_id),
            "agreed_on": "2022-03-01",
        }
        return Request("POST", f"/v1/places/{self.place['id']}/actions", body)

    async def get_action(self) -> Request:
        return Request("GET", f"/v1/actions/{(await self._made(await self.agree_action()))['id']}")

    async def change_action(self) -> Request:
        path = (await self.get_action()).path
        return Request("POST", f"{path}/changes", {"state": "done", "changed_on": "2022-04-01"})

    async def publish_checklist(self) -> Request:
        body = {"code": str(new_id()), "version": "1", "title": "L", "source": "test"}
        return Request("POST", "/v1/checklists", {**body, "stages": [{"code": "s1", "title": "First"}]})

    async def get_checklist(self) -> Request:
        return Request("GET", f"/v1/checklists/{(await self._made(await self.publish_checklist()))['id']}")

    async def record_stage(self) -> Request:
        checklist = await self._made(await self.publish_checklist())
        body = {
            "checklist_id": checklist["id"],
            "stage": "s1",
            "state": "in_place",
            "recorded_on": "2022-04-01",
        }
        return Request("POST", f"/v1/places/{self.place['id']}/stage-records", body)

    def collective_reads(self) -> dict[str, str]:
        """The lists of a place, by operation."""
        place = f"/v1/places/{self.place['id']}"
        return {
            "list_phases": f"{place}/phases",
            "list_programmes": f"{place}/programmes",
            "list_partner_roles": f"{place}/partner-roles",
            "list_focuses": f"{place}/focuses",
            "list_meetings": f"{place}/meetings",
            "list_actions": f"{place}/actions",
            "list_stage_records": f"{place}/stage-records",
            "list_place_checklists": f"{place}/checklists",
            "list_checklists": "/v1/checklists",
        }
