"""Reading and writing signatures and their pledges."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    RowMapping,
    Select,
    case,
    exists,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.merges import resolved
from cdp_common.db.paging import keyset
from charter_api.domain.standing import NOTICES
from charter_api.storage.tables import charters, pledge_moves, pledges, signature_changes, signatures


def register_on(day: date) -> Select[Any]:
    """Every signature that was there on a day, as it stood: its period, its charter version, its state."""
    changes = signature_changes.c
    last = _latest(day, changes.kind.not_in(NOTICES), changes.kind).lateral("last_change")
    period = _latest(
        day,
        changes.kind.in_(("signed", "renewed")),
        changes.period,
        changes.charter_id,
        changes.starts_on,
        changes.renewal_due_on,
        changes.expires_on,
        changes.signed_by_role,
    ).lateral("current_period")
    with_level = changes.kind.in_(("signed", "renewed", "level_changed"))
    level = _latest(day, with_level, changes.level, changes.effective_on, changes.kind).lateral(
        "current_level"
    )
    return (
        select(
            *_parties(day),
            charters.c.id.label("charter_id"),
            charters.c.version.label("charter_version"),
            charters.c.pledges.label("offered"),
            charters.c.levels,
            level.c.level,
            case((level.c.kind == "level_changed", level.c.effective_on), else_=period.c.starts_on).label(
                "certified_from"
            ),
            period.c.period,
            period.c.starts_on.label("period_starts_on"),
            period.c.renewal_due_on,
            period.c.expires_on,
            period.c.signed_by_role,
            state_column(day, last.c.kind, period.c.renewal_due_on, period.c.expires_on).label("state"),
            *_over_its_life(day),
        )
        .select_from(signatures)
        .join(last, literal(True))
        .join(period, literal(True))
        .join(level, literal(True))
        .join(charters, charters.c.id == period.c.charter_id)
    )


_OF_SIGNATURE = signature_changes.c.signature_id == signatures.c.id


def _latest(day: date, which: ColumnElement[bool], *columns: ColumnElement[Any]) -> Select[Any]:
    """What the last of a signature's changes of some kinds said, of those in effect on a day."""
    return (
        select(*columns)
        .where(_OF_SIGNATURE, signature_changes.c.effective_on <= day, which)
        .order_by(signature_changes.c.number.desc())
        .limit(1)
    )


def _parties(day: date) -> list[ColumnElement[Any]]:
    """The signature's own columns, whose it was on that day and whose it is now."""
    signed_as = signatures.c.organisation_id
    kept = [column for column in signatures.c if column.name not in ("charter_id", "organisation_id")]
    end_of_day = datetime.combine(day, time.max, UTC)
    return [
        *kept,
        resolved(signed_as, end_of_day).label("organisation_id"),
        resolved(signed_as).label("owner_id"),
    ]


def _over_its_life(day: date) -> list[ColumnElement[Any]]:
    """Its number on the register, when it was withdrawn, what it went into, how many changes it has had."""
    changes = signature_changes.c
    numbered = _latest(day, changes.register_number.is_not(None), changes.register_number)
    ended = select(changes.effective_on).where(_OF_SIGNATURE, changes.kind == "withdrawn")
    merged = select(changes.merged_into).where(
        _OF_SIGNATURE, changes.effective_on <= day, changes.kind == "merged"
    )
    count = select(func.count()).where(_OF_SIGNATURE)
    number = func.coalesce(numbered.correlate(signatures).scalar_subquery(), signatures.c.register_number)
    return [
        number.label("status_number"),
        ended.correlate(signatures).scalar_subquery().label("withdrawn_on"),
        merged.correlate(signatures).scalar_subquery().label("merged_into"),
        count.correlate(signatures).scalar_subquery().label("version"),
    ]


def state_column(
    day: date, last_kind: ColumnElement[str], due: ColumnElement[date], expires: ColumnElement[date]
) -> ColumnElement[str]:
    """The state on a day in the database's words: `domain.standing.state_on`, which a test holds it to."""
    return case(
        (last_kind.in_(("withdrawn", "merged")), last_kind),
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
    found = pledges_on(day).subquery()
    query = select(found).where(found.c.signature_id.in_(signature_ids)).order_by(found.c.id)
    return list((await tx.execute(query)).mappings())


def pledges_on(day: date | None = None) -> CompoundSelect[Any]:
    """Every pledge under the signature where it stands, now or on a day by which it was made or begun."""
    return union_all(*pledge_parts(day))


def pledge_parts(day: date | None = None) -> tuple[Select[Any], Select[Any]]:
    """The same in two parts, each with an index on the signature: those that never moved, and the others."""
    moved = pledge_moves.c.pledge_id == pledges.c.id
    later = pledge_moves.alias("later")
    is_last = ~exists().where(
        later.c.pledge_id == pledge_moves.c.pledge_id,
        tuple_(later.c.effective_on, later.c.recorded_at)
        > tuple_(pledge_moves.c.effective_on, pledge_moves.c.recorded_at),
        *([] if day is None else [later.c.effective_on <= day]),
    )
    by_then = [] if day is None else [pledge_moves.c.effective_on <= day]
    made = [] if day is None else [_made_by(day)]
    rest = [column for column in pledges.c if column.name != "signature_id"]
    unmoved = select(pledges.c.signature_id, *rest).where(~exists().where(moved, *by_then), *made)
    others = select(pledge_moves.c.signature_id, *rest).join(pledges, moved).where(is_last, *by_then, *made)
    return unmoved, others


def _made_by(day: date) -> ColumnElement[bool]:
    recorded_on = func.date(func.timezone("UTC", pledges.c.recorded_at))
    made: ColumnElement[bool] = func.least(recorded_on, pledges.c.starts_on) <= day
    return made
