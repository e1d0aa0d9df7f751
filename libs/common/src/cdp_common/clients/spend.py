"""The part of reporting-api's client that is about payments to suppliers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from cdp_common.clients.base import ServiceClient, UploadFile
from cdp_common.contracts.base import DataStatus, Page
from cdp_common.contracts.spend import (
    DateOrder,
    SpendFieldName,
    SpendImport,
    SpendPreview,
    SpendRow,
    SpendRules,
)
from cdp_common.contracts.spend_figures import SpendFigures, SpendGroupBy, SpendRound, SpendRoundDraft
from cdp_common.contracts.spend_suppliers import (
    SpendDecisionDraft,
    SpendMatching,
    SpendRemoval,
    SpendSupplier,
    SpendSupplierState,
)


class SpendOperations(ServiceClient):
    """Payments to suppliers."""

    async def preview_spend_import(
        self,
        file: UploadFile,
        *,
        place_id: UUID,
        period_start: date,
        period_end: date,
        ledger: str = "payments",
        columns: Mapping[SpendFieldName, int | None] | None = None,
        header_row: int | None = None,
        date_order: DateOrder | None = None,
        sheet: str | None = None,
    ) -> SpendPreview:
        """How the file would be understood; nothing is kept."""
        params = _stated(place_id, period_start, period_end, ledger, columns, header_row, date_order, sheet)
        path = "/v1/spend-imports/preview"
        return await self._post(path, SpendPreview, params=params, upload=file, is_read=True)

    async def import_spend(
        self,
        file: UploadFile,
        *,
        place_id: UUID,
        period_start: date,
        period_end: date,
        mapping: str,
        idempotency_key: str,
        ledger: str = "payments",
        columns: Mapping[SpendFieldName, int | None] | None = None,
        header_row: int | None = None,
        date_order: DateOrder | None = None,
        sheet: str | None = None,
        data_status: DataStatus = "actual",
        supersedes: UUID | None = None,
        reason: str | None = None,
    ) -> SpendImport:
        """The import that is kept of the file; `mapping` is what its preview told."""
        params = {
            **_stated(place_id, period_start, period_end, ledger, columns, header_row, date_order, sheet),
            "mapping": mapping,
            "data_status": data_status,
            "supersedes": supersedes,
            "reason": reason,
        }
        return await self._post(
            "/v1/spend-imports", SpendImport, params=params, upload=file, idempotency_key=idempotency_key
        )

    async def list_spend_imports(
        self, place_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[SpendImport]:
        """Imports of the place that the caller may see."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/spend-imports", Page[SpendImport], params=params)

    async def get_spend_import(self, import_id: UUID) -> SpendImport:
        """One import."""
        return await self._get(f"/v1/spend-imports/{import_id}", SpendImport)

    async def list_spend_rows(
        self, import_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[SpendRow]:
        """The payments of an import in the order of its file."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/spend-imports/{import_id}/rows", Page[SpendRow], params=params)

    async def get_spend_rules(self) -> SpendRules:
        """The rules in force."""
        return await self._get("/v1/spend-rules", SpendRules)

    # -------------------------------------------------------------- suppliers
    async def match_spend_suppliers(self, place_id: UUID) -> SpendMatching:
        """What looking for the own suppliers found."""
        path = f"/v1/places/{place_id}/spend-matching"
        return await self._post(path, SpendMatching, is_read=True)

    async def list_spend_suppliers(
        self,
        place_id: UUID,
        *,
        state: SpendSupplierState | None = None,
        organisation_id: UUID | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[SpendSupplier]:
        """Suppliers paid in the place that the caller may see."""
        params = {"state": state, "organisation_id": organisation_id, "limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/spend-suppliers", Page[SpendSupplier], params=params)

    async def decide_spend_supplier(
        self, supplier_id: UUID, draft: SpendDecisionDraft, *, idempotency_key: str
    ) -> SpendSupplier:
        """The supplier after the decision."""
        path = f"/v1/spend-suppliers/{supplier_id}/decisions"
        return await self._post(path, SpendSupplier, json=draft, idempotency_key=idempotency_key)

    async def remove_spend_supplier_name(self, supplier_id: UUID, removal: SpendRemoval) -> None:
        """Remove what names a supplier who is a person."""
        path = f"/v1/spend-suppliers/{supplier_id}/name-removal"
        await self._send("POST", path, {"json": removal, "is_read": True})

    # -------------------------------------------------------------- figures
    async def get_spend_figures(
        self,
        place_id: UUID,
        *,
        from_: date,
        to: date,
        by: SpendGroupBy | None = None,
        organisation_id: UUID | None = None,
    ) -> SpendFigures:
        """What the place's partners paid in a window."""
        params = {"from": from_, "to": to, "by": by, "organisation_id": organisation_id}
        return await self._get(f"/v1/places/{place_id}/spend-figures", SpendFigures, params=params)

    async def get_own_spend_figures(
        self, place_id: UUID, *, from_: date, to: date, by: SpendGroupBy | None = None
    ) -> SpendFigures:
        """What the own organisation paid in a window."""
        params = {"place_id": place_id, "from": from_, "to": to, "by": by}
        return await self._get("/v1/spend-figures", SpendFigures, params=params)

    async def record_spend_round(
        self, place_id: UUID, draft: SpendRoundDraft, *, idempotency_key: str
    ) -> SpendRound:
        """The surveyed round on record."""
        path = f"/v1/places/{place_id}/spend-rounds"
        return await self._post(path, SpendRound, json=draft, idempotency_key=idempotency_key)

    async def list_spend_rounds(
        self, place_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[SpendRound]:
        """Surveyed rounds that the caller may see."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/spend-rounds", Page[SpendRound], params=params)


def _stated(
    place_id: UUID,
    period_start: date,
    period_end: date,
    ledger: str,
    columns: Mapping[SpendFieldName, int | None] | None,
    header_row: int | None,
    date_order: DateOrder | None,
    sheet: str | None,
) -> dict[str, Any]:
    chosen = [f"{name}:{'none' if at is None else at}" for name, at in (columns or {}).items()]
    return {
        "place_id": place_id,
        "period_start": period_start,
        "period_end": period_end,
        "ledger": ledger,
        "column": chosen or None,
        "header_row": header_row,
        "date_order": date_order,
        "sheet": sheet,
    }
