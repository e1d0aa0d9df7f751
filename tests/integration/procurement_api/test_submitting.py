"""Submitting, replacing and withdrawing: what does not fit is refused, and a refusal changes nothing."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text
from tests.integration.procurement_api.world import (
    ANSWER,
    LINES,
    TERMS,
    Json,
    Party,
    World,
    bid_of,
    faults,
    line,
    refused,
)

from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.proofs import canonical_json
from procurement_api.storage.tenders import end_submissions

JUST_IN_TIME, DEADLINE, GRACE_OVER = (
    "2026-12-01T11:59:59.999Z",
    "2026-12-01T12:00:00Z",
    "2026-12-01T12:00:01Z",
)
JOB = line("M-JOB", "1", "fte_years")


@pytest.fixture
def bidder(world: World) -> Party:
    return world.party("Bidder")


@pytest.mark.parametrize(
    "lines, found",
    [
        ([JOB, line("M-HOURS", "1", "weeks")], [("/lines/1/unit", "unit_mismatch")]),
        ([JOB, line("M-NONE", "1", "hours")], [("/lines/1/measure", "measure_not_asked")]),
        ([JOB, line("M-COUNT", "1", "count")], [("/lines/1/measure", "measure_not_asked")]),
        ([JOB, line("M-HOURS", "-1", "hours")], [("/lines/1/quantity", "quantity_negative")]),
        ([JOB, line("M-HOURS", "1.001", "hours")], [("/lines/1/quantity", "too_many_decimals")]),
        ([JOB, line("M-HOURS", "100000.01", "hours")], [("/lines/1/quantity", "quantity_too_large")]),
        ([JOB, JOB], [("/lines/0/measure", "line_repeated"), ("/lines/1/measure", "line_repeated")]),
        ([JOB, line("M-HOURS", "1", "hours", lot="9")], [("/lines/1/lot", "lot_unknown")]),
        ([JOB, line("M-SPEND", "1", "gbp_spent")], [("/lines/1/industry", "industry_missing")]),
        ([line("M-HOURS", "1", "hours")], [("/lines", "mandatory_measure_missing")]),
        (
            [{**JOB, "schedule": [{"due_on": "2027-06-30", "share": "0.9"}]}],
            [("/lines/0/schedule", "shares_do_not_sum")],
        ),
        (
            [{**JOB, "schedule": [{"due_on": "2026-12-31", "share": "1"}]}],
            [("/lines/0/schedule/0/due_on", "due_outside_contract")],
        ),
        ([{**JOB, "answer": "x" * 2001}], [("/lines/0/answer", "answer_too_long")]),
    ],
)
async def test_a_bid_that_does_not_fit_is_refused_and_nothing_changes(
    world: World, bidder: Party, lines: list[Json], found: list[tuple[str, str]]
):
    tender = await world.published()
    receipt = await world.submitted(tender, bidder)
    other = world.party("Other bidder")
    before = await world.state()
    new = await world.post(f"/v1/tenders/{tender['id']}/bids", bid_of(other, lines), as_=other)
    assert faults(new) == found
    instead = await world.post(f"/v1/bids/{receipt['bid_id']}/versions", bid_of(bidder, lines), as_=bidder)
    assert faults(instead) == found
    assert await world.state() == before


@pytest.mark.parametrize(
    "body, pointer",
    [
        ({"lines": [{**JOB, "quantity": 1}]}, "/lines/0/quantity"),
        ({"lines": [{**JOB, "quantity": ""}]}, "/lines/0/quantity"),
        ({"lines": [{**JOB, "quantity": "NaN"}]}, "/lines/0/quantity"),
        ({"lines": [{**JOB, "quantity": "1e5"}]}, "/lines/0/quantity"),
        ({"lines": [{**JOB, "value_gbp": "1"}]}, "/lines/0/value_gbp"),
        ({"lines": []}, "/lines"),
        ({"lines": [JOB], "surprise": True}, "/surprise"),
    ],
)
async def test_what_the_contract_does_not_allow_is_refused_with_a_pointer(
    world: World, bidder: Party, body: Json, pointer: str
):
    tender = await world.published()
    before = await world.state()
    response = await world.post(f"/v1/tenders/{tender['id']}/bids", {**bid_of(bidder), **body}, as_=bidder)
    assert [where for where, _ in faults(response)] == [pointer]
    assert await world.state() == before


async def raw(world: World, path: str, content: bytes, **headers: str) -> httpx2.Response:
    return await world.http.post(
        path, content=content, headers={"Content-Type": "application/json", **headers}
    )


async def test_requests_that_cannot_be_read_are_refused(world: World, bidder: Party):
    tender = await world.published()
    path = f"/v1/tenders/{tender['id']}/bids"
    before = await world.state()
    signed = {"Authorization": f"Bearer {bidder.token}"}
    keyed = {"Idempotency-Key": str(new_id())}
    assert refused(await raw(world, path, b'{"lines": [', **signed, **keyed)) == (400, "malformed_json")
    assert refused(await raw(world, path, b"{}", **signed)) == (400, "idempotency_key_missing")
    short = {"Idempotency-Key": "short"}
    assert refused(await raw(world, path, b"{}", **signed, **short)) == (400, "idempotency_key_malformed")
    assert refused(await world.post(path, bid_of(bidder))) == (401, "token_missing")
    assert refused(await world.post(f"{path}?dry_run=1", bid_of(bidder), as_=bidder)) == (
        400,
        "unknown_query_parameter",
    )
    text_plain = {"Content-Type": "text/plain"}
    assert refused(await raw(world, path, b"{}", **{**signed, **keyed, **text_plain})) == (
        415,
        "unsupported_media_type",
    )
    large = bid_of(bidder, [{**JOB, "answer": "x" * (1024 * 1024)}])
    assert refused(await world.post(path, large, as_=bidder)) == (413, "body_too_large")
    assert await world.state() == before


async def test_the_deadline_is_kept_to_the_millisecond(world: World, bidder: Party):
    tender = await world.published()
    path = f"/v1/tenders/{tender['id']}/bids"
    late = world.party("Late bidder")
    world.move_to(JUST_IN_TIME)
    bidder, late = world.renewed(bidder), world.renewed(late)
    receipt = await world.submitted(tender, bidder)
    assert receipt["received_at"] == "2026-12-01T11:59:59.999000Z"
    last = f"/v1/bids/{receipt['bid_id']}/versions"
    assert (await world.done("POST", last, bid_of(bidder), as_=bidder))["version"] == 2
    leaver = world.party("Leaver")
    left = await world.submitted(tender, leaver)
    assert (await world.post(f"/v1/bids/{left['bid_id']}/withdraw", as_=leaver)).status_code == 200
    world.move_to(DEADLINE)
    before = await world.state()
    refusal = await world.post(path, bid_of(late), as_=late)
    assert refused(refusal) == (409, "tender_closed")
    assert refusal.json()["received_at"] == DEADLINE
    assert await signed_by(world, refusal.json()["refusal_jws"]) == {
        "refused": "tender_closed",
        "action": "submitted",
        "target_id": tender["id"],
        "organisation_id": str(late.id),
        "received_at": DEADLINE,
        "sent_hash": hashlib.sha256(canonical_json(bid_of(late))).hexdigest(),
    }
    versions = f"/v1/bids/{receipt['bid_id']}/versions"
    assert refused(await world.post(versions, bid_of(bidder), as_=bidder)) == (409, "tender_closed")
    withdraw = f"/v1/bids/{receipt['bid_id']}/withdraw"
    refusal = await world.post(withdraw, as_=bidder)
    assert refused(refusal) == (409, "tender_closed")
    told = await signed_by(world, refusal.json()["refusal_jws"])
    assert (told["action"], told["target_id"], told["sent_hash"]) == ("withdrawn", receipt["bid_id"], None)
    assert await world.state() == before


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_bid_has_come_when_all_of_it_has_come(world: World, bidder: Party, at_once: bool):
    tender = await world.published()
    for _ in range(2):  # the signing key is made by the first and read by the second, so that bids go at once
        await world.done("GET", "/v1/receipt-keys")
    path = f"/v1/tenders/{tender['id']}/bids"

    async def sent_until(moment: str, who: Party) -> httpx2.Response:
        world.move_to(JUST_IN_TIME)
        who = world.renewed(who)
        body = json.dumps(bid_of(who)).encode()

        async def parts() -> AsyncIterator[bytes]:
            yield body[:-1]
            world.move_to(moment)
            yield body[-1:]

        headers = {
            "Authorization": f"Bearer {who.token}",
            "Idempotency-Key": str(new_id()),
            "Content-Type": "application/json",
            **({"Content-Length": str(len(body))} if at_once else {}),
        }
        return await world.http.post(path, content=parts(), headers=headers)

    accepted = await sent_until(JUST_IN_TIME, bidder)
    assert (accepted.status_code, accepted.json()["received_at"]) == (201, "2026-12-01T11:59:59.999000Z")
    late = await sent_until(DEADLINE, world.party("Slow bidder"))
    assert (refused(late), late.json()["received_at"]) == ((409, "tender_closed"), DEADLINE)
    assert (await world.rows())["bids"] == 1


async def test_taking_a_bid_asks_no_other_service(
    world: World, bidder: Party, monkeypatch: pytest.MonkeyPatch
):
    tender, portal = await world.published(), world.party("Portal")
    path = f"/v1/tenders/{tender['id']}"
    appointment = {"portal_organisation_id": str(portal.id)}
    await world.done("POST", f"{path}/portal-appointments", appointment, as_=world.buyer)
    asked: list[str] = []
    handle = httpx2.ASGITransport.handle_async_request

    async def noted(transport: httpx2.ASGITransport, request: httpx2.Request) -> httpx2.Response:
        if request.url.host in ("toms.test", "partners.test"):
            asked.append(request.url.host)
        return await handle(transport, request)

    monkeypatch.setattr(httpx2.ASGITransport, "handle_async_request", noted)
    receipt = await world.submitted(tender, bidder)
    own = f"/v1/bids/{receipt['bid_id']}"
    await world.done("POST", f"{own}/versions", bid_of(bidder, [JOB]), as_=bidder)
    for_another = bid_of(portal)
    company = {"scheme": "GB-COH", "id": "01234567", "legal_name": "Company Ltd", "lead": True}
    for_another["tenderers"] = [company]
    del for_another["tenderer"]
    await world.submitted(tender, portal, for_another)
    await world.done("POST", f"{own}/withdraw", as_=bidder)
    assert asked == []
    await world.done("POST", f"{path}/bids/validate", bid_of(bidder), as_=bidder)
    assert asked == ["toms.test"]


async def test_a_refusal_is_signed_although_nothing_was_ever_accepted(world: World, bidder: Party):
    tender = await world.published()
    world.move_to(DEADLINE)
    late = world.renewed(bidder)
    path = f"/v1/tenders/{tender['id']}/bids"
    refusals = [(await world.post(path, bid_of(late), as_=late)).json()["refusal_jws"] for _ in range(2)]
    # The key that the first one had to make is the one that stays.
    assert await signed_by(world, refusals[0]) == await signed_by(world, refusals[1])
    rows = await world.rows()
    assert (rows["receipt_keys"], rows["bids"]) == (1, 0)


async def signed_by(world: World, token: str) -> Json:
    """What the service's receipt key signed."""
    content = await world.signed(token)
    payload: Json = json.loads(content)
    assert content == canonical_json(payload)
    return payload


