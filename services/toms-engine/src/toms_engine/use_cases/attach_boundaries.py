"""Attaches outlines to the areas of an index: a GeoJSON file, checked whole and stored whole."""

import asyncio
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from cdp_common.contracts.needs import BoundaryReceipt
from cdp_common.db.database import Database
from cdp_common.db.events import PUBLIC, NewEvent, record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from cdp_common.web.uploads import Upload
from toms_engine.domain.boundaries import Boundary, read_boundaries
from toms_engine.domain.errors import BoundariesRefused, NeedIndexNotFound, NeedIndexNotYours
from toms_engine.domain.file_faults import FileFaults
from toms_engine.storage import boundaries as store
from toms_engine.storage import need_indices


@dataclass(frozen=True)
class BoundaryFacts:
    """What is said of a file of outlines beside it."""

    code_property: str
    licence: str
    attribution: str
    source_url: str


async def attach_boundaries(
    db: Database, caller: Caller, index: str, facts: BoundaryFacts, upload: Upload, once: Once, now: datetime
) -> Answer:
    """What was stored. Of several files the newest outline of an area holds.

    A file with a fault is refused.
    """
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        head = await need_indices.index_row(tx, index)
        if head is None:
            raise NeedIndexNotFound("No index is stored under this name.")
        if head["owner_org"] != caller.org:
            raise NeedIndexNotYours("Another organisation loaded this index.")
        codes = await store.codes_of(tx, index)
    found = await asyncio.to_thread(_read, upload, facts.code_property, codes)
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        file_id = new_id()
        words = {
            "licence": facts.licence,
            "attribution": facts.attribution,
            "source_url": facts.source_url,
        }
        row = store.file_row(file_id, index, words, len(found), upload.sha256, now)
        await store.add_boundary_file(tx, row, found)
        receipt = BoundaryReceipt(
            index=index,
            area_count=len(found),
            areas_of_index=len(codes),
            sha256=upload.sha256,
            licence=facts.licence,
            attribution=facts.attribution,
            source_url=facts.source_url,
            attached_at=now,
        )
        event = NewEvent(
            type="need_boundaries.attached",
            aggregate_type="need_boundary_file",
            aggregate_id=file_id,
            aggregate_version=1,
            place_id=None,
            audience=(PUBLIC,),
            data={"index": index, "area_count": len(found)},
        )
        await record_event(tx, event, now)
        return await once.keep(tx, 201, receipt, now=now)


def _read(upload: Upload, code_property: str, codes: Collection[str]) -> list[Boundary]:
    faults = FileFaults()
    content = b"".join(upload.content())
    try:
        document = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        faults.at("", "not_json", "the file is not JSON in UTF-8")
        document = None
    faults.raise_as(BoundariesRefused)
    found = read_boundaries(document, code_property, codes, faults)
    faults.raise_as(BoundariesRefused)
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
