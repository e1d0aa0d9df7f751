"""Recomputing a place's ledger and publications from their lines, and naming whatever does not hold."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from cdp_common.contracts.ledger_heads import LedgerHead
from cdp_common.db.database import Database
from reporting_api.storage.head_keys import head_key, signed_heads, stray_heads
from reporting_api.storage.ledger import blocks_after, places_with_ledger
from reporting_api.use_cases.sign_heads import is_signed
from reporting_api.use_cases.verify_blocks import block_faults_of
from reporting_api.use_cases.verify_publications import publication_faults_of
from reporting_api.use_cases.verify_rollups import day_faults_of, sum_faults_of

PAGE = 100


async def verify_ledger(db: Database, heads: Sequence[LedgerHead] = ()) -> list[str]:
    """What does not hold in any place's ledger or publications; empty when everything does.

    `heads` are signed heads that somebody kept: the ledgers must still hold those very blocks.
    """
    async with db.begin() as tx:
        places = await places_with_ledger(tx)
        keys = await head_key(tx)
        strays = await stray_heads(tx)
    public_jwks = [] if keys is None else [keys["public_jwk"]]
    faults = [fault for place_id in places for fault in await verify_place(db, place_id, public_jwks)]
    if strays:
        faults.append(f"{strays} signed heads are of blocks that no ledger holds")
    return [*faults, *[fault for head in heads for fault in await _kept_head_faults(db, head, public_jwks)]]


async def verify_place(db: Database, place_id: UUID, public_jwks: Sequence[dict[str, Any]]) -> list[str]:
    """What does not hold in one place: entries, blocks, the chain, signed heads, roll-ups, publications."""
    # The database works sums out in sessions of their own while entries are hashed here.
    blocks, days, sums = await asyncio.gather(
        block_faults_of(db, place_id), day_faults_of(db, place_id), sum_faults_of(db, place_id)
    )
    heads = [fault async for fault in head_faults_of(db, place_id, public_jwks)]
    published = [fault async for fault in publication_faults_of(db, place_id)]
    return [f"place {place_id} {fault}" for fault in (*blocks, *heads, *days, *sums, *published)]


async def head_faults_of(
    db: Database, place_id: UUID, public_jwks: Sequence[dict[str, Any]]
) -> AsyncIterator[str]:
    """What is not as it was when the heads were signed; who has the database alone cannot sign anew."""
    number = 0
    while True:
        async with db.begin() as tx:
            heads = await signed_heads(tx, place_id, number, PAGE)
        for block, head_jws in heads:
            if not is_signed(block, head_jws, public_jwks):
                yield f"block {block.number}: its head is not the one that was signed"
            number = block.number
        if not heads:
            return


async def _kept_head_faults(
    db: Database, head: LedgerHead, public_jwks: Sequence[dict[str, Any]]
) -> list[str]:
    """Whether a head that somebody kept is signed by the service, and still the ledger's."""
    async with db.begin() as tx:
        found = await blocks_after(tx, head.place_id, head.block_number - 1, 1)
    stated = (head.block_number, head.position, head.block_hash)
    name = f"place {head.place_id} block {head.block_number}"
    if not found or (found[0].number, found[0].last_position, found[0].block_hash) != stated:
        return [f"{name}: the ledger does not hold the block of the head that was kept"]
    if not is_signed(found[0], head.head_jws, public_jwks):
        return [f"{name}: the head that was kept is not signed by this service"]
    return []