async def test_a_refusal_does_not_use_up_the_key(world: World, bidder: Party):
    tender = await world.published()
    path, key = f"/v1/tenders/{tender['id']}/bids", str(new_id())
    bad = await world.post(path, bid_of(bidder, [line("M-JOB", "-1", "fte_years")]), as_=bidder, key=key)
    assert bad.status_code == 422
    assert (await world.post(path, bid_of(bidder), as_=bidder, key=key)).status_code == 201


async def test_a_bidder_has_one_live_bid(world: World, bidder: Party):
    tender = await world.published()
    receipt = await world.submitted(tender, bidder)
    path = f"/v1/tenders/{tender['id']}/bids"
    before = await world.state()
    assert refused(await world.post(path, bid_of(bidder), as_=bidder)) == (409, "bid_exists")
    assert await world.state() == before

    withdraw = f"/v1/bids/{receipt['bid_id']}/withdraw"
    key = str(new_id())
    gone = await world.post(withdraw, as_=bidder, key=key)
    assert (gone.status_code, gone.json()["action"], gone.json()["version"]) == (200, "withdrawn", 2)
    assert (await world.done("GET", f"/v1/tenders/{tender['id']}"))["bid_count"] == 0
    again = await world.post(withdraw, as_=bidder, key=key)
    assert (again.content, again.headers["idempotency-replayed"]) == (gone.content, "true")
    assert refused(await world.post(withdraw, as_=bidder)) == (409, "bid_withdrawn")
    versions = f"/v1/bids/{receipt['bid_id']}/versions"
    assert refused(await world.post(versions, bid_of(bidder), as_=bidder)) == (409, "bid_withdrawn")
    new = await world.submitted(tender, bidder)
    assert new["bid_id"] != receipt["bid_id"]
    assert (await world.done("GET", f"/v1/tenders/{tender['id']}"))["bid_count"] == 1


