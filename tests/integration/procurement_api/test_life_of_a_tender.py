"""From an imported notice to a contract whose commitments reporting is told of: one tender, three bids."""

import re
from decimal import Decimal

import pytest
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet, OKPKey
from sqlalchemy import text
from tests.integration.procurement_api.world import ANSWER, Json, Party, World, bid_of, line, refused

from cdp_common.contracts.agreements import Agreement
from cdp_common.contracts.bids import Opening
from cdp_common.contracts.commitments import CommitmentsMade
from cdp_common.contracts.evaluations import Evaluation
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.proofs import canonical_json, commitment, leaf_hash, merkle_root

QUANTITIES = ("12.5", "4321.75", "8000.5", "9.25", "1234.56", "7777.25", "31.125", "640.5")

FIRST_LINES = [
    line("M-JOB", "12.5", "fte_years"),
    line("M-HOURS", "4321.75", "hours", lot="1", area_code="E01020762"),
    line("M-HOURS", "640.5", "hours", lot="2"),
    line("M-SPEND", "8000.5", "gbp_spent", industry="construction"),
]
SECOND_LINES = [
    line("M-JOB", "9.25", "fte_years"),
    {"measure": "M-HOURS", "quantity": "1234.56", "unit": "hours"},
    {"measure": "M-CARBON", "quantity": "31.12", "unit": "tco2e"},
    line("M-SPEND", "7777.25", "gbp_spent", industry="farming"),
]


async def replaced(world: World, receipt: Json, bidder: Party, lines: list[Json]) -> Json:
    """The receipt of a second version."""
    path = f"/v1/bids/{receipt['bid_id']}/versions"
    return await world.done("POST", path, bid_of(bidder, lines), as_=bidder)


@pytest.fixture
def bidders(world: World) -> list[Party]:
    """Three bidders."""
    return [world.party(f"Bidder {number}") for number in (1, 2, 3)]


