"""The requests of the access matrix that concern the Knowledge Hub."""

from tests.integration.partners_api.access_people import Request
from tests.integration.partners_api.world import Json, Registered, World

from cdp_common.kernel.identifiers import new_id

PAGE = {"kind": "story", "title": "A garden", "summary": "How it came about.", "body": "Once."}


class HubRequests:
    """Well-formed calls, each on a record of its own; part of the scene that sets these up."""

    world: World
    own: Registered
    place: Json
    operator: str

    async def draft_hub_page(self) -> Request:
        path = f"/v1/places/{self.place['id']}/hub-pages"
        return Request("POST", path, {**PAGE, "slug": str(new_id())})

    async def drafted(self) -> str:
        request = await self.draft_hub_page()
        made = await self.world.made(request.path, request.body, token=self.operator)
        return f"/v1/hub-drafts/{made['id']}"

    async def reviewed(self) -> str:
        """A page by the operator, reviewed by an officer of another organisation."""
        path = await self.drafted()
        token = await self.token("manager")  # type: ignore[attr-defined]  # the scene has it
        await self.world.made(f"{path}/reviews", {"version": 1, "outcome": "approved"}, token=token)
        return path

    async def shown(self) -> str:
        path = await self.reviewed()
        await self.world.made(f"{path}/publication", {"version": 1}, token=self.operator)
        return path

    async def get_hub_draft(self) -> Request:
        return Request("GET", await self.drafted())

    async def create_hub_preview_token(self) -> Request:
        return Request("POST", f"{await self.drafted()}/preview-tokens", {})

    async def get_hub_preview(self) -> Request:
        asking = await self.create_hub_preview_token()
        token = await self.token("manager")  # type: ignore[attr-defined]  # the scene has it
        made = await self.world.made(asking.path, {}, token=token)
        return Request("GET", "/v1/hub-previews", headers={"Preview-Token": made["token"]})

    async def revise_hub_page(self) -> Request:
        body = {name: value for name, value in PAGE.items() if name != "kind"}
        return Request("POST", f"{await self.drafted()}/versions", body)

    async def review_hub_page(self) -> Request:
        return Request("POST", f"{await self.drafted()}/reviews", {"version": 1, "outcome": "returned"})

    async def publish_hub_page(self) -> Request:
        return Request("POST", f"{await self.reviewed()}/publication", {"version": 1})

    async def withdraw_hub_page(self) -> Request:
        return Request("POST", f"{await self.shown()}/withdrawal", {"reason": "out of date"})

    async def get_hub_page(self) -> Request:
        return Request("GET", (await self.shown()).replace("hub-drafts", "hub-pages"))

    async def batch_hub_pages(self) -> Request:
        return Request("POST", "/v1/hub-pages/batch", {"ids": [str(new_id())]})

    async def add_hub_contact(self) -> Request:
        body = {"label": "Team", "purpose": "bids", "email": "team@example.org"}
        return Request("POST", f"/v1/places/{self.place['id']}/hub-contacts", body)

    async def remove_hub_contact(self) -> Request:
        adding = await self.add_hub_contact()
        made = await self.world.made(adding.path, adding.body, token=self.operator)
        return Request("DELETE", f"/v1/hub-contacts/{made['id']}")

    def hub_reads(self) -> dict[str, str]:
        """The lists of a place, by operation."""
        place = f"/v1/places/{self.place['id']}"
        return {
            "get_human_values": "/v1/hub/human-values",
            "list_hub_hits": f"/v1/hub/search?place={self.place['slug']}&q=garden",
            "list_hub_pages": f"{place}/hub-pages",
            "list_hub_drafts": f"{place}/hub-drafts",
            "list_hub_contacts": f"{place}/hub-contacts",
        }
