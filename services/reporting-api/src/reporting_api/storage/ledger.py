"""Writing entries into the inbox, and reading entries and blocks back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import IO, NamedTuple
from uuid import UUID

from sqlalchemy import (
    RowMapping,
    Subquery,
    func,
    literal,
    not_,
    select,
    text,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger

from cdp_common.db.copying import copy_lines_of_text, copy_rows
from cdp_common.db.database import Database
from cdp_common.db.paging import keyset
from reporting_api.domain.chain import Block
from reporting_api.domain.entries import Entry
from reporting_api.storage.canonical_rows import CANONICAL
from reporting_api.storage.copy_tables import commitment_lines, measures
from reporting_api.storage.ledger_rows import block_of, entry_of, entry_row
from reporting_api.storage.ledger_tables import ledger_blocks, ledger_entries, ledger_inbox, publications
from reporting_api.storage.report_tables import report_lines

MAX_INSERTED_S = 60
MAX_FETCHED = 50_000
"""Entries that are read at once, whatever a block says it holds."""
MAX_COPIED_S = 120

# One lock per place: the sequencer holds it alone, those who ask for a past moment share it.
_LOCK_KEY = "hashtextextended(current_schema() || ' ledger ' || :place, 0)"

_SETTLED = """
    SELECT CASE WHEN EXISTS (SELECT FROM ledger_blocks WHERE place_id = $1 AND sealed_at > $2)
        THEN coalesce((SELECT last_position FROM ledger_blocks WHERE place_id = $1 AND sealed_at <= $2
            ORDER BY sealed_at DESC, last_position DESC LIMIT 1), 0) END"""

_SEALED_LINES = text(f"""
    SELECT l.position, l.block_number, l.entry_hash, {CANONICAL} AS canonical FROM ledger_entries l
    WHERE l.place_id = :place AND l.position BETWEEN :first AND :last
    ORDER BY l.position LIMIT :most""")  # noqa: S608 - made of constants


async def append_entries(tx: AsyncConnection, entries: Sequence[Entry]) -> None:
    """Write entries into the inbox; they count at once and get their position soon after."""
    if entries:
        rows = [entry_row(entry) for entry in entries]
        values = (tuple(row.values()) for row in rows)
        await copy_rows(tx, ledger_inbox, list(rows[0]), values, limit_s=MAX_INSERTED_S)


async def copy_entries(tx: AsyncConnection, columns: Sequence[str], file: IO[bytes]) -> None:
    """The same of many entries that lie in a file as `copy_line` writes their rows."""
    await copy_lines_of_text(tx, ledger_inbox, columns, file, limit_s=MAX_COPIED_S)


async def standing_entries(tx: AsyncConnection, source_id: UUID) -> list[Entry]:
    """The entries of an agreement, a pledge or a report that nothing has reversed."""
    lines = _everything(of_source=source_id)
    later = lines.alias("later")
    is_later = (later.c.place_id == lines.c.place_id) & (later.c.reverses == lines.c.id)
    taken_back = select(later.c.id).where(is_later).exists()
    query = select(lines).where(lines.c.reverses.is_(None), ~taken_back).order_by(lines.c.id)
    return [entry_of(row) for row in (await tx.execute(query)).mappings()]


async def taken_back_after(tx: AsyncConnection, source_id: UUID, day: date) -> list[tuple[Entry, date]]:
    """The committed entries of a source that a change takes back after a day, and when it does."""
    lines = _everything(of_source=source_id)
    later = lines.alias("later")
    is_later = (later.c.place_id == lines.c.place_id) & (later.c.reverses == lines.c.id)
    query = (
        select(lines, later.c.effective_on.label("until"))
        .join(later, is_later)
        .where(lines.c.figure == "committed", later.c.effective_on > day)
        .order_by(lines.c.id)
    )
    return [(entry_of(row), row["until"]) for row in (await tx.execute(query)).mappings()]


async def lock_ledger(tx: AsyncConnection, place_id: UUID) -> None:
    """Hold the place's ledger until commit: nobody else seals, and who asks for a past moment waits."""
    await tx.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_KEY})"), {"place": str(place_id)})


async def head_block(tx: AsyncConnection, place_id: UUID) -> Block | None:
    """The last sealed block of a place; none before the first."""
    blocks = ledger_blocks.c
    query = select(ledger_blocks).where(blocks.place_id == place_id).order_by(blocks.number.desc()).limit(1)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else block_of(row)


async def settled_position_at(db: Database, place_id: UUID, moment: datetime) -> int | None:
    """The last position sealed at or before a moment behind which something is sealed already; else None.

    Blocks follow each other in time, so that no other can come to stand before that moment.
    """
    found = await db.call(_SETTLED, place_id, moment)
    return found if isinstance(found, int) else None


