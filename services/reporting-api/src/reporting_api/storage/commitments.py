"""The read copy of commitments: what reports are held against."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.merges import survivors
from reporting_api.domain.commitments import ROUTE_OF_KIND, Commitment
from reporting_api.domain.entries import worst_status
from reporting_api.domain.reports import OwedLine, Tenure
from reporting_api.storage.copy_tables import commitment_lines, commitment_novations, commitments, editions

_PARTIES: Sequence[Any] = (
    commitments.c.place_id,
    commitments.c.deliverer_id,
    commitments.c.commissioner_id,
    commitments.c.kind,
    commitments.c.signed_on,
    commitments.c.ended_on,
    commitments.c.data_status,
)


async def keep_commitment(tx: AsyncConnection, commitment: Commitment, now: datetime) -> bool:
    """Remember a commitment with its lines; False when it is known already and nothing was done."""
    statement = insert(commitments).values(
        source_id=commitment.source_id,
        kind=commitment.kind,
        reference=commitment.reference,
        title=commitment.title,
        place_id=commitment.place_id,
        deliverer_id=commitment.deliverer_id,
        commissioner_id=commitment.commissioner_id,
        signed_on=commitment.signed_on,
        starts_on=commitment.period.start,
        ends_on=commitment.period.end,
        data_status=commitment.data_status,
        version=1,
        recorded_at=now,
    )
    if (await tx.execute(statement.on_conflict_do_nothing())).rowcount == 0:
        return False
    if rows := _line_rows(commitment):
        await tx.execute(insert(commitment_lines), rows)
    return True


def _line_rows(commitment: Commitment) -> list[dict[str, Any]]:
    return [
        {
            "line_id": line.line_id,
            "source_id": commitment.source_id,
            "measure": line.measure.code,
            "edition_hash": line.measure.edition_hash,
            "unit": line.unit,
            "target_group": line.target_group,
            "industry": line.industry,
            "quantity": line.quantity,
            "starts_on": line.period.start,
            "ends_on": line.period.end,
        }
        for line in commitment.lines
    ]


async def standing_commitment(tx: AsyncConnection, source_id: UUID) -> RowMapping | None:
    """The commitment as it is kept, held against other changes until commit; None when never told of."""
    query = select(commitments).where(commitments.c.source_id == source_id).with_for_update()
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row


async def keep_variation(tx: AsyncConnection, varied: Commitment, version: int) -> None:
    """Remember what a commitment promises from now on."""
    await tx.execute(
        update(commitments)
        .where(commitments.c.source_id == varied.source_id)
        .values(ends_on=varied.period.end, data_status=varied.data_status, version=version)
    )
    statement = insert(commitment_lines)
    names = ("quantity", "starts_on", "ends_on", "target_group", "industry")
    changed = {name: statement.excluded[name] for name in names}
    own = commitment_lines.c.source_id == statement.excluded.source_id
    await tx.execute(
        statement.on_conflict_do_update(index_elements=["line_id"], set_=changed, where=own),
        _line_rows(varied),
    )


async def keep_novation(
    tx: AsyncConnection, before: RowMapping, deliverer_id: UUID, effective_on: date, reason: str, version: int
) -> None:
    """Remember who owes a commitment from a day on, and who did before."""
    row = {
        "source_id": before["source_id"],
        "version": version,
        "effective_on": effective_on,
        "earlier_deliverer_id": before["deliverer_id"],
        "reason": reason,
    }
    await tx.execute(insert(commitment_novations).values(**row))
    await tx.execute(
        update(commitments)
        .where(commitments.c.source_id == before["source_id"])
        .values(deliverer_id=deliverer_id, version=version)
    )


async def end_commitment(tx: AsyncConnection, source_id: UUID, effective_on: date, reason: str) -> bool:
    """Mark a commitment as ended; False when there is none that is in force."""
    statement = (
        update(commitments)
        .where(commitments.c.source_id == source_id, commitments.c.ended_on.is_(None))
        .values(ended_on=effective_on, end_reason=reason)
    )
    return (await tx.execute(statement)).rowcount == 1


async def is_commitment_known(tx: AsyncConnection, source_id: UUID) -> bool:
    """Whether the commitment was told of, in force or ended."""
    query = select(commitments.c.source_id).where(commitments.c.source_id == source_id)
    return await tx.scalar(query) is not None


async def owed_lines(tx: AsyncConnection, line_ids: Collection[UUID]) -> dict[UUID, OwedLine]:
    """The commitment lines among `line_ids`."""
    query = (
        select(commitment_lines, *_PARTIES, editions.c.data_status.label("edition_status"))
        .join(commitments, commitments.c.source_id == commitment_lines.c.source_id)
        .join(editions, editions.c.edition_hash == commitment_lines.c.edition_hash)
        .where(commitment_lines.c.line_id.in_(line_ids))
    )
    rows = list((await tx.execute(query)).mappings())
    earlier = await novations_of(tx, {row["source_id"] for row in rows})
    leads_to = await survivors(tx)
    return {row["line_id"]: _owed_line(row, earlier.get(row["source_id"], []), leads_to) for row in rows}


async def novations_of(tx: AsyncConnection, source_ids: Collection[UUID]) -> dict[UUID, list[RowMapping]]:
    """The novations of the commitments in order, by commitment."""
    query = (
        select(commitment_novations)
        .where(commitment_novations.c.source_id.in_(source_ids))
        .order_by(commitment_novations.c.source_id, commitment_novations.c.version)
    )
    found: dict[UUID, list[RowMapping]] = {}
    for row in (await tx.execute(query)).mappings():
        found.setdefault(row["source_id"], []).append(row)
    return found


def tenures_of(
    row: RowMapping, novations: Sequence[RowMapping], leads_to: Mapping[UUID, UUID]
) -> tuple[Tenure, ...]:
    """Who owed a commitment when, by its novations in order: the records to which theirs lead."""
    days = [novation["effective_on"] for novation in novations]
    deliverers = [*(novation["earlier_deliverer_id"] for novation in novations), row["deliverer_id"]]
    return tuple(
        Tenure(leads_to.get(deliverer, deliverer), since, before)
        for deliverer, since, before in zip(deliverers, [None, *days], [*days, None], strict=True)
    )


def _owed_line(row: RowMapping, novations: Sequence[RowMapping], leads_to: Mapping[UUID, UUID]) -> OwedLine:
    commissioner_id = row["commissioner_id"]
    return OwedLine(
        line_id=row["line_id"],
        place_id=row["place_id"],
        tenures=tenures_of(row, novations, leads_to),
        commissioner_id=None if commissioner_id is None else leads_to.get(commissioner_id, commissioner_id),
        kind=row["kind"],
        route=ROUTE_OF_KIND[row["kind"]],
        measure=row["measure"],
        target_group=row["target_group"],
        edition_hash=row["edition_hash"],
        signed_on=row["signed_on"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        ended_on=row["ended_on"],
        data_status=worst_status(row["data_status"], row["edition_status"]),
    )
