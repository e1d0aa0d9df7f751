"""The client of any service's event feed."""

from __future__ import annotations

from uuid import UUID

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.base import EventPage
from cdp_common.contracts.event_types.declared import EventTypeList


class FeedClient(ServiceClient):
    """The feed of one service."""

    async def list_events(
        self,
        *,
        after: int = 0,
        limit: int = 100,
        from_end: bool = False,
        aggregate_type: str | None = None,
        aggregate_id: UUID | None = None,
    ) -> EventPage:
        """Events after a position, in order, all or of one thing; from the end none, and where it ends."""
        params = {
            "after": after,
            "limit": limit,
            "from_end": True if from_end else None,
            "aggregate_type": aggregate_type,
            "aggregate_id": aggregate_id,
        }
        return await self._request("GET", "/v1/events", answer=EventPage, params=params)

    async def get_event_types(self) -> EventTypeList:
        """The types of events that there are in the feed."""
        return await self._request("GET", "/v1/event-types", answer=EventTypeList)
