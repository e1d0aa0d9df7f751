"""What is left of an answer for a reader without the licence of a figure."""

from datetime import date
from decimal import Decimal

import pytest

from cdp_common.contracts.charter import Pledge
from cdp_common.contracts.commitments import CommitmentLine
from cdp_common.contracts.evaluations import BidResult, MeasureScore
from cdp_common.contracts.licensed import data_for_reader, for_reader
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.licence import framework_of_scope, frameworks_held, licence_scope, sees_figures

LICENCE = "frameworks:licensed:bank"
DAY = date(2026, 1, 1)


def line(**changes: object) -> CommitmentLine:
    stated: dict[str, object] = {
        "line_id": new_id(),
        "measure": "M1",
        "edition_hash": "e" * 64,
        "method_version": "1",
        "unit": "hours",
        "quantity": Decimal(10),
        "counted_quantity": Decimal(10),
        "social_gbp": Decimal("1234.50"),
        "local_economic_gbp": Decimal("0.00"),
        "low_gbp": Decimal("1000.00"),
        "high_gbp": Decimal("2000.00"),
        "fiscal_gbp": Decimal("1234.50"),
        "starts_on": DAY,
        "ends_on": DAY,
        "licensed_framework": "bank",
        **changes,
    }
    return CommitmentLine.model_validate(stated)


def pledge(commitment: CommitmentLine) -> Pledge:
    return Pledge(
        id=new_id(),
        signature_id=new_id(),
        pledge="p",
        title="P",
        objective="o",
        text="t",
        starts_on=DAY,
        ends_on=DAY,
        commitment=commitment,
    )


def test_pounds_go_and_quantities_stay_however_deep_they_stand():
    whole = pledge(line())
    shown = for_reader(whole, {"bids:read"})
    assert shown.commitment is not None
    gone = (shown.commitment.social_gbp, shown.commitment.local_economic_gbp, shown.commitment.low_gbp)
    assert (*gone, shown.commitment.high_gbp, shown.commitment.fiscal_gbp) == (None,) * 5
    assert (shown.commitment.withheld, shown.commitment.quantity) == ("licensed", Decimal(10))
    assert whole.commitment is not None
    assert whole.commitment.social_gbp == Decimal("1234.50")


@pytest.mark.parametrize("scopes", [{LICENCE}, {"events:internal"}])
def test_a_holder_of_the_licence_and_the_services_see_everything(scopes: set[str]):
    whole = pledge(line())
    assert for_reader(whole, scopes) is whole


def test_the_licence_of_another_framework_shows_nothing():
    assert for_reader(line(), {"frameworks:licensed:another"}).social_gbp is None
    assert for_reader(line(), {"frameworks:licensed:bank-2"}).social_gbp is None


def test_what_needs_no_licence_shows_to_everybody():
    open_line = line(licensed_framework=None)
    assert for_reader(open_line, set()) is open_line


def test_the_total_of_a_bid_goes_with_the_value_of_one_measure():
    score = MeasureScore(
        measure="M1",
        weight=Decimal(100),
        quantity=Decimal(10),
        value_gbp=Decimal("123.40"),
        basis=Decimal(10),
        quantitative_points=Decimal(60),
        qualitative_score=None,
        qualitative_points=Decimal(0),
        points=Decimal(60),
        explanation="10 ÷ the highest bid's quantity 10 × 60 = 60 points for quantity.",
    )
    result = BidResult(
        bid_id=new_id(),
        tenderer_name="B",
        total_value_gbp=Decimal("246.80"),
        points=Decimal(60),
        weighted_points=Decimal(6),
        rank=1,
        tied=False,
        measures=[score, score.model_copy(update={"licensed_framework": "bank"})],
    )
    shown = for_reader(result, set())
    assert (shown.total_value_gbp, shown.withheld) == (None, "licensed")
    assert [measure.value_gbp for measure in shown.measures] == [Decimal("123.40"), None]
    assert [measure.points for measure in shown.measures] == [Decimal(60), Decimal(60)]
    assert for_reader(result, {LICENCE}).total_value_gbp == Decimal("246.80")


def test_the_data_of_an_event_loses_the_same_pounds():
    data = {"title": "T", "lines": [line().model_dump(mode="json")]}
    [shown] = data_for_reader(data, set())["lines"]
    assert [shown[name] for name in ("social_gbp", "low_gbp", "withheld")] == [None, None, "licensed"]
    assert (shown["quantity"], shown["measure"]) == ("10", "M1")
    assert data_for_reader(data, {LICENCE}) == data


def test_a_licence_is_a_scope_by_the_frameworks_name():
    assert licence_scope("bank") == LICENCE
    assert framework_of_scope(LICENCE) == "bank"
    assert framework_of_scope("frameworks:write") is None
    assert frameworks_held(["bids:read", LICENCE]) == {"bank"}
    assert sees_figures(None, [])
    assert not sees_figures("bank", ["bids:read"])
