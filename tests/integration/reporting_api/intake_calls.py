"""How the access matrix calls the operations that take reports in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
from tests.integration.reporting_api.world import QUARTER, Headers, World

Call = Callable[[World, Headers, Any], Awaitable[httpx2.Response]]

WINDOW = {"from": QUARTER[0], "to": QUARTER[1]}
CALENDAR = {"monthly_asked": True, "due_days": 20, "reminder_days": [5]}

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
}
