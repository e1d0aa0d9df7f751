"""Promises stated by what they are made of: the quantity is worked out, and what it is made of travels on."""

from tests.integration.procurement_api.world import TERMS, Json, World, agreement_of, bid_of, faults, line

from cdp_common.contracts.commitments import CommitmentsMade

POSTS: Json = {"kind": "employment", "posts": [{"headcount": 3, "hours_per_week": "12", "time_share": "1"}]}
SHOWN: Json = {**POSTS, "posts": [{**POSTS["posts"][0], "starts_on": None, "ends_on": None}]}
VOLUNTEERS: Json = {"kind": "volunteering", "volunteers": 5, "paid_hours_each": "7.5"}
RATIO: Json = {"kind": "ratio", "numerator": "3", "denominator": "8"}


def made_of(inputs: Json, measure: str, unit: str, **more: object) -> Json:
    """A line that states its inputs and no quantity."""
    stated = line(measure, "0", unit, inputs=inputs, **more)
    return {name: value for name, value in stated.items() if name != "quantity"}


JOBS = made_of(POSTS, "M-JOB", "fte_years", activity="kitchen", per_year=["0.25", "0.75"])
HOURS = made_of(VOLUNTEERS, "M-HOURS", "hours", starts_on="2027-04-01", ends_on="2027-09-30", activity="club")


async def test_inputs_give_the_quantity_and_go_with_the_promise_to_the_contract(world: World):
    tender, bidder = await world.published(), world.party("Bidder")
    body = bid_of(bidder, [JOBS, HOURS])
    tried = await world.done("POST", f"/v1/tenders/{tender['id']}/bids/validate", body, as_=bidder)
    await world.submitted(tender, bidder, body)
    [bid] = (await world.opened(tender))["bids"]
    opened = [{name: value for name, value in each.items() if name != "line_id"} for each in bid["lines"]]
    assert opened == tried["lines"]
    assert [(each["quantity"], each["inputs"], each["activity"]) for each in opened] == [
        ("1.02857143", SHOWN, "kitchen"),
        ("37.5", VOLUNTEERS, "club"),
    ]
    assert [(each["starts_on"], each["ends_on"]) for each in opened] == [
        ("2027-01-01", "2028-12-31"),
        ("2027-04-01", "2027-09-30"),
    ]
    assert (opened[0]["schedule"], opened[0]["per_year"]) == (
        [{"due_on": "2027-12-31", "share": "0.25"}, {"due_on": "2028-12-31", "share": "0.75"}],
        [],
    )
    # toms-engine is told of the inputs themselves, since the pounds rest on them unrounded.
    asked = world.toms.asked[-1].lines
    assert [(each.quantity, each.inputs is None, each.activity) for each in asked] == [
        (None, False, "kitchen"),
        (None, False, "club"),
    ]
    assert [str(each.contract_years) for each in asked] == ["2.00000000", "0.50000000"]

    await world.evaluated(tender)
    award = {"bid_id": bid["id"], "reference": "C-1", "signed_on": "2026-12-20", "value_gbp": "1.00"}
    await world.done("POST", f"/v1/tenders/{tender['id']}/award", award, as_=world.buyer)
    [event] = await world.told("agreement.signed")
    made = CommitmentsMade.model_validate(event["data"])
    assert [(str(each.quantity), each.activity, str(each.starts_on)) for each in made.lines] == [
        ("1.02857143", "kitchen", "2027-01-01"),
        ("37.5", "club", "2027-04-01"),
    ]
    assert [each.inputs and each.inputs.kind for each in made.lines] == ["employment", "volunteering"]
    assert [str(part.due_on) for part in made.lines[0].schedule] == ["2027-12-31", "2028-12-31"]


