"""Suppliers of partners: who they are, candidates, decisions, postcodes, and what was paid to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, case, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import keyset
from reporting_api.storage.spend_tables import (
    spend_candidates,
    spend_decisions,
    spend_imports,
    spend_organisations,
    spend_postcodes,
    spend_presences,
    spend_rows,
    spend_sites,
    spend_suppliers,
)

MAX_DECISIONS_SHOWN = 20
MAX_POSTCODES = 200_000


async def suppliers_to_match(tx: AsyncConnection, organisation_id: UUID, limit: int) -> list[RowMapping]:
    """A partner's suppliers of whom no person has decided and that no rule has accepted, with their names."""
    columns = spend_suppliers.c
    query = (
        select(columns.id, columns.name, columns.identifiers)
        .where(
            columns.organisation_id == organisation_id,
            columns.state.in_(("new", "to_review", "unmatched")),
            columns.name.is_not(None),
        )
        .order_by(columns.id)
        .limit(limit)
    )
    return list((await tx.execute(query)).mappings())


async def suppliers_count(tx: AsyncConnection, organisation_id: UUID) -> int:
    """How many suppliers a partner has."""
    query = select(func.count()).where(spend_suppliers.c.organisation_id == organisation_id)
    return await tx.scalar(query) or 0


async def rejections_of(tx: AsyncConnection, organisation_id: UUID) -> dict[UUID, set[UUID]]:
    """The organisations that people have rejected, by supplier of a partner."""
    query = (
        select(spend_decisions.c.supplier_id, spend_decisions.c.candidate_id)
        .join(spend_suppliers, spend_suppliers.c.id == spend_decisions.c.supplier_id)
        .where(spend_suppliers.c.organisation_id == organisation_id, spend_decisions.c.outcome == "rejected")
    )
    found: dict[UUID, set[UUID]] = {}
    for row in await tx.execute(query):
        found.setdefault(row.supplier_id, set()).add(row.candidate_id)
    return found


async def keep_match(
    tx: AsyncConnection,
    supplier_id: UUID,
    state: str,
    matched_id: UUID | None,
    candidates: Iterable[Mapping[str, Any]],
) -> bool:
    """Write what a search found of a supplier, unless a person has decided meanwhile; says whether."""
    columns = spend_suppliers.c
    changed = await tx.execute(
        update(spend_suppliers)
        .where(columns.id == supplier_id, columns.state.in_(("new", "to_review", "unmatched")))
        .values(state=state, matched_id=matched_id)
    )
    if changed.rowcount == 0:
        return False
    await tx.execute(delete(spend_candidates).where(spend_candidates.c.supplier_id == supplier_id))
    rows = [{"supplier_id": supplier_id, **candidate} for candidate in candidates]
    if rows:
        await tx.execute(insert(spend_candidates), rows)
    return True


