"""What the client of partners-api can ask about a collective: its parts, working group, checklists."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.base import Page
from cdp_common.contracts.checklists import (
    Checklist,
    ChecklistDraft,
    PlaceChecklist,
    StageRecord,
    StageRecordDraft,
)
from cdp_common.contracts.collective import (
    DatedEnd,
    Focus,
    FocusDraft,
    FocusKind,
    PartnerRole,
    PartnerRoleDraft,
    Phase,
    PhaseDraft,
    Programme,
    ProgrammeDraft,
)
from cdp_common.contracts.working_group import (
    Action,
    ActionChangeDraft,
    ActionDraft,
    ActionState,
    Meeting,
    MeetingDraft,
)


class CollectiveOperations(ServiceClient):
    """The operations on what a collective is made of and does, as a part of `PartnersClient`."""

    # -------------------------------------------------------------- phases and programmes
    async def record_phase(self, place_id: UUID, draft: PhaseDraft, *, idempotency_key: str) -> Phase:
        """The phase with its days."""
        path = f"/v1/places/{place_id}/phases"
        return await self._post(path, Phase, json=draft, idempotency_key=idempotency_key)

    async def list_phases(
        self,
        place_id: UUID,
        *,
        as_of: date | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Phase]:
        """The place's phases by code."""
        params = {"as_of": as_of, "limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/phases", Page[Phase], params=params)

    async def get_phase(self, phase_id: UUID) -> Phase:
        """One phase."""
        return await self._get(f"/v1/phases/{phase_id}", Phase)

    async def end_phase(self, phase_id: UUID, end: DatedEnd, *, if_match: str) -> Phase:
        """The phase with its last day."""
        return await self._post(f"/v1/phases/{phase_id}/end", Phase, json=end, if_match=if_match)

    async def start_programme(
        self, place_id: UUID, draft: ProgrammeDraft, *, idempotency_key: str
    ) -> Programme:
        """The programme of work."""
        path = f"/v1/places/{place_id}/programmes"
        return await self._post(path, Programme, json=draft, idempotency_key=idempotency_key)

    async def list_programmes(
        self,
        place_id: UUID,
        *,
        as_of: date | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Programme]:
        """The place's programmes of work by code."""
        params = {"as_of": as_of, "limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/programmes", Page[Programme], params=params)

    async def get_programme(self, programme_id: UUID) -> Programme:
        """One programme of work."""
        return await self._get(f"/v1/programmes/{programme_id}", Programme)

    async def end_programme(self, programme_id: UUID, end: DatedEnd, *, if_match: str) -> Programme:
        """The programme with its last day."""
        path = f"/v1/programmes/{programme_id}/end"
        return await self._post(path, Programme, json=end, if_match=if_match)

    # -------------------------------------------------------------- of memberships
    async def give_partner_role(
        self, membership_id: UUID, draft: PartnerRoleDraft, *, idempotency_key: str
    ) -> PartnerRole:
        """The role that the partner has."""
        path = f"/v1/memberships/{membership_id}/roles"
        return await self._post(path, PartnerRole, json=draft, idempotency_key=idempotency_key)

    async def list_partner_roles(
        self,
        place_id: UUID,
        *,
        as_of: date | None = None,
        membership_id: UUID | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[PartnerRole]:
        """The roles of the place's partners, by code."""
        params = {"as_of": as_of, "membership_id": membership_id, "limit": limit, "cursor": cursor}
        path = f"/v1/places/{place_id}/partner-roles"
        return await self._get(path, Page[PartnerRole], params=params)

    async def get_partner_role(self, partner_role_id: UUID) -> PartnerRole:
        """One role of a partner."""
        return await self._get(f"/v1/partner-roles/{partner_role_id}", PartnerRole)

    async def end_partner_role(self, partner_role_id: UUID, end: DatedEnd, *, if_match: str) -> PartnerRole:
        """The role with its last day."""
        path = f"/v1/partner-roles/{partner_role_id}/end"
        return await self._post(path, PartnerRole, json=end, if_match=if_match)

    async def choose_focus(self, membership_id: UUID, draft: FocusDraft, *, idempotency_key: str) -> Focus:
        """What the partner chose."""
        path = f"/v1/memberships/{membership_id}/focuses"
        return await self._post(path, Focus, json=draft, idempotency_key=idempotency_key)

    async def list_focuses(
        self,
        place_id: UUID,
        *,
        as_of: date | None = None,
        kind: FocusKind | None = None,
        code: str | None = None,
        organisation_id: UUID | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Focus]:
        """What the place's partners chose, by kind and code."""
        wanted = {"as_of": as_of, "kind": kind, "code": code, "organisation_id": organisation_id}
        params = {**wanted, "limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/focuses", Page[Focus], params=params)

    async def get_focus(self, focus_id: UUID) -> Focus:
        """One choice of a partner."""
        return await self._get(f"/v1/focuses/{focus_id}", Focus)

    async def end_focus(self, focus_id: UUID, end: DatedEnd, *, if_match: str) -> Focus:
        """The choice with its last day."""
        return await self._post(f"/v1/focuses/{focus_id}/end", Focus, json=end, if_match=if_match)

    # -------------------------------------------------------------- the working group
    async def record_meeting(self, place_id: UUID, draft: MeetingDraft, *, idempotency_key: str) -> Meeting:
        """The meeting."""
        path = f"/v1/places/{place_id}/meetings"
        return await self._post(path, Meeting, json=draft, idempotency_key=idempotency_key)

    async def list_meetings(
        self, place_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Meeting]:
        """The meetings that the caller may know of, the latest first."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/meetings", Page[Meeting], params=params)

    async def get_meeting(self, meeting_id: UUID) -> Meeting:
        """One meeting."""
        return await self._get(f"/v1/meetings/{meeting_id}", Meeting)

    async def change_meeting(self, meeting_id: UUID, draft: MeetingDraft, *, if_match: str) -> Meeting:
        """The meeting as it is put."""
        return await self._put(f"/v1/meetings/{meeting_id}", Meeting, json=draft, if_match=if_match)

    async def agree_action(self, place_id: UUID, draft: ActionDraft, *, idempotency_key: str) -> Action:
        """What was agreed."""
        path = f"/v1/places/{place_id}/actions"
        return await self._post(path, Action, json=draft, idempotency_key=idempotency_key)

    async def list_actions(
        self,
        place_id: UUID,
        *,
        as_of: date | None = None,
        state: ActionState | None = None,
        organisation_id: UUID | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Action]:
        """The actions as they stood on a day, the latest first."""
        wanted = {"as_of": as_of, "state": state, "organisation_id": organisation_id}
        params = {**wanted, "limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/actions", Page[Action], params=params)

    async def get_action(self, action_id: UUID, *, as_of: date | None = None) -> Action:
        """One action as it stood on a day."""
        return await self._get(f"/v1/actions/{action_id}", Action, params={"as_of": as_of})

    async def change_action(
        self, action_id: UUID, draft: ActionChangeDraft, *, idempotency_key: str
    ) -> Action:
        """The action after the change."""
        path = f"/v1/actions/{action_id}/changes"
        return await self._post(path, Action, json=draft, idempotency_key=idempotency_key)

    # -------------------------------------------------------------- checklists
    async def publish_checklist(self, draft: ChecklistDraft, *, idempotency_key: str) -> Checklist:
        """The published version."""
        return await self._post("/v1/checklists", Checklist, json=draft, idempotency_key=idempotency_key)

    async def list_checklists(
        self, *, code: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Page[Checklist]:
        """Checklists by code, of each the latest version first."""
        params = {"code": code, "limit": limit, "cursor": cursor}
        return await self._get("/v1/checklists", Page[Checklist], params=params)

    async def get_checklist(self, checklist_id: UUID) -> Checklist:
        """One version of a checklist."""
        return await self._get(f"/v1/checklists/{checklist_id}", Checklist)

    async def record_stage(
        self, place_id: UUID, draft: StageRecordDraft, *, idempotency_key: str
    ) -> StageRecord:
        """How a stage stands in the place."""
        path = f"/v1/places/{place_id}/stage-records"
        return await self._post(path, StageRecord, json=draft, idempotency_key=idempotency_key)

    async def list_stage_records(
        self,
        place_id: UUID,
        *,
        checklist_id: UUID | None = None,
        stage: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[StageRecord]:
        """The place's history in its checklists, the latest day first."""
        params = {"checklist_id": checklist_id, "stage": stage, "limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/stage-records", Page[StageRecord], params=params)

    async def list_place_checklists(
        self,
        place_id: UUID,
        *,
        as_of: date | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[PlaceChecklist]:
        """How far the place had come on a day."""
        params = {"as_of": as_of, "limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/checklists", Page[PlaceChecklist], params=params)
