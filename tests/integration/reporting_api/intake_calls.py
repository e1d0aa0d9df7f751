"""How the access matrix calls the operations that take reports in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
from tests.integration.reporting_api.framework import EDITION
from tests.integration.reporting_api.world import QUARTER, Headers, World, keyed, line

Call = Callable[[World, Headers, Any], Awaitable[httpx2.Response]]

WINDOW = {"from": QUARTER[0], "to": QUARTER[1]}
FILE = b"measure,quantity,unit,route\nHOURS,10,hours,own_activity\n"
AS_CSV = {"Content-Type": "text/csv"}
CALENDAR = {"monthly_asked": True, "due_days": 20, "reminder_days": [5]}


def file_query(world: World) -> dict[str, str]:
    """Whose period a file reports."""
    period = {"period_start": QUARTER[0], "period_end": QUARTER[1]}
    return {"place_id": str(world.place), "edition_hash": EDITION, **period}


async def release(world: World, headers: Headers, target: Any) -> httpx2.Response:
    """Releasing a review that another organisation's validator has begun."""
    started = f"/v1/reports/{target.report.id}/review-start"
    assert (await world.http.post(started, headers=keyed(world.as_validator()))).status_code == 201
    path = f"/v1/reports/{target.report.id}/review-release"
    return await world.http.post(path, headers=keyed(headers))


async def resolve(world: World, headers: Headers, _: Any) -> httpx2.Response:
    """Deciding a conflict of the council and the charity, which rest on the same evidence."""
    proof = {"title": "Log", "url": "https://example.org/log", "sha256": "a" * 64}
    days = {"period_start": "2026-05-01", "period_end": "2026-05-31"}
    for org in (world.council, world.charity):
        await world.report(org, line(evidence=[proof]), **days)
    conflict_id = await world.scalar("SELECT id FROM report_conflicts")
    body = {"outcome": "both_stand", "reason": "x"}
    path = f"/v1/conflicts/{conflict_id}/resolution"
    return await world.http.post(path, json=body, headers=keyed(headers))


INTAKE_CALLS: dict[str, Call] = {
    "get_reporting_calendar": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/reporting-calendar", headers=headers
    ),
    "set_reporting_calendar": lambda world, headers, _: world.http.put(
        f"/v1/places/{world.place}/reporting-calendar", json=CALENDAR, headers={**headers, "If-Match": "*"}
    ),
    "list_obligations": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/obligations", params=WINDOW, headers=headers
    ),
    "list_own_obligations": lambda world, headers, _: world.http.get(
        "/v1/obligations", params={**WINDOW, "place_id": str(world.place)}, headers=headers
    ),
    "submit_report_file": lambda world, headers, _: world.http.post(
        "/v1/report-files", params=file_query(world), content=FILE, headers={**keyed(headers), **AS_CSV}
    ),
    "validate_report_file": lambda world, headers, _: world.http.post(
        "/v1/report-files/validate", params=file_query(world), content=FILE, headers={**headers, **AS_CSV}
    ),
    "validate_report": lambda world, headers, _: world.http.post(
        "/v1/reports/validate", json=world.report_draft(), headers=headers
    ),
    "get_report_template": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/report-template", params=WINDOW, headers=headers
    ),
    "list_report_lines": lambda world, headers, target: world.http.get(
        f"/v1/reports/{target.report.id}/lines", headers=headers
    ),
    "start_review": lambda world, headers, target: world.http.post(
        f"/v1/reports/{target.report.id}/review-start", headers=keyed(headers)
    ),
    "release_review": release,
    "list_conflicts": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/conflicts", headers=headers
    ),
    "resolve_conflict": resolve,
}
