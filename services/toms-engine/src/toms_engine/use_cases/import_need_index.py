"""Loads a part of an index of deprivation, with the bands into which its places cut it."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.needs import NeedIndexImport, NeedIndexReceipt
from cdp_common.db.database import Database
from cdp_common.db.events import PUBLIC, NewEvent, record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from toms_engine.domain.errors import NeedBandingPublished, NeedIndexDiffers, NeedIndexNotYours
from toms_engine.domain.needs import Area, Band, BandCut, BandSpan, band_spans, decile, require_index_holds
from toms_engine.storage import need_bandings as bandings
from toms_engine.storage import need_indices as store

_HEAD = ("title", "vintage", "area_count", "licence")


async def import_need_index(
    db: Database, caller: Caller, part: NeedIndexImport, once: Once, now: datetime
) -> Answer:
    """What was stored. Areas and facts of an index never change; a place may cut it into bands anew."""
    areas = [Area(area.code, area.name, area.place, area.rank) for area in part.areas]
    cuts = [BandCut(cut.band, cut.highest_decile) for cut in part.bands]
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        await store.lock_index(tx, part.index)
        await _settle_index(tx, caller, part, now)
        require_index_holds(cuts, areas, part.area_count)
        await _refuse_other_areas(tx, part, areas)
        spans = band_spans(cuts)
        await _store(tx, part, areas, spans, now)
        receipt = NeedIndexReceipt(
            index=part.index, area_count_stored=len(areas), by_band=_by_band(part, areas, spans)
        )
        return await once.keep(tx, 201, receipt, now=now)


async def _settle_index(tx: AsyncConnection, caller: Caller, part: NeedIndexImport, now: datetime) -> None:
    """Store the index if it is new; else refuse a part that is not its owner's or states other facts."""
    known = await store.index_row(tx, part.index)
    if known is None:
        head = {name: getattr(part, name) for name in _HEAD}
        source = part.source.model_dump(mode="json")
        row = {**head, "slug": part.index, "source": source, "owner_org": caller.org, "created_at": now}
        await store.add_index(tx, row)
        return
    if known["owner_org"] != caller.org:
        raise NeedIndexNotYours("Another organisation loaded the first part of this index.")
    faults = _differing_facts(known, part)
    if faults:
        raise NeedIndexDiffers("A corrected index takes a new name.", errors=faults)


def _differing_facts(known: RowMapping, part: NeedIndexImport) -> list[FieldError]:
    stated: dict[str, Any] = {name: getattr(part, name) for name in _HEAD}
    stated["source"] = part.source.model_dump(mode="json")
    return [
        FieldError(f"/{name}", "need_index_differs", "the index is stored with another value")
        for name, value in stated.items()
        if known[name] != value
    ]


async def _refuse_other_areas(tx: AsyncConnection, part: NeedIndexImport, areas: list[Area]) -> None:
    stored = await store.areas_by_code(tx, part.index, [area.code for area in areas])
    faults = [
        FieldError(f"/areas/{index}", "need_area_differs", "the area is stored with other values")
        for index, area in enumerate(areas)
        if stored.get(area.code, area) != area
    ]
    if faults:
        raise NeedIndexDiffers("Areas are stored with other values.", errors=faults)


async def _store(
    tx: AsyncConnection,
    part: NeedIndexImport,
    areas: list[Area],
    spans: tuple[BandSpan, ...],
    now: datetime,
) -> None:
    import_id = new_id()
    places = sorted({area.place for area in areas})
    await store.add_import(tx, import_id, part.index, len(areas), now)
    await store.add_areas(tx, part.index, part.area_count, areas, import_id)
    for place in places:
        version, current = await store.current_bands(tx, part.index, place)
        if tuple(current) != spans:
            if await bandings.place_ids(tx, part.index, place):
                raise NeedBandingPublished(f"The bands of {place} are published; publish a new version.")
            await store.add_bands(tx, part.index, place, version + 1, spans, import_id)
    event = NewEvent(
        type="need_index.imported",
        aggregate_type="need_import",
        aggregate_id=import_id,
        aggregate_version=1,
        place_id=None,
        audience=(PUBLIC,),
        data={"index": part.index, "places": places, "area_count": len(areas)},
    )
    await record_event(tx, event, now)


def _by_band(part: NeedIndexImport, areas: list[Area], spans: tuple[BandSpan, ...]) -> dict[Band, int]:
    """How many of the areas lie in each band, empty bands included."""
    deciles = Counter(decile(area.rank, part.area_count) for area in areas)
    return {
        span.band: sum(deciles[step] for step in range(span.lowest_decile, span.highest_decile + 1))
        for span in spans
    }
