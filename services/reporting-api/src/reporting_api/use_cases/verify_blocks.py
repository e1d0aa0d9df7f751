"""Hashing a place's entries again, block by block, and naming every link of the chain that does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

from cdp_common.db.database import Database
from reporting_api.domain.chain import GENESIS, Block, header_hash, leaf_digest, root_over
from reporting_api.storage.ledger import (
    SealedLine,
    blocks_after,
    entry_count,
    sealed_lines,
    unlinked_blocks,
)
from reporting_api.storage.rollup_checks import allow_time

BLOCKS_AT_ONCE = 500
LINES_AT_ONCE = 5_000
"""Entries that are fetched together; one block may have more."""


async def block_faults_of(db: Database, place_id: UUID) -> list[str]:
    """What does not hold in the entries and blocks of a place."""
    faults: list[str] = []
    before = Block(place_id, 0, 0, 0, "", "", GENESIS, datetime.min.replace(tzinfo=UTC))
    while True:
        async with db.begin() as tx:
            blocks = await blocks_after(tx, place_id, before.number, BLOCKS_AT_ONCE)
        for run in _runs(blocks):
            async with db.begin() as tx:
                await allow_time(tx)
                lines = iter(await sealed_lines(tx, place_id, run[0].first_position, run[-1].last_position))
            held = next(lines, None)
            for block in run:
                own: list[SealedLine] = []
                while held is not None and held.position <= block.last_position:
                    own.append(held)
                    held = next(lines, None)
                faults += [f"block {block.number}: {fault}" for fault in _faults_of_block(block, own, before)]
                before = block
        if not blocks:
            break
    async with db.begin() as tx:
        await allow_time(tx)
        count = await entry_count(tx, place_id)
        unlinked = await unlinked_blocks(tx, place_id)
    if unlinked:
        faults.append(f"{unlinked} blocks do not name the number before theirs")
    if count != before.last_position:
        faults.append(f"the ledger holds {count} entries, its blocks {before.last_position}")
    return faults


def _runs(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """The blocks in runs of at most so many entries, as far as they say how many they hold."""
    run: list[Block] = []
    for block in blocks:
        if run and block.last_position - run[0].first_position >= LINES_AT_ONCE:
            yield run
            run = []
        run.append(block)
    if run:
        yield run


def _faults_of_block(block: Block, lines: Sequence[SealedLine], before: Block) -> Iterator[str]:
    if block.number != before.number + 1:
        yield f"follows block {before.number}"
    if block.previous_hash != before.block_hash:
        yield "does not name the hash of the block before"
    if block.first_position != before.last_position + 1:
        yield f"starts at position {block.first_position} after {before.last_position}"
    if block.sealed_at < before.sealed_at:
        yield "is older than the block before"
    if not _holds_its_positions(block, lines):
        yield "does not hold the positions that it names"
        return
    digests = [leaf_digest(line.canonical) for line in lines]
    for line, digest in zip(lines, digests, strict=True):
        if line.entry_hash != digest.hex():
            yield f"the entry at position {line.position} is not the one that was sealed"
    if root_over(digests) != block.merkle_root:
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


def _holds_its_positions(block: Block, lines: Sequence[SealedLine]) -> bool:
    """Whether these are all the positions that the block names, and lines of it."""
    if not lines or len(lines) != block.last_position - block.first_position + 1:
        return False
    return all(
        line.position == position and line.block_number == block.number
        for position, line in enumerate(lines, start=block.first_position)
    )