async def test_what_a_bid_is_made_of_is_held_to_the_pinned_measures(world: World):
    measures = [*TERMS["measures"][:3], {"measure": "M-RATIO", "weight": "10"}]
    tender, bidder = await world.published({**TERMS, "measures": measures}), world.party("Bidder")
    before = await world.state()
    lines = [
        {**JOBS, "quantity": "1.02"},
        {**HOURS, "inputs": POSTS},
        made_of(RATIO, "M-RATIO", "percentage"),
        line("M-CARBON", "1", "tco2e", target_group="veterans", starts_on="2026-12-31"),
    ]
    path = f"/v1/tenders/{tender['id']}/bids"
    assert faults(await world.post(path, bid_of(bidder, lines), as_=bidder)) == [
        ("/lines/0/quantity", "quantity_mismatch"),
        ("/lines/1/inputs/kind", "inputs_not_expected"),
        ("/lines/3/target_group", "target_group_not_expected"),
        ("/lines/3/starts_on", "outside_contract"),
    ]
    assert await world.state() == before
    await world.submitted(tender, bidder, bid_of(bidder, [JOBS, lines[2]]))
    [bid] = (await world.opened(tender))["bids"]
    assert [(each["quantity"], each["disregarded"]) for each in bid["lines"]] == [
        ("1.02857143", None),
        ("3", None),
    ]


ATTENDED: Json = {"kind": "attendance", "sessions": 4, "hours_per_session": "1.25", "attendees": 20}
TRAINED: Json = {
    "kind": "training",
    "training_weeks": [
        {"trainees": 1, "weeks": 2, "days_per_week": "3"},
        {"trainees": 2, "weeks": 1, "days_per_week": "2"},
    ],
}
IN_KIND: Json = {
    "kind": "net_pounds",
    "gross_gbp": "1200.00",
    "recoverable_vat_gbp": "200.00",
    "paid_by_others_gbp": "100.00",
    "given": "in_kind",
}


async def test_every_kind_of_unit_is_stated_by_what_it_is_made_of(world: World):
    weights = {"M-JOB": "40", "M-CLUB": "25", "M-WEEKS": "10", "M-SPEND": "10", "M-RATIO": "15"}
    measures = [{"measure": measure, "weight": weight} for measure, weight in weights.items()]
    tender, bidder = await world.published({**TERMS, "measures": measures}), world.party("Bidder")
    lines = [
        JOBS,
        made_of(ATTENDED, "M-CLUB", "attendee_hours"),
        made_of(TRAINED, "M-WEEKS", "weeks"),
        made_of(IN_KIND, "M-SPEND", "gbp_spent", industry="construction"),
        made_of(RATIO, "M-RATIO", "percentage"),
    ]
    await world.submitted(tender, bidder, bid_of(bidder, lines))
    [bid] = (await world.opened(tender))["bids"]
    assert [(each["quantity"], each["disregarded"]) for each in bid["lines"]] == [
        ("1.02857143", None),
        ("100", None),  # 4 sessions of 1.25 hours for 20 people
        ("2.8", None),  # two weeks of three days or more, and one of two days for two people: 2 + 2 × 2 ÷ 5
        ("900", None),  # £1,200 less £200 of VAT that comes back and £100 that others pay
        ("3", None),
    ]
    assert [each["inputs"] for each in bid["lines"]] == [SHOWN, ATTENDED, TRAINED, IN_KIND, RATIO]
    # 900 × £0.25, whether given in cash or in kind
    assert bid["lines"][3]["total_gbp"] == "225.00"


async def test_a_new_quantity_is_held_to_the_people_and_the_divisor_that_the_inputs_stated(world: World):
    ratio = made_of(RATIO, "M-RATIO", "percentage")
    made = [{name: value for name, value in each.items() if name != "answer"} for each in (JOBS, ratio)]
    agreement = await world.registered(world.party("Kitchen"), lines=[{**made[0], "per_year": []}, made[1]])
    jobs, share = (each["line_id"] for each in agreement["lines"])
    lines = [{"line_id": jobs, "quantity": "2"}, {"line_id": share, "quantity": "4"}]
    path = f"/v1/agreements/{agreement['id']}"
    body = {"effective_on": agreement["starts_on"], "reason": "Agreed", "lines": lines}
    etag = await world.etag(path, as_=world.buyer)
    varied = await world.call("POST", f"{path}/variations", body, as_=world.buyer, if_match=etag)
    assert varied.status_code == 201, varied.text
    asked = world.toms.asked[-1].lines
    assert [(str(each.quantity), each.headcount, each.denominator) for each in asked] == [
        ("2", 3, None),
        ("4", None, 8),
    ]

    tender, bidder = await world.published(), world.party("Bidder")
    await world.submitted(tender, bidder, bid_of(bidder, [JOBS]))
    [bid] = (await world.opened(tender))["bids"]
    less = {"line_id": bid["lines"][0]["line_id"], "accepted_quantity": "1", "reason": "Owed already"}
    where = f"/v1/bids/{bid['id']}/accepted-quantities"
    accepted = await world.post(where, less, as_=world.buyer)
    assert accepted.status_code == 201, accepted.text
    assert [(str(each.quantity), each.headcount) for each in world.toms.asked[-1].lines] == [("1", 3)]


