"""Where lines landed, asked of toms-engine before any transaction: postcodes and wards become small areas."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from cdp_common.clients.toms import TomsClient
from cdp_common.clients.upstream import UpstreamProblem
from cdp_common.contracts.needs import PostcodeBatchRequest, WardBatchRequest
from cdp_common.db.database import Database
from reporting_api.domain.locating import NOTHING_LOCATED, Located, WardPart, codes_of, located_lines
from reporting_api.domain.reports import ResolvedLine
from reporting_api.storage.copies import PlaceCopy
from reporting_api.use_cases.gather import areas_of

CODES_PER_CALL = 1_000
MAX_POSTCODE_CHARS = 16


async def locate_lines(
    db: Database, toms: TomsClient, place: PlaceCopy, lines: Sequence[ResolvedLine]
) -> list[ResolvedLine]:
    """The lines with the small areas of their postcodes and wards.

    Where the place has no index of need nothing is known of areas, and they stay as they were stated.
    """
    if place.need_index is None:
        return list(lines)
    codes = codes_of(lines)
    known = (await areas_of(db, toms, place.need_index, codes)).keys()
    unknown = sorted(codes - known)
    located = await _located(toms, place.need_index, unknown) if unknown else NOTHING_LOCATED
    return located_lines(lines, known, located)


async def _located(toms: TomsClient, need_index: str, codes: Sequence[str]) -> Located:
    postcodes: dict[str, tuple[str, ...]] = {}
    wards: dict[str, tuple[WardPart, ...]] = {}
    waiting = iter(codes)
    while some := list(islice(waiting, CODES_PER_CALL)):
        try:
            postcodes |= await _postcodes(toms, need_index, some)
            if others := [code for code in some if code not in postcodes]:
                wards |= await _wards(toms, need_index, others)
        except UpstreamProblem as problem:
            if problem.status != 404:
                raise
            break  # the place names an index that nobody has loaded
    return Located(postcodes, wards)


async def _postcodes(toms: TomsClient, need_index: str, codes: Sequence[str]) -> dict[str, tuple[str, ...]]:
    short = [code for code in codes if len(code) <= MAX_POSTCODE_CHARS]
    if not short:
        return {}
    batch = await toms.batch_postcodes(PostcodeBatchRequest(index=need_index, postcodes=short))
    return {one.postcode: tuple(area.code for area in one.areas) for one in batch.items}


async def _wards(toms: TomsClient, need_index: str, codes: Sequence[str]) -> dict[str, tuple[WardPart, ...]]:
    """The wards among the codes that the index holds whole: of others the rest would land somewhere else."""
    batch = await toms.batch_wards(WardBatchRequest(index=need_index, wards=list(codes)))
    return {
        one.ward: tuple(WardPart(area.code, area.population) for area in one.areas)
        for one in batch.items
        if not one.areas_missing
    }
