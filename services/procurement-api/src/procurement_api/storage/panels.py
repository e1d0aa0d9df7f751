"""Reading and writing panels: their people, declared interests, scores, and what was agreed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, RowMapping, Select, exists, insert, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.merges import columns_resolved
from cdp_common.db.paging import keyset
from procurement_api.storage.evaluation_tables import (
    answer_scores,
    consensus_scores,
    evaluators,
    interest_declarations,
)
from procurement_api.storage.tables import bids

_OF_AN_EVALUATOR = tuple(answer_scores.c[name] for name in ("bid_id", "measure", "lot", "evaluator_id"))
_OF_AN_ANSWER = tuple(consensus_scores.c[name] for name in ("bid_id", "measure", "lot"))


async def people_of(tx: AsyncConnection, tender_id: UUID) -> list[RowMapping]:
    """Everybody of the tender's panel, in the order in which they came to it."""
    columns = columns_resolved(evaluators, "organisation_id")
    query = select(*columns).where(evaluators.c.tender_id == tender_id).order_by(evaluators.c.id)
    return list((await tx.execute(query)).mappings())


async def person_of(tx: AsyncConnection, tender_id: UUID, evaluator_id: UUID) -> RowMapping | None:
    """Somebody of the tender's panel."""
    query = select(evaluators).where(evaluators.c.tender_id == tender_id, evaluators.c.id == evaluator_id)
    return (await tx.execute(query)).mappings().one_or_none()


async def add_person(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Write somebody new of a panel; the tender is locked, so nobody else adds the same person."""
    await tx.execute(insert(evaluators).values(**row))


async def change_person(tx: AsyncConnection, evaluator_id: UUID, **values: Any) -> None:
    """Change what is known of somebody."""
    await tx.execute(update(evaluators).where(evaluators.c.id == evaluator_id).values(**values))


async def add_declaration(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Write a version of somebody's interests."""
    await tx.execute(insert(interest_declarations).values(**row))


async def latest_declarations(tx: AsyncConnection, tender_id: UUID) -> dict[UUID, RowMapping]:
    """What everybody of the tender's panel declared last, by person."""
    query = (
        select(interest_declarations)
        .join(evaluators, evaluators.c.id == interest_declarations.c.evaluator_id)
        .where(evaluators.c.tender_id == tender_id)
        .ext(distinct_on(interest_declarations.c.evaluator_id))
        .order_by(interest_declarations.c.evaluator_id, interest_declarations.c.version.desc())
    )
    return {row["evaluator_id"]: row for row in (await tx.execute(query)).mappings()}


async def add_scores(tx: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Write evaluators' scores; the highest version of each is the one that stands."""
    await tx.execute(insert(answer_scores), rows)


async def latest_scores(tx: AsyncConnection, bid_ids: Collection[UUID]) -> list[RowMapping]:
    """Each evaluator's last score of each answer of the bids, in the order in which they were given."""
    last = (
        select(answer_scores)
        .where(answer_scores.c.bid_id.in_(bid_ids))
        .ext(distinct_on(*_OF_AN_EVALUATOR))
        .order_by(*_OF_AN_EVALUATOR, answer_scores.c.version.desc())
        .subquery()
    )
    query = select(last).order_by(last.c.recorded_at, last.c.id)
    return list((await tx.execute(query)).mappings())


async def add_consensus(tx: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Write agreed scores."""
    await tx.execute(insert(consensus_scores), rows)


async def latest_consensus(tx: AsyncConnection, bid_ids: Collection[UUID]) -> list[RowMapping]:
    """The last agreed score of each answer of the bids."""
    query = (
        select(consensus_scores)
        .where(consensus_scores.c.bid_id.in_(bid_ids))
        .ext(distinct_on(*_OF_AN_ANSWER))
        .order_by(*_OF_AN_ANSWER, consensus_scores.c.version.desc())
    )
    return list((await tx.execute(query)).mappings())


async def has_scored(tx: AsyncConnection, tender_id: UUID) -> set[UUID]:
    """Who has scored anything in the tender."""
    return await _people_in(tx, tender_id, select(answer_scores.c.evaluator_id, answer_scores.c.bid_id))


async def has_moderated(tx: AsyncConnection, tender_id: UUID) -> set[UUID]:
    """Who has moderated anything in the tender."""
    return await _people_in(tx, tender_id, select(consensus_scores.c.moderator_id, consensus_scores.c.bid_id))


async def _people_in(tx: AsyncConnection, tender_id: UUID, acts: Select[tuple[UUID, UUID]]) -> set[UUID]:
    act = acts.subquery()
    person, bid_id = act.c
    query = select(person).distinct().join(bids, bids.c.id == bid_id).where(bids.c.tender_id == tender_id)
    rows: list[Row[Any]] = list(await tx.execute(query))
    return {row[0] for row in rows}


async def scores_page(
    tx: AsyncConnection,
    tender_id: UUID,
    *,
    of: Collection[UUID] | None,
    cursor: str | None,
    limit: int,
) -> list[RowMapping]:
    """Scores of the tender, oldest first: all, or those of these people and those of answers agreed on."""
    query = (
        select(answer_scores)
        .join(bids, bids.c.id == answer_scores.c.bid_id)
        .where(bids.c.tender_id == tender_id)
    )
    if of is not None:
        agreed = exists().where(
            consensus_scores.c.bid_id == answer_scores.c.bid_id,
            consensus_scores.c.measure == answer_scores.c.measure,
            consensus_scores.c.lot == answer_scores.c.lot,
        )
        query = query.where(or_(answer_scores.c.evaluator_id.in_(of), agreed))
    return list((await tx.execute(keyset(query, [answer_scores.c.id], cursor, limit))).mappings())
