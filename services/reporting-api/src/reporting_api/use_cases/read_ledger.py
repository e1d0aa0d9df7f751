"""Reading the ledger: its entries for those with a role in the place, its head for everybody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, func, select

from cdp_common.contracts.ledger_heads import LedgerHead
from cdp_common.contracts.reporting import FeedState, LedgerEntry
from cdp_common.db.common_tables import event_cursors, event_failures
from cdp_common.db.database import Database
from cdp_common.kernel.errors import NotFound
from cdp_common.kernel.licence import frameworks_held
from cdp_common.kernel.money import gbp_from_pence
from cdp_common.web.caller import Caller, RoleMissing
from reporting_api.storage.ledger import groups_of_lines, head_block, ledger_page
from reporting_api.use_cases.report_contracts import plain
from reporting_api.use_cases.sign_heads import HeadSigner, head_of


class LedgerEmpty(NotFound):
    """Nothing is sealed in the place's ledger yet."""

    code = "ledger_empty"
    title = "The place's ledger has no entries"


async def list_ledger_entries(
    db: Database, caller: Caller, place_id: UUID, *, cursor: str | None, limit: int
) -> list[LedgerEntry]:
    """Entries in the order of recording; one more than `limit` when there are further ones.

    Those of licensed measures go to holders of the licence alone: with an entry's id and quantity its pounds
    could be tried out against the hash of its block.
    """
    if not caller.roles.get(place_id):
        raise RoleMissing("This needs a role in the place.")
    async with db.begin() as tx:
        rows = await ledger_page(tx, place_id, frameworks_held(caller.scopes), cursor, limit)
        groups = await groups_of_lines(tx, {row["source_line_id"] for row in rows})
    return [_entry(row, groups.get(row["source_line_id"])) for row in rows]


async def get_ledger_head(db: Database, signer: HeadSigner, place_id: UUID, now: datetime) -> LedgerHead:
    """The last sealed block, signed: whoever keeps it can tell later that nothing before it was changed."""
    async with db.begin() as tx:
        head = await head_block(tx, place_id)
        if head is None:
            raise LedgerEmpty("Nothing is sealed in the place's ledger yet.")
        key = await signer.key(tx, now)
    return head_of(head, key)


async def list_feeds(db: Database) -> list[FeedState]:
    """How far each feed has been read, by name, and how many aggregates are set aside."""
    parked = (
        select(event_failures.c.source, func.count(event_failures.c.aggregate_id.distinct()).label("parked"))
        .where(event_failures.c.state == "parked")
        .group_by(event_failures.c.source)
        .subquery()
    )
    query = (
        select(event_cursors.c.source, event_cursors.c.position, func.coalesce(parked.c.parked, 0))
        .outerjoin(parked, parked.c.source == event_cursors.c.source)
        .order_by(event_cursors.c.source)
    )
    async with db.begin() as tx:
        rows = (await tx.execute(query)).all()
    return [
        FeedState(source=source, position=position, parked_aggregates=count)
        for source, position, count in rows
    ]


_AS_STORED = tuple(
    name for name in LedgerEntry.model_fields if not name.endswith("_gbp") and name != "target_group"
)


def _entry(row: RowMapping, target_group: str | None) -> LedgerEntry:
    stated = {name: row[name] for name in _AS_STORED}
    low, high = row["low_pence"], row["high_pence"]
    return LedgerEntry(
        **stated | {"counted_quantity": plain(row["counted_quantity"])},
        social_gbp=gbp_from_pence(row["social_pence"]),
        local_economic_gbp=gbp_from_pence(row["local_pence"]),
        fiscal_gbp=gbp_from_pence(row["fiscal_pence"]),
        low_gbp=None if low is None else gbp_from_pence(low),
        high_gbp=None if high is None else gbp_from_pence(high),
        target_group=target_group,
    )
