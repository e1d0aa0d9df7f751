"""docs/evaluation.md: its worked example is worked again, and its figures are those in force."""

import re
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from procurement_api.domain.scoring import Method, Offer, OfferedLine, ScoredMeasure, score
from procurement_api.storage.plausibility_rules import shipped_rules

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "evaluation.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| (M-\w+) \| (\d+) \| (\w+) \| £([\d,.]+) \| (\S+) \| ([\d.]+) \| ([\d.]+) \|$", re.MULTILINE
)
BIDS = {"Alder": UUID(int=1), "Birch": UUID(int=2)}


def test_the_worked_example_comes_out_as_it_is_written() -> None:
    rows = ROW.findall(PAGE)
    assert len(rows) == 4
    measures = [
        ScoredMeasure(code, Decimal(weight), None) for code, weight, name, *_ in rows if name == "Alder"
    ]
    offers = [
        Offer(
            bid_id,
            {
                code: OfferedLine(Decimal(1), Decimal(value.replace(",", "")))
                for code, _, bidder, value, *_ in rows
                if bidder == name
            },
            {
                code: Decimal(agreed)
                for code, _, bidder, _, agreed, *_ in rows
                if bidder == name and agreed != "–"
            },
        )
        for name, bid_id in BIDS.items()
    ]
    method = Method("relative_to_highest", Decimal("0.6"), Decimal("0.4"), Decimal(5))
    results = {result.bid_id: result for result in score(measures, method, offers)}
    found = {
        (part.measure, name): (part.quantitative_points, part.qualitative_points)
        for name, bid_id in BIDS.items()
        for part in results[bid_id].measures
    }
    assert found == {
        (code, name): (Decimal(quantity), Decimal(answer)) for code, _, name, _, _, quantity, answer in rows
    }
    totals = [results[bid_id].points for bid_id in BIDS.values()]
    assert f"Alder has {totals[0]:f} points of 100 and Birch {totals[1]:f}." in PAGE
    assert totals[0] * Decimal("0.15") == Decimal("12.6")
    assert "Alder brings 12.6 points" in PAGE


def test_the_flags_figures_are_those_in_force() -> None:
    rules = shipped_rules()
    for wage in rules.wages:
        assert f"£{wage.hourly_gbp:f} from {wage.name.removeprefix('National Living Wage from ')}" in PAGE
    assert f"× {rules.hours_per_week:f} × {rules.weeks_per_year:f} is more" in PAGE
    rule = rules.outliers
    assert f"at least {rule.least_bids} bids, and {rule.factor:f} × distance" in PAGE
    assert f"> {rule.limit:f} × median absolute deviation" in PAGE
    assert f"at least {rule.least_contracts} agreements" in PAGE
    assert f"{rule.mean_factor:f} × the mean absolute deviation" in PAGE
