"""What is logged and traced of bids, and stored before opening, tells nothing of what they hold."""

import re
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.integration.procurement_api.world import ANSWER, Json, World, bid_of, line, refused

from cdp_common.kernel.identifiers import new_id
from cdp_common.web.webhooks.delivery import dispatch_once
from procurement_api.storage.bids import add_version
from procurement_api.use_cases import submit_bid

INPUTS: Json = {"kind": "employment", "posts": [{"headcount": 7313, "hours_per_week": "17.39"}]}
LINES = [
    {**line("M-JOB", "0", "fte_years"), "inputs": INPUTS},
    line("M-HOURS", "8642.57", "hours", area_code="E01020762"),
    line("M-SPEND", "97531.25", "gbp_spent", industry="construction"),
]
del LINES[0]["quantity"]
FAULTY = [line("M-HOURS", "-86420.57", "hours"), line("M-JOB", "86421.579", "fte_years")]
# Quantities, what makes them, what they come to in pounds, and words.
TOLD_BY_BIDS = (
    *("7313", "17.39", "8642.57", "86420.57", "86421.579", "97531.25", "155220.56", "24382.81"),
    *(ANSWER, "Zwiebelkuchen", "Hemsterhuis", "user-4711", "E01020762"),
)


def body_of(world: World, lines: list[Json]) -> Json:
    attestation = {"authorised_by": "Hemsterhuis", "authorised_at": "2026-11-22T09:00:00Z"}
    bid = bid_of(world.other, lines)
    return {**bid, "attestation": {**attestation, "portal_user_ref": "user-4711"}}


def told(spans: InMemorySpanExporter) -> str:
    """All that the spans say: names, attributes, events and statuses."""
    return "\n".join(span.to_json(indent=None) for span in spans.get_finished_spans())


def says(text: str, what: str) -> bool:
    """Whether something stands in a text by itself; in ids and durations it may stand by chance."""
    asked = re.sub(r'"duration_ms": [0-9.]+', "", text)
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(what)}(?![0-9A-Za-z])", asked) is not None


async def test_no_quantity_amount_or_word_of_a_bid_is_logged_or_traced(
    traced: World, spans: InMemorySpanExporter, capsys: pytest.CaptureFixture[str]
):
    world, tender = traced, await traced.published()
    for _ in range(2):
        await world.done("GET", "/v1/receipt-keys")
    hook = {"url": "http://127.0.0.1:9/hook", "event_types": []}
    await world.done("POST", "/v1/webhooks", hook, as_=world.other)
    path, bidder, second = f"/v1/tenders/{tender['id']}/bids", world.other, world.party("Second")
    spans.clear()
    capsys.readouterr()

    key, body = str(new_id()), body_of(world, LINES)
    tried = await world.done("POST", f"{path}/validate", body, as_=bidder)
    assert [each["total_gbp"] for each in tried["lines"][1:]] == ["155220.56", "24382.81"]
    receipt = await world.post(path, body, as_=bidder, key=key)
    again = await world.post(path, body, as_=bidder, key=key)
    assert (receipt.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    bid = receipt.json()["bid_id"]
    refusals = [
        await world.post(path, body, as_=bidder),  # it has bid
        await world.post(path, body_of(world, FAULTY), as_=bidder),
        await world.post(path, {**body, "extra": ANSWER}, as_=bidder),
        await world.upload(path, f"measure,quantity,unit,answer\nM-HOURS,8642.57,{ANSWER}\n", as_=second),
        await world.post(path, body, as_=second),  # names another tenderer
    ]
    assert [each.status_code for each in refusals] == [409, 422, 422, 422, 403]
    world.toms.down = True
    assert refused(await world.post(f"{path}/validate", body, as_=bidder))[0] == 503
    world.toms.down = False
    world.toms.refusals = {"M-HOURS": f"8642.57 of {ANSWER} is not valued"}
    await world.done("POST", f"/v1/bids/{bid}/versions", body, as_=bidder)
    await dispatch_once(world.db)
    deliveries = (await world.dump("webhook_deliveries")).splitlines()
    assert len(deliveries) == 3  # of the publication, the bid and its next version
    assert await world.dump("pgqueuer") != ""
    feed = (await world.get("/v1/events", as_=world.as_party(new_id(), ["events:internal"]))).text
    assert feed.count('"bid.received"') == 2
    stored = feed + "\n".join([await world.dump(name) for name in await world.table_names()])
    said = capsys.readouterr().out
    await world.opened(tender)
    late = await world.post(path, body_of(world, LINES), as_=world.renewed(second))
    assert late.status_code in (403, 409)

    opened = await world.done("GET", f"/v1/bids/{bid}", as_=world.buyer)
    assert opened["lines"][1]["quantity"] == "8642.57"
    logged = said + capsys.readouterr().out
    shown = told(spans)
    for what in TOLD_BY_BIDS:
        assert not says(logged, what)
        assert not says(shown, what)
        assert not says(stored, what)
    # They do say what happened: each request, and the statements with placeholders for what is in them.
    assert logged.count('"route": "/v1/tenders/{tender_id}/bids"') == 8
    assert {"POST /v1/tenders/{tender_id}/bids", "POST /v1/bids/{bid_id}/versions"} <= names(spans)
    assert "INSERT INTO opened_lines" in shown


def names(spans: InMemorySpanExporter) -> set[Any]:
    return {span.name for span in spans.get_finished_spans()}


async def test_a_fault_of_ours_amid_a_bid_is_logged_without_the_bid(
    traced: World,
    spans: InMemorySpanExporter,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    async def failing(tx: Any, row: Json) -> None:
        """Have the database refuse what is stored, as a fault of ours would."""
        await add_version(tx, {**row, "terms_version": "not a number"})

    monkeypatch.setattr(submit_bid, "add_version", failing)
    world, tender = traced, await traced.published()
    spans.clear()
    answer = await world.post(f"/v1/tenders/{tender['id']}/bids", body_of(world, LINES), as_=world.other)
    assert refused(answer) == (500, "internal_error")
    logged = capsys.readouterr().out
    assert "Traceback" in logged
    for what in TOLD_BY_BIDS:
        assert not says(logged, what)
        assert not says(told(spans), what)
        assert not says(answer.text, what)
