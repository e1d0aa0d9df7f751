"""What the databases hold once everything that was written has arrived wherever it is read."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from tests.soak.platform import SoakPlatform

REST_WITHIN_S = 120


async def rows(platform: SoakPlatform, schema: str, query: str, *arguments: Any) -> list[dict[str, Any]]:
    """What a query gives in a service's database, as the superuser sees it."""
    address = urlsplit(platform.admin_url)._replace(scheme="postgresql", path=f"/cdp_{schema}").geturl()
    connection = await asyncpg.connect(address, ssl=False, server_settings={"search_path": schema})
    try:
        return [dict(row) for row in await connection.fetch(query, *arguments)]
    finally:
        await connection.close()


async def at_rest(platform: SoakPlatform) -> None:
    """Return once reporting-api has read procurement-api's feed to its end and sealed what it read."""
    give_up_at = time.monotonic() + REST_WITHIN_S
    while not await _is_at_rest(platform):
        assert time.monotonic() < give_up_at, "reporting-api does not come to the end of the feed"
        await asyncio.sleep(0.1)


async def _is_at_rest(platform: SoakPlatform) -> bool:
    [told] = await rows(
        platform,
        "procurement",
        "SELECT (SELECT count(*) FROM event_pending) AS pending,"
        " (SELECT coalesce(max(position), 0) FROM event_feed) AS last",
    )
    [read] = await rows(
        platform,
        "reporting",
        "SELECT (SELECT count(*) FROM ledger_inbox) AS waiting,"
        " (SELECT coalesce(max(position), 0) FROM event_cursors WHERE source = 'procurement') AS last",
    )
    return bool(told["pending"] == 0 and read["waiting"] == 0 and read["last"] >= told["last"])
