"""How the access matrix calls the operations on what the collective sees."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
from tests.integration.reporting_api.neighbours import EDITION_ID
from tests.integration.reporting_api.world import Headers, World, keyed, target_draft

Call = Callable[[World, Headers, Any], Awaitable[httpx2.Response]]

COLLECTIVE_CALLS: dict[str, Call] = {
    "set_target": lambda world, headers, _: world.http.post(
        f"/v1/places/{world.place}/targets", json=target_draft(code="other"), headers=keyed(headers)
    ),
    "import_targets": lambda world, headers, _: world.http.post(
        f"/v1/places/{world.place}/targets/imports",
        json={"edition_id": str(EDITION_ID)},
        headers=keyed(headers),
    ),
    "change_target": lambda world, headers, target: world.http.post(
        f"/v1/targets/{target.collective_id}/changes",
        json={"reason": "x", "title": "Other"},
        headers=keyed(headers),
    ),
    "list_targets": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/targets", headers=headers
    ),
    "get_target": lambda world, headers, target: world.http.get(
        f"/v1/targets/{target.collective_id}", headers=headers
    ),
    "batch_targets": lambda world, headers, target: world.http.post(
        "/v1/targets/batch", json={"ids": [target.collective_id]}, headers=headers
    ),
    "get_target_progress": lambda world, headers, target: world.http.get(
        f"/v1/targets/{target.collective_id}/progress", headers=headers
    ),
    "batch_target_progress": lambda world, headers, target: world.http.post(
        "/v1/targets/progress/batch", json={"ids": [target.collective_id]}, headers=headers
    ),
}

_SETS_TARGETS = ("set_target", "import_targets")


async def collective_object(world: World, operation: str, manager: Headers) -> str | None:
    """The id of what an operation is asked about, made for it."""
    if "target" in operation and operation not in _SETS_TARGETS:
        path = f"/v1/places/{world.place}/targets"
        created = await world.http.post(path, json=target_draft(), headers=keyed(manager))
        return str(created.json()["id"])
    return None
