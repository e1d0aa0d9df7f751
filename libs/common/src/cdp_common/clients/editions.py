"""What the client of toms-engine asks about an edition in parts, and about two editions."""

from __future__ import annotations

from uuid import UUID

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.base import Page
from cdp_common.contracts.editions import EditionPart, Multiplier, PartChange, Workstreams
from cdp_common.contracts.toms import Crosswalk, Measure, NeedDomain, Proxy, Unit


class EditionOperations(ServiceClient):
    """The operations of toms-engine that read an edition, one method each; `TomsClient` has them too."""

    async def list_measures(
        self,
        edition_id: UUID,
        *,
        theme: str | None = None,
        outcome: str | None = None,
        unit: Unit | None = None,
        need: NeedDomain | None = None,
        tag: str | None = None,
        valuation: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Measure]:
        """The measures of an edition in the order of its pack."""
        params = {
            "theme": theme,
            "outcome": outcome,
            "unit": unit,
            "need": need,
            "tag": tag,
            "valuation": valuation,
            "limit": limit,
            "cursor": cursor,
        }
        path = f"/v1/editions/{edition_id}/measures"
        return await self._request("GET", path, answer=Page[Measure], params=params)

    async def get_measure(self, edition_id: UUID, code: str) -> Measure:
        """One measure of an edition."""
        return await self._request("GET", f"/v1/editions/{edition_id}/measures/{code}", answer=Measure)

    async def list_proxies(
        self, edition_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Proxy]:
        """The proxies of an edition in the order of its pack."""
        params = {"limit": limit, "cursor": cursor}
        path = f"/v1/editions/{edition_id}/proxies"
        return await self._request("GET", path, answer=Page[Proxy], params=params)

    async def get_proxy(self, edition_id: UUID, code: str) -> Proxy:
        """One proxy of an edition."""
        return await self._request("GET", f"/v1/editions/{edition_id}/proxies/{code}", answer=Proxy)

    async def list_multipliers(
        self,
        edition_id: UUID,
        *,
        place: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Multiplier]:
        """The local multipliers of an edition in the order of its pack."""
        params = {"place": place, "limit": limit, "cursor": cursor}
        path = f"/v1/editions/{edition_id}/multipliers"
        return await self._request("GET", path, answer=Page[Multiplier], params=params)

    async def list_crosswalks(
        self, edition_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Crosswalk]:
        """The crosswalks of an edition, each with whether its shares add up."""
        params = {"limit": limit, "cursor": cursor}
        path = f"/v1/editions/{edition_id}/crosswalks"
        return await self._request("GET", path, answer=Page[Crosswalk], params=params)

    async def get_crosswalk(self, edition_id: UUID, scheme: str) -> Crosswalk:
        """One crosswalk of an edition."""
        path = f"/v1/editions/{edition_id}/crosswalks/{scheme}"
        return await self._request("GET", path, answer=Crosswalk)

    async def get_workstreams(self, edition_id: UUID) -> Workstreams:
        """The workstreams of an edition and their numeric targets."""
        return await self._request("GET", f"/v1/editions/{edition_id}/workstreams", answer=Workstreams)

    async def list_edition_changes(
        self,
        edition_id: UUID,
        *,
        against: UUID,
        part: EditionPart | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[PartChange]:
        """What changed from another edition to this one."""
        params = {"against": str(against), "part": part, "limit": limit, "cursor": cursor}
        path = f"/v1/editions/{edition_id}/diff"
        return await self._request("GET", path, answer=Page[PartChange], params=params)
