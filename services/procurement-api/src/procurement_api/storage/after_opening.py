"""Reading and writing what happens to opened bids, and their lines as they stand after it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import keyset
from procurement_api.domain.after_opening import NONE_ACCEPTED
from procurement_api.storage.bids import lines_of
from procurement_api.storage.evaluation_tables import accepted_quantities, clarifications

_REVALUED = (
    *("quantity", "counted_quantity", "social_pence", "local_economic_pence", "low_pence", "high_pence"),
    *("fiscal_pence", "method_version", "licensed_framework", "explanation"),
)


async def add_clarification(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Write a clarification."""
    await tx.execute(insert(clarifications).values(**row))


async def count_clarifications(tx: AsyncConnection, bid_id: UUID) -> int:
    """How many clarifications a bid has."""
    query = select(func.count()).select_from(clarifications).where(clarifications.c.bid_id == bid_id)
    return await tx.scalar(query) or 0


async def clarifications_page(
    tx: AsyncConnection, bid_id: UUID, cursor: str | None, limit: int
) -> list[RowMapping]:
    """A bid's clarifications, oldest first."""
    query = select(clarifications).where(clarifications.c.bid_id == bid_id)
    return list((await tx.execute(keyset(query, [clarifications.c.id], cursor, limit))).mappings())


async def add_accepted(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Write what was accepted of a line; the tender is locked, so nobody else writes the same version."""
    await tx.execute(insert(accepted_quantities).values(**row))


async def standing_lines(tx: AsyncConnection, bid_ids: Collection[UUID]) -> list[Mapping[Any, Any]]:
    """The opened lines of the bids as far as they are accepted, in the order in which they were submitted.

    Beside the columns of a line each has `promised`, `accepted_version` and `accepted_reason`: the quantity
    as promised, and the latest version of what was accepted with its reason (0 and None where all of it is).
    """
    query = (
        select(accepted_quantities)
        .where(accepted_quantities.c.bid_id.in_(bid_ids))
        .ext(distinct_on(accepted_quantities.c.line_id))
        .order_by(accepted_quantities.c.line_id, accepted_quantities.c.version.desc())
    )
    accepted = {row["line_id"]: row for row in (await tx.execute(query)).mappings()}
    return [_standing(line, accepted.get(line["line_id"])) for line in await lines_of(tx, bid_ids)]


def _standing(line: RowMapping, accepted: RowMapping | None) -> Mapping[Any, Any]:
    told = {"promised": line["quantity"], "accepted_version": 0, "accepted_reason": None}
    if accepted is None:
        return {**line, **told}
    return {
        **line,
        **{name: accepted[name] for name in _REVALUED},
        # What the quantity was made of is not known of a part of it.
        "inputs": None,
        "disregarded": line["disregarded"] or (NONE_ACCEPTED if accepted["quantity"] == 0 else None),
        "promised": line["quantity"],
        "accepted_version": accepted["version"],
        "accepted_reason": accepted["reason"],
    }
