"""The part of reporting-api's client that is about exports: asked for, waited for, fetched piece by piece."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import IO
from uuid import UUID

from cdp_common.clients.base import ServiceClient, UpstreamMalformed
from cdp_common.contracts.base import Page
from cdp_common.contracts.exports import Export, ExportKind, ExportRequest, ExportSchema

FETCHED_BYTES = 4 * 1024 * 1024
"""So much of a file is fetched, and held, at once."""
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0


class ExportNotDone(Exception):
    """An export ended without a file, or had not ended in the time that was given; `export` says which."""

    def __init__(self, export: Export) -> None:
        super().__init__(
            f"export {export.id} is {export.state}" + (f": {export.fault}" if export.fault else "")
        )
        self.export = export


class ExportOperations(ServiceClient):
    """Exports."""

    async def create_export(self, request: ExportRequest, *, idempotency_key: str) -> Export:
        """The export as it waits for its turn."""
        return await self._post("/v1/exports", Export, json=request, idempotency_key=idempotency_key)

    async def list_exports(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Export]:
        """The exports of the caller's own organisation, the newest first."""
        return await self._get("/v1/exports", Page[Export], params={"limit": limit, "cursor": cursor})

    async def get_export(self, export_id: UUID) -> Export:
        """How far an export is."""
        return await self._get(f"/v1/exports/{export_id}", Export)

    async def get_export_content(self, export_id: UUID, *, start: int, stop: int) -> bytes:
        """The bytes of the file from `start` up to, and without, `stop`."""
        path = f"/v1/exports/{export_id}/content"
        return (await self._send("GET", path, {"byte_range": (start, stop)})).body

    async def delete_export(self, export_id: UUID) -> None:
        """Cancel an export that is under way; forget one that has ended, with its file."""
        await self._delete(f"/v1/exports/{export_id}")

    async def get_export_schema(self, kind: ExportKind) -> ExportSchema:
        """What a row of an export holds."""
        return await self._get(f"/v1/export-schemas/{kind}", ExportSchema)

    async def wait_for_export(self, export_id: UUID, *, within_s: float) -> Export:
        """The export once it is done; raises `ExportNotDone` when it ends otherwise, or not in time."""
        loop = asyncio.get_running_loop()
        until, pause_s = loop.time() + within_s, FIRST_PAUSE_S
        while True:
            export = await self.get_export(export_id)
            if export.state == "done":
                return export
            left_s = until - loop.time()
            if export.state not in ("queued", "running") or left_s <= 0:
                raise ExportNotDone(export)
            await asyncio.sleep(min(pause_s, left_s))
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def download_export(self, export: Export, path: Path) -> None:
        """Write the file of an export that is done to a new file, whole and as it was hashed, or not at all.

        Raises `ExportNotDone`, and `UpstreamMalformed` where what arrives hashes to something else.
        """
        if export.byte_count is None or export.sha256 is None:
            raise ExportNotDone(export)
        part = path.with_name(f"{path.name}.part")
        try:
            with await asyncio.to_thread(part.open, "xb") as file:
                hashed = await self._fetched(export.id, export.byte_count, file)
            if hashed != export.sha256:
                raise UpstreamMalformed(f"The file of export {export.id} is not the one that was hashed.")
            await asyncio.to_thread(part.replace, path)
        finally:
            await asyncio.to_thread(_removed(part))

    async def _fetched(self, export_id: UUID, byte_count: int, file: IO[bytes]) -> str:
        """Write a file's bytes and give their SHA-256."""
        digest = hashlib.sha256()
        for start in range(0, byte_count, FETCHED_BYTES):
            stop = min(start + FETCHED_BYTES, byte_count)
            piece = await self.get_export_content(export_id, start=start, stop=stop)
            digest.update(piece)
            await asyncio.to_thread(file.write, piece)
        return digest.hexdigest()


def _removed(path: Path) -> Callable[[], None]:
    return lambda: path.unlink(missing_ok=True)
