"""What the client of reporting-api asks about counts of people."""

from __future__ import annotations

from uuid import UUID

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.base import Page
from cdp_common.contracts.people import (
    BreakdownScheme,
    Cohort,
    CohortCorrection,
    CohortDraft,
    PeopleDraft,
    PeopleTable,
    PeopleTableRef,
    PublishedScheme,
)


class PeopleOperations(ServiceClient):
    """The operations of reporting-api on people, one method each; `ReportingClient` has them too."""

    async def publish_breakdown_scheme(
        self, place_id: UUID, draft: BreakdownScheme, *, idempotency_key: str
    ) -> PublishedScheme:
        """The version of a scheme, published."""
        path = f"/v1/places/{place_id}/breakdown-schemes"
        return await self._post(path, PublishedScheme, json=draft, idempotency_key=idempotency_key)

    async def list_breakdown_schemes(
        self, place_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[PublishedScheme]:
        """The place's schemes."""
        path, params = f"/v1/places/{place_id}/breakdown-schemes", {"limit": limit, "cursor": cursor}
        return await self._get(path, Page[PublishedScheme], params=params)

    async def submit_cohort(self, draft: CohortDraft, *, idempotency_key: str) -> Cohort:
        """The cohort as recorded."""
        return await self._post("/v1/cohorts", Cohort, json=draft, idempotency_key=idempotency_key)

    async def get_cohort(self, cohort_id: UUID) -> Cohort:
        """One cohort."""
        return await self._get(f"/v1/cohorts/{cohort_id}", Cohort)

    async def list_cohorts(
        self,
        *,
        place_id: UUID | None = None,
        programme: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Cohort]:
        """Cohorts that the caller may see, oldest first."""
        params = {"place_id": place_id, "programme": programme, "limit": limit, "cursor": cursor}
        return await self._get("/v1/cohorts", Page[Cohort], params=params)

    async def correct_cohort(
        self, cohort_id: UUID, correction: CohortCorrection, *, idempotency_key: str
    ) -> Cohort:
        """The cohort that takes the earlier one's place."""
        path = f"/v1/cohorts/{cohort_id}/corrections"
        return await self._post(path, Cohort, json=correction, idempotency_key=idempotency_key)

    async def publish_people(
        self, place_id: UUID, draft: PeopleDraft, *, idempotency_key: str
    ) -> PeopleTable:
        """The frozen table."""
        path = f"/v1/places/{place_id}/people-publications"
        return await self._post(path, PeopleTable, json=draft, idempotency_key=idempotency_key)

    async def list_people_publications(
        self,
        place_id: UUID,
        *,
        programme: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[PeopleTableRef]:
        """The place's published tables, the newest first."""
        params = {"programme": programme, "limit": limit, "cursor": cursor}
        path = f"/v1/places/{place_id}/people-publications"
        return await self._get(path, Page[PeopleTableRef], params=params)

    async def get_people_publication(self, people_publication_id: UUID) -> PeopleTable:
        """One published table as it was frozen."""
        return await self._get(f"/v1/people-publications/{people_publication_id}", PeopleTable)
