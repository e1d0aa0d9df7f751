"""The part of reporting-api's client that is about reviews under way and conflicts between reporters."""

from __future__ import annotations

from uuid import UUID

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.base import Page
from cdp_common.contracts.conflicts import Conflict, ConflictResolution, ConflictState
from cdp_common.contracts.reporting import Report


class ConflictOperations(ServiceClient):
    """Reviews under way, and conflicts."""

    async def start_review(self, report_id: UUID, *, idempotency_key: str) -> Report:
        """The report, under review by the caller's organisation."""
        path = f"/v1/reports/{report_id}/review-start"
        return await self._post(path, Report, idempotency_key=idempotency_key)

    async def release_review(self, report_id: UUID, *, idempotency_key: str) -> Report:
        """The report, submitted as before."""
        path = f"/v1/reports/{report_id}/review-release"
        return await self._post(path, Report, idempotency_key=idempotency_key)

    async def list_conflicts(
        self,
        place_id: UUID,
        *,
        state: ConflictState | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Conflict]:
        """The place's conflicts, or the caller's own of them, in the order in which they were raised."""
        params = {"state": state, "limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/conflicts", Page[Conflict], params=params)

    async def resolve_conflict(
        self, conflict_id: UUID, resolution: ConflictResolution, *, idempotency_key: str
    ) -> Conflict:
        """The conflict, decided."""
        path = f"/v1/conflicts/{conflict_id}/resolution"
        return await self._post(path, Conflict, json=resolution, idempotency_key=idempotency_key)
