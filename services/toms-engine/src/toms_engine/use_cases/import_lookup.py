"""Loads an official lookup of postcodes, wards or changed areas: stored whole or not at all, memory flat."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.needs import LookupReceipt
from cdp_common.db.database import Database
from cdp_common.db.events import PUBLIC, NewEvent, record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from cdp_common.web.uploads import Upload
from toms_engine.domain.errors import LookupNotYours, LookupRefused, NeedLayoutUnknown
from toms_engine.domain.file_faults import FileFaults
from toms_engine.domain.lookup_file import LookupReader
from toms_engine.domain.lookup_layout import LookupKind, LookupLayout
from toms_engine.storage import lookups as store
from toms_engine.storage.layouts_shipped import NeedLayouts
from toms_engine.use_cases.csv_rows import CsvRows

ROWS_AT_ONCE = 5_000
"""Read in a thread and handed to the database together."""

_COLUMNS: dict[LookupKind, tuple[str, ...]] = {
    "postcodes": ("postcode", "area_codes", "ward_code", "authority_code", "introduced", "terminated"),
    "wards": ("area_code", "ward_code", "ward_name"),
    "changes": ("from_code", "to_code", "from_name", "to_name", "relation"),
}
_READING: dict[LookupKind, Callable[[LookupReader], Any]] = {
    "postcodes": LookupReader.postcodes,
    "wards": LookupReader.wards,
    "changes": LookupReader.changes,
}
_KEY_OF_CLASH = re.compile(r"=\(\d+, ([^)]{1,100})\)")


async def import_lookup(
    db: Database,
    layouts: NeedLayouts,
    caller: Caller,
    layout_name: str,
    edition: str,
    upload: Upload,
    once: Once,
    now: datetime,
) -> Answer:
    """What was found and stored. A file with any fault is refused whole."""
    layout = layouts.lookups.get(layout_name)
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        if layout is None:
            raise NeedLayoutUnknown(f"Layouts of lookups: {', '.join(sorted(layouts.lookups))}.")
        await store.lock_kind(tx, layout.kind)
        if (await store.owner_of(tx, layout.kind)) not in (None, caller.org):
            raise LookupNotYours("Another organisation loaded the first lookup of this kind.")
        faults = FileFaults()
        rows = CsvRows(upload, faults)
        reader = await asyncio.to_thread(LookupReader, layout, rows.rows(), faults)
        faults.raise_as(LookupRefused)
        number = await store.add_lookup(tx, _head(layout, edition, reader, caller, upload, now))
        await _copy(tx, layout, number, reader, faults)
        receipt = _receipt(layout, edition, reader, rows.encoding, upload, now)
        await store.add_receipt(tx, number, receipt.model_dump(mode="json"))
        await record_event(tx, _event(receipt), now)
        return await once.keep(tx, 201, receipt, now=now)


async def _copy(
    tx: AsyncConnection, layout: LookupLayout, number: int, reader: LookupReader, faults: FileFaults
) -> None:
    columns = _COLUMNS[layout.kind]

    def records() -> Iterator[tuple[Any, ...]]:
        for row in _READING[layout.kind](reader):
            yield number, *(getattr(row, name) for name in columns)

    try:
        await store.copy_lookup(tx, layout.kind, columns, _in_portions(records()))
    except store.RowsClash as clash:
        key = _KEY_OF_CLASH.search(clash.detail)
        fault = FieldError(
            f"/file/{key[1] if key else layout.kind}", "row_duplicate", "it stands there twice"
        )
        raise LookupRefused("Nothing was stored. The file has a row twice.", errors=[fault]) from clash
    faults.raise_as(LookupRefused)


async def _in_portions(records: Iterator[tuple[Any, ...]]) -> AsyncIterator[tuple[Any, ...]]:
    """The records, read in a thread so that the process goes on answering."""
    while portion := await asyncio.to_thread(lambda: list(islice(records, ROWS_AT_ONCE))):
        for record in portion:
            yield record


def _head(
    layout: LookupLayout, edition: str, reader: LookupReader, caller: Caller, upload: Upload, now: datetime
) -> dict[str, Any]:
    return {
        "kind": layout.kind,
        "layout": layout.layout,
        "layout_version": layout.version,
        "edition": edition,
        "vintages": list(reader.vintages),
        "owner_org": caller.org,
        "sha256": upload.sha256,
        "started_at": now,
    }


def _receipt(
    layout: LookupLayout, edition: str, reader: LookupReader, encoding: str, upload: Upload, now: datetime
) -> LookupReceipt:
    counts = reader.counts
    return LookupReceipt(
        kind=layout.kind,
        layout=layout.layout,
        layout_version=layout.version,
        edition=edition,
        title=layout.title,
        sha256=upload.sha256,
        encoding=encoding,
        row_count=counts.rows,
        terminated_count=counts.terminated,
        without_area_count=counts.without_area,
        vintages=list(reader.vintages),
        by_relation=dict(sorted(counts.relations.items())),
        licence=layout.licence,
        attribution=layout.attribution,
        imported_at=now,
    )


def _event(receipt: LookupReceipt) -> NewEvent:
    return NewEvent(
        type="lookup.imported",
        aggregate_type="lookup",
        aggregate_id=new_id(),
        aggregate_version=1,
        place_id=None,
        audience=(PUBLIC,),
        data={
            "kind": receipt.kind,
            "layout": receipt.layout,
            "edition": receipt.edition,
            "row_count": receipt.row_count,
        },
    )
