"""Making an export: a job reads one snapshot, writes the file, keeps it, and only then says that it is done.

Each attempt writes a blob of its own, which is noted as loose until the row stands for it: a worker that dies
leaves a loose blob, never half a file that somebody is given.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.exports import ExportAbout, ExportCoverage
from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, org_audience, record_event
from cdp_common.db.jobs import working
from cdp_common.db.merges import records_of, survivors
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.errors import Unavailable
from cdp_common.kernel.periods import Period, quarter_of
from reporting_api.domain.export_columns import parquet_types
from reporting_api.domain.exports import (
    ExportAsked,
    ExportFault,
    ExportLimits,
    ExportRefused,
    ExportStoreUnavailable,
)
from reporting_api.domain.obligations import coverage_of
from reporting_api.storage.blobs import Blobs
from reporting_api.storage.coverage import memberships_known, standing_reports
from reporting_api.storage.export_files import ExportNotWritten, RowFile, row_file
from reporting_api.storage.export_rows import facts_of, hold_snapshot, stream_rows
from reporting_api.storage.exports import (
    EXPORT,
    export_by_id,
    finish,
    note_progress,
    put_off,
    take_up,
)
from reporting_api.storage.ledger import head_block, position_at
from reporting_api.storage.loose_blobs import hold_blob, loosen_blob
from reporting_api.use_cases.export_published import (
    about_publication,
    publication_asked,
    publication_rows,
)

MOST_ATTEMPTS = 3
"""A worker that dies as often as this at one export is likely to die of it."""
NOTED_EVERY_S = 2.0
WRITTEN_WITHIN = timedelta(days=1)
HASHED_BYTES = 1024 * 1024
SCHEMA_PATH = "/v1/export-schemas/"

Batches = AsyncGenerator[Sequence[str], None]
"""Rows as lines of JSON, some at a time."""

_log = structlog.get_logger(__name__)


class _Superseded(Exception):
    """The export was cancelled, or another attempt has taken over: nothing is to be written down."""


class _PutOff(Exception):
    """The attempt ends unfinished, and a later one is to begin anew."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A file as it was written."""

    about: ExportAbout
    row_count: int
    byte_count: int
    sha256: str


