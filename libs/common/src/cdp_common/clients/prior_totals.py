"""What the client of reporting-api can ask about prior totals and about value for each £ of contract."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.base import Page
from cdp_common.contracts.contract_ratios import ContractRatios
from cdp_common.contracts.prior_totals import PriorTotal, PriorTotalCorrection, PriorTotalDraft


class PriorTotalOperations(ServiceClient):
    """Totals made elsewhere, and ratios to what contracts are worth."""

    async def record_prior_total(
        self, place_id: UUID, draft: PriorTotalDraft, *, idempotency_key: str
    ) -> PriorTotal:
        """The new prior total."""
        path = f"/v1/places/{place_id}/prior-totals"
        return await self._post(path, PriorTotal, json=draft, idempotency_key=idempotency_key)

    async def correct_prior_total(
        self, prior_total_id: UUID, correction: PriorTotalCorrection, *, idempotency_key: str
    ) -> PriorTotal:
        """The prior total with its new version."""
        path = f"/v1/prior-totals/{prior_total_id}/corrections"
        return await self._post(path, PriorTotal, json=correction, idempotency_key=idempotency_key)

    async def list_prior_totals(
        self, place_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[PriorTotal]:
        """The place's prior totals, withdrawn ones among them."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/prior-totals", Page[PriorTotal], params=params)

    async def get_prior_total(self, prior_total_id: UUID) -> PriorTotal:
        """One prior total with its versions."""
        return await self._get(f"/v1/prior-totals/{prior_total_id}", PriorTotal)

    async def get_contract_ratios(
        self, place_id: UUID, *, from_: date, to: date, as_of: datetime | None = None
    ) -> ContractRatios:
        """Social value for each £ of the contracts in force on the window's last day."""
        params = {"from": from_, "to": to, "as_of": as_of}
        return await self._get(f"/v1/places/{place_id}/contract-ratios", ContractRatios, params=params)
