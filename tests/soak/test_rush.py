"""A rush before the deadline: what came in time is receipted and kept, what came late is refused clearly.

The service answers in this process over a database of its own; its clock runs as the real one, from so long
before the deadline as the rush lasts. Nobody retries, and a fault of the service would be seen.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from cdp_common.db.database import Database
from cdp_common.kernel.proofs import canonical_json, is_included, leaf_hash
from cdp_common.testing.plugin import MakeDatabase
from procurement_api.main import CONNECTION_WAIT_S
from procurement_api.settings import PACKAGE, SCHEMA
from tests.integration.procurement_api.conftest import running, settings_in
from tests.integration.procurement_api.world import DEADLINE, Party, World, bid_of
from tests.soak.scale import Scale

CLOSES_AT = datetime.fromisoformat(DEADLINE)
LATE_FOR = timedelta(seconds=1)
SECONDS_OF_RUSH = {False: 1, True: 20}
Json = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """One submission, and how it was answered."""

    who: Party
    status: int
    answer: Json


@pytest.fixture
async def world(make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[World]:
    """The service on a database of its own."""
    url = (await make_database(PACKAGE, SCHEMA)).engine.url
    # With as few connections, and as much patience, as the service has.
    db = Database(url, schema=SCHEMA, app_name="rush", pool_timeout_s=CONNECTION_WAIT_S)
    try:
        async with running(db, settings_in(tmp_path)) as made:
            yield made
    finally:
        await db.dispose()


async def test_in_a_rush_nothing_is_lost_and_what_is_late_is_refused_clearly(
    world: World, scale: Scale, record_property: Any
):
    tender = await world.published()
    began = time.monotonic()
    sent = await rush(world, tender, scale)
    statuses = Counter(one.status for one in sent)
    record_property("answers", dict(statuses))
    record_property("seconds", round(time.monotonic() - began, 1))
    accepted = [one for one in sent if one.status == 201]
    late = [one for one in sent if one.status != 201]
    assert accepted
    assert late
    assert statuses.keys() == {201, 409}

    keys = await world.done("GET", "/v1/receipt-keys")
    ring = KeySet.import_key_set({"keys": keys["keys"]})
    for one in late:
        refusal = json.loads(_signed(one.answer["refusal_jws"], ring))
        assert (one.answer["code"], refusal["refused"]) == ("tender_closed", "tender_closed")
        assert refusal["organisation_id"] == str(one.who.id)
        assert datetime.fromisoformat(refusal["received_at"]) >= CLOSES_AT
    leaves = set()
    for one in accepted:
        payload = _signed(one.answer["receipt_jws"], ring)
        kept_back = ("receipt_jws", "commitment_key")
        stated = {name: value for name, value in one.answer.items() if name not in kept_back}
        assert payload == canonical_json(stated)
        assert datetime.fromisoformat(one.answer["received_at"]) < CLOSES_AT
        leaves.add(leaf_hash(payload))
    assert len(leaves) == len(accepted)
    await _everything_accepted_is_opened(world, tender, accepted, leaves)


async def rush(world: World, tender: Json, scale: Scale) -> list[Sent]:
    """What came of submissions at moments drawn before the deadline, and of a few after it."""
    seconds = SECONDS_OF_RUSH[scale.is_long]
    opens_at = CLOSES_AT - timedelta(seconds=seconds)
    world.clock.set(opens_at)
    chance = scale.chance("rush")
    moments = [chance.uniform(0, seconds) for _ in range(scale.rush)]
    moments += [seconds + chance.uniform(0, LATE_FOR.total_seconds()) for _ in range(scale.rush // 20)]
    bidders = [(moment, world.party(f"Bidder {number}")) for number, moment in enumerate(sorted(moments))]
    began = time.monotonic()

    async def submit(moment: float, who: Party) -> Sent:
        await asyncio.sleep(began + moment - time.monotonic())
        world.clock.set(opens_at + timedelta(seconds=time.monotonic() - began))
        answer: httpx2.Response = await world.post(f"/v1/tenders/{tender['id']}/bids", bid_of(who), as_=who)
        return Sent(who, answer.status_code, answer.json())

    return await asyncio.gather(*(submit(moment, who) for moment, who in bidders))


async def _everything_accepted_is_opened(
    world: World, tender: Json, accepted: list[Sent], leaves: set[str]
) -> None:
    rows = await world.rows()
    assert (rows["bids"], rows["bid_versions"]) == (len(accepted), len(accepted))
    opened = await world.opened(tender)
    assert {bid["id"] for bid in opened["bids"]} == {one.answer["bid_id"] for one in accepted}
    log = opened["log"]
    assert log["size"] == len(accepted)
    for leaf in sorted(leaves)[:: max(1, len(leaves) // 20)]:
        proof = await world.done("GET", f"/v1/tenders/{tender['id']}/log/proofs/{leaf}")
        assert is_included(leaf, proof["leaf_index"], log["size"], proof["path"], log["root"])


def _signed(token: str, ring: KeySet) -> bytes:
    return bytes(jws.deserialize_compact(token, ring, algorithms=["Ed25519"]).payload)
