"""Files of evidence as tests send them, and how the access matrix calls their operations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx2
from tests.integration.reporting_api.world import Headers, World, keyed, line

from cdp_common.contracts.evidence import StoredEvidence

Call = Callable[[World, Headers, Any], Awaitable[httpx2.Response]]

PDF = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"
PATH = "/v1/evidence"


async def send_file(
    world: World, headers: Headers, content: bytes = PDF, *, kind: str = "application/pdf", **more: Any
) -> httpx2.Response:
    """The answer to keeping a file; `name` and further headers may be given."""
    params = {"file_name": name} if (name := more.pop("name", None)) else {}
    sent = {**keyed(headers), "Content-Type": kind, **more.pop("stated", {})}
    return await world.http.post(PATH, params=params, content=content, headers=sent)


async def keep_file(world: World, org: UUID, content: bytes = PDF, **more: Any) -> StoredEvidence:
    """A file that an organisation keeps."""
    answer = await send_file(world, world.as_org(org), content, **more)
    assert answer.status_code in (200, 201), answer.text
    return StoredEvidence.model_validate_json(answer.content)


def resting_on(evidence: StoredEvidence, **changes: Any) -> dict[str, Any]:
    """A line of own activity that rests on a stored file."""
    return line(evidence=[{"title": "Log", "evidence_id": str(evidence.id)}], **changes)


async def used_file(world: World) -> StoredEvidence:
    """A file of the council, which a submitted report of another month uses."""
    kept = await keep_file(world, world.council)
    await world.report(world.council, resting_on(kept), period_start="2026-05-01", period_end="2026-05-31")
    return kept


async def _erase(world: World, headers: Headers, target: Any) -> httpx2.Response:
    path = f"{PATH}/{target.evidence_id}/erasure"
    return await world.http.post(path, json={"reason": "wrong_file"}, headers={**headers, "If-Match": "*"})


async def _get(world: World, headers: Headers, target: Any) -> httpx2.Response:
    return await world.http.get(f"{PATH}/{target.evidence_id}", headers=headers)


async def _get_file(world: World, headers: Headers, target: Any) -> httpx2.Response:
    return await world.http.get(f"{PATH}/{target.evidence_id}/file", headers=headers)


async def _list(world: World, headers: Headers, _: Any) -> httpx2.Response:
    await keep_file(world, world.council)
    return await world.http.get(PATH, headers=headers)


async def _batch(world: World, headers: Headers, target: Any) -> httpx2.Response:
    body = {"ids": [str(target.evidence_id)]}
    return await world.http.post(f"{PATH}/batch", json=body, headers=headers)


async def _deliveries(world: World, headers: Headers, _: Any) -> httpx2.Response:
    body = {"ids": [str((await world.sign()).lines[0].line_id)]}
    return await world.http.post("/v1/commitment-lines/deliveries/batch", json=body, headers=headers)


OF_KEPT_FILES = ("get_evidence", "get_evidence_file", "erase_evidence", "batch_evidence")

EVIDENCE_CALLS: dict[str, Call] = {
    "upload_evidence": lambda world, headers, _: send_file(world, headers),
    "list_evidence": _list,
    "batch_evidence": _batch,
    "batch_line_deliveries": _deliveries,
    "get_evidence": _get,
    "get_evidence_file": _get_file,
    "erase_evidence": _erase,
}