async def position_at(tx: AsyncConnection, place_id: UUID, moment: datetime) -> int:
    """The last position sealed at or before a past moment; 0 when there is none."""
    await tx.execute(text(f"SELECT pg_advisory_xact_lock_shared({_LOCK_KEY})"), {"place": str(place_id)})
    blocks = ledger_blocks.c
    query = (
        select(blocks.last_position)
        .where(blocks.place_id == place_id, blocks.sealed_at <= moment)
        .order_by(blocks.sealed_at.desc(), blocks.last_position.desc())
        .limit(1)
    )
    return await tx.scalar(query) or 0


async def blocks_after(tx: AsyncConnection, place_id: UUID, number: int, limit: int) -> list[Block]:
    """Blocks of a place after a number, in order."""
    blocks = ledger_blocks.c
    query = (
        select(ledger_blocks)
        .where(blocks.place_id == place_id, blocks.number > number)
        .order_by(blocks.number)
        .limit(limit)
    )
    return [block_of(row) for row in (await tx.execute(query)).mappings()]


class SealedLine(NamedTuple):
    """An entry as it stands in the ledger: where, the hash kept with it, and all that it says as one text.

    A tuple, since millions are made to verify a ledger.
    """

    position: int
    block_number: int
    entry_hash: str
    canonical: str


async def sealed_lines(tx: AsyncConnection, place_id: UUID, first: int, last: int) -> list[SealedLine]:
    """The entries of a place at the positions from `first` to `last`, in order; `MAX_FETCHED` at most."""
    span = {"place": place_id, "first": first, "last": last, "most": MAX_FETCHED}
    rows = (await tx.execute(_SEALED_LINES, span)).all()
    return [SealedLine(*row) for row in rows]


async def unlinked_blocks(tx: AsyncConnection, place_id: UUID) -> int:
    """How many blocks of a place do not name the number before theirs; the first names none."""
    blocks = ledger_blocks.c
    before = func.nullif(blocks.number - 1, 0)
    query = select(func.count()).where(
        blocks.place_id == place_id, blocks.previous_number.is_distinct_from(before)
    )
    return await tx.scalar(query) or 0


async def entry_count(tx: AsyncConnection, place_id: UUID) -> int:
    """How many entries a place's ledger holds, wherever they say that they stand."""
    query = select(func.count()).select_from(ledger_entries).where(ledger_entries.c.place_id == place_id)
    return await tx.scalar(query) or 0


async def places_with_ledger(tx: AsyncConnection) -> list[UUID]:
    """The places that have a sealed block or a publication."""
    sealed = select(ledger_blocks.c.place_id).where(ledger_blocks.c.number == 1)
    query = sealed.union(select(publications.c.place_id))
    return sorted((await tx.execute(query)).scalars())


async def ledger_page(
    tx: AsyncConnection, place_id: UUID, licences: Collection[str], cursor: str | None, limit: int
) -> list[RowMapping]:
    """Entries of a place in the order of recording, those without a position yet included.

    Without those of licensed measures of other frameworks than `licences`.
    """
    lines = _everything(of_place=place_id)
    licensed = select(measures.c.code).where(
        measures.c.edition_hash == lines.c.edition_hash,
        measures.c.code == lines.c.measure,
        measures.c.licence_framework.is_not(None),
        measures.c.licence_framework.not_in(sorted(licences)),
    )
    shown = select(lines).where(not_(licensed.exists()))
    query = keyset(shown, [lines.c.recorded_at, lines.c.id], cursor, limit)
    return list((await tx.execute(query)).mappings())


async def groups_of_lines(tx: AsyncConnection, line_ids: Collection[UUID]) -> dict[UUID, str]:
    """The target groups of the promised and reported lines among `line_ids` that name one."""
    found: dict[UUID, str] = {}
    for lines in (report_lines.c, commitment_lines.c):
        query = select(lines.line_id, lines.target_group).where(
            lines.line_id.in_(line_ids), lines.target_group.is_not(None)
        )
        found |= {row.line_id: row.target_group for row in await tx.execute(query)}
    return found


def _everything(*, of_place: UUID | None = None, of_source: UUID | None = None) -> Subquery:
    """Ledger and inbox as one table, read in one statement: a row is in exactly one of them."""
    sealed = select(*[ledger_entries.c[column.name] for column in ledger_inbox.c], ledger_entries.c.position)
    waiting = select(ledger_inbox, literal(None, BigInteger).label("position"))
    if of_place is not None:
        sealed = sealed.where(ledger_entries.c.place_id == of_place)
        waiting = waiting.where(ledger_inbox.c.place_id == of_place)
    if of_source is not None:
        sealed = sealed.where(ledger_entries.c.source_id == of_source)
        waiting = waiting.where(ledger_inbox.c.source_id == of_source)
    return union_all(sealed, waiting).subquery("lines")