class ExportWorker:
    """Makes exports, one for each job."""

    def __init__(self, db: Database, blobs: Blobs, limits: ExportLimits, clock: Clock) -> None:
        self._db, self._blobs, self._limits, self._clock = db, blobs, limits, clock
        self._is_stopping = False

    def stop(self) -> None:
        """Have the export that is being made put off at its next rows: the process is about to end."""
        self._is_stopping = True

    async def make(self, payload: bytes) -> None:
        """Make the export whose id is the payload; one that has ended is left alone."""
        async with self._db.begin() as tx:
            row = await take_up(tx, UUID(bytes=payload), self._clock())
        if row is None:
            return
        try:
            if row["attempt"] > MOST_ATTEMPTS:
                raise ExportRefused("interrupted")
            async with asyncio.timeout(self._limits.within_s):
                await self._make(row)
        except _Superseded:
            return
        except _PutOff:
            async with self._db.begin() as tx:
                await put_off(tx, row, self._clock())
        except TimeoutError:
            await self._fail(row, "interrupted")
        except ExportRefused as refusal:
            await self._fail(row, refusal.fault)
        except Unavailable as problem:  # the store or the database: a later attempt may find it well
            _log.warning("export_put_off", export_id=str(row["id"]), fault=problem.code)
            if isinstance(problem, ExportStoreUnavailable) and row["attempt"] >= MOST_ATTEMPTS:
                await self._fail(row, "store_unavailable")
                return
            async with self._db.begin() as tx:
                await put_off(tx, row, self._clock())
        except Exception:
            await self._fail(row, "failed")
            raise  # to be logged where the queue does

    async def _make(self, row: RowMapping) -> None:
        with TemporaryDirectory(prefix="export-") as folder:
            path = Path(folder) / "rows"
            try:
                made = await self._written(row, path)
            except ExportNotWritten as fault:
                _log.error("export_not_written", export_id=str(row["id"]), fault=str(fault))
                raise ExportRefused("failed") from fault
            key = f"exports/{row['id']}/{row['attempt']}"
            async with self._db.begin() as tx:
                await loosen_blob(tx, key, self._clock() + WRITTEN_WITHIN)
            with path.open("rb") as file:
                await self._blobs.put(key, file)
        await self._keep(row, key, made)

    async def _written(self, row: RowMapping, path: Path) -> _Made:
        asked = _asked(row)
        position = asked.ledger_position
        if asked.kind == "ledger_entries" and asked.as_of is not None:
            async with self._db.begin() as tx:
                position = await position_at(tx, asked.place_id, asked.as_of)
        async with self._db.begin() as tx:
            await hold_snapshot(tx)
            about, total, batches = await self._source(tx, asked, position)
            if total > self._limits.most_rows:
                raise ExportRefused("too_large")
            progress = _Progress(self._db, self._clock, row, total)
            told = about.model_dump(mode="json")
            async with (
                row_file(asked.format, path, parquet_types(asked.kind), told) as file,
                aclosing(batches) as rows,
            ):
                await self._copy(rows, file, path, progress)
        byte_count, sha256 = await asyncio.to_thread(_measured, path)
        self._require_small(byte_count)
        return _Made(about, progress.done, byte_count, sha256)

    async def _source(
        self, tx: AsyncConnection, asked: ExportAsked, position: int | None
    ) -> tuple[ExportAbout, int, Batches]:
        """What the rows are, how many there are, and they themselves."""
        now, schema = self._clock(), f"{SCHEMA_PATH}{asked.kind}"
        if asked.kind == "published_figures":
            publication = await publication_asked(tx, asked, now)
            rows = publication_rows(publication)
            return about_publication(asked, publication, schema), len(rows), _at_once(rows)
        own = records_of(asked.organisation_id, await survivors(tx))
        facts = await facts_of(tx, asked, own, position)
        about = ExportAbout(
            kind=asked.kind,
            rows=asked.rows,
            place_id=asked.place_id,
            period_start=asked.period.start,
            period_end=asked.period.end,
            as_of=asked.as_of or now,
            ledger_position=await _position(tx, asked, position),
            after_position=asked.after_position,
            publication_number=None,
            edition_hashes=facts.edition_hashes,
            licence=None,
            coverage=await _coverage(tx, asked, asked.as_of or now),
            licensed_frameworks=facts.licensed_frameworks,
            licensed_left_out=facts.licensed_left_out,
            data_status="synthetic_sample" if facts.has_samples else "actual",
            row_schema=schema,
        )
        return about, facts.shown, stream_rows(tx, asked, own, position)

    async def _copy(self, batches: Batches, file: RowFile, path: Path, progress: _Progress) -> None:
        async for batch in batches:
            if self._is_stopping:
                raise _PutOff
            await file.write(batch)
            await progress.add(len(batch))
            self._require_small(await asyncio.to_thread(_size, path))

    def _require_small(self, byte_count: int) -> None:
        if byte_count > self._limits.most_bytes:
            raise ExportRefused("too_large")

    async def _keep(self, row: RowMapping, key: str, made: _Made) -> None:
        async with self._db.begin() as tx:
            now = self._clock()
            is_held = await hold_blob(tx, key)
            is_current = await finish(
                tx,
                row,
                now,
                state="done",
                rows_done=made.row_count,
                rows_total=made.row_count,
                byte_count=made.byte_count,
                sha256=made.sha256,
                blob_key=key,
                about=made.about.model_dump(mode="json"),
                expires_at=now + self._limits.kept_for,
            )
            if not (is_held and is_current):
                raise _Superseded  # and the note stays, by which the blob is removed
            await _tell(tx, row, now)

    async def _fail(self, row: RowMapping, fault: ExportFault) -> None:
        async with self._db.begin() as tx:
            now = self._clock()
            if await finish(tx, row, now, state="failed", fault=fault):
                await _tell(tx, row, now)


