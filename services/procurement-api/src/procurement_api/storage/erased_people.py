"""Erasing the people of panels: their names and references go, their numbers stay."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from procurement_api.storage.evaluation_tables import erased_persons, evaluators


async def add_erased_person(tx: AsyncConnection, person_id: UUID, erased_at: datetime) -> None:
    """Write that a person was erased; once is enough."""
    await tx.execute(
        insert(erased_persons)
        .values(person_id=person_id, erased_at=erased_at)
        .on_conflict_do_nothing(constraint="pk_erased_persons")
    )


async def is_erased(tx: AsyncConnection, person_id: UUID) -> bool:
    """Whether the person was erased."""
    query = select(erased_persons.c.person_id).where(erased_persons.c.person_id == person_id)
    return await tx.scalar(query) is not None


async def named_as(tx: AsyncConnection, person_id: UUID) -> list[RowMapping]:
    """Everybody of a panel who is this person and was not erased, held until commit."""
    query = (
        select(evaluators)
        .where(evaluators.c.person_id == person_id, evaluators.c.erased_at.is_(None))
        .order_by(evaluators.c.id)
        .with_for_update()
    )
    return list((await tx.execute(query)).mappings())


async def write_erased(
    tx: AsyncConnection, evaluator_id: UUID, reference: str | None, erased_at: datetime
) -> None:
    """Remove what names somebody; `reference` is written in place of the client's own."""
    await tx.execute(
        update(evaluators)
        .where(evaluators.c.id == evaluator_id)
        .values(name=None, reference=reference, erased_at=erased_at)
    )
