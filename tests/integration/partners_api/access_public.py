"""The requests of the access matrix that concern gatherings and what the public sends."""

from tests.integration.partners_api.access_people import Request
from tests.integration.partners_api.world import Json, Registered, World

from cdp_common.kernel.identifiers import new_id


class PublicRequests:
    """Well-formed calls, each on a record of its own; part of the scene that sets these up."""

    world: World
    own: Registered
    place: Json
    operator: str

    @property
    def _place(self) -> str:
        return f"/v1/places/{self.place['id']}"

    async def _person(self, purpose: str) -> Json:
        draft = {"purpose": purpose, "version": str(new_id()), "text": "I agree."}
        path = f"{self._place}/consent-wordings"
        wording = await self.world.made(path, draft, token=self.operator)
        return {"name": "Ann", "email": "ann@example.org", "wording_id": wording["id"]}

    async def _done(self, request: Request) -> Json:
        return await self.world.made(request.path, request.body, token=self.operator)

    async def announce_gathering(self) -> Request:
        body = {
            "kind": "training",
            "title": "Measures explained",
            "summary": "For bidders.",
            "starts_at": "2026-12-01T10:00:00Z",
            "ends_at": "2026-12-01T12:00:00Z",
            "venue": "Town Hall",
            "capacity": 1,
            "organiser_organisation_id": str(self.own.organisation_id),
        }
        return Request("POST", f"{self._place}/gatherings", body)

    async def get_gathering(self) -> Request:
        return Request("GET", f"/v1/gatherings/{(await self._done(await self.announce_gathering()))['id']}")

    async def batch_gatherings(self) -> Request:
        return Request("POST", "/v1/gatherings/batch", {"ids": [str(new_id())]})

    async def change_gathering(self) -> Request:
        path = (await self.get_gathering()).path
        etag = (await self.world.get(path)).headers["ETag"]
        return Request("PATCH", path, {"capacity": 3}, etag)

    async def cancel_gathering(self) -> Request:
        return Request("POST", f"{(await self.get_gathering()).path}/cancellation", {"reason": "snow"})

    async def register_for_gathering(self) -> Request:
        body = {"person": await self._person("gathering")}
        return Request("POST", f"{(await self.get_gathering()).path}/registrations", body)

    async def get_registration_standing(self) -> Request:
        made = await self._done(await self.register_for_gathering())
        path = f"/v1/gathering-registrations/{made['id']}/standing"
        return Request("POST", path, {"token": made["withdrawal_token"]})

    async def list_gathering_registrations(self) -> Request:
        return Request("GET", f"{(await self.get_gathering()).path}/registrations")

    async def record_attendance(self) -> Request:
        """At a gathering that has begun, and to which one can still register."""
        announcing = await self.announce_gathering()
        times = {"starts_at": "2026-11-22T09:00:00Z", "ends_at": "2026-11-22T12:00:00Z"}
        body = {**announcing.body, **times, "registration_closes_at": times["ends_at"]}
        path = f"/v1/gatherings/{(await self._done(Request('POST', announcing.path, body)))['id']}"
        coming = {"person": await self._person("gathering")}
        made = await self.world.made(f"{path}/registrations", coming)
        return Request("POST", f"{path}/attendance", {"registration_ids": [made["id"]]})

    async def publish_consent_wording(self) -> Request:
        body = {"purpose": "idea", "version": str(new_id()), "text": "I agree."}
        return Request("POST", f"{self._place}/consent-wordings", body)

    async def send_idea(self) -> Request:
        body = {"title": "A bench", "text": "At the stop.", "sender": await self._person("idea")}
        return Request("POST", f"{self._place}/ideas", body)

    async def get_received_idea(self) -> Request:
        made = await self._done(await self.send_idea())
        return Request("GET", f"/v1/received-ideas/{made['id']}")

    async def moderate_idea(self) -> Request:
        path = (await self.get_received_idea()).path
        etag = (await self.world.get(path, token=self.operator)).headers["etag"]
        deciding = f"{path.replace('received-ideas', 'ideas')}/moderation"
        return Request("POST", deciding, {"outcome": "shown", "reason": "on the subject"}, etag)

    async def get_idea(self) -> Request:
        moderating = await self.moderate_idea()
        await self.world.post(
            moderating.path, moderating.body, token=self.operator, if_match=moderating.if_match
        )
        return Request("GET", moderating.path.removesuffix("/moderation"))

    async def remove_idea(self) -> Request:
        return Request("DELETE", (await self.get_idea()).path)

    async def register_supporter(self) -> Request:
        body = {"person": await self._person("supporter"), "interests": ["news"]}
        return Request("POST", f"{self._place}/supporters", body)

    async def withdraw_consent(self) -> Request:
        made = await self._done(await self.register_supporter())
        path = f"/v1/public-contacts/{made['contact_id']}/withdrawal"
        return Request("POST", path, {"token": made["withdrawal_token"]})

    async def erase_public_contact(self) -> Request:
        return Request("DELETE", (await self.withdraw_consent()).path.removesuffix("/withdrawal"))

    def public_reads(self) -> dict[str, str]:
        """The lists of a place, by operation."""
        return {
            "list_gatherings": f"{self._place}/gatherings",
            "list_consent_wordings": f"{self._place}/consent-wordings",
            "list_ideas": f"{self._place}/ideas",
            "list_idea_inbox": f"{self._place}/idea-inbox",
            "list_supporters": f"{self._place}/supporters",
            "get_supporter_count": f"{self._place}/supporter-count",
        }