async def test_only_the_bidder_bids_and_never_the_buyer(world: World, bidder: Party):
    tender = await world.published()
    path = f"/v1/tenders/{tender['id']}/bids"
    before = await world.state()
    for tenderer in (
        {"organisation_id": str(world.other.id)},
        {"legal_name": "Bidder"},
        {"identifier": {"scheme": "GB-COH", "id": "01234567"}, "legal_name": "Bidder"},
    ):
        response = await world.post(path, {**bid_of(bidder), "tenderer": tenderer}, as_=bidder)
        assert refused(response) == (403, "tenderer_not_caller")
    assert refused(await world.post(path, bid_of(world.buyer), as_=world.buyer)) == (403, "buyer_is_bidder")
    assert await world.state() == before


async def test_a_portal_bids_for_the_bidder_that_its_token_names(world: World, bidder: Party):
    tender = await world.published()
    portal = world.partners.register("Portal")
    token = world.mint.token(org=bidder.id, act=portal, scopes=["bids:write"], client_id="portal")
    await world.submitted(tender, Party(bidder.id, token))
    assert str(portal) in await world.dump("bid_versions")
    [event] = await world.told("bid.received")
    assert event["audience"] == [f"org:{bidder.id}"]
    assert set(event["data"]) == {"bid_id", "tender_id", "version", "action"}


