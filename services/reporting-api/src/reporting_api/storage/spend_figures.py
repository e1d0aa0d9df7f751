"""What payments come to, summed by the database in whole pence; and the surveyed rounds of spending."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import RowMapping, insert, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import keyset
from cdp_common.kernel.periods import Period
from reporting_api.storage.spend_tables import spend_rounds

GroupKey = Literal["partner", "category", "month", "quarter"]

# Where a payment went: by the postcode on its row; where it has none, by the supplier's presence in the place
# on its day. A postcode that does not place the row leaves it unknown.
_STANDING = """
WITH standing AS (
    SELECT id, organisation_id, organisation_name FROM spend_imports
    WHERE place_id = :place AND superseded_by IS NULL
      AND (CAST(:org AS uuid) IS NULL OR organisation_id = :org)
)"""
_OF_IMPORTS = """
WITH standing AS (
    SELECT id, organisation_id, organisation_name FROM spend_imports WHERE id = ANY(CAST(:imports AS uuid[]))
)"""
_PAID = """, members AS (
    SELECT DISTINCT ON (membership_id) organisation_id, valid_from, valid_to FROM membership_versions
    WHERE place_id = :place ORDER BY membership_id, version DESC
), paid AS (
    SELECT standing.organisation_id, standing.organisation_name, r.paid_on, r.pence, r.category,
        r.supplier_id, r.is_repeat, o.is_sme, o.is_vcse,
        coalesce(o.current_id::text, s.matched_id::text, lower(s.name),
            'nameless ' || standing.organisation_id) AS payee,
        r.redaction IS NOT NULL OR s.removed_at IS NOT NULL AS is_nameless,
        EXISTS (
            SELECT FROM members m WHERE m.organisation_id IN (o.current_id, o.organisation_id)
            AND r.paid_on BETWEEN m.valid_from AND coalesce(m.valid_to, 'infinity')
        ) AS to_member,
        CASE
            WHEN p.is_inside THEN 'postcode'
            WHEN NOT p.is_inside THEN 'outside'
            WHEN r.site_id IS NULL AND EXISTS (
                SELECT FROM spend_presences f WHERE f.organisation_id = o.organisation_id
                AND f.place_id = :place
                AND r.paid_on BETWEEN f.valid_from AND coalesce(f.valid_to, 'infinity')
            ) THEN 'presence'
            ELSE 'unknown'
        END AS location
    FROM standing
    JOIN spend_rows r ON r.import_id = standing.id
    LEFT JOIN spend_suppliers s ON s.id = r.supplier_id
    LEFT JOIN spend_organisations o ON o.organisation_id = s.matched_id
    LEFT JOIN spend_sites site ON site.id = r.site_id
    LEFT JOIN spend_postcodes p ON p.place_id = :place AND p.postcode = site.postcode
    WHERE r.currency = 'GBP' AND r.paid_on BETWEEN :since AND :until
)
"""
PAID = f"{_STANDING}{_PAID}"
"""The payments in pounds of a window as `paid`; payees are organisations, names, or a partner's nameless."""
PAID_BY_IMPORTS = f"{_OF_IMPORTS}{_PAID}"
"""The same of these imports alone, whether they still stand or not."""

_SUMS = """
    count(*) AS row_count,
    coalesce(sum(pence) FILTER (WHERE pence >= 0), 0) AS payments,
    coalesce(sum(pence) FILTER (WHERE pence < 0), 0) AS credits,
    coalesce(sum(pence), 0) AS net,
    coalesce(sum(pence) FILTER (WHERE to_member), 0) AS to_members,
    coalesce(sum(pence) FILTER (WHERE is_nameless), 0) AS nameless,
    coalesce(sum(pence) FILTER (WHERE is_repeat), 0) AS repeats,
    count(*) FILTER (WHERE is_repeat) AS repeat_rows,
    coalesce(sum(pence) FILTER (WHERE NOT to_member AND location = 'postcode'), 0) AS by_postcode,
    coalesce(sum(pence) FILTER (WHERE NOT to_member AND location = 'presence'), 0) AS by_presence,
    coalesce(sum(pence) FILTER (WHERE NOT to_member AND location = 'outside'), 0) AS outside,
    coalesce(sum(pence) FILTER (WHERE NOT to_member AND location = 'unknown'), 0) AS nowhere,
    coalesce(sum(pence) FILTER (WHERE NOT to_member AND is_sme), 0) AS sme,
    coalesce(sum(pence) FILTER (WHERE NOT to_member AND NOT is_sme), 0) AS not_sme,
    coalesce(sum(pence) FILTER (WHERE NOT to_member AND is_sme IS NULL), 0) AS sme_unknown,
    coalesce(sum(pence) FILTER (WHERE NOT to_member AND is_vcse), 0) AS vcse,
    coalesce(sum(pence) FILTER (WHERE NOT to_member AND NOT is_vcse), 0) AS not_vcse,
    coalesce(sum(pence) FILTER (WHERE NOT to_member AND is_vcse IS NULL), 0) AS vcse_unknown,
    count(DISTINCT supplier_id) FILTER (
        WHERE NOT to_member AND location IN ('postcode', 'presence') AND pence > 0
    ) AS local_suppliers
"""

