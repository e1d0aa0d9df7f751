"""What the client of toms-engine asks about areas of need."""

from __future__ import annotations

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.base import Page
from cdp_common.contracts.needs import (
    AreaBatch,
    AreaBatchRequest,
    AreaNeed,
    NeedBand,
    NeedIndexImport,
    NeedIndexReceipt,
)


class NeedsOperations(ServiceClient):
    """The operations of toms-engine's needs analysis, one method each; `TomsClient` has them too."""

    async def import_need_index(self, part: NeedIndexImport, *, idempotency_key: str) -> NeedIndexReceipt:
        """What the import of a part of an index stored."""
        return await self._request(
            "POST", "/v1/need-indices", answer=NeedIndexReceipt, json=part, idempotency_key=idempotency_key
        )

    async def batch_areas(self, batch: AreaBatchRequest) -> AreaBatch:
        """Deciles and bands of areas by code."""
        return await self._request("POST", "/v1/areas/batch", answer=AreaBatch, json=batch, is_read=True)

    async def list_areas(
        self,
        *,
        index: str,
        place: str | None = None,
        band: NeedBand | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[AreaNeed]:
        """Areas of an index in the order of their codes."""
        params = {"index": index, "place": place, "band": band, "limit": limit, "cursor": cursor}
        return await self._request("GET", "/v1/areas", answer=Page[AreaNeed], params=params)
