"""After opening: clarified, accepted in part, taken out; evaluations stay readable, and flags only advise."""

from typing import Any

import pytest
from tests.integration.procurement_api.world import Json, Party, World, bid_of, faults, line, refused

from cdp_common.kernel.identifiers import new_id

OFFERED = (("12", "100"), ("10", "80"), ("6", "40"))


class Open:
    """An opened tender with three bids of two lines each."""

    def __init__(self, world: World, tender: Json, opening: Json, bidders: list[Party]) -> None:
        self.world, self.tender, self.bidders = world, tender, bidders
        self.path = f"/v1/tenders/{tender['id']}"
        by_bidder = {bid["tenderer_organisation_id"]: bid for bid in opening["bids"]}
        self.bids = [by_bidder[str(bidder.id)] for bidder in bidders]

    def line_id(self, number: int, line: int = 0) -> str:
        return str(self.bids[number]["lines"][line]["line_id"])

    async def post(self, number: int, what: str, body: Json, **options: Any) -> Any:
        path = f"/v1/bids/{self.bids[number]['id']}/{what}"
        return await self.world.post(path, body, as_=self.world.buyer, **options)

    async def accept(self, number: int, quantity: str, line: int = 0, **options: Any) -> Any:
        body = {
            "line_id": self.line_id(number, line),
            "accepted_quantity": quantity,
            "reason": "Owed already",
        }
        return await self.post(number, "accepted-quantities", body, **options)

    async def remove(self, number: int, removal: str = "excluded", **options: Any) -> Any:
        return await self.post(number, "removal", {"removal": removal, "ground": "Schedule 7"}, **options)

    async def read(self, version: int | None = None) -> Json:
        query = "" if version is None else f"?version={version}"
        return await self.world.done("GET", f"{self.path}/evaluation{query}", as_=self.world.buyer)

    def points(self, evaluation: Json) -> list[str | None]:
        """The points of each bid that is in the evaluation, in the order of the bidders."""
        found = {result["bid_id"]: result["points"] for result in evaluation["results"]}
        return [found.get(bid["id"]) for bid in self.bids]


@pytest.fixture
async def opened(world: World) -> Open:
    tender = await world.published()
    bidders = [world.party(f"Bidder {number}") for number in range(3)]
    for bidder, (jobs, hours) in zip(bidders, OFFERED, strict=True):
        lines = [line("M-JOB", jobs, "fte_years"), line("M-HOURS", hours, "hours")]
        await world.submitted(tender, bidder, bid_of(bidder, lines))
    return Open(world, tender, await world.opened(tender), bidders)


async def test_less_is_accepted_never_more_and_what_is_left_is_valued_and_scored_anew(opened: Open):
    world = opened.world
    first = await world.evaluated(opened.tender)
    assert opened.points(first) == ["45.0000", "36.8000", "20.4000"]
    key = str(new_id())
    response = await opened.accept(0, "6", key=key)
    assert response.status_code == 201, response.text
    accepted = response.json()
    assert (accepted["version"], accepted["promised_quantity"], accepted["accepted_quantity"]) == (
        1,
        "12",
        "6",
    )
    assert (accepted["total_gbp"], accepted["evaluation_version"]) == ("178308.00", 2)
    assert (await opened.accept(0, "6", key=key)).content == response.content
    asked = world.toms.asked[-1]
    assert (asked.edition_hash, [str(one.quantity) for one in asked.lines]) == ("ab" * 32, ["6"])

    second = await opened.read()
    # 24 × 6/10 and 21; the bid of 10 sets the standard now
    assert (second["version"], second["cause"]) == (2, "quantity_lowered")
    assert opened.points(second) == ["35.4000", "40.8000", "22.8000"]
    [lowered] = [one for one in second["results"] if one["bid_id"] == opened.bids[0]["id"]]
    assert lowered["measures"][0]["explanation"] == (
        "Of 12 promised the panel accepted 6: Owed already. "
        "178308.00 ÷ the highest bid's value 297180.00 × 24.0 = 14.4000 points for quantity. "
        "The written answer has no panel score: 0 of 16.0 points."
    )
    assert await opened.read(1) == first
    assert refused(await world.get(f"{opened.path}/evaluation?version=3", as_=world.buyer)) == (
        404,
        "evaluation_not_found",
    )

    before = await world.state()
    for quantity in ("6", "6.01", "-0.01"):
        assert faults(await opened.accept(0, quantity)) == [("/accepted_quantity", "quantity_not_lower")]
    assert faults(await opened.accept(0, "1.001")) == [("/accepted_quantity", "too_many_decimals")]
    unknown = {"line_id": opened.line_id(1), "accepted_quantity": "1", "reason": "Why"}
    assert faults(await opened.post(0, "accepted-quantities", unknown)) == [("/line_id", "line_unknown")]
    assert await world.state() == before

    nothing = (await opened.accept(0, "0")).json()
    assert (nothing["version"], nothing["total_gbp"], nothing["evaluation_version"]) == (2, "0.00", 3)
    third = await opened.read()
    [lowered] = [one for one in third["results"] if one["bid_id"] == opened.bids[0]["id"]]
    assert lowered["measures"][0]["explanation"] == "Disregarded: the panel accepted none of the quantity."
    assert refused(await opened.accept(0, "0")) == (409, "line_disregarded")
    # Once bidders were told, their points and the winner's stay as they read them.
    await world.summarised(opened.tender, opened.bids[0]["id"])
    before = await world.state()
    for number in (0, 1):
        assert refused(await opened.accept(number, "1", line=1)) == (409, "lot_state_wrong")
    assert await world.state() == before
    # What the contract owes is what was accepted.
    award = {
        "bid_id": opened.bids[0]["id"],
        "reference": "C-1",
        "signed_on": "2026-12-15",
        "value_gbp": "1000.00",
    }
    agreement = await world.done("POST", f"{opened.path}/award", award, as_=world.buyer)
    assert [(one["measure"], one["quantity"]) for one in agreement["lines"]] == [("M-HOURS", "100")]


