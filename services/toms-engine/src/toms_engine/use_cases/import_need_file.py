"""Loads the official file of an index of deprivation: checked whole, then stored whole or not at all."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.needs import NeedCheck, NeedFileReceipt
from cdp_common.contracts.toms import Source
from cdp_common.db.database import Database
from cdp_common.db.events import PUBLIC, NewEvent, record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from cdp_common.web.uploads import Upload
from toms_engine.domain.errors import (
    NeedFileRefused,
    NeedIndexDiffers,
    NeedIndexNotYours,
    NeedLayoutUnknown,
)
from toms_engine.domain.file_faults import MAX_LISTED, FileFaults
from toms_engine.domain.need_checks import CheckResult, by_decile, checked
from toms_engine.domain.need_file import Coverage, RankedArea, read_need_file
from toms_engine.domain.need_layout import NeedLayout
from toms_engine.domain.needs import band_spans
from toms_engine.storage import need_files as store
from toms_engine.storage import need_indices
from toms_engine.storage.layouts_shipped import NeedLayouts
from toms_engine.use_cases.csv_rows import CsvRows
from toms_engine.use_cases.layout_views import layout_row


async def import_need_file(
    db: Database,
    layouts: NeedLayouts,
    caller: Caller,
    layout_name: str,
    coverage: Coverage,
    upload: Upload,
    once: Once,
    now: datetime,
) -> Answer:
    """What was found and stored. A file with any fault is refused whole; stored areas never change."""
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
    layout = layouts.by_name.get(layout_name)
    if layout is None:
        raise NeedLayoutUnknown(f"Layouts of this build: {', '.join(sorted(layouts.by_name))}.")
    areas, checks, encoding = await asyncio.to_thread(_read, layout, coverage, upload)
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        await need_indices.lock_index(tx, layout.index)
        await _settle_index(tx, layouts, layout, caller, now)
        news = await _news(tx, layout, areas)
        import_id = new_id()
        await need_indices.add_import(tx, import_id, layout.index, len(areas), now)
        await store.copy_areas(tx, layout.index, news.areas, import_id)
        await store.copy_facts(tx, layout.index, news.facts, import_id)
        await store.complete_facts(tx, layout.index, news.completed)
        receipt = NeedFileReceipt(
            index=layout.index,
            layout=layout.layout,
            layout_version=layout.version,
            coverage=coverage,
            sha256=upload.sha256,
            encoding=encoding,
            areas_in_file=len(areas),
            areas_added=len(news.facts),
            areas_completed=len(news.completed),
            areas_known=len(areas) - len(news.facts) - len(news.completed),
            by_decile=by_decile(areas),
            checks=[NeedCheck(**asdict(check)) for check in checks],
            imported_at=now,
        )
        await store.add_file(tx, import_id, layout.index, receipt.model_dump(mode="json"))
        await record_event(tx, _imported(import_id, layout.index, len(areas)), now)
        return await once.keep(tx, 201, receipt, now=now)


def _imported(import_id: UUID, index: str, area_count: int) -> NewEvent:
    return NewEvent(
        type="need_index.imported",
        aggregate_type="need_import",
        aggregate_id=import_id,
        aggregate_version=1,
        place_id=None,
        audience=(PUBLIC,),
        data={"index": index, "places": [], "area_count": area_count},
    )


def _read(
    layout: NeedLayout, coverage: Coverage, upload: Upload
) -> tuple[list[RankedArea], list[CheckResult], str]:
    """The file's areas, what the checks found, and the encoding; refuses the file whole."""
    faults = FileFaults()
    rows = CsvRows(upload, faults)
    try:
        areas = read_need_file(layout, coverage, rows.rows())
    except NeedFileRefused as refused:
        if faults.total:  # what broke the reading off explains the rest
            faults.raise_as(NeedFileRefused)
        raise refused from None
    faults.raise_as(NeedFileRefused)
    return areas, checked(layout, coverage, areas), rows.encoding


async def _settle_index(
    tx: AsyncConnection, layouts: NeedLayouts, layout: NeedLayout, caller: Caller, now: datetime
) -> None:
    """Store index, layout and default bands if they are new; else refuse another owner's or other facts."""
    head = {
        "title": layout.title,
        "vintage": layout.vintage,
        "area_count": layout.area_count,
        "licence": layout.licence,
        "source": Source.model_validate(asdict(layout.source)).model_dump(mode="json"),
    }
    known = await need_indices.index_row(tx, layout.index)
    if known is None:
        row = {**head, "slug": layout.index, "owner_org": caller.org, "created_at": now}
        await need_indices.add_index(tx, row)
    elif known["owner_org"] != caller.org:
        raise NeedIndexNotYours("Another organisation loaded the first part of this index.")
    elif faults := [
        FieldError(f"/file/{name}", "need_index_differs", "the index is stored with another value")
        for name, value in head.items()
        if known[name] != value
    ]:
        raise NeedIndexDiffers("An index of this name is stored that is not this one.", errors=faults)
    await _settle_layout(tx, layout)
    await _settle_default_bands(tx, layouts, layout)


async def _settle_layout(tx: AsyncConnection, layout: NeedLayout) -> None:
    """An index keeps the rankings with which it was first read; a layout may learn further headers."""
    row = layout_row(layout)
    known = await store.layout_row(tx, layout.index)
    if known is None:
        await store.add_layout(tx, row)
    elif (known["rankings"], known["denominators"]) != (row["rankings"], row["denominators"]):
        fault = FieldError("/file/rankings", "need_index_differs", "the index is stored with other rankings")
        raise NeedIndexDiffers("The index was read with another layout.", errors=[fault])


async def _settle_default_bands(tx: AsyncConnection, layouts: NeedLayouts, layout: NeedLayout) -> None:
    version, _ = await need_indices.current_bands(tx, layout.index, need_indices.EVERY_PLACE)
    if version == 0:
        bands = layouts.default_bands
        place = need_indices.EVERY_PLACE
        await need_indices.add_bands(tx, layout.index, place, bands.version, band_spans(bands.cuts), None)


@dataclass(frozen=True)
class _News:
    """What a file brings: areas, rankings of areas, and values that an extract had left out."""

    areas: list[RankedArea]
    facts: list[RankedArea]
    completed: list[RankedArea]


async def _news(tx: AsyncConnection, layout: NeedLayout, areas: Sequence[RankedArea]) -> _News:
    """What is not stored yet; refuses values that differ from those that are."""
    ranks = await store.ranks_by_code(tx, layout.index)
    facts = await store.facts_by_code(tx, layout.index)
    differing = [
        area.code
        for area in areas
        if ranks.get(area.code, (area.name, area.ranks[0])) != (area.name, area.ranks[0])
        or (area.code in facts and not facts[area.code].agrees_with(area))
    ]
    if differing:
        words = "the area is stored with other values"
        faults = [FieldError(f"/areas/{code}", "need_area_differs", words) for code in differing[:MAX_LISTED]]
        raise NeedIndexDiffers(f"Areas stored with other values: {len(differing)}.", errors=faults)
    merged = {area.code: facts[area.code].completed_by(area) for area in areas if area.code in facts}
    return _News(
        areas=[area for area in areas if area.code not in ranks],
        facts=[area for area in areas if area.code not in facts],
        completed=[area for code, area in merged.items() if area != facts[code]],
    )
