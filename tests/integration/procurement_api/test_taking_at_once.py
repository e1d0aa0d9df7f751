"""A bid with which nothing is wrong is taken by one statement; whatever else there is goes the long way."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from tests.integration.procurement_api.world import LINES, Json, Party, World, bid_of, line, refused

from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.proofs import canonical_json, commitment
from procurement_api.use_cases import submit_bid


class Long(AssertionError):
    """The long way was taken."""


@pytest.fixture
async def tender(world: World) -> Json:
    """A published tender, at a service that has read its signing key."""
    made = await world.published()
    for _ in range(2):  # made by the first, read by the second
        await world.done("GET", "/v1/receipt-keys")
    return made


@pytest.fixture
def no_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    async def share_submissions(*_: Any) -> None:
        raise Long

    monkeypatch.setattr(submit_bid, "share_submissions", share_submissions)


@pytest.mark.usefixtures("no_long_way")
async def test_what_is_in_order_is_taken_at_once_with_everything_that_belongs_to_it(
    world: World, tender: Json
):
    before = await world.rows()
    first, second = world.party("One"), world.party("Two")
    receipts = [await world.submitted(tender, bidder) for bidder in (first, second)]
    after = await world.rows()
    added = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert added == {"bids": 2, "bid_versions": 2, "events": 2}
    told = await world.told("bid.received")
    assert [(event["aggregate_id"], event["audience"]) for event in told] == [
        (event["aggregate_id"], [f"org:{bidder.id}"])
        for event, bidder in zip(told, (first, second), strict=True)
    ]
    assert [str(event["aggregate_id"]) for event in told] == [receipt["bid_id"] for receipt in receipts]


@pytest.mark.usefixtures("no_long_way")
async def test_the_receipt_commits_to_the_document_as_it_was_spelled(world: World, tender: Json):
    bidder = world.party("One")
    attestation = {"authorised_by": "Director", "authorised_at": "2026-11-20T09:00:00.000+00:00"}
    document = {**bid_of(bidder), "attestation": attestation}
    receipt = await world.done("POST", f"/v1/tenders/{tender['id']}/bids", document, as_=bidder)
    key = bytes.fromhex(receipt["commitment_key"])
    assert receipt["commitment"] == commitment(key, canonical_json(document))


async def test_the_same_content_in_another_spelling_is_the_same_request(world: World, tender: Json):
    bidder, key = world.party("One"), str(new_id())
    path, document = f"/v1/tenders/{tender['id']}/bids", bid_of(bidder)
    first = await world.post(path, document, as_=bidder, key=key)
    assert first.status_code == 201
    spelled = json.dumps(dict(reversed(document.items())), indent=1).encode()
    headers = {"Authorization": f"Bearer {bidder.token}", "Idempotency-Key": key}
    usual = {"Content-Type": "application/json"}
    again = await world.http.post(path, content=spelled, headers={**headers, **usual})
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")


async def test_what_is_checked_before_every_route_is_checked_here_too(world: World, tender: Json):
    bidder, path = world.party("One"), f"/v1/tenders/{tender['id']}/bids"
    before = await world.state()
    unusable = bid_of(bidder, [{**line("M-JOB", "1", "fte_years"), "answer": "\x00"}])
    assert refused(await world.post(path, unusable, as_=bidder)) == (422, "text_unusable")
    turned = {"authorised_by": "Dir\u202eector", "authorised_at": "2026-11-20T09:00:00Z"}
    named = await world.post(path, bid_of(bidder, attestation=turned), as_=bidder)
    assert refused(named) == (422, "text_unseen")
    twice = json.dumps(bid_of(bidder)).replace('"quantity": ', '"quantity": "999", "quantity": ', 1).encode()
    sent = {"Authorization": f"Bearer {bidder.token}", "Content-Type": "application/json"}
    repeated = await world.http.post(path, content=twice, headers={**sent, "Idempotency-Key": str(new_id())})
    assert refused(repeated) == (400, "member_repeated")
    queried = await world.post(f"{path}?a=b", bid_of(bidder), as_=bidder)
    assert refused(queried) == (400, "unknown_query_parameter")
    assert refused(await world.post(path, bid_of(world.other), as_=bidder)) == (403, "tenderer_not_caller")
    assert await world.state() == before


async def test_it_opens_as_any_other(world: World, tender: Json):
    bidder = world.party("One")
    receipt = await world.submitted(tender, bidder)
    opening = await world.opened(tender)
    [bid] = opening["bids"]
    assert (bid["id"], bid["tenderer_name"]) == (receipt["bid_id"], "One")
    assert [each["quantity"] for each in bid["lines"]] == [each["quantity"] for each in LINES]
    assert opening["log"]["size"] == 1
    proof = f"/v1/tenders/{tender['id']}/log/proofs/{await world.leaf_of(receipt)}"
    assert (await world.done("GET", proof))["leaf_index"] == 0


async def test_the_same_key_again_gets_the_first_receipt_and_another_bid_is_refused(
    world: World, tender: Json
):
    bidder, key = world.party("One"), str(new_id())
    path, body = f"/v1/tenders/{tender['id']}/bids", bid_of(bidder)
    first = await world.post(path, body, as_=bidder, key=key)
    before = await world.state()
    again = await world.post(path, body, as_=bidder, key=key)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert refused(await world.post(path, body, as_=bidder)) == (409, "bid_exists")
    other = bid_of(bidder, [line("M-JOB", "1", "fte_years")])
    assert refused(await world.post(path, other, as_=bidder, key=key)) == (422, "idempotency_key_reused")
    assert await world.state() == before


async def test_what_changed_since_it_was_remembered_counts(world: World, tender: Json):
    one, two = world.party("One"), world.party("Two")
    await world.submitted(tender, one)
    path = f"/v1/tenders/{tender['id']}"
    etag = await world.etag(path, as_=world.buyer)
    await world.done("POST", f"{path}/cancel", as_=world.buyer, if_match=etag)
    before = await world.state()
    assert refused(await world.post(f"{path}/bids", bid_of(two), as_=two)) == (409, "tender_state_wrong")
    assert await world.state() == before


async def test_late_is_late_and_the_buyer_does_not_bid(world: World, tender: Json):
    one = world.party("One")
    await world.submitted(tender, one)
    path = f"/v1/tenders/{tender['id']}/bids"
    assert refused(await world.post(path, bid_of(world.buyer), as_=world.buyer)) == (403, "buyer_is_bidder")
    world.move_to("2026-12-01T12:00:00Z")
    late: Party = world.renewed(world.party("Two"))
    response = await world.post(path, bid_of(late), as_=late)
    assert refused(response) == (409, "tender_closed")
    assert response.json()["refusal_jws"]


async def test_an_answer_at_once_has_the_headers_the_span_the_line_and_the_event_of_any_other(
    traced: World, spans: InMemorySpanExporter, capsys: pytest.CaptureFixture[str]
):
    world, tender = traced, await traced.published()
    for _ in range(2):
        await world.done("GET", "/v1/receipt-keys")
    path, trace_id = f"/v1/tenders/{tender['id']}/bids", "0af7651916cd43dd8448eb211c80319c"
    seen = []
    # What the media type says beside its name makes no difference, and is no usual form.
    for name, media in (("One", "application/json"), ("Two", "application/json; charset=utf-8")):
        bidder = world.party(name)
        spans.clear()
        capsys.readouterr()
        response = await world.http.post(
            path,
            content=json.dumps(bid_of(bidder)).encode(),
            headers={
                "Authorization": f"Bearer {bidder.token}",
                "Idempotency-Key": str(new_id()),
                "Content-Type": media,
                "X-Request-Id": "asked-so",
                "traceparent": f"00-{trace_id}-b7ad6b7169203331-01",
            },
        )
        headers = {**response.headers, "content-length": str(len(response.content))}
        [span] = [one for one in spans.get_finished_spans() if one.kind is SpanKind.SERVER]
        [line_said] = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
        assert span.context is not None
        assert line_said.pop("duration_ms") > 0
        assert line_said.pop("span_id") == f"{span.context.span_id:016x}"
        event = (await world.told("bid.received"))[-1]
        assert str(event["traceparent"]).startswith(f"00-{trace_id}-")
        ways = any(one.name.startswith("INSERT") for one in spans.get_finished_spans())
        seen.append((ways, response.status_code, headers, span.name, dict(span.attributes or {}), line_said))
    at_once, usual = seen
    assert (at_once[0], usual[0]) == (False, True)
    assert at_once[1:] == usual[1:]
    assert at_once[2]["x-request-id"] == "asked-so"
    assert at_once[3] == "POST /v1/tenders/{tender_id}/bids"
    assert at_once[5]["trace_id"] == trace_id


async def test_a_body_in_parts_is_taken_at_once_and_what_is_said_twice_is_left_to_the_usual_way(
    world: World, tender: Json, monkeypatch: pytest.MonkeyPatch
):
    async def share_submissions(*_: Any) -> None:
        raise Long

    bidder, path = world.party("One"), f"/v1/tenders/{tender['id']}/bids"
    body = json.dumps(bid_of(bidder)).encode()
    headers = [
        ("Authorization", f"Bearer {bidder.token}"),
        ("Idempotency-Key", str(new_id())),
        ("Content-Type", "application/json"),
    ]
    with monkeypatch.context() as at_once:
        at_once.setattr(submit_bid, "share_submissions", share_submissions)
        twice = [*headers, ("Idempotency-Key", str(new_id()))]
        assert (await world.http.post(path, content=body, headers=twice)).status_code == 500
        sent = [*headers, ("Content-Length", str(len(body)))]

        async def parts() -> AsyncIterator[bytes]:
            yield body[:100]
            yield body[100:]

        assert (await world.http.post(path, content=parts(), headers=sent)).status_code == 201
    assert (await world.rows())["bids"] == 1
