"""Which bids of a tender take part in which of its lots, as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.after_opening import RemovedBid, SupersededBid
from procurement_api.domain.entries import Entries, Place, places_of
from procurement_api.storage.entries import lots_of_bids, removals_of, superseded_of


async def entries_of(tx: AsyncConnection, tender: Mapping[Any, Any]) -> Entries:
    """The opened bids of the tender: what each is for, has left, and is superseded in."""
    award_by, lots = tender["terms"]["award_by"], [lot["id"] for lot in tender["lots"]]
    found = await lots_of_bids(tx, tender["id"])
    return Entries(
        bid_for={bid_id: places_of(award_by, lots, of_lines) for bid_id, of_lines in found.items()},
        left=frozenset((row["bid_id"], place_of(row)) for row in await removals_of(tx, tender["id"])),
        superseded={
            (row["bid_id"], place_of(row)): row["by_bid_id"] for row in await superseded_of(tx, found)
        },
    )


def place_of(row: Mapping[Any, Any]) -> Place:
    """The lot of a row; None stands for the whole tender."""
    lot: str = row["lot"]
    return lot or None


def removed_bids(rows: Iterable[RowMapping]) -> list[RemovedBid]:
    """Bids that are out of the tender, or of lots of it: what was left at once is told together."""
    found: dict[tuple[Any, ...], RemovedBid] = {}
    for row in rows:
        told = tuple(row[name] for name in ("bid_id", "removal", "ground", "removed_at"))
        lots = [] if told not in found else found[told].lots
        place = place_of(row)
        found[told] = RemovedBid(
            bid_id=row["bid_id"],
            removal=row["removal"],
            ground=row["ground"],
            removed_at=row["removed_at"],
            lots=lots if place is None else [*lots, place],
        )
    return list(found.values())


def superseded_bids(rows: Iterable[RowMapping]) -> list[SupersededBid]:
    """Bids in whose place a later one of the same organisation stands."""
    found: dict[tuple[UUID, UUID], list[str]] = {}
    for row in rows:
        lots = found.setdefault((row["bid_id"], row["by_bid_id"]), [])
        place = place_of(row)
        if place is not None:
            lots.append(place)
    return [
        SupersededBid(bid_id=bid_id, by_bid_id=later, lots=lots) for (bid_id, later), lots in found.items()
    ]