async def test_sent_again_with_its_key_a_bid_gets_its_first_receipt_byte_for_byte(world, bidders):
    tender = await world.published()
    path, key = f"/v1/tenders/{tender['id']}/bids", str(new_id())
    first = await world.post(path, bid_of(bidders[0]), as_=bidders[0], key=key)
    assert first.status_code == 201
    assert "idempotency-replayed" not in first.headers
    before = await world.rows()
    again = await world.post(path, bid_of(bidders[0]), as_=bidders[0], key=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert await world.rows() == before

    other_body = bid_of(bidders[0], [line("M-JOB", "13", "fte_years")])
    assert refused(await world.post(path, other_body, as_=bidders[0], key=key)) == (
        422,
        "idempotency_key_reused",
    )
    assert await world.rows() == before


async def test_after_the_deadline_a_repeated_bid_still_gets_its_first_receipt(world, bidders):
    tender = await world.published()
    path, key = f"/v1/tenders/{tender['id']}/bids", str(new_id())
    first = await world.post(path, bid_of(bidders[0]), as_=bidders[0], key=key)
    await world.opened(tender)
    late = world.renewed(bidders[0])
    again = await world.post(path, bid_of(late), as_=late, key=key)
    assert (again.status_code, again.content) == (201, first.content)


async def test_nothing_of_a_sealed_bid_can_be_read_anywhere(world, bidders, capsys):
    tender = await world.published()
    receipt = await world.submitted(tender, bidders[0], bid_of(bidders[0], FIRST_LINES))
    await world.done(
        "POST", f"/v1/bids/{receipt['bid_id']}/versions", bid_of(bidders[0], SECOND_LINES), as_=bidders[0]
    )
    withdrawn = await world.submitted(tender, bidders[1])
    await world.done("POST", f"/v1/bids/{withdrawn['bid_id']}/withdraw", as_=bidders[1])
    refusal = await world.post(f"/v1/tenders/{tender['id']}/bids", bid_of(bidders[0]), as_=bidders[0])
    assert refused(refusal) == (409, "bid_exists")

    bids = f"/v1/tenders/{tender['id']}/bids"
    assert refused(await world.get(bids, as_=world.buyer)) == (409, "bids_sealed")
    assert refused(await world.get(f"/v1/bids/{receipt['bid_id']}", as_=world.buyer)) == (409, "bids_sealed")
    own = await world.done("GET", f"/v1/bids/{receipt['bid_id']}", as_=bidders[0])
    assert (own["state"], own["version"], own["lines"]) == ("sealed", 2, None)
    assert [version["action"] for version in own["versions"]] == ["submitted", "replaced"]
    assert (await world.done("GET", f"/v1/tenders/{tender['id']}"))["bid_count"] == 1

    words = [ANSWER, ANSWER.split()[0], *QUANTITIES, "E01020762", "fte_years"]
    for table in await world.table_names():
        if table in ("tenders", "terms_versions"):
            continue  # holds what the buyer asks for, measures and units included; looked at below
        content = await world.dump(table)
        if table == "ocds_releases":
            content = content.replace("fte_years", "")  # the unit that the buyer asks for
        assert [word for word in words if word in content] == [], table
    logged = capsys.readouterr()
    assert '"route": "/v1/tenders/{tender_id}/bids"' in logged.out
    said = re.sub(r'"duration_ms": [0-9.]+', "", logged.out + logged.err)  # may be 12.5 by chance
    assert [word for word in words if word in said + refusal.text] == []
    # Nor does how long a sealed bid is tell how much stands in it.
    async with world.db.begin() as tx:
        seals = list(await tx.scalars(text("SELECT sealed FROM bid_versions WHERE sealed IS NOT NULL")))
    assert len(seals) == 3
    assert len({len(sealed) for sealed in seals}) == 1
    tenders = await world.dump("tenders")
    assert [word for word in (ANSWER, *QUANTITIES, "E01020762") if word in tenders] == []


async def test_the_life_of_a_tender(world, bidders):
    tender = await world.published()
    first, second, third = bidders
    receipts = [
        await world.submitted(tender, first, bid_of(first, FIRST_LINES, lots=["1", "2"])),
        await world.submitted(tender, second),
        await world.submitted(tender, third),
    ]
    receipts.append(await replaced(world, receipts[1], second, SECOND_LINES))
    receipts.append(await world.done("POST", f"/v1/bids/{receipts[2]['bid_id']}/withdraw", as_=third))
    assert [(each["version"], each["action"]) for each in receipts] == [
        *[(1, "submitted")] * 3,
        (2, "replaced"),
        (2, "withdrawn"),
    ]

    await _opening_waits_for_the_deadline(world, tender)
    opening = Opening.model_validate(await world.opened(tender))
    await _late_bids_are_refused(world, tender, third)
    _lines_are_valued_or_disregarded(opening, receipts)
    await _the_log_is_that_of_the_receipts(world, opening, receipts)
    evaluation = await _evaluated(world, tender, receipts)
    agreement = await _awarded(world, tender, receipts)
    await _told_once(world, agreement)
    await _bidders_read_their_assessments(world, evaluation, receipts, first, second, third)


async def _opening_waits_for_the_deadline(world: World, tender: Json) -> None:
    before = await world.state()
    for moment in ("2026-12-01T11:59:59.999Z", "2026-12-01T12:00:00Z", "2026-12-01T12:00:00.999Z"):
        world.move_to(moment)
        response = await world.open(tender)
        assert refused(response) == (409, "deadline_not_passed"), moment
    assert await world.state() == before


async def _late_bids_are_refused(world: World, tender: Json, third: Party) -> None:
    before = await world.state()
    late = world.renewed(third)
    response = await world.post(f"/v1/tenders/{tender['id']}/bids", bid_of(late), as_=late)
    assert refused(response) == (409, "tender_closed")
    assert refused(await world.open(tender)) == (409, "tender_state_wrong")
    assert await world.state() == before


def _lines_are_valued_or_disregarded(opening: Opening, receipts: list[Json]) -> None:
    bids = {str(bid.id): bid for bid in opening.bids}
    one, two, three = (bids[receipt["bid_id"]] for receipt in receipts[:3])
    assert [bid.tenderer_name for bid in (one, two, three)] == ["Bidder 1", "Bidder 2", None]
    assert (three.state, three.lines, three.tenderer_organisation_id) == ("withdrawn", None, None)
    assert one.lines is not None
    assert two.lines is not None
    assert [(each.measure, each.lot, str(each.total_gbp), each.disregarded) for each in one.lines] == [
        ("M-JOB", None, "371475.00", None),
        ("M-HOURS", "1", "77618.63", None),
        ("M-HOURS", "2", "11503.38", None),
        ("M-SPEND", None, "2000.13", None),
    ]
    assert [
        (each.measure, str(each.quantity), str(each.total_gbp), each.disregarded) for each in two.lines
    ] == [
        ("M-JOB", "9.25", "274891.50", None),
        ("M-HOURS", "1234.56", "22172.70", "the written answer is missing"),
        ("M-CARBON", "31.12", "8627.09", None),
        ("M-SPEND", "7777.25", "0.00", "the edition has no multiplier for this industry"),
    ]
    assert [each.explanation is None for each in two.lines] == [False, False, False, True]
    carbon = two.lines[2]
    assert (carbon.low_gbp, carbon.high_gbp) == (Decimal("4313.55"), Decimal("17254.18"))
    job = one.lines[0]
    assert (job.social_gbp, job.local_economic_gbp) == (Decimal("0.00"), Decimal("371475.00"))
    assert job.explanation is not None
    assert [step.rule for step in job.explanation.steps] == ["quantity", "proxy"]
    assert job.answer == ANSWER


async def _the_log_is_that_of_the_receipts(world: World, opening: Opening, receipts: list[Json]) -> None:
    keys = await world.done("GET", "/v1/receipt-keys")
    ring = KeySet.import_key_set({"keys": keys["keys"]})
    payloads = []
    for receipt in sorted(receipts, key=lambda each: (each["received_at"], each["bid_id"], each["version"])):
        verified = jws.deserialize_compact(receipt["receipt_jws"], ring, algorithms=["Ed25519"])
        kept_back = ("receipt_jws", "commitment_key")
        stated = {name: value for name, value in receipt.items() if name not in kept_back}
        assert verified.payload == canonical_json(stated)
        payloads.append(verified.payload)
    assert merkle_root([leaf_hash(payload) for payload in payloads]) == opening.log.root


async def _evaluated(world: World, tender: Json, receipts: list[Json]) -> Evaluation:
    one, two = (receipt["bid_id"] for receipt in receipts[:2])
    scores = [(one, "M-JOB", "5"), (one, "M-HOURS", "4"), (one, "M-SPEND", "3.5"), (two, "M-JOB", "3")]
    body = {
        "evaluator": {"reference": "e-1"},
        "scores": [
            {"bid_id": bid, "measure": measure, "score": score, "reason": "As discussed"}
            for bid, measure, score in scores
        ],
    }
    await world.declared(tender)
    recorded = await world.done("POST", f"/v1/tenders/{tender['id']}/scores", body, as_=world.buyer)
    assert [
        {name: one[name] for name in sent}
        for one, sent in zip(recorded["scores"], body["scores"], strict=True)
    ] == body["scores"]
    evaluation = Evaluation.model_validate(await world.evaluated(tender))
    assert (evaluation.version, evaluation.method) == (1, "relative_to_highest")
    best, rest = evaluation.results
    assert (str(best.bid_id), best.rank, best.tied) == (one, 1, False)
    assert (str(rest.bid_id), rest.rank, rest.tied) == (two, 2, False)
    # 40 × 0.6 and 40 × 0.4 × 5/5; 35 × 0.6 and 35 × 0.4 × 4/5; nothing; 10 × 0.6 and 10 × 0.4 × 3.5/5
    assert [str(each.points) for each in best.measures] == ["40.0000", "32.2000", "0", "8.8000"]
    assert str(best.points) == "81.0000"
    assert best.weighted_points == Decimal("12.15")
    assert best.total_value_gbp == Decimal("462597.14")
    # 274891.50 ÷ 371475 × 24 = 17.76 and 16 × 3/5; disregarded; 9 and no score of the answer; disregarded
    assert [str(each.points) for each in rest.measures] == ["27.3600", "0", "9.0000", "0"]
    assert rest.total_value_gbp == Decimal("283518.59")
    assert rest.measures[1].explanation == "Disregarded: the written answer is missing."
    assert best.measures[1].quantity == Decimal("4962.25")
    assert best.measures[0].explanation == (
        "371475.00 ÷ the highest bid's value 371475.00 × 24.0 = 24.0000 points for quantity. "
        "Panel score 5 ÷ 5 × 16.0 = 16.0000 points for the answer."
    )
    read = await world.done("GET", f"/v1/tenders/{tender['id']}/evaluation", as_=world.buyer)
    assert Evaluation.model_validate(read) == evaluation
    return evaluation


async def _awarded(world: World, tender: Json, receipts: list[Json]) -> Agreement:
    award = {
        "bid_id": receipts[1]["bid_id"],
        "reference": "CONTRACT-1",
        "signed_on": "2026-12-15",
        "value_gbp": "1860000.00",
    }
    key = str(new_id())
    path = f"/v1/tenders/{tender['id']}/award"
    first = await world.post(path, award, as_=world.buyer, key=key)
    assert first.status_code == 201, first.text
    again = await world.post(path, award, as_=world.buyer, key=key)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert refused(await world.post(path, award, as_=world.buyer)) == (409, "tender_state_wrong")
    agreement = Agreement.model_validate_json(first.content)
    assert (agreement.kind, agreement.state, agreement.version) == ("contract", "signed", 1)
    assert agreement.deliverer_name == "Bidder 2"
    assert agreement.commissioner_organisation_id == world.buyer.id
    assert [(each.measure, str(each.quantity)) for each in agreement.lines] == [
        ("M-JOB", "9.25"),
        ("M-CARBON", "31.12"),
    ]
    assert (str(agreement.starts_on), str(agreement.ends_on)) == ("2027-01-01", "2028-12-31")
    assert (await world.done("GET", f"/v1/tenders/{tender['id']}"))["state"] == "awarded"
    of_tenders = f"/v1/agreements?tender_id={new_id()}&tender_id={tender['id']}"
    listed = await world.done("GET", of_tenders, as_=world.buyer)
    assert [each["id"] for each in listed["items"]] == [str(agreement.id)]
    return agreement


async def _told_once(world: World, agreement: Agreement) -> None:
    [event] = await world.told("agreement.signed")
    assert event["aggregate_id"] == agreement.id
    assert sorted(event["audience"]) == sorted(
        ["internal", f"org:{world.buyer.id}", f"org:{agreement.deliverer_organisation_id}"]
    )
    made = CommitmentsMade.model_validate(event["data"])
    assert made.lines == agreement.lines
    assert (made.route, made.commissioner_name, made.deliverer_name) == (
        "procurement",
        "The Buyer",
        "Bidder 2",
    )
    assert [each["type"] for each in await world.told()] == [
        "tender.published",
        *["bid.received"] * 4,
        "bid.withdrawn",
        *("tender.opened", "tender.evaluated", "agreement.signed", "tender.awarded"),
    ]


async def _bidders_read_their_assessments(
    world: World, evaluation: Evaluation, receipts: list[Json], *bidders: Party
) -> None:
    first, second, third = (world.renewed(bidder) for bidder in bidders)
    tender = {"id": str(evaluation.tender_id)}
    path = "/v1/bids/{}/assessment"
    assert refused(await world.get(path.format(receipts[0]["bid_id"]), as_=first)) == (
        409,
        "assessment_not_ready",
    )
    await world.summarised(tender, receipts[1]["bid_id"])
    best, rest = evaluation.model_dump(mode="json")["results"]
    of_first = await world.done("GET", path.format(receipts[0]["bid_id"]), as_=first)
    assert (of_first["own"]["points"], of_first["winner"]["points"]) == (best["points"], rest["points"])
    assert of_first["own_is_winner"] is False
    of_winner = await world.done("GET", path.format(receipts[1]["bid_id"]), as_=second)
    assert (of_winner["own"], of_winner["own_is_winner"]) == (of_winner["winner"], True)
    response = await world.get(path.format(receipts[2]["bid_id"]), as_=third)
    assert refused(response) == (404, "assessment_not_found")
    assert refused(await world.get(path.format(receipts[0]["bid_id"]), as_=second)) == (404, "bid_not_found")


async def test_a_receipt_commits_to_the_content_and_a_forged_one_does_not_verify(world, bidders):
    tender = await world.published()
    receipt = await world.submitted(tender, bidders[0])
    keys = await world.done("GET", "/v1/receipt-keys")
    assert [key["alg"] for key in keys["keys"]] == ["Ed25519"]
    assert all("d" not in key for key in keys["keys"])
    ring = KeySet.import_key_set(keys)
    header, payload, signature = receipt["receipt_jws"].split(".")
    forger = OKPKey.generate_key("Ed25519", parameters={"kid": keys["keys"][0]["kid"]})
    forged = jws.serialize_compact(
        {"alg": "Ed25519", "kid": forger.kid}, b'{"version":1}', forger, ["Ed25519"]
    )
    turned = f"{header}.{payload[:-2]}{'AA' if payload[-2:] != 'AA' else 'BB'}.{signature}"
    for bad in (forged, turned):
        with pytest.raises(BadSignatureError):
            jws.deserialize_compact(bad, ring, algorithms=["Ed25519"])

    # What was sent, byte for byte but for the order of its members, is what the receipt commits to.
    key = bytes.fromhex(receipt["commitment_key"])
    assert commitment(key, canonical_json(bid_of(bidders[0]))) == receipt["commitment"]
