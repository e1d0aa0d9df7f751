"""The part of reporting-api's client that is about who owes which report."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from cdp_common.clients.base import Fetched, ServiceClient
from cdp_common.contracts.base import Page
from cdp_common.contracts.obligations import (
    CalendarDraft,
    Obligation,
    ObligationKind,
    ObligationState,
    ReportingCalendar,
)


class ObligationOperations(ServiceClient):
    """Calendars of places, and what is owed by them."""

    async def get_reporting_calendar(self, place_id: UUID) -> ReportingCalendar:
        """What the place asks of its reporters."""
        return (await self.fetch_reporting_calendar(place_id)).body

    async def fetch_reporting_calendar(self, place_id: UUID) -> Fetched[ReportingCalendar]:
        """The same with the ETag that setting it asks for."""
        path = f"/v1/places/{place_id}/reporting-calendar"
        return await self._fetch("GET", path, answer=ReportingCalendar)

    async def set_reporting_calendar(
        self, place_id: UUID, draft: CalendarDraft, *, if_match: str
    ) -> ReportingCalendar:
        """The new version of the place's calendar."""
        path = f"/v1/places/{place_id}/reporting-calendar"
        return await self._put(path, ReportingCalendar, json=draft, if_match=if_match)

    async def list_obligations(
        self,
        place_id: UUID,
        *,
        from_: date,
        to: date,
        kind: ObligationKind | None = None,
        state: ObligationState | None = None,
        organisation_id: UUID | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Obligation]:
        """The reports that fall due in a window, owed by anybody in the place."""
        params = {
            "from": from_,
            "to": to,
            "kind": kind,
            "state": state,
            "organisation_id": organisation_id,
            "limit": limit,
            "cursor": cursor,
        }
        return await self._get(f"/v1/places/{place_id}/obligations", Page[Obligation], params=params)

    async def list_own_obligations(
        self,
        place_id: UUID,
        *,
        from_: date,
        to: date,
        kind: ObligationKind | None = None,
        state: ObligationState | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Obligation]:
        """The same of the caller's own organisation."""
        params = {
            "place_id": place_id,
            "from": from_,
            "to": to,
            "kind": kind,
            "state": state,
            "limit": limit,
            "cursor": cursor,
        }
        return await self._get("/v1/obligations", Page[Obligation], params=params)
