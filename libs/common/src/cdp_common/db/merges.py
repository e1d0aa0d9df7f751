"""Which records of organisations lead to others: partners-api tells when one was merged into another.

A service that follows its feed keeps this copy. What was recorded stays under the record that it was made
for; whoever asks by organisation later is answered under the one that stays, and may ask by either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    MetaData,
    ScalarSelect,
    Select,
    Table,
    Uuid,
    column,
    func,
    literal,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.columns import UtcDateTime
from cdp_common.db.common_schema import make_append_only, run
from cdp_common.db.webhooks import hand_over_endpoints

if TYPE_CHECKING:
    from alembic.operations import Operations

# As statements name it; each service's own schema is on the search path.
organisation_merges = table(
    "organisation_merges",
    column("organisation_id", Uuid),
    column("recorded_at", UtcDateTime),
    column("survivor_id", Uuid),
)

LEADS_TO = """(SELECT DISTINCT ON (organisation_id) organisation_id, survivor_id FROM organisation_merges
    ORDER BY organisation_id, recorded_at DESC)"""
"""SQL of where each merged record leads now."""


def merges_table(metadata: MetaData) -> Table:
    """The table in a service's metadata, as `create_organisation_merges` makes it."""
    return Table(
        "organisation_merges",
        metadata,
        Column("organisation_id", Uuid, primary_key=True),
        Column("recorded_at", UtcDateTime, primary_key=True),
        Column("survivor_id", Uuid, nullable=False),
        CheckConstraint("survivor_id <> organisation_id", name="leads_elsewhere"),
    )


def create_organisation_merges(op: Operations) -> None:
    """Make the table, for a migration; a published function never changes."""
    run(
        op,
        """CREATE TABLE organisation_merges (
            organisation_id uuid NOT NULL,
            recorded_at timestamptz NOT NULL,
            survivor_id uuid NOT NULL,
            CONSTRAINT pk_organisation_merges PRIMARY KEY (organisation_id, recorded_at),
            CONSTRAINT ck_organisation_merges_leads_elsewhere CHECK (survivor_id <> organisation_id))""",
    )
    make_append_only(op, "organisation_merges")


async def keep_merge(tx: AsyncConnection, organisation_id: UUID, survivor_id: UUID, moment: datetime) -> None:
    """Remember where a record leads from a moment on, and those that led to it; a replay changes nothing.

    Its clients belong to the record that stays from then on, and so do the webhooks that they made here.
    """
    known = await survivors(tx)
    moved = [who for who, leads_to in known.items() if leads_to == organisation_id]
    rows = [
        {"organisation_id": who, "survivor_id": survivor_id, "recorded_at": moment}
        for who in (organisation_id, *moved)
        if known.get(who) != survivor_id
    ]
    if rows:
        await tx.execute(insert(organisation_merges).on_conflict_do_nothing(), rows)
        await hand_over_endpoints(tx, organisation_id, survivor_id)


async def survivors(tx: AsyncConnection, moment: datetime | None = None) -> dict[UUID, UUID]:
    """Where each merged record leads, as it was known at a moment (now without one)."""
    columns = organisation_merges.c
    query = (
        select(columns.organisation_id, columns.survivor_id)
        .ext(distinct_on(columns.organisation_id))
        .order_by(columns.organisation_id, columns.recorded_at.desc())
    )
    if moment is not None:
        query = query.where(columns.recorded_at <= moment)
    rows: Sequence[Any] = (await tx.execute(query)).all()
    return {row.organisation_id: row.survivor_id for row in rows}


def records_of(organisation_id: UUID, leads_to: Mapping[UUID, UUID]) -> list[UUID]:
    """The organisation's record with those that lead to it."""
    return [organisation_id, *(who for who, to in leads_to.items() if to == organisation_id)]


def resolved(record: ColumnElement[Any], moment: datetime | None = None) -> ColumnElement[Any]:
    """The record to which the one in a column leads, now or at a moment; itself where it leads nowhere."""
    columns = organisation_merges.c
    leads_to = select(columns.survivor_id).where(columns.organisation_id == record)
    if moment is not None:
        leads_to = leads_to.where(columns.recorded_at <= moment)
    last: ScalarSelect[Any] = leads_to.order_by(columns.recorded_at.desc()).limit(1).scalar_subquery()
    return func.coalesce(last, record)


def columns_resolved(of: Table, *names: str) -> list[ColumnElement[Any]]:
    """A table's columns; those of these names give the record to which theirs leads now."""
    return [resolved(each).label(each.name) if each.name in names else each for each in of.columns]


def record_ids(organisation_id: UUID) -> Select[Any]:
    """The ids of an organisation's record and of those that lead to it; none of a record that was merged."""
    asked = literal(organisation_id, Uuid)
    ids = select(asked.label("id")).union(select(organisation_merges.c.organisation_id)).subquery()
    return select(ids.c.id).where(resolved(ids.c.id) == asked)


async def find_records(tx: AsyncConnection, organisation_id: UUID) -> list[UUID]:
    """The same as a list: what was addressed to any of these records, the organisation reads."""
    return list((await tx.execute(record_ids(organisation_id))).scalars())


async def current_record(tx: AsyncConnection, organisation_id: UUID) -> UUID:
    """The record to which this one leads now; itself where it was merged into none."""
    found: UUID = (await tx.execute(select(resolved(literal(organisation_id, Uuid))))).scalar_one()
    return found
