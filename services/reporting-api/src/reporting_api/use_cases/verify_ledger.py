"""Recomputing a place's ledger and publications from their lines, and naming whatever does not hold."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.ledger_heads import LedgerHead
from cdp_common.db.database import Database
from cdp_common.kernel.money import pence_from_gbp
from cdp_common.kernel.periods import Period
from reporting_api.domain.chain import canonical_json
from reporting_api.domain.groupings import headline_of
from reporting_api.domain.licensed_totals import Pounds, TotalKey, sum_of_parts
from reporting_api.domain.publications import HEADLINES, content_hash
from reporting_api.storage.figures import Slice, figures_by
from reporting_api.storage.head_keys import head_key, signed_heads
from reporting_api.storage.ledger import blocks_after, places_with_ledger
from reporting_api.storage.licensed_totals import licensed_parts, shown_in
from reporting_api.storage.publications import publications_after
from reporting_api.use_cases.read_publications import thawed
from reporting_api.use_cases.sign_heads import is_signed
from reporting_api.use_cases.verify_blocks import block_faults_of
from reporting_api.use_cases.verify_rollups import day_faults_of, sum_faults_of

PAGE = 100
_BESIDE = (
    *("id", "place_id", "number", "period_start", "period_end", "published_at", "restates"),
    *("ledger_position", "content_sha256"),
)
"""Columns that say what the frozen document says too."""


async def verify_ledger(db: Database, heads: Sequence[LedgerHead] = ()) -> list[str]:
    """What does not hold in any place's ledger or publications; empty when everything does.

    `heads` are signed heads that somebody kept: the ledgers must still hold those very blocks.
    """
    async with db.begin() as tx:
        places = await places_with_ledger(tx)
        keys = await head_key(tx)
    public_jwks = [] if keys is None else [keys["public_jwk"]]
    faults = [fault for place_id in places for fault in await verify_place(db, place_id, public_jwks)]
    return [*faults, *[fault for head in heads for fault in await _kept_head_faults(db, head, public_jwks)]]


async def verify_place(db: Database, place_id: UUID, public_jwks: Sequence[dict[str, Any]]) -> list[str]:
    """What does not hold in one place: entries, blocks, the chain, signed heads, roll-ups, publications."""
    # The database works sums out in sessions of their own while entries are hashed here.
    blocks, days, sums = await asyncio.gather(
        block_faults_of(db, place_id), day_faults_of(db, place_id), sum_faults_of(db, place_id)
    )
    faults = [f"place {place_id} {fault}" for fault in (*blocks, *days, *sums)]
    faults.extend([fault async for fault in _head_faults(db, place_id, public_jwks)])
    faults.extend([fault async for fault in _publication_faults(db, place_id)])
    return faults


async def _head_faults(
    db: Database, place_id: UUID, public_jwks: Sequence[dict[str, Any]]
) -> AsyncIterator[str]:
    """What is not as it was when the heads were signed; who has the database alone cannot sign anew."""
    number = 0
    while True:
        async with db.begin() as tx:
            heads = await signed_heads(tx, place_id, number, PAGE)
        for block, head_jws in heads:
            if not is_signed(block, head_jws, public_jwks):
                yield f"place {place_id} block {block.number}: its head is not the one that was signed"
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
    other = [part for part in _BESIDE if row[part] != getattr(publication, part)]
    faults += [f"{name}: the {part} beside it is another" for part in other]
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