async def test_a_bid_as_large_as_a_body_may_be_is_sealed_and_opened(world: World, bidder: Party):
    measures = [{"measure": "M-JOB", "weight": "100", "answer_max_chars": 20_000}]
    tender = await world.published({**TERMS, "measures": measures})
    lots = [{**JOB, "lot": lot, "answer": "å" * 20_000} for lot in ("1", "2")]
    lots += [{**JOB, "answer": "z" * 20_000}]
    await world.submitted(tender, bidder, bid_of(bidder, lots))
    opened = await world.opened(tender)
    assert [each["answer"] for each in opened["bids"][0]["lines"]] == [each["answer"] for each in lots]


async def test_twenty_parallel_submissions_with_one_key_are_one_bid(wide_world: World):
    world = wide_world
    tender, bidder, key = await world.published(), world.party("Bidder"), str(new_id())
    path = f"/v1/tenders/{tender['id']}/bids"

    async def submit() -> httpx2.Response:
        for _ in range(200):
            response = await world.post(path, bid_of(bidder), as_=bidder, key=key)
            if response.status_code != 409:
                return response
            assert response.json()["code"] == "idempotency_in_progress"
            assert response.headers["retry-after"] == "1"
            await asyncio.sleep(0.02)
        raise AssertionError("the first request never ended")

    answers = await asyncio.gather(*(submit() for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    rows = await world.rows()
    assert (rows["bids"], rows["bid_versions"], rows["receipt_keys"]) == (1, 1, 1)
    assert len(await world.told("bid.received")) == 1


async def test_of_many_parallel_bids_of_one_bidder_one_stands(wide_world: World):
    world = wide_world
    tender, bidder = await world.published(), world.party("Bidder")
    path = f"/v1/tenders/{tender['id']}/bids"
    answers = await asyncio.gather(*(world.post(path, bid_of(bidder), as_=bidder) for _ in range(8)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201] + [409] * 7
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"bid_exists"}
    assert (await world.rows())["bids"] == 1


async def test_bids_of_many_bidders_at_once_are_all_taken_and_signed_by_one_key(wide_world: World):
    world = wide_world
    tender = await world.published()
    bidders = [world.party(f"Bidder {number}") for number in range(10)]
    receipts = await asyncio.gather(*(world.submitted(tender, bidder) for bidder in bidders))
    assert len({receipt["bid_id"] for receipt in receipts}) == 10
    rows = await world.rows()
    assert (rows["bids"], rows["receipt_keys"]) == (10, 1)


async def test_opening_waits_for_a_submission_under_way(wide_world: World):
    """Whatever holds the tender's submissions open holds opening off, and what comes after is refused."""
    world = wide_world
    tender, bidder = await world.published(), world.party("Bidder")
    world.move_to(GRACE_OVER)
    bidder = world.renewed(bidder)
    query = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")
    async with world.db.begin() as tx:
        await tx.execute(query, {"name": f"submissions {tender['id']}"})
        opening = asyncio.create_task(world.open(tender))
        await asyncio.sleep(0.3)
        assert not opening.done()
    assert (await opening).status_code == 200
    late = await world.post(f"/v1/tenders/{tender['id']}/bids", bid_of(bidder), as_=bidder)
    assert refused(late) == (409, "tender_closed")


async def test_changes_of_a_bid_wait_for_whoever_closes_the_tender(wide_world: World):
    world = wide_world
    tender, stays, leaves = await world.published(), world.party("Stays"), world.party("Leaves")
    bids = [f"/v1/bids/{(await world.submitted(tender, who))['bid_id']}" for who in (stays, leaves)]
    async with world.db.begin() as tx:
        await end_submissions(tx, UUID(tender["id"]))
        changes = [
            asyncio.create_task(world.post(f"{bids[0]}/versions", bid_of(stays), as_=stays)),
            asyncio.create_task(world.post(f"{bids[1]}/withdraw", as_=leaves)),
        ]
        done, _ = await asyncio.wait(changes, timeout=0.3)
        assert done == set()
    assert [(await change).status_code for change in changes] == [201, 200]


def test_the_lines_used_here_say_the_answer_that_is_looked_for() -> None:
    lines: list[dict[str, Any]] = LINES
    assert {each["answer"] for each in lines} == {ANSWER}
