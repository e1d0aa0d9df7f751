"""What the client of reporting-api asks about the performance of contracts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from pydantic import RootModel

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.ocds import RecordPackage, ReleasePackage
from cdp_common.contracts.performance import PerformanceNotice, PerformanceNoticeDraft

_Document = RootModel[dict[str, Any]]


class PerformanceOperations(ServiceClient):
    """The operations of reporting-api on contracts' performance, one method each."""

    async def publish_performance(
        self, draft: PerformanceNoticeDraft, *, idempotency_key: str
    ) -> PerformanceNotice:
        """The published assessment."""
        return await self._post(
            "/v1/performance-notices", PerformanceNotice, json=draft, idempotency_key=idempotency_key
        )

    async def get_ocds_release(self, release_id: UUID) -> dict[str, Any]:
        """A published release about delivery."""
        return (await self._get(f"/v1/ocds/releases/{release_id}", _Document)).root

    async def list_ocds_releases(
        self,
        *,
        ocid: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> ReleasePackage:
        """Releases about delivery in the order of publication, of one contracting process or of all."""
        params = {"ocid": ocid, "since": since, "limit": limit, "cursor": cursor}
        return await self._get("/v1/ocds/release-packages", ReleasePackage, params=params)

    async def get_ocds_record(self, ocid: str) -> RecordPackage:
        """Everything published about a process, from tender to delivery, and what it says together."""
        return await self._get(f"/v1/ocds/records/{quote(ocid, safe='')}", RecordPackage)