@asynccontextmanager
async def exports_made(worker: ExportWorker, database_url: str | None, schema: str) -> AsyncIterator[None]:
    """Exports are made for as long as this lasts, one at a time in the whole deployment."""
    if database_url is None:
        yield
        return
    async with working(database_url, schema, {EXPORT: worker.make}, most_of_a_name=1):
        try:
            yield
        finally:
            worker.stop()  # before the queue's worker waits for it


class _Progress:
    """How many rows are written; told to whoever asks every so often, and whether to go on with it."""

    def __init__(self, db: Database, clock: Clock, row: RowMapping, total: int) -> None:
        self.done = 0
        self._db, self._clock, self._row, self._total = db, clock, row, total
        self._loop = asyncio.get_running_loop()
        self._noted_at = self._loop.time()

    async def add(self, count: int) -> None:
        self.done += count
        if self._loop.time() - self._noted_at < NOTED_EVERY_S:
            return
        self._noted_at = self._loop.time()
        async with self._db.begin() as tx:  # beside the one whose snapshot is read
            values = {"rows_done": self.done, "rows_total": self._total}
            if not await note_progress(tx, self._row, self._clock(), **values):
                raise _Superseded


def _asked(row: RowMapping) -> ExportAsked:
    return ExportAsked(
        kind=row["kind"],
        format=row["format"],
        rows=row["rows"],
        organisation_id=row["organisation_id"],
        place_id=row["place_id"],
        period=Period(row["period_start"], row["period_end"]),
        as_of=row["as_of"],
        ledger_position=row["ledger_position"],
        after_position=row["after_position"],
        publication_number=row["publication_number"],
        licences=frozenset(row["licences"]),
    )


async def _at_once(rows: Sequence[str]) -> Batches:
    yield rows


async def _position(tx: AsyncConnection, asked: ExportAsked, position: int | None) -> int | None:
    if asked.kind != "ledger_entries" or position is not None:
        return position
    head = await head_block(tx, asked.place_id)
    return 0 if head is None else head.last_position


async def _coverage(tx: AsyncConnection, asked: ExportAsked, moment: datetime) -> ExportCoverage | None:
    if asked.rows != "place":
        return None
    # Quarters owed in the period may begin before it.
    span = replace(asked.period, start=quarter_of(asked.period.start).start)
    memberships = await memberships_known(tx, asked.place_id, moment)
    reports = await standing_reports(tx, asked.place_id, span, moment)
    found = coverage_of(asked.period, moment.date(), memberships, reports)
    return ExportCoverage(due_count=found.due_count, reported_count=found.reported_count, ratio=found.ratio)


async def _tell(tx: AsyncConnection, row: RowMapping, now: datetime) -> None:
    """Record that an export has ended, for the organisation that asked for it."""
    ended = await export_by_id(tx, row["id"])
    assert ended is not None  # changed by this transaction
    data: dict[str, Any] = {
        "export_id": str(ended["id"]),
        "organisation_id": str(ended["organisation_id"]),
        "place_id": str(ended["place_id"]),
        "kind": ended["kind"],
        "format": ended["format"],
        "state": ended["state"],
        "fault": ended["fault"],
    }
    event = NewEvent(
        type="export.finished",
        aggregate_type="export",
        aggregate_id=ended["id"],
        aggregate_version=1,
        place_id=ended["place_id"],
        audience=(org_audience(ended["organisation_id"]),),
        data=data,
    )
    await record_event(tx, event, now)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0  # a child may not have made it yet


def _measured(path: Path) -> tuple[int, str]:
    """How many bytes a file has, and its SHA-256."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(HASHED_BYTES):
            digest.update(piece)
        return file.tell(), digest.hexdigest()
