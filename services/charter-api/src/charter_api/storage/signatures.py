"""Reading and writing signatures and their pledges."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, case, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import keyset
from charter_api.domain.standing import NOTICES
from charter_api.storage.tables import charters, pledges, signature_changes, signatures


def register_on(day: date) -> Select[Any]:
    """Every signature that was there on a day, as it stood: its period, its charter version, its state."""
    of_signature = signature_changes.c.signature_id == signatures.c.id
    until = of_signature & (signature_changes.c.effective_on <= day)
    latest_first = signature_changes.c.number.desc()
    last = (
        select(signature_changes.c.kind)
        .where(until, signature_changes.c.kind.not_in(NOTICES))
        .order_by(latest_first)
        .limit(1)
        .lateral("last_change")
    )
    period = (
        select(
            signature_changes.c.period,
            signature_changes.c.charter_id,
            signature_changes.c.starts_on,
            signature_changes.c.renewal_due_on,
            signature_changes.c.expires_on,
            signature_changes.c.signed_by_role,
        )
        .where(until, signature_changes.c.kind.in_(("signed", "renewed")))
        .order_by(latest_first)
        .limit(1)
        .lateral("current_period")
    )
    level = (
        select(signature_changes.c.level, signature_changes.c.effective_on, signature_changes.c.kind)
        .where(until, signature_changes.c.kind.in_(("signed", "renewed", "level_changed")))
        .order_by(latest_first)
        .limit(1)
        .lateral("current_level")
    )
    count = select(func.count()).where(of_signature).correlate(signatures).scalar_subquery()
    ended = select(signature_changes.c.effective_on).where(
        of_signature, signature_changes.c.kind == "withdrawn"
    )
    numbered = (
        select(signature_changes.c.register_number)
        .where(until, signature_changes.c.register_number.is_not(None))
        .order_by(latest_first)
        .limit(1)
        .correlate(signatures)
    )
    kept = [column for column in signatures.c if column.name != "charter_id"]
    return (
        select(
            *kept,
            charters.c.id.label("charter_id"),
            charters.c.version.label("charter_version"),
            charters.c.pledges.label("offered"),
            charters.c.levels,
            level.c.level,
            case((level.c.kind == "level_changed", level.c.effective_on), else_=period.c.starts_on).label(
                "certified_from"
            ),
            func.coalesce(numbered.scalar_subquery(), signatures.c.register_number).label("status_number"),
            period.c.period,
            period.c.starts_on.label("period_starts_on"),
            period.c.renewal_due_on,
            period.c.expires_on,
            period.c.signed_by_role,
            state_column(day, last.c.kind, period.c.renewal_due_on, period.c.expires_on).label("state"),
            ended.correlate(signatures).scalar_subquery().label("withdrawn_on"),
            count.label("version"),
        )
        .select_from(signatures)
        .join(last, literal(True))
        .join(period, literal(True))
        .join(level, literal(True))
        .join(charters, charters.c.id == period.c.charter_id)
    )


def state_column(
    day: date, last_kind: ColumnElement[str], due: ColumnElement[date], expires: ColumnElement[date]
) -> ColumnElement[str]:
    """The state on a day in the database's words: `domain.standing.state_on`, which a test holds it to."""
    return case(
        (last_kind == "withdrawn", "withdrawn"),
        (expires < day, "lapsed"),
        (last_kind == "suspended", "suspended"),
        (due <= day, "due_for_renewal"),
        else_="active",
    )


async def add_signatures(tx: AsyncConnection, rows: Sequence[dict[str, Any]]) -> frozenset[UUID]:
    """Write signatures, and give the ids of those written: a term that exists already is left out."""
    if not rows:
        return frozenset()
    written = (
        insert(signatures)
        .values(list(rows))
        .on_conflict_do_nothing(constraint="uq_signatures_term")
        .returning(signatures.c.id)
    )
    return frozenset((await tx.execute(written)).scalars())


async def signatures_in_place(
    tx: AsyncConnection, place_id: UUID, organisation_ids: Collection[UUID], day: date
) -> list[RowMapping]:
    """Every signature of the organisations in the place, with the charter version that it began with."""
    query = (
        register_on(day)
        .add_columns(signatures.c.charter_id.label("begun_with"))
        .where(signatures.c.place_id == place_id, signatures.c.organisation_id.in_(organisation_ids))
    )
    return list((await tx.execute(query)).mappings())


async def hold_signature(tx: AsyncConnection, signature_id: UUID) -> None:
    """Hold others who would change the signature back until this transaction ends."""
    # An append-only table does not let its rows be locked: an advisory lock stands for the row.
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(signature_id), 0))))


async def signature_by_id(tx: AsyncConnection, signature_id: UUID, day: date) -> RowMapping | None:
    """The signature as it stood on a day, or None where there was none yet."""
    query = register_on(day).where(signatures.c.id == signature_id)
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row


async def signatures_by_ids(tx: AsyncConnection, ids: Collection[UUID], day: date) -> list[RowMapping]:
    """The signatures among `ids` that were there on a day."""
    return list((await tx.execute(register_on(day).where(signatures.c.id.in_(ids)))).mappings())


async def register_page(
    tx: AsyncConnection,
    *,
    place_id: UUID | None,
    kind: str | None,
    state: str | None,
    day: date,
    cursor: str | None,
    limit: int,
) -> list[RowMapping]:
    """Entries of the register of a day in the order of signing."""
    query = register_on(day)
    if place_id is not None:
        query = query.where(signatures.c.place_id == place_id)
    if kind is not None:
        query = query.where(signatures.c.organisation_kind == kind)
    found = query.subquery()
    page = select(found)
    if state is not None:
        page = page.where(found.c.state == state)
    return list((await tx.execute(keyset(page, [found.c.id], cursor, limit))).mappings())


async def add_pledges(tx: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Write pledges."""
    if rows:
        await tx.execute(insert(pledges), rows)


async def pledges_of(
    tx: AsyncConnection, signature_ids: Collection[UUID], day: date | None = None
) -> list[RowMapping]:
    """The pledges of the signatures, oldest first; with a day, those made or begun by then."""
    query = select(pledges).where(pledges.c.signature_id.in_(signature_ids)).order_by(pledges.c.id)
    if day is not None:
        query = query.where(pledged_by(day))
    return list((await tx.execute(query)).mappings())


def pledged_by(day: date) -> ColumnElement[bool]:
    """Whether a pledge had been made, or had begun, by a day."""
    recorded_on = func.date(func.timezone("UTC", pledges.c.recorded_at))
    made: ColumnElement[bool] = func.least(recorded_on, pledges.c.starts_on) <= day
    return made
