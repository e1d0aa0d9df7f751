"""Which records of organisations lead to others: partners-api tells when one was merged into another.

Entries, reports and commitments stay under the record that they were made for. Whoever asks by organisation
later is answered under the one that stays, and may ask by either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.storage.copy_tables import organisation_merges

LEADS_TO = """(SELECT DISTINCT ON (organisation_id) organisation_id, survivor_id FROM organisation_merges
    ORDER BY organisation_id, recorded_at DESC)"""
"""SQL of where each merged record leads now."""


async def keep_merge(tx: AsyncConnection, organisation_id: UUID, survivor_id: UUID, now: datetime) -> None:
    """Remember where a record leads from now on, and those that led to it; a replay changes nothing."""
    known = await survivors(tx)
    moved = [who for who, leads_to in known.items() if leads_to == organisation_id]
    rows = [
        {"organisation_id": who, "survivor_id": survivor_id, "recorded_at": now}
        for who in (organisation_id, *moved)
        if known.get(who) != survivor_id
    ]
    if rows:
        await tx.execute(insert(organisation_merges).on_conflict_do_nothing(), rows)


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


def resolved(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The record to which the one in the column leads now; itself where it was merged into none."""
    columns = organisation_merges.c
    leads_to: ScalarSelect[Any] = (
        select(columns.survivor_id)
        .where(columns.organisation_id == column)
        .order_by(columns.recorded_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(leads_to, column)
