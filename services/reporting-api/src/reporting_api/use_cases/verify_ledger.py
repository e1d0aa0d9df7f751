"""Recomputing a place's ledger and publications from their lines, and naming whatever does not hold."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.database import Database
from cdp_common.kernel.money import pence_from_gbp
from cdp_common.kernel.periods import Period
from reporting_api.domain.chain import GENESIS, Block, canonical_json, entry_hash, header_hash, merkle_root
from reporting_api.domain.entries import Entry
from reporting_api.domain.groupings import headline_of
from reporting_api.domain.licensed_totals import Pounds, TotalKey, sum_of_parts
from reporting_api.domain.publications import HEADLINES, content_hash
from reporting_api.storage.figures import Slice, figures_by
from reporting_api.storage.ledger import blocks_after, entries_of_block, places_with_ledger
from reporting_api.storage.licensed_totals import licensed_parts, shown_in
from reporting_api.storage.publications import publications_after
from reporting_api.use_cases.read_publications import thawed

PAGE = 100


async def verify_ledger(db: Database) -> list[str]:
    """What does not hold in any place's ledger or publications; empty when everything does."""
    async with db.begin() as tx:
        places = await places_with_ledger(tx)
    return [fault for place_id in places for fault in await verify_place(db, place_id)]


async def verify_place(db: Database, place_id: UUID) -> list[str]:
    """What does not hold in one place: positions, entry hashes, blocks, the chain, publications."""
    faults = [fault async for fault in _block_faults(db, place_id)]
    faults.extend([fault async for fault in _publication_faults(db, place_id)])
    return faults


async def _block_faults(db: Database, place_id: UUID) -> AsyncIterator[str]:
    previous_hash, last_position, number = GENESIS, 0, 0
    while True:
        async with db.begin() as tx:
            blocks = await blocks_after(tx, place_id, number, PAGE)
        if not blocks:
            return
        for block in blocks:
            async with db.begin() as tx:
                entries = await entries_of_block(tx, block)
            for fault in _faults_of_block(block, entries, previous_hash, last_position, number):
                yield f"place {place_id} block {block.number}: {fault}"
            previous_hash, last_position, number = block.block_hash, block.last_position, block.number


def _faults_of_block(
    block: Block, entries: list[tuple[int, str, Entry]], previous_hash: str, last_position: int, number: int
) -> Iterator[str]:
    if block.number != number + 1:
        yield f"follows block {number}"
    if block.previous_hash != previous_hash:
        yield "does not name the hash of the block before"
    if block.first_position != last_position + 1:
        yield f"starts at position {block.first_position} after {last_position}"
    positions = [position for position, _, _ in entries]
    if positions != list(range(block.first_position, block.last_position + 1)):
        yield "does not hold the positions that it names"
        return
    leaves = [entry_hash(entry, position) for position, _, entry in entries]
    for (position, stored, _), leaf in zip(entries, leaves, strict=True):
        if stored != leaf:
            yield f"the entry at position {position} is not the one that was sealed"
    root = merkle_root(leaves)
    if root != block.merkle_root:
        yield "the root over its entries differs"
    if block.block_hash != header_hash(
        block.place_id,
        block.number,
        block.first_position,
        block.last_position,
        block.previous_hash,
        block.merkle_root,
        block.sealed_at,
    ):
        yield "the hash of its header differs"


async def _publication_faults(db: Database, place_id: UUID) -> AsyncIterator[str]:
    number = 0
    while True:
        async with db.begin() as tx:
            rows = await publications_after(tx, place_id, number, PAGE)
            faults = [fault for row in rows for fault in await _faults_of_publication(tx, row)]
        for fault in faults:
            yield f"place {place_id} {fault}"
        if not rows:
            return
        for row in rows:
            if row["number"] != number + 1:
                yield f"place {place_id} publication {row['number']} follows {number}"
            number = row["number"]


async def _faults_of_publication(tx: AsyncConnection, row: RowMapping) -> list[str]:
    publication = thawed(row["document"])
    name = f"publication {row['number']}"
    faults = []
    document = json.loads(row["document"])
    if canonical_json(document) != row["document"]:
        faults.append(f"{name}: the frozen document is not canonical")
    if content_hash(document["value"]) != publication.content_sha256:
        faults.append(f"{name}: the hash of its content differs")
    period = Period(publication.period_start, publication.period_end)
    lines = Slice(publication.place_id, period, publication.ledger_position)
    headline = headline_of(await figures_by(tx, lines, "total"))
    licensed = await shown_in(tx, publication.id)
    faults += [f"{name}: {fault}" for fault in await _licensed_faults(tx, lines, licensed)]
    for figure in HEADLINES:
        shown = pence_from_gbp(getattr(publication.value.figures, figure).total_gbp)
        stood = headline[figure].total_pence + sum(
            row["social_pence"] + row["local_pence"] for row in licensed if row["figure"] == figure
        )
        if shown != stood:
            faults.append(f"{name}: {figure} is {shown} pence, the lines say {stood}")
    return faults


async def _licensed_faults(tx: AsyncConnection, lines: Slice, licensed: Sequence[RowMapping]) -> list[str]:
    """Which of the licensed totals that were included are not what the lines say."""
    parts = await licensed_parts(tx, lines) if licensed else {}
    return [
        f"the licensed {row['figure']} of theme {row['theme']} is not what the lines say"
        for row in licensed
        if row["outcome"] == "included"
        and sum_of_parts(parts.get(TotalKey(row["theme"], row["framework"], row["figure"]), {}))
        != Pounds(row["social_pence"], row["local_pence"])
    ]
