"""The log of a tender: published once at opening, signed, with a proof for whoever holds a receipt."""

from typing import Any

import pytest
from tests.integration.procurement_api.world import ANSWER, Json, Party, World, bid_of, refused

from cdp_common.kernel.proofs import canonical_json, is_included

NOBODYS_LEAF = "0" * 64


@pytest.fixture
async def told(world: World) -> tuple[Json, list[Json], list[Party]]:
    """An opened tender's log, the receipts of what was sent to it, and those who sent it."""
    tender = await world.published()
    bidders = [world.party(f"Bidder {number}") for number in range(3)]
    receipts = [await world.submitted(tender, bidder) for bidder in bidders]
    first, last = (receipt["bid_id"] for receipt in (receipts[0], receipts[-1]))
    again = await world.done("POST", f"/v1/bids/{first}/versions", bid_of(bidders[0]), as_=bidders[0])
    gone = await world.done("POST", f"/v1/bids/{last}/withdraw", as_=bidders[-1])
    opened = await world.opened(tender)
    return opened["log"], [*receipts, again, gone], bidders


async def test_everybody_reads_the_signed_root_and_a_receipt_proves_its_leaf(world: World, told: Any):
    log, receipts, _ = told
    path = f"/v1/tenders/{log['tender_id']}/log"
    assert await world.done("GET", path) == log
    head = {name: value for name, value in log.items() if name != "log_jws"}
    # The one number in it is a whole one.
    assert await world.signed(log["log_jws"]) == canonical_json(head)
    assert log["size"] == len(receipts) == 5

    places = set()
    for receipt in receipts:
        leaf = await world.leaf_of(receipt)
        proof = await world.done("GET", f"{path}/proofs/{leaf}")
        assert proof["log"] == log
        assert is_included(leaf, proof["leaf_index"], log["size"], proof["path"], log["root"])
        places.add(proof["leaf_index"])
    assert places == set(range(5))
    assert refused(await world.get(f"{path}/proofs/{NOBODYS_LEAF}")) == (404, "log_proof_not_found")


async def test_before_opening_there_is_no_log_and_nothing_to_prove(world: World):
    draft = await world.imported()
    assert refused(await world.get(f"/v1/tenders/{draft['id']}/log")) == (404, "tender_not_found")
    tender, bidder = await world.published(), world.party("Bidder")
    receipt = await world.submitted(tender, bidder)
    path = f"/v1/tenders/{tender['id']}/log"
    for wanted in (path, f"{path}/proofs/{await world.leaf_of(receipt)}"):
        assert refused(await world.get(wanted)) == (404, "tender_log_not_found")
    rows = await world.rows()
    assert (rows["tender_logs"], rows["tender_log_leaves"]) == (0, 0)


async def test_when_opening_fails_no_log_is_published(world: World):
    tender, bidder = await world.published(), world.party("Bidder")
    await world.submitted(tender, bidder)
    world.move_to("2026-12-01T12:00:01Z")
    world.toms.down = True
    assert refused(await world.open(tender)) == (503, "upstream_unavailable")
    rows = await world.rows()
    assert (rows["tender_logs"], rows["tender_log_leaves"]) == (0, 0)


async def test_the_log_tells_neither_who_bid_nor_what(world: World, told: Any):
    _, receipts, bidders = told
    content = await world.dump("tender_logs") + await world.dump("tender_log_leaves")
    words = [ANSWER, "fte_years", *(str(bidder.id) for bidder in bidders)]
    words += [receipt[name] for receipt in receipts for name in ("bid_id", "commitment")]
    assert [word for word in words if word in content] == []
