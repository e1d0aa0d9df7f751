"""The part of procurement-api's client that is about partners' plans of own activity."""

from __future__ import annotations

from uuid import UUID

from cdp_common.clients.base import Fetched, ServiceClient, UploadFile
from cdp_common.contracts.base import Batch, IdBatch, Page
from cdp_common.contracts.plan_imports import PlanImportReport
from cdp_common.contracts.plans import Plan, PlanChange, PlanDraft, PlanVariation, PlanWithdrawal


class PlanOperations(ServiceClient):
    """Plans of own activity and what changes them."""

    async def adopt_plan(self, draft: PlanDraft, *, idempotency_key: str) -> Plan:
        """The adopted plan."""
        return await self._post("/v1/plans", Plan, json=draft, idempotency_key=idempotency_key)

    async def import_plans(
        self, file: UploadFile, *, atomic: bool = False, idempotency_key: str
    ) -> PlanImportReport:
        """What became of each plan of a CSV file."""
        return await self._post(
            "/v1/plans/imports",
            PlanImportReport,
            upload=file,
            params={"atomic": atomic},
            idempotency_key=idempotency_key,
        )

    async def get_plan(self, plan_id: UUID) -> Plan:
        """One plan."""
        return (await self.fetch_plan(plan_id)).body

    async def fetch_plan(self, plan_id: UUID) -> Fetched[Plan]:
        """The same with the ETag that changing it asks for."""
        return await self._fetch("GET", f"/v1/plans/{plan_id}", answer=Plan)

    async def list_plans(
        self,
        *,
        place_id: UUID | None = None,
        organisation_id: UUID | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Plan]:
        """Plans that the caller may see, oldest first."""
        params = {
            "place_id": place_id,
            "organisation_id": organisation_id,
            "limit": limit,
            "cursor": cursor,
        }
        return await self._get("/v1/plans", Page[Plan], params=params)

    async def batch_plans(self, batch: IdBatch) -> Batch[Plan]:
        """Plans by id."""
        return await self._post("/v1/plans/batch", Batch[Plan], json=batch, is_read=True)

    async def vary_plan(
        self, plan_id: UUID, variation: PlanVariation, *, if_match: str, idempotency_key: str
    ) -> Plan:
        """The plan as it is from the date on."""
        return await self._post(
            f"/v1/plans/{plan_id}/variations",
            Plan,
            json=variation,
            if_match=if_match,
            idempotency_key=idempotency_key,
        )

    async def withdraw_plan(self, plan_id: UUID, withdrawal: PlanWithdrawal, *, if_match: str) -> Plan:
        """The plan after its withdrawal."""
        return await self._post(f"/v1/plans/{plan_id}/withdraw", Plan, json=withdrawal, if_match=if_match)

    async def list_plan_changes(
        self, plan_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[PlanChange]:
        """The variations of a plan, oldest first."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/plans/{plan_id}/changes", Page[PlanChange], params=params)
