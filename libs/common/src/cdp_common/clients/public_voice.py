"""What the client of partners-api can ask about gatherings, ideas, supporters and consent."""

from __future__ import annotations

from uuid import UUID

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.base import Batch, IdBatch, Page
from cdp_common.contracts.gatherings import (
    Attendance,
    Gathering,
    GatheringCancellation,
    GatheringChange,
    GatheringDraft,
    GatheringKind,
    GatheringRegistration,
    RegistrationDraft,
    RegistrationReceipt,
    RegistrationStanding,
)
from cdp_common.contracts.public_voice import (
    ConsentWithdrawal,
    ConsentWording,
    ConsentWordingDraft,
    ContactPurpose,
    Idea,
    IdeaDraft,
    IdeaModeration,
    IdeaReceipt,
    IdeaState,
    ReceivedIdea,
    Supporter,
    SupporterCount,
    SupporterDraft,
    SupporterReceipt,
)


class PublicVoiceOperations(ServiceClient):
    """The operations on what the public takes part in, as a part of `PartnersClient`."""

    # -------------------------------------------------------------- gatherings
    async def announce_gathering(
        self, place_id: UUID, draft: GatheringDraft, *, idempotency_key: str
    ) -> Gathering:
        """The gathering."""
        path = f"/v1/places/{place_id}/gatherings"
        return await self._post(path, Gathering, json=draft, idempotency_key=idempotency_key)

    async def list_gatherings(
        self,
        place_id: UUID,
        *,
        kind: GatheringKind | None = None,
        include_past: bool = False,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Gathering]:
        """The place's gatherings in the order in which they start."""
        params = {"kind": kind, "include_past": include_past, "limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/gatherings", Page[Gathering], params=params)

    async def get_gathering(self, gathering_id: UUID) -> Gathering:
        """One gathering with how full it is."""
        return await self._get(f"/v1/gatherings/{gathering_id}", Gathering)

    async def batch_gatherings(self, batch: IdBatch) -> Batch[Gathering]:
        """Gatherings by id."""
        return await self._post("/v1/gatherings/batch", Batch[Gathering], json=batch, is_read=True)

    async def change_gathering(
        self, gathering_id: UUID, change: GatheringChange, *, if_match: str
    ) -> Gathering:
        """The gathering after the change; only the fields that were set are sent."""
        stated = change.model_dump(mode="json", exclude_unset=True)
        return await self._patch(f"/v1/gatherings/{gathering_id}", Gathering, json=stated, if_match=if_match)

    async def cancel_gathering(
        self, gathering_id: UUID, cancellation: GatheringCancellation, *, idempotency_key: str
    ) -> Gathering:
        """The gathering, called off."""
        path = f"/v1/gatherings/{gathering_id}/cancellation"
        return await self._post(path, Gathering, json=cancellation, idempotency_key=idempotency_key)

    async def register_for_gathering(
        self, gathering_id: UUID, draft: RegistrationDraft, *, idempotency_key: str
    ) -> RegistrationReceipt:
        """The place, or the place on the waiting list, with the token that is given once."""
        path = f"/v1/gatherings/{gathering_id}/registrations"
        return await self._post(path, RegistrationReceipt, json=draft, idempotency_key=idempotency_key)

    async def get_registration_standing(
        self, registration_id: UUID, withdrawal: ConsentWithdrawal
    ) -> RegistrationStanding:
        """How a registration stands now."""
        path = f"/v1/gathering-registrations/{registration_id}/standing"
        return await self._post(path, RegistrationStanding, json=withdrawal, is_read=True)

    async def list_gathering_registrations(
        self, gathering_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[GatheringRegistration]:
        """Who registered, in the order in which they came."""
        params = {"limit": limit, "cursor": cursor}
        path = f"/v1/gatherings/{gathering_id}/registrations"
        return await self._get(path, Page[GatheringRegistration], params=params)

    async def record_attendance(self, gathering_id: UUID, attendance: Attendance) -> Gathering:
        """The gathering after it was recorded who came; asking again changes nothing."""
        path = f"/v1/gatherings/{gathering_id}/attendance"
        return await self._post(path, Gathering, json=attendance, is_read=True)

    # -------------------------------------------------------------- consent
    async def publish_consent_wording(
        self, place_id: UUID, draft: ConsentWordingDraft, *, idempotency_key: str
    ) -> ConsentWording:
        """The wording."""
        path = f"/v1/places/{place_id}/consent-wordings"
        return await self._post(path, ConsentWording, json=draft, idempotency_key=idempotency_key)

    async def list_consent_wordings(
        self,
        place_id: UUID,
        *,
        purpose: ContactPurpose | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[ConsentWording]:
        """The wordings by purpose, of each the latest first."""
        params = {"purpose": purpose, "limit": limit, "cursor": cursor}
        path = f"/v1/places/{place_id}/consent-wordings"
        return await self._get(path, Page[ConsentWording], params=params)

    async def withdraw_consent(self, contact_id: UUID, withdrawal: ConsentWithdrawal) -> None:
        """Whoever gave the consent is forgotten."""
        path = f"/v1/public-contacts/{contact_id}/withdrawal"
        await self._send("POST", path, {"json": withdrawal})

    async def erase_public_contact(self, contact_id: UUID) -> None:
        """The same by a programme manager."""
        await self._delete(f"/v1/public-contacts/{contact_id}")

    # -------------------------------------------------------------- ideas
    async def send_idea(self, place_id: UUID, draft: IdeaDraft, *, idempotency_key: str) -> IdeaReceipt:
        """What the sender is told."""
        path = f"/v1/places/{place_id}/ideas"
        return await self._post(path, IdeaReceipt, json=draft, idempotency_key=idempotency_key)

    async def list_ideas(
        self, place_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Idea]:
        """The ideas that are shown, the latest first."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/ideas", Page[Idea], params=params)

    async def get_idea(self, idea_id: UUID) -> Idea:
        """One idea that is shown."""
        return await self._get(f"/v1/ideas/{idea_id}", Idea)

    async def list_idea_inbox(
        self,
        place_id: UUID,
        *,
        state: IdeaState | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[ReceivedIdea]:
        """All that was sent, with its senders."""
        params = {"state": state, "limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/idea-inbox", Page[ReceivedIdea], params=params)

    async def get_received_idea(self, idea_id: UUID) -> ReceivedIdea:
        """One idea with its sender, in whatever state."""
        return await self._get(f"/v1/received-ideas/{idea_id}", ReceivedIdea)

    async def moderate_idea(
        self, idea_id: UUID, moderation: IdeaModeration, *, if_match: str
    ) -> ReceivedIdea:
        """The idea as it was decided on."""
        path = f"/v1/ideas/{idea_id}/moderation"
        return await self._post(path, ReceivedIdea, json=moderation, if_match=if_match)

    async def remove_idea(self, idea_id: UUID) -> None:
        """Nothing of the idea stays."""
        await self._delete(f"/v1/ideas/{idea_id}")

    # -------------------------------------------------------------- supporters
    async def register_supporter(
        self, place_id: UUID, draft: SupporterDraft, *, idempotency_key: str
    ) -> SupporterReceipt:
        """What a supporter is told, with the token that is given once."""
        path = f"/v1/places/{place_id}/supporters"
        return await self._post(path, SupporterReceipt, json=draft, idempotency_key=idempotency_key)

    async def list_supporters(
        self, place_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Supporter]:
        """The supporters with their names."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/supporters", Page[Supporter], params=params)

    async def get_supporter_count(self, place_id: UUID) -> SupporterCount:
        """How many support the programme now."""
        return await self._get(f"/v1/places/{place_id}/supporter-count", SupporterCount)