_KEYS: Mapping[GroupKey, tuple[str, str]] = {
    "partner": (
        "organisation_id AS organisation_id, max(organisation_name) AS name, NULL::date AS period_start",
        "organisation_id",
    ),
    "category": (
        "NULL::uuid AS organisation_id, min(category) AS name, NULL::date AS period_start",
        "lower(category)",
    ),
    "month": (
        "NULL::uuid AS organisation_id, NULL AS name, date_trunc('month', paid_on)::date AS period_start",
        "date_trunc('month', paid_on)",
    ),
    "quarter": (
        "NULL::uuid AS organisation_id, NULL AS name, date_trunc('quarter', paid_on)::date AS period_start",
        "date_trunc('quarter', paid_on)",
    ),
}
_ORDERS: Mapping[GroupKey, str] = {
    "partner": "2, 1",  # by name: a collective, not a league
    "category": "net DESC, 2",
    "month": "3",
    "quarter": "3",
}


async def spend_total(
    tx: AsyncConnection, place_id: UUID, organisation_id: UUID | None, window: Period
) -> RowMapping:
    """The sums over all payments in pounds of a window."""
    query = text(f"{PAID} SELECT {_SUMS} FROM paid")  # noqa: S608 - two constants
    return (await tx.execute(query, _stated(place_id, organisation_id, window))).mappings().one()


async def spend_groups(
    tx: AsyncConnection,
    place_id: UUID,
    organisation_id: UUID | None,
    window: Period,
    key: GroupKey,
    limit: int,
) -> tuple[list[RowMapping], int]:
    """The sums by a key, at most so many groups, and how many groups are left out."""
    columns, grouping = _KEYS[key]
    # Every part of the statement is one of the constants above.
    query = text(
        f"{PAID} SELECT {columns}, {_SUMS}, count(*) OVER () AS group_count FROM paid"  # noqa: S608
        f" GROUP BY {grouping} ORDER BY {_ORDERS[key]} LIMIT :most"
    )
    stated = {**_stated(place_id, organisation_id, window), "most": limit}
    rows = list((await tx.execute(query, stated)).mappings())
    return rows, rows[0]["group_count"] - len(rows) if rows else 0


async def other_currencies(
    tx: AsyncConnection, place_id: UUID, organisation_id: UUID | None, window: Period
) -> list[RowMapping]:
    """Payments of a window in each other currency."""
    query = text(
        """
        SELECT r.currency, count(*) AS row_count, sum(r.pence) AS net
        FROM spend_imports i JOIN spend_rows r ON r.import_id = i.id
        WHERE i.place_id = :place AND i.superseded_by IS NULL
          AND (CAST(:org AS uuid) IS NULL OR i.organisation_id = :org)
          AND r.currency <> 'GBP' AND r.paid_on BETWEEN :since AND :until
        GROUP BY r.currency ORDER BY r.currency
        """
    )
    return list((await tx.execute(query, _stated(place_id, organisation_id, window))).mappings())


async def imports_in(
    tx: AsyncConnection, place_id: UUID, organisation_id: UUID | None, window: Period
) -> list[RowMapping]:
    """The imports that stand for a day of a window, or hold one: whose they are, and their data status."""
    query = text(
        """
        SELECT i.id, i.organisation_id, i.organisation_name, i.data_status FROM spend_imports i
        WHERE i.place_id = :place AND i.superseded_by IS NULL
          AND (CAST(:org AS uuid) IS NULL OR i.organisation_id = :org)
          AND (i.period_start <= :until AND i.period_end >= :since OR EXISTS (
                SELECT FROM spend_rows r WHERE r.import_id = i.id AND r.paid_on BETWEEN :since AND :until))
        ORDER BY i.organisation_name, i.id
        """
    )
    return list((await tx.execute(query, _stated(place_id, organisation_id, window))).mappings())


async def review_count(
    tx: AsyncConnection, place_id: UUID, organisation_id: UUID | None, window: Period
) -> int:
    """How many suppliers that were paid in a window wait for a person."""
    query = text(
        """
        SELECT count(DISTINCT s.id) FROM spend_imports i
        JOIN spend_rows r ON r.import_id = i.id JOIN spend_suppliers s ON s.id = r.supplier_id
        WHERE i.place_id = :place AND i.superseded_by IS NULL AND s.state = 'to_review'
          AND (CAST(:org AS uuid) IS NULL OR i.organisation_id = :org)
          AND r.paid_on BETWEEN :since AND :until
        """
    )
    return await tx.scalar(query, _stated(place_id, organisation_id, window)) or 0


def _stated(place_id: UUID, organisation_id: UUID | None, window: Period) -> dict[str, Any]:
    return {"place": place_id, "org": organisation_id, "since": window.start, "until": window.end}


# ------------------------------------------------------------------ surveyed rounds
async def add_round(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Write what a survey found."""
    await tx.execute(insert(spend_rounds).values(**row))


async def rounds_page(
    tx: AsyncConnection, place_id: UUID, *, organisation_id: UUID | None, cursor: str | None, limit: int
) -> list[RowMapping]:
    """Surveyed rounds in the order in which they came; those of one organisation, or of all."""
    query = select(spend_rounds).where(spend_rounds.c.place_id == place_id)
    if organisation_id is not None:
        query = query.where(spend_rounds.c.organisation_id == organisation_id)
    return list((await tx.execute(keyset(query, [spend_rounds.c.id], cursor, limit))).mappings())


async def newest_rounds(
    tx: AsyncConnection, place_id: UUID, organisation_id: UUID | None, window: Period
) -> list[RowMapping]:
    """The newest return of each partner and round for exactly this window."""
    columns = spend_rounds.c
    query = (
        select(spend_rounds)
        .ext(distinct_on(columns.organisation_id, columns.round))
        .where(
            columns.place_id == place_id,
            columns.period_start == window.start,
            columns.period_end == window.end,
        )
        .order_by(columns.organisation_id, columns.round, columns.id.desc())
    )
    if organisation_id is not None:
        query = query.where(columns.organisation_id == organisation_id)
    return list((await tx.execute(query)).mappings())
