"""Reading and writing agreements and their commitment lines."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Select, Uuid, func, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.merges import columns_resolved, record_ids
from cdp_common.db.paging import keyset
from procurement_api.domain.agreement import AgreementReferenceTaken
from procurement_api.domain.tender import TenderStateWrong
from procurement_api.storage.change_tables import agreement_line_versions
from procurement_api.storage.promised_lines import standing_lines
from procurement_api.storage.tables import agreement_lines, agreements

_PARTIES = ("commissioner_organisation_id", "deliverer_organisation_id")


@dataclass(frozen=True)
class Parties:
    """Whose agreements are wanted, and at most how many of each; None: all."""

    organisation_ids: Collection[UUID]
    of_each: int | None = None


async def add_agreement(tx: AsyncConnection, row: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    """Write an agreement with its lines; a used reference or an awarded tender is refused."""
    refusals = {
        "uq_agreements_reference": lambda: AgreementReferenceTaken("This reference is in use."),
        "uq_agreements_tender_lot": lambda: TenderStateWrong("The tender has been awarded."),
    }
    with constraint_errors(refusals):
        await tx.execute(insert(agreements).values(**row))
    await _require_reference_free(tx, row)
    if lines:
        await tx.execute(insert(agreement_lines), lines)


async def _require_reference_free(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Refuse a reference of a record that was merged into the commissioner's, and so gets no more of them."""
    columns = agreements.c
    query = select(columns.id).where(
        columns.commissioner_organisation_id.in_(record_ids(row["commissioner_organisation_id"])),
        columns.reference == row["reference"],
        columns.id != row["id"],
    )
    if await tx.scalar(query.limit(1)) is not None:
        raise AgreementReferenceTaken("This reference is in use.")


async def agreement_by_id(
    tx: AsyncConnection, agreement_id: UUID, *, lock: bool = False
) -> RowMapping | None:
    """The agreement, or None; `lock` holds other changes of it back until commit."""
    query = _agreements().where(agreements.c.id == agreement_id)
    if lock:
        query = query.with_for_update(of=agreements)
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row


async def agreements_of_tender(tx: AsyncConnection, tender_id: UUID) -> dict[str | None, RowMapping]:
    """The agreements that the tender led to, by lot; None stands for the whole of it."""
    query = _agreements().where(agreements.c.tender_id == tender_id)
    return {row["lot"]: row for row in (await tx.execute(query)).mappings()}


async def agreements_by_ids(
    tx: AsyncConnection, ids: Collection[UUID], party: UUID | None
) -> list[RowMapping]:
    """The agreements among `ids` to which `party` is one; None stands for everybody's."""
    return list((await tx.execute(_visible(party).where(agreements.c.id.in_(ids)))).mappings())


async def agreements_page(
    tx: AsyncConnection,
    *,
    party: UUID | None,
    place_id: UUID | None,
    tender_ids: Collection[UUID] | None = None,
    parties: Parties | None = None,
    cursor: str | None,
    limit: int,
) -> list[RowMapping]:
    """Agreements to which `party` is one (None: everybody's), oldest first.

    Of these tenders, or between these `parties` and others, where given.
    """
    query = _visible(party)
    if parties is not None:
        query = query.where(agreements.c.id.in_(_ids_of(parties, party)))
    if tender_ids is not None:
        query = query.where(agreements.c.tender_id.in_(tender_ids))
    if place_id is not None:
        query = query.where(agreements.c.place_id == place_id)
    return list((await tx.execute(keyset(query, [agreements.c.id], cursor, limit))).mappings())


def _ids_of(parties: Parties, seen_by: UUID | None) -> Select[Any]:
    """The ids of agreements of parties, of each the first so many that are seen."""
    party = func.unnest(literal(list(parties.organisation_ids), ARRAY(Uuid))).column_valued("party")
    seen = _visible(seen_by).subquery()
    is_party = or_(seen.c.commissioner_organisation_id == party, seen.c.deliverer_organisation_id == party)
    order = func.row_number().over(partition_by=party, order_by=seen.c.id)
    numbered = select(seen.c.id, order.label("number")).where(is_party).subquery()
    found = select(numbered.c.id)
    return found if parties.of_each is None else found.where(numbered.c.number <= parties.of_each)


def _visible(party: UUID | None) -> Select[Any]:
    query = _agreements()
    if party is None:
        return query
    ids = record_ids(party)
    return query.where(
        or_(
            agreements.c.commissioner_organisation_id.in_(ids),
            agreements.c.deliverer_organisation_id.in_(ids),
        )
    )


def _agreements() -> Select[Any]:
    """Agreements, their parties being the organisations to which the records of those who signed lead now."""
    return select(*columns_resolved(agreements, *_PARTIES))


async def lines_of_agreements(tx: AsyncConnection, ids: Collection[UUID]) -> list[dict[str, Any]]:
    """The commitment lines of the agreements in their order, each as it stands after its last variation."""
    return await standing_lines(tx, agreement_lines, agreement_line_versions, "agreement_id", ids)


async def change_agreement(tx: AsyncConnection, agreement_id: UUID, **values: Any) -> RowMapping:
    """Change an agreement, and give it as it is then."""
    await tx.execute(update(agreements).where(agreements.c.id == agreement_id).values(**values))
    changed = await agreement_by_id(tx, agreement_id)
    assert changed is not None
    return changed