async def add_decision(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Write a decision."""
    await tx.execute(insert(spend_decisions).values(**row))


async def supplier_by_id(tx: AsyncConnection, supplier_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """The supplier's row, or none; `lock` holds others back until commit."""
    query = select(spend_suppliers).where(spend_suppliers.c.id == supplier_id)
    return (await tx.execute(query.with_for_update() if lock else query)).mappings().one_or_none()


async def places_of_supplier(tx: AsyncConnection, supplier_id: UUID) -> set[UUID]:
    """The places for which payments to a supplier were taken in."""
    query = (
        select(spend_imports.c.place_id)
        .join(spend_rows, spend_rows.c.import_id == spend_imports.c.id)
        .where(spend_rows.c.supplier_id == supplier_id)
        .distinct()
    )
    return set(await tx.scalars(query))


async def change_supplier(tx: AsyncConnection, supplier_id: UUID, values: Mapping[str, Any]) -> None:
    """Change what is known of a supplier."""
    await tx.execute(update(spend_suppliers).where(spend_suppliers.c.id == supplier_id).values(**values))


async def drop_candidates(tx: AsyncConnection, supplier_id: UUID, candidate_id: UUID | None = None) -> int:
    """Take away candidates, one or all; says how many are left."""
    columns = spend_candidates.c
    gone = delete(spend_candidates).where(columns.supplier_id == supplier_id)
    if candidate_id is not None:
        gone = gone.where(columns.candidate_id == candidate_id)
    await tx.execute(gone)
    return await tx.scalar(select(func.count()).where(columns.supplier_id == supplier_id)) or 0


async def drop_sites(tx: AsyncConnection, supplier_id: UUID) -> None:
    """Take away the postcodes of a supplier."""
    await tx.execute(delete(spend_sites).where(spend_sites.c.supplier_id == supplier_id))


async def suppliers_page(
    tx: AsyncConnection,
    place_id: UUID,
    *,
    organisation_id: UUID | None,
    state: str | None,
    cursor: str | None,
    limit: int,
) -> list[RowMapping]:
    """Suppliers paid in a place by id, with what standing imports say was paid to them."""
    query = _suppliers(place_id)
    if organisation_id is not None:
        query = query.where(spend_suppliers.c.organisation_id == organisation_id)
    if state is not None:
        query = query.where(spend_suppliers.c.state == state)
    return list((await tx.execute(keyset(query, [spend_suppliers.c.id], cursor, limit))).mappings())


async def supplier_shown(tx: AsyncConnection, supplier_id: UUID) -> RowMapping:
    """A supplier with what standing imports, of whichever place, say was paid to it."""
    query = _suppliers(None).where(spend_suppliers.c.id == supplier_id)
    found: RowMapping = (await tx.execute(query)).mappings().one()
    return found


def _suppliers(place_id: UUID | None) -> Select[Any]:
    paid_in: list[ColumnElement[bool]] = [spend_imports.c.superseded_by.is_(None)]
    if place_id is not None:
        paid_in.append(spend_imports.c.place_id == place_id)
    paid = (
        select(
            spend_rows.c.supplier_id,
            func.count().label("row_count"),
            func.coalesce(
                func.sum(case((spend_rows.c.currency == "GBP", spend_rows.c.pence), else_=0)), 0
            ).label("pence"),
        )
        .join(spend_imports, spend_imports.c.id == spend_rows.c.import_id)
        .where(*paid_in, spend_rows.c.supplier_id.is_not(None))
        .group_by(spend_rows.c.supplier_id)
        .subquery("paid")
    )
    return select(
        spend_suppliers,
        func.coalesce(paid.c.row_count, 0).label("row_count"),
        func.coalesce(paid.c.pence, 0).label("pence"),
        spend_organisations.c.name.label("matched_name"),
    ).select_from(
        spend_suppliers.join(
            paid, paid.c.supplier_id == spend_suppliers.c.id, isouter=place_id is None
        ).outerjoin(
            spend_organisations, spend_organisations.c.organisation_id == spend_suppliers.c.matched_id
        )
    )


async def candidates_of(tx: AsyncConnection, supplier_ids: Sequence[UUID]) -> dict[UUID, list[RowMapping]]:
    """Candidates by supplier, the best first."""
    columns = spend_candidates.c
    query = (
        select(spend_candidates)
        .where(columns.supplier_id.in_(supplier_ids))
        .order_by(columns.basis, columns.score.desc(), columns.name, columns.candidate_id)
    )
    return _grouped((await tx.execute(query)).mappings())


async def decisions_of(tx: AsyncConnection, supplier_ids: Sequence[UUID]) -> dict[UUID, list[RowMapping]]:
    """Decisions by supplier, the newest first."""
    columns = spend_decisions.c
    query = select(spend_decisions).where(columns.supplier_id.in_(supplier_ids)).order_by(columns.id.desc())
    found = _grouped((await tx.execute(query)).mappings())
    return {supplier_id: rows[:MAX_DECISIONS_SHOWN] for supplier_id, rows in found.items()}


def _grouped(rows: Iterable[RowMapping]) -> dict[UUID, list[RowMapping]]:
    found: dict[UUID, list[RowMapping]] = {}
    for row in rows:
        found.setdefault(row["supplier_id"], []).append(row)
    return found


# ------------------------------------------------------------------ what other services say
async def matched_ids(tx: AsyncConnection, organisation_id: UUID) -> set[UUID]:
    """The organisations that a partner's suppliers were matched to."""
    query = (
        select(spend_suppliers.c.matched_id)
        .where(
            spend_suppliers.c.organisation_id == organisation_id, spend_suppliers.c.matched_id.is_not(None)
        )
        .distinct()
    )
    return {found for found in await tx.scalars(query) if found is not None}


async def keep_organisations(
    tx: AsyncConnection,
    found: Sequence[Mapping[str, Any]],
    presences: Mapping[UUID, Collection[tuple[UUID, date, date | None]]],
) -> None:
    """Remember organisations, and the places in which they say to be present; the latest word counts."""
    for row in sorted(found, key=lambda row: row["organisation_id"]):
        statement = pg_insert(spend_organisations).values(**row)
        kept = {name: statement.excluded[name] for name in row if name != "organisation_id"}
        await tx.execute(statement.on_conflict_do_update(index_elements=["organisation_id"], set_=kept))
    for organisation_id in sorted(presences):
        await tx.execute(delete(spend_presences).where(spend_presences.c.organisation_id == organisation_id))
        rows = [
            {
                "organisation_id": organisation_id,
                "place_id": place_id,
                "valid_from": valid_from,
                "valid_to": valid_to,
            }
            for place_id, valid_from, valid_to in presences[organisation_id]
        ]
        if rows:
            await tx.execute(pg_insert(spend_presences).on_conflict_do_nothing(), rows)


async def postcodes_of(tx: AsyncConnection, organisation_id: UUID, place_id: UUID) -> list[str]:
    """The postcodes of a partner's suppliers of which it is not known whether they lie in a place."""
    here = (spend_postcodes.c.place_id == place_id) & (spend_postcodes.c.postcode == spend_sites.c.postcode)
    query = (
        select(spend_sites.c.postcode)
        .join(spend_suppliers, spend_suppliers.c.id == spend_sites.c.supplier_id)
        .outerjoin(spend_postcodes, here)
        .where(spend_suppliers.c.organisation_id == organisation_id, spend_postcodes.c.is_inside.is_(None))
        .distinct()
        .order_by(spend_sites.c.postcode)
        .limit(MAX_POSTCODES)
    )
    return list(await tx.scalars(query))


async def keep_postcodes(
    tx: AsyncConnection, place_id: UUID, found: Mapping[str, bool | None], edition: str | None, now: datetime
) -> None:
    """Remember whether postcodes lie in a place; the latest word counts."""
    rows = [
        {
            "place_id": place_id,
            "postcode": postcode,
            "is_inside": found[postcode],
            "lookup_edition": edition,
            "updated_at": now,
        }
        for postcode in sorted(found)
    ]
    if not rows:
        return
    statement = pg_insert(spend_postcodes)
    kept = {name: statement.excluded[name] for name in ("is_inside", "lookup_edition", "updated_at")}
    await tx.execute(
        statement.on_conflict_do_update(index_elements=["place_id", "postcode"], set_=kept), rows
    )
