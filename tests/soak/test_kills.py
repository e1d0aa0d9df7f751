"""What was acknowledged is there, once, although the service and its database were killed all the time."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from cdp_tools.services import service_named
from tests.soak.books import rows
from tests.soak.people import Party
from tests.soak.scale import Scale
from tests.soak.storm import Aftermath, Kept, kills_of

BIDS = ("submitted", "replaced", "withdrawn")


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    """Connections of this test's own."""
    async with httpx2.AsyncClient(timeout=30, trust_env=False) as client:
        yield client


def bids_of(aftermath: Aftermath) -> list[dict[str, Any]]:
    """Every receipt that a bidder was given, in the order in which it got them."""
    return [json.loads(one.answer) for one in aftermath.record.of(*BIDS)]


def agreements_of(aftermath: Aftermath) -> list[dict[str, Any]]:
    """Every agreement that was acknowledged."""
    return [json.loads(one.answer) for one in aftermath.record.of("agreement")]


def test_everything_was_killed_as_often_as_asked_and_work_was_under_way(
    aftermath: Aftermath, scale: Scale, record_property: Any
):
    record = aftermath.record
    record_property("kills", dict(aftermath.killed))
    record_property("done", dict(Counter(one.action for one in record.kept)))
    record_property("answers", dict(record.answers))
    record_property("without an answer", record.broken)
    record_property("seconds", round(aftermath.lasted_s))
    assert dict(aftermath.killed) == kills_of(scale)
    assert record.broken > 0
    assert {one.action for one in record.kept} >= {"agreement", "submitted", "replaced"}


async def test_every_bid_version_that_was_acknowledged_is_kept_and_no_other(aftermath: Aftermath):
    kept = await rows(aftermath.platform, "procurement", "SELECT bid_id, version, action FROM bid_versions")
    assert Counter((str(row["bid_id"]), row["version"], row["action"]) for row in kept) == Counter(
        (receipt["bid_id"], receipt["version"], receipt["action"]) for receipt in bids_of(aftermath)
    )


async def test_a_bidder_has_the_one_live_bid_that_it_was_told_of(
    aftermath: Aftermath, http: httpx2.AsyncClient
):
    told: dict[str, str | None] = {}
    for one in aftermath.record.of(*BIDS):
        receipt = json.loads(one.answer)
        told[one.who.organisation_id] = None if one.action == "withdrawn" else receipt["bid_id"]
    live = await rows(
        aftermath.platform,
        "procurement",
        "SELECT id, tenderer_organisation_id AS bidder FROM bids WHERE state = 'sealed'",
    )
    expected = {who: bid for who, bid in told.items() if bid is not None}
    assert Counter((str(row["bidder"]), str(row["id"])) for row in live) == Counter(expected.items())
    tender = (
        await Party("")
        .over(http)
        .done("GET", aftermath.stage.url("procurement-api", f"/v1/tenders/{aftermath.stage.tender['id']}"))
    )
    assert tender["bid_count"] == len(expected)


async def test_every_receipt_is_signed_and_fits_what_was_sent(aftermath: Aftermath, http: httpx2.AsyncClient):
    keys = await Party("").over(http).done("GET", aftermath.stage.url("procurement-api", "/v1/receipt-keys"))
    [jwk] = keys["keys"]
    key = OKPKey.import_key(jwk)
    for one in aftermath.record.of(*BIDS):
        receipt = json.loads(one.answer)
        signed = jws.deserialize_compact(receipt["receipt_jws"], key, ["Ed25519"])
        payload = json.loads(signed.payload)
        assert payload.pop("received_at").replace("+00:00", "Z") == receipt["received_at"]
        assert payload == {name: receipt[name] for name in payload}
        assert set(payload) == {"bid_id", "tender_id", "version", "action", "content_hash", "commitment"}
        assert _commitment(bytes.fromhex(receipt["commitment_key"]), one) == receipt["commitment"]


def _commitment(key: bytes, one: Kept) -> str:
    """As docs/guides/procurement-portal.md says: an HMAC over the canonical JSON of the submission."""
    content: dict[str, Any] = {}
    if one.sent is not None:
        content = json.loads(one.sent)
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()


async def test_every_agreement_that_was_acknowledged_is_kept_and_no_other(aftermath: Aftermath):
    kept = await rows(
        aftermath.platform,
        "procurement",
        "SELECT id, reference, commissioner_organisation_id FROM agreements",
    )
    assert Counter(
        (str(row["id"]), row["reference"], str(row["commissioner_organisation_id"])) for row in kept
    ) == Counter(
        (one["id"], one["reference"], one["commissioner_organisation_id"]) for one in agreements_of(aftermath)
    )


async def test_each_key_sent_again_gets_its_first_answer_byte_for_byte(
    aftermath: Aftermath, http: httpx2.AsyncClient
):
    voices = {one.who.client_id: one.who.over(http) for one in aftermath.record.kept}
    for one in aftermath.record.kept:
        again = await voices[one.who.client_id].send("POST", one.url, one.sent, key=one.key)
        assert (again.status_code, again.content) == (one.status, one.answer)
        assert again.headers["idempotency-replayed"] == "true"


async def test_the_feed_has_no_gap_and_tells_everything_once(aftermath: Aftermath, http: httpx2.AsyncClient):
    told = await _feed(aftermath, http)
    assert [event["position"] for event in told] == list(range(1, len(told) + 1))
    assert len({event["id"] for event in told}) == len(told)
    signed = Counter(event["aggregate_id"] for event in told if event["type"] == "agreement.signed")
    assert signed == Counter(one["id"] for one in agreements_of(aftermath))
    bids = Counter(
        (event["aggregate_id"], event["aggregate_version"])
        for event in told
        if event["type"].startswith("bid.")
    )
    assert bids == Counter((receipt["bid_id"], receipt["version"]) for receipt in bids_of(aftermath))


async def _feed(aftermath: Aftermath, http: httpx2.AsyncClient) -> list[dict[str, Any]]:
    """Every event of procurement-api, as another service reads them."""
    environment = aftermath.platform.environment
    service = service_named("reporting-api")
    key = json.loads(environment.keys.client_key_file(service.name).read_text(encoding="utf-8"))
    reader = Party(environment.issuer, client_id=service.client_id, key=key).over(http)
    events: list[dict[str, Any]] = []
    after = 0
    while True:
        url = aftermath.stage.url("procurement-api", f"/v1/events?after={after}&limit=500")
        page = await reader.done("GET", url)
        if page["next_after"] == after:
            return events
        events += page["items"]
        after = page["next_after"]
