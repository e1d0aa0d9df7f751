"""What the client of reporting-api asks about a place's targets."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.base import Batch, IdBatch, Page
from cdp_common.contracts.targets import (
    PlaceTarget,
    TargetChange,
    TargetDraft,
    TargetImport,
    TargetImported,
    TargetProgress,
)


class TargetOperations(ServiceClient):
    """The operations of reporting-api on targets, one method each; `ReportingClient` has them too."""

    async def set_target(self, place_id: UUID, draft: TargetDraft, *, idempotency_key: str) -> PlaceTarget:
        """The new target."""
        path = f"/v1/places/{place_id}/targets"
        return await self._post(path, PlaceTarget, json=draft, idempotency_key=idempotency_key)

    async def import_targets(
        self, place_id: UUID, request: TargetImport, *, idempotency_key: str
    ) -> TargetImported:
        """The targets taken over from an edition."""
        path = f"/v1/places/{place_id}/targets/imports"
        return await self._post(path, TargetImported, json=request, idempotency_key=idempotency_key)

    async def list_targets(
        self,
        place_id: UUID,
        *,
        workstream: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[PlaceTarget]:
        """The place's targets by code."""
        params = {"workstream": workstream, "limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/targets", Page[PlaceTarget], params=params)

    async def get_target(self, target_id: UUID) -> PlaceTarget:
        """One target."""
        return await self._get(f"/v1/targets/{target_id}", PlaceTarget)

    async def batch_targets(self, batch: IdBatch) -> Batch[PlaceTarget]:
        """Several targets by their ids."""
        return await self._post("/v1/targets/batch", Batch[PlaceTarget], json=batch, is_read=True)

    async def change_target(
        self, target_id: UUID, change: TargetChange, *, idempotency_key: str
    ) -> PlaceTarget:
        """The target with its new version."""
        path = f"/v1/targets/{target_id}/changes"
        return await self._post(path, PlaceTarget, json=change, idempotency_key=idempotency_key)

    async def get_target_progress(self, target_id: UUID, *, as_of: datetime | None = None) -> TargetProgress:
        """How far the target is reached."""
        return await self._get(f"/v1/targets/{target_id}/progress", TargetProgress, params={"as_of": as_of})

    async def batch_target_progress(
        self, batch: IdBatch, *, as_of: datetime | None = None
    ) -> Batch[TargetProgress]:
        """How far several targets are reached."""
        params = {"as_of": as_of}
        path = "/v1/targets/progress/batch"
        return await self._post(path, Batch[TargetProgress], json=batch, params=params, is_read=True)
