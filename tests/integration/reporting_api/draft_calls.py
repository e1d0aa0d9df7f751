"""How the access matrix calls the operations on drafts of reports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
from tests.integration.reporting_api.world import Headers, World, keyed, line

Call = Callable[[World, Headers, Any], Awaitable[httpx2.Response]]

PATH = "/v1/report-drafts"
MAY = {"period_start": "2026-05-01", "period_end": "2026-05-31"}


async def draft_of_council(world: World) -> str:
    """The address of a draft that the council keeps."""
    headers = keyed(world.as_org(world.council))
    kept = await world.http.post(PATH, json=world.report_draft(**MAY), headers=headers)
    assert kept.status_code == 201, kept.text
    return f"{PATH}/{kept.json()['id']}"


async def _create(world: World, headers: Headers, _: Any) -> httpx2.Response:
    return await world.http.post(PATH, json=world.report_draft(**MAY), headers=keyed(headers))


async def _list(world: World, headers: Headers, _: Any) -> httpx2.Response:
    await draft_of_council(world)
    return await world.http.get(PATH, headers=headers)


async def _get(world: World, headers: Headers, _: Any) -> httpx2.Response:
    return await world.http.get(await draft_of_council(world), headers=headers)


async def _lines(world: World, headers: Headers, _: Any) -> httpx2.Response:
    return await world.http.get(f"{await draft_of_council(world)}/lines", headers=headers)


async def _replace(world: World, headers: Headers, _: Any) -> httpx2.Response:
    path, body = await draft_of_council(world), {"lines": [line(quantity="3")]}
    return await world.http.put(path, json=body, headers={**headers, "If-Match": "*"})


async def _delete(world: World, headers: Headers, _: Any) -> httpx2.Response:
    return await world.http.delete(await draft_of_council(world), headers={**headers, "If-Match": "*"})


async def _submit(world: World, headers: Headers, _: Any) -> httpx2.Response:
    path = f"{await draft_of_council(world)}/submission"
    return await world.http.post(path, headers={**keyed(headers), "If-Match": "*"})


DRAFT_CALLS: dict[str, Call] = {
    "create_report_draft": _create,
    "list_report_drafts": _list,
    "get_report_draft": _get,
    "list_report_draft_lines": _lines,
    "replace_report_draft": _replace,
    "delete_report_draft": _delete,
    "submit_report_draft": _submit,
}
