"""The client of toms-engine."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from datetime import date
from typing import TypedDict, Unpack
from uuid import UUID

from cdp_common.clients.base import Fetched
from cdp_common.clients.editions import EditionOperations
from cdp_common.clients.needs import NeedsOperations
from cdp_common.contracts.base import Page
from cdp_common.contracts.comparisons import Comparison, ComparisonRequest, Revaluation
from cdp_common.contracts.framework_packs import FrameworkPack
from cdp_common.contracts.pack_schema import PackSchema
from cdp_common.contracts.toms import (
    BulkLine,
    BulkRecord,
    BulkRefusal,
    BulkStop,
    BulkSummary,
    Edition,
    EditionState,
    MeasureBatch,
    MeasureBatchRequest,
    Valuation,
    ValuationLine,
    ValuationRequest,
)

BULK_PIECE_BYTES = 64 * 1024
"""Lines travel together: a piece of a body costs as much as hundreds of them."""
JSON_LINES = "application/x-ndjson"


class BulkOptions(TypedDict, total=False):
    """How all lines of a file are valued; as in `ValuationRequest`."""

    discount: bool
    discount_base_year: int | None
    uprate_to_price_year: int | None


class TomsClient(NeedsOperations, EditionOperations):
    """toms-engine, one method per operation."""

    async def import_framework(self, pack: FrameworkPack, *, idempotency_key: str) -> Edition:
        """The draft edition of the pack, without its crosswalks."""
        return (await self.fetch_import(pack, idempotency_key=idempotency_key)).body

    async def fetch_import(self, pack: FrameworkPack, *, idempotency_key: str) -> Fetched[Edition]:
        """The same with the ETag that publishing the draft asks for."""
        return await self._fetch(
            "POST", "/v1/frameworks", answer=Edition, json=pack, idempotency_key=idempotency_key
        )

    async def get_pack_schema(self) -> PackSchema:
        """The JSON Schema that framework packs are written by."""
        return await self._request("GET", "/v1/framework-pack-schema", answer=PackSchema)

    async def publish_edition(self, edition_id: UUID, *, if_match: str) -> Edition:
        """The edition, published."""
        path = f"/v1/editions/{edition_id}/publish"
        return await self._request("POST", path, answer=Edition, if_match=if_match)

    async def list_editions(
        self,
        *,
        framework: str | None = None,
        state: EditionState | None = None,
        effective_on: date | None = None,
        derived_from: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Edition]:
        """Editions in the order of framework and edition code."""
        params = {
            "framework": framework,
            "state": state,
            "effective_on": effective_on.isoformat() if effective_on is not None else None,
            "derived_from": derived_from,
            "limit": limit,
            "cursor": cursor,
        }
        return await self._request("GET", "/v1/editions", answer=Page[Edition], params=params)

    async def get_edition(self, edition_id: UUID) -> Edition:
        """One edition."""
        return (await self.fetch_edition(edition_id)).body

    async def fetch_edition(self, edition_id: UUID) -> Fetched[Edition]:
        """The same with its ETag."""
        return await self._fetch("GET", f"/v1/editions/{edition_id}", answer=Edition)

    async def get_edition_by_hash(self, edition_hash: str) -> Edition:
        """One edition by the hash of its content."""
        return await self._request("GET", f"/v1/editions/by-hash/{edition_hash}", answer=Edition)

    async def batch_measures(self, batch: MeasureBatchRequest) -> MeasureBatch:
        """Measures of published editions by edition hash and code."""
        return await self._request(
            "POST", "/v1/measures/batch", answer=MeasureBatch, json=batch, is_read=True
        )

    async def value_lines(self, request: ValuationRequest) -> Valuation:
        """Lines valued against a published edition; stores nothing, so it is safe to repeat."""
        return await self._request("POST", "/v1/valuations", answer=Valuation, json=request, is_read=True)

    async def compare_valuations(self, request: ComparisonRequest) -> Comparison:
        """The same lines under two editions; stores nothing, so it is safe to repeat."""
        path = "/v1/valuations/compare"
        return await self._request("POST", path, answer=Comparison, json=request, is_read=True)

    async def revalue_history(
        self,
        rows: AsyncIterable[tuple[str, ValuationLine]],
        *,
        from_edition_hash: Sequence[str],
        to_edition_hash: str,
        to_valid_on: date | None = None,
        **options: Unpack[BulkOptions],
    ) -> Revaluation:
        """The difference by measure of recorded lines, each with its edition's hash, under another."""

        async def documents() -> AsyncIterator[bytes]:
            async for edition_hash, line in rows:
                stated = line.model_dump(mode="json", exclude_none=True)
                yield json.dumps({**stated, "edition_hash": edition_hash}).encode() + b"\n"

        params = {
            "from_edition_hash": list(from_edition_hash),
            "to_edition_hash": to_edition_hash,
            "to_valid_on": to_valid_on,
            **options,
        }
        async with self._streamed("/v1/valuations/history", params, documents(), JSON_LINES) as lines:
            return Revaluation.model_validate_json(b"\n".join([line async for line in lines]))

    async def value_in_bulk(
        self, lines: AsyncIterable[ValuationLine], *, edition_hash: str, **options: Unpack[BulkOptions]
    ) -> AsyncIterator[BulkLine | BulkRefusal | BulkSummary | BulkStop]:
        """What became of each of many lines, in their order, and a summary at the end; nothing is held."""

        async def rows() -> AsyncIterator[bytes]:
            waiting = bytearray()
            async for line in lines:
                waiting += line.model_dump_json(exclude_none=True).encode() + b"\n"
                if len(waiting) >= BULK_PIECE_BYTES:
                    yield bytes(waiting)
                    waiting.clear()
            yield bytes(waiting)

        params = {"edition_hash": edition_hash, **options}
        async with self._streamed("/v1/valuations/bulk", params, rows(), JSON_LINES) as records:
            async for record in records:
                yield BulkRecord.validate_json(record)