async def test_a_registered_agreement_keeps_what_its_lines_are_made_of(world: World):
    deliverer = world.party("Kitchen")
    hours = {"measure": "M-HOURS", "unit": "hours", "inputs": VOLUNTEERS, "activity": "club"}
    agreement = await world.registered(deliverer, lines=[{**hours, "per_year": ["1"]}])
    [kept] = agreement["lines"]
    assert (kept["quantity"], kept["inputs"], kept["activity"]) == ("37.5", VOLUNTEERS, "club")
    assert kept["schedule"] == [{"due_on": "2027-06-30", "share": "1"}]
    twice = agreement_of(world, deliverer, reference="G-2", lines=[{**hours, "per_year": ["0.5", "0.5"]}])
    refusal = await world.post("/v1/agreements", twice, as_=world.buyer)
    assert faults(refusal) == [("/lines/0/per_year", "years_do_not_match")]


def without_answer(stated: Json) -> Json:
    return {name: value for name, value in stated.items() if name != "answer"}


def posts_on(starts_on: str | None, ends_on: str | None, **more: str) -> Json:
    """Two full-time posts that are filled on stated days."""
    post = {"headcount": 2, "hours_per_week": "35", "starts_on": starts_on, "ends_on": ends_on, **more}
    return made_of({"kind": "employment", "posts": [post]}, "M-JOB", "fte_years")


async def test_posts_may_state_their_days_and_toms_engine_says_what_they_give(world: World):
    tender, bidder = await world.published(), world.party("Bidder")
    path = f"/v1/tenders/{tender['id']}/bids"
    half_a_year = {**posts_on("2027-01-01", "2027-06-30"), "ends_on": "2027-12-31"}
    wrong: list[tuple[Json, tuple[str, str]]] = [
        ({**half_a_year, "quantity": "0.99"}, ("/lines/0/quantity", "quantity_not_expected")),
        (posts_on("2027-01-01", None), ("/lines/0/inputs/posts/0/ends_on", "post_days_half_stated")),
        (posts_on("2027-07-01", "2027-06-30"), ("/lines/0/inputs/posts/0/ends_on", "period_reversed")),
        (
            posts_on("2027-01-01", "2027-06-30", time_share="0.5"),
            ("/lines/0/inputs/posts/0/time_share", "time_share_not_expected"),
        ),
        (posts_on("2026-12-31", "2027-06-30"), ("/lines/0/inputs/posts/0/starts_on", "outside_line")),
        (
            {**posts_on("2027-07-01", "2028-01-01"), "ends_on": "2027-12-31"},
            ("/lines/0/inputs/posts/0/starts_on", "outside_line"),
        ),
    ]
    before = await world.state()
    for each, found in wrong:
        assert faults(await world.post(path, bid_of(bidder, [each]), as_=bidder)) == [found]
    assert await world.state() == before
    await world.submitted(tender, bidder, bid_of(bidder, [half_a_year]))
    [bid] = (await world.opened(tender))["bids"]
    [line_] = bid["lines"]
    # 2 × 181 of 365 days; toms-engine is sent the days, and so can count contract years.
    assert (line_["quantity"], line_["counted_quantity"]) == ("0.99178082", "0.99178082")
    [post] = line_["inputs"]["posts"]
    assert (post["starts_on"], post["ends_on"], post["time_share"]) == ("2027-01-01", "2027-06-30", None)
    [asked] = world.toms.asked[-1].lines
    assert asked.inputs is not None
    assert asked.inputs.model_dump(mode="json")["posts"][0]["ends_on"] == "2027-06-30"

    agreement = await world.registered(
        world.party("Kitchen"), lines=[without_answer(posts_on("2026-07-01", "2026-12-31"))]
    )
    assert agreement["lines"][0]["quantity"] == "1.00821918"  # 2 × 184 of 365 days
