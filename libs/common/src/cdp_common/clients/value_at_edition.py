"""What the client of reporting-api asks about value at one constant edition."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.value_at_edition import ValueAtEdition


class ValueAtEditionOperations(ServiceClient):
    """The operation of reporting-api on value at one edition."""

    async def get_value_at_edition(
        self,
        place_id: UUID,
        *,
        since: date,
        until: date,
        edition_hash: str,
        as_of: datetime | None = None,
    ) -> ValueAtEdition:
        """The four figures of a window at one edition beside those recorded, live."""
        params = {"from": since, "to": until, "edition_hash": edition_hash, "as_of": as_of}
        return await self._get(f"/v1/places/{place_id}/value-at-edition", ValueAtEdition, params=params)
