"""Stores and finds phases, programmes, roles and choices; the database refuses two alike that share a day."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.paging import cut_page, keyset
from cdp_common.kernel.errors import FieldError
from partners_api.domain.dated_entries import DatedEntry, EntryKind, EntryOverlaps
from partners_api.domain.organisations import OrganisationNotRecorded
from partners_api.storage.collective_tables import collective_entries as entries
from partners_api.storage.tables import memberships, organisations


def _organisation_not_recorded() -> OrganisationNotRecorded:
    error = FieldError("/lead_organisation_id", OrganisationNotRecorded.code, "there is no such organisation")
    return OrganisationNotRecorded("There is no organisation of that id.", errors=[error])


_ERRORS = {
    "ex_collective_entries_overlap": lambda: EntryOverlaps("It is there on some of these days already."),
    "fk_collective_entries_organisation_id": _organisation_not_recorded,
}


@dataclass(frozen=True)
class Wanted:
    """Which entries of a place are asked for."""

    place_id: UUID
    kinds: tuple[EntryKind, ...]
    as_of: date | None = None
    code: str | None = None
    membership_id: UUID | None = None
    organisation_id: UUID | None = None


async def insert_entry(tx: AsyncConnection, entry: DatedEntry, *, client_id: str) -> None:
    """Store a new entry; raises `EntryOverlaps` or `OrganisationNotRecorded`."""
    row = {
        "id": entry.id,
        "kind": entry.kind,
        "place_id": entry.place_id,
        "membership_id": entry.membership_id,
        "organisation_id": entry.organisation_id,
        "code": entry.code,
        "title": entry.title,
        "description": entry.description,
        "objectives": list(entry.objectives),
        "workstream": entry.workstream,
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
        "assumed": entry.assumed,
        "source": entry.source,
        "end_source": entry.end_source,
        "version": entry.version,
        "client_id": client_id,
        "recorded_at": entry.recorded_at,
        "data_status": entry.data_status,
    }
    with constraint_errors(_ERRORS):
        await tx.execute(insert(entries).values(row))


async def update_entry_end(tx: AsyncConnection, entry: DatedEntry) -> None:
    """Store the end of an entry whose row is locked."""
    await tx.execute(
        update(entries)
        .where(entries.c.id == entry.id)
        .values(valid_to=entry.valid_to, end_source=entry.end_source, version=entry.version)
    )


async def load_entry(
    tx: AsyncConnection, entry_id: UUID, kinds: tuple[EntryKind, ...], *, for_change: bool = False
) -> DatedEntry | None:
    """The entry of that id and one of these kinds as it was stored, its row locked if it is to change."""
    query = select(entries).where(entries.c.id == entry_id, entries.c.kind.in_(kinds))
    row = (await tx.execute(query.with_for_update() if for_change else query)).one_or_none()
    return _entry(row) if row is not None else None


async def page_entries(
    tx: AsyncConnection, wanted: Wanted, *, cursor: str | None, limit: int
) -> tuple[list[tuple[DatedEntry, str]], str | None]:
    """One page by kind, code and first day, each with the name of its organisation (empty: of the place).

    An entry of a membership is shown as far as the membership goes.
    """
    columns = [entries.c.kind, entries.c.code, entries.c.valid_from, entries.c.id]
    rows = (await tx.execute(keyset(_query(wanted), columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.kind, row.code, row.valid_from, row.id])
    return [(_entry(row, last=row.last), row.legal_name or "") for row in cut], following


def _query(wanted: Wanted) -> Select[Any]:
    last = func.least(entries.c.valid_to, memberships.c.valid_to)
    query = (
        select(entries, last.label("last"), organisations.c.legal_name)
        .outerjoin(memberships, memberships.c.id == entries.c.membership_id)
        .outerjoin(
            organisations,
            and_(organisations.c.id == entries.c.organisation_id, entries.c.membership_id.is_not(None)),
        )
        .where(entries.c.place_id == wanted.place_id, entries.c.kind.in_(wanted.kinds))
        # What would have begun after the membership's end never was.
        .where(or_(memberships.c.valid_to.is_(None), entries.c.valid_from <= memberships.c.valid_to))
    )
    if wanted.as_of is not None:
        query = query.where(entries.c.valid_from <= wanted.as_of, or_(last.is_(None), last >= wanted.as_of))
    for column, value in (
        (entries.c.code, wanted.code),
        (entries.c.membership_id, wanted.membership_id),
        (entries.c.organisation_id, wanted.organisation_id),
    ):
        query = query if value is None else query.where(column == value)
    return query


def _entry(row: Row[Any], *, last: date | None = None) -> DatedEntry:
    return DatedEntry(
        id=row.id,
        kind=row.kind,
        place_id=row.place_id,
        membership_id=row.membership_id,
        organisation_id=row.organisation_id,
        code=row.code,
        title=row.title,
        description=row.description,
        objectives=tuple(row.objectives),
        workstream=row.workstream,
        valid_from=row.valid_from,
        valid_to=last or row.valid_to,
        assumed=row.assumed,
        source=row.source,
        end_source=row.end_source,
        version=row.version,
        recorded_at=row.recorded_at,
        data_status=row.data_status,
    )
