"""The client of any service's event feed."""

from __future__ import annotations

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.base import EventPage
from cdp_common.contracts.event_types.declared import EventTypeList


class FeedClient(ServiceClient):
    """The feed of one service."""

    async def list_events(self, *, after: int = 0, limit: int = 100, from_end: bool = False) -> EventPage:
        """Events after a position, in order; from the end none, and where the feed ends."""
        params = {"after": after, "limit": limit, "from_end": True if from_end else None}
        return await self._request("GET", "/v1/events", answer=EventPage, params=params)

    async def get_event_types(self) -> EventTypeList:
        """The types of events that there are in the feed."""
        return await self._request("GET", "/v1/event-types", answer=EventTypeList)
