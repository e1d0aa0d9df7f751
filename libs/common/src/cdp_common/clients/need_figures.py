"""What the client of reporting-api asks about how value is spread by need."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.need_figures import NeedFigures


class NeedFigureOperations(ServiceClient):
    """The operation of reporting-api on figures by need."""

    async def get_need_figures(
        self, place_id: UUID, *, since: date, until: date, as_of: datetime | None = None
    ) -> NeedFigures:
        """Delivered and validated value of a window by need, live."""
        params = {"from": since, "to": until, "as_of": as_of}
        return await self._get(f"/v1/places/{place_id}/need-figures", NeedFigures, params=params)
