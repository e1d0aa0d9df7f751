"""Payments of a place's partners by payee, as disclosure control needs them; and the sums that are kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import RowMapping, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.kernel.periods import Period
from reporting_api.domain.spend_disclosure import Payment
from reporting_api.domain.spend_sums import SpendSum
from reporting_api.storage.publication_source_tables import publication_spend_sums
from reporting_api.storage.spend_figures import PAID_BY_IMPORTS
from reporting_api.storage.spend_tables import spend_imports, spend_rounds

_LOCAL: dict[str, bool | None] = {"postcode": True, "presence": True, "outside": False, "unknown": None}
_NO_CATEGORY = "not stated"
_BY_PAYEE = text(
    f"{PAID_BY_IMPORTS} SELECT organisation_id, payee, location, is_sme, is_vcse,"  # noqa: S608 - a constant
    " lower(coalesce(category, :none)) AS category, to_member, min(coalesce(category, :none)) AS label,"
    " sum(pence)::bigint AS pence, count(*) AS row_count FROM paid GROUP BY 1, 2, 3, 4, 5, 6, 7"
)
_BY_CATEGORY = text("""
    SELECT i.organisation_id, lower(coalesce(r.category, :none)) AS category,
        min(coalesce(r.category, :none)) AS label, count(*) AS row_count, sum(r.pence)::bigint AS pence
    FROM spend_imports i JOIN spend_rows r ON r.import_id = i.id
    WHERE i.id = ANY(CAST(:imports AS uuid[])) AND r.currency = 'GBP' AND r.paid_on BETWEEN :since AND :until
    GROUP BY 1, 2""")


async def payments_by_payee(
    tx: AsyncConnection, place_id: UUID, imports: Collection[UUID], window: Period
) -> list[Payment]:
    """Payments in pounds of a window that stand in these imports, those alike together.

    A payee is the organisation that it was matched to, else its name without case: two partners' suppliers of
    one name count as one. Payees without a name are one of each partner.
    """
    stated = {"place": place_id, "imports": list(imports), "since": window.start, "until": window.end}
    rows = await tx.execute(_BY_PAYEE, {**stated, "none": _NO_CATEGORY})
    return [
        Payment(
            row.organisation_id,
            uuid5(NAMESPACE_URL, row.payee),
            row.category,
            row.label,
            row.pence,
            _LOCAL[row.location],
            row.is_sme,
            row.is_vcse,
            row.to_member,
            row.row_count,
        )
        for row in rows
    ]


async def rows_by_category(
    tx: AsyncConnection, imports: Collection[UUID], window: Period
) -> dict[tuple[UUID, str], tuple[str, int, int]]:
    """What the rows of imports come to by partner and category, to members too: label, rows and pence."""
    stated = {"imports": list(imports), "since": window.start, "until": window.end, "none": _NO_CATEGORY}
    rows = await tx.execute(_BY_CATEGORY, stated)
    return {(row.organisation_id, row.category): (row.label, row.row_count, row.pence) for row in rows}


async def keep_spend_sums(tx: AsyncConnection, publication_id: UUID, sums: Sequence[SpendSum]) -> None:
    """Write what a publication's figures of payments were worked out of."""
    rows: list[dict[str, Any]] = [
        {"publication_id": publication_id, "line": line, **asdict(one)} for line, one in enumerate(sums, 1)
    ]
    if rows:
        await tx.execute(insert(publication_spend_sums), rows)


async def kept_spend_sums(tx: AsyncConnection, publication_id: UUID) -> list[SpendSum]:
    """The sums that a publication kept."""
    columns = publication_spend_sums.c
    query = select(publication_spend_sums).where(columns.publication_id == publication_id)
    return [
        SpendSum(**{name: value for name, value in row.items() if name not in ("publication_id", "line")})
        for row in (await tx.execute(query.order_by(columns.line))).mappings()
    ]


async def imports_by_id(tx: AsyncConnection, ids: Collection[UUID]) -> list[RowMapping]:
    """Whose these imports are, and their data status."""
    columns = spend_imports.c
    query = select(columns.id, columns.place_id, columns.organisation_id, columns.data_status)
    return list((await tx.execute(query.where(columns.id.in_(ids)))).mappings())


async def rounds_by_id(tx: AsyncConnection, ids: Collection[UUID]) -> list[RowMapping]:
    """These surveyed rounds."""
    return list((await tx.execute(select(spend_rounds).where(spend_rounds.c.id.in_(ids)))).mappings())
