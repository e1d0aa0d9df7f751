"""Exports as tests ask for and make them, and how the access matrix calls their operations."""

from __future__ import annotations

import gzip
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx2
from tests.integration.reporting_api.world import QUARTER, Headers, World, keyed

from cdp_common.contracts.exports import Export
from reporting_api.use_cases.make_export import ExportWorker

Call = Callable[[World, Headers, Any], Awaitable[httpx2.Response]]

PATH = "/v1/exports"


def asked(world: World, kind: str = "ledger_entries", **changes: Any) -> dict[str, Any]:
    """The council's own rows of the quarter, unless changed; what is None is left out."""
    body = {
        "kind": kind,
        "format": "jsonl",
        "place_id": str(world.place),
        "period_start": QUARTER[0],
        "period_end": QUARTER[1],
        "rows": "own",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


async def try_export(world: World, headers: Headers, body: dict[str, Any]) -> httpx2.Response:
    """The answer to asking for an export."""
    return await world.http.post(PATH, json=body, headers=keyed(headers))


async def export(world: World, headers: Headers, kind: str = "ledger_entries", **changes: Any) -> Export:
    """An export as it stands after its job was done."""
    answer = await try_export(world, headers, asked(world, kind, **changes))
    assert answer.status_code == 202, answer.text
    await make(world, answer.json()["id"])
    return await read(world, headers, answer.json()["id"])


async def make(world: World, export_id: str | UUID, worker: ExportWorker | None = None) -> None:
    """What the queue's worker does with an export's job."""
    await (worker or world.app.state.export_worker).make(UUID(str(export_id)).bytes)


async def read(world: World, headers: Headers, export_id: str | UUID) -> Export:
    """An export as its organisation is told of it."""
    answer = await world.http.get(f"{PATH}/{export_id}", headers=headers)
    assert answer.status_code == 200, answer.text
    return Export.model_validate_json(answer.content)


async def content(world: World, headers: Headers, export_id: str | UUID, **more: str) -> httpx2.Response:
    """The answer to fetching an export's file."""
    return await world.http.get(f"{PATH}/{export_id}/content", headers={**headers, **more})


async def rows(world: World, headers: Headers, export_id: str | UUID) -> list[dict[str, Any]]:
    """The rows of a file of JSON Lines."""
    answer = await content(world, headers, export_id)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in gzip.decompress(answer.content).splitlines()]


async def _waiting(world: World) -> str:
    """The address of an export that the council has asked for."""
    answer = await try_export(world, world.as_org(world.council), asked(world))
    assert answer.status_code == 202, answer.text
    return f"{PATH}/{answer.json()['id']}"


async def _create(world: World, headers: Headers, _: Any) -> httpx2.Response:
    return await try_export(world, headers, asked(world))


async def _list(world: World, headers: Headers, _: Any) -> httpx2.Response:
    await _waiting(world)
    return await world.http.get(PATH, headers=headers)


async def _get(world: World, headers: Headers, _: Any) -> httpx2.Response:
    return await world.http.get(await _waiting(world), headers=headers)


async def _content(world: World, headers: Headers, _: Any) -> httpx2.Response:
    made = await export(world, world.as_org(world.council))
    return await content(world, headers, made.id)


async def _delete(world: World, headers: Headers, _: Any) -> httpx2.Response:
    return await world.http.delete(await _waiting(world), headers=headers)


EXPORT_CALLS: dict[str, Call] = {
    "create_export": _create,
    "list_exports": _list,
    "get_export": _get,
    "get_export_content": _content,
    "delete_export": _delete,
    "get_export_schema": lambda world, headers, _: world.http.get(
        "/v1/export-schemas/ledger_entries", headers=headers
    ),
}