async def test_a_bid_that_goes_out_is_scored_no_more_and_the_others_against_each_other(opened: Open):
    world = opened.world
    first = await world.evaluated(opened.tender)
    removed = (await opened.remove(0)).json()
    assert (removed["removal"], removed["ground"], removed["evaluation_version"]) == (
        "excluded",
        "Schedule 7",
        2,
    )
    second = await opened.read()
    assert opened.points(second) == [None, "45.0000", "24.9000"]
    assert (second["cause"], [one["bid_id"] for one in second["removed"]]) == (
        "bid_excluded",
        [opened.bids[0]["id"]],
    )
    assert (await opened.remove(1, "withdrawn")).json()["evaluation_version"] == 3
    third = await opened.read()
    assert (third["cause"], opened.points(third)) == ("bid_withdrawn", [None, None, "45.0000"])
    assert await opened.read(1) == first
    assert await opened.read(2) == second
    before = await world.state()
    assert refused(await opened.remove(0)) == (409, "bid_removed")
    assert refused(await opened.accept(0, "1")) == (409, "bid_removed")
    award = {
        "bid_id": opened.bids[0]["id"],
        "reference": "C-1",
        "signed_on": "2026-12-15",
        "value_gbp": "1.00",
    }
    assert refused(await world.post(f"{opened.path}/award", award, as_=world.buyer)) == (409, "bid_removed")
    assert await world.state() == before
    assert len(await world.told("tender.evaluated")) == 3


async def test_clarifications_are_read_by_both_sides_and_change_nothing(opened: Open):
    world = opened.world
    first = await world.evaluated(opened.tender)
    asked = {"question": "From when?", "asked_on": "2026-12-01", "answer": "May", "answered_on": "2026-12-01"}
    recorded = (await opened.post(0, "clarifications", asked)).json()
    assert {name: recorded[name] for name in asked} == asked
    assert (recorded["recorded_by"], recorded["person_id"]) == ("test-client", None)
    unanswered = {"question": "Why?", "asked_on": "2026-12-01"}
    assert (await opened.post(0, "clarifications", unanswered)).status_code == 201
    path = f"/v1/bids/{opened.bids[0]['id']}/clarifications"
    for party in (world.renewed(opened.bidders[0]), world.buyer):
        page = await world.done("GET", path, as_=party)
        assert [one["answer"] for one in page["items"]] == ["May", None]
    assert refused(await world.get(path, as_=world.renewed(opened.bidders[1]))) == (404, "bid_not_found")
    assert await opened.read() == first
    before = await world.state()
    for body, found in (
        ({**unanswered, "asked_on": "2026-11-30"}, [("/asked_on", "date_outside")]),
        ({**unanswered, "asked_on": "2026-12-02"}, [("/asked_on", "date_outside")]),
        ({**asked, "answered_on": None}, [("/answered_on", "answer_incomplete")]),
        ({**asked, "answered_on": "2026-12-02"}, [("/answered_on", "date_outside")]),
    ):
        assert faults(await opened.post(0, "clarifications", body)) == found
    assert await world.state() == before


async def test_flags_are_the_buyers_advice_and_change_no_points(world: World):
    # As they stand they promise 90, 100 and 110 hours; as they were signed, two of them hardly any.
    for number, (signed, stands) in enumerate((("90", "90"), ("10", "100"), ("11", "110"))):
        lines = [{"measure": "M-HOURS", "quantity": signed, "unit": "hours"}]
        agreement = await world.registered(
            world.party(f"Deliverer {number}"), reference=f"G-{number}", value_gbp="1000000.00", lines=lines
        )
        path = f"/v1/agreements/{agreement['id']}"
        varied = {"line_id": agreement["lines"][0]["line_id"], "quantity": stands}
        body = {"effective_on": "2026-10-01", "reason": "Agreed.", "lines": [varied]}
        etag = await world.etag(path, as_=world.buyer)
        await world.done("POST", f"{path}/variations", body, as_=world.buyer, if_match=etag)
    tender = await world.published()
    bidders = [world.party(f"Bidder {number}") for number in range(3)]
    for bidder, (jobs, hours) in zip(bidders, (("100", "186"), ("10", "186"), ("11", "900")), strict=True):
        lines = [line("M-JOB", jobs, "fte_years"), line("M-HOURS", hours, "hours")]
        await world.submitted(tender, bidder, bid_of(bidder, lines))
    opened = Open(world, tender, await world.opened(tender), bidders)
    evaluation = await world.evaluated(tender)
    flags = {(one["bid_id"], one["measure"], one["kind"]) for one in evaluation["flags"]}
    # The contract's £1,860,000.50 pays for 80.4 FTE-years at £23,132.20.
    assert flags == {
        (opened.bids[0]["id"], "M-JOB", "work_beyond_value"),
        (opened.bids[0]["id"], "M-JOB", "outlier_of_bids"),
        (opened.bids[2]["id"], "M-HOURS", "outlier_of_contracts"),
    }
    work = next(one for one in evaluation["flags"] if one["kind"] == "work_beyond_value")
    assert (work["compared_with"], work["rules_version"], work["source"]["edition"]) == (
        "80.40",
        "2026-11",
        "April 2026 to March 2027",
    )
    assert [result["rank"] for result in evaluation["results"]] == [1, 2, 3]
