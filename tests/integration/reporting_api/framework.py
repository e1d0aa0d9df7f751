"""The measurement framework of the tests: two editions of eight measures, as toms-engine tells of them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from cdp_common.contracts.editions import Target, Workstreams
from cdp_common.contracts.framework_packs import Workstream
from cdp_common.contracts.toms import (
    Crosswalk,
    CrosswalkRow,
    Edition,
    Explanation,
    ExplanationStep,
    Measure,
    PackOutcome,
    PackTheme,
    Proxy,
    Source,
)

EDITION = "e" * 64
OTHER_EDITION = "f" * 64
NEED_INDEX = "imd-test"
ABSENT_INDEX = "imd-absent"
"""An index that a place names and that toms-engine was never given."""
AREAS = {
    "E01000001": ("severe", "county-durham", 1),
    "E01000002": ("low", "county-durham", 9),
    "E01000009": ("high", "elsewhere", 2),
}
_SOURCE = Source(publisher="P", title="T", edition="1", locator="table 1", url="https://example.org/source")
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Priced:
    """A measure of the tests: its place in the framework, its unit and what a unit is worth."""

    code: str
    theme: str
    outcome: str
    unit: Any
    value: Decimal | None
    component: Any = "social"
    low: Decimal | None = None
    high: Decimal | None = None
    redistributable: bool = True
    excludes: tuple[str, ...] = ()


MEASURES = {
    measure.code: measure
    for measure in (
        Priced("JOBS", "jobs", "jobs-local", "fte_years", Decimal(30000), component="local_economic"),
        Priced("HOURS", "community", "volunteering", "hours", Decimal("17.96")),
        Priced("GIFTS", "community", "gifts", "gbp_invested", Decimal(1)),
        Priced("CARBON", "climate", "carbon", "tco2e", Decimal(270), low=Decimal(135), high=Decimal(405)),
        Priced("SHARE", "climate", "share", "percentage", None),
        Priced("BANKED", "community", "volunteering", "count", Decimal(5), redistributable=False),
        Priced("MENTORED", "skills", "mentoring", "count", None),
        Priced("PAID", "community", "volunteering", "count", Decimal(5), excludes=("HOURS",)),
    )
}


OBJECTIVES = {
    "scheme": "objectives",
    "title": "Objectives",
    "categories": {"O1": "More jobs", "O2": "Less carbon", "O6": "Help for groups"},
    "shares": {"HOURS": {"O1": "0.3", "O6": "0.7"}, "GIFTS": {"O6": "1"}, "BANKED": {"O1": "1"}},
}
"""Half of a penny is often lost in it; carbon and jobs are mapped to nothing, and nothing to less carbon."""
DOUBLE = {
    "scheme": "double",
    "title": "Counted double",
    "categories": {"D1": "Once", "D2": "Twice"},
    "shares": {"HOURS": {"D1": "1", "D2": "1"}},
}


def crosswalk(stated: dict[str, Any]) -> Crosswalk:
    """A crosswalk as toms-engine tells of it."""
    return Crosswalk(
        scheme=stated["scheme"],
        title=stated["title"],
        categories=stated["categories"],
        rows=[
            CrosswalkRow(measure=measure, category=category, share=Decimal(share))
            for measure, shares in stated["shares"].items()
            for category, share in shares.items()
        ],
    )


EDITION_ID = UUID(int=1)
WORKSTREAMS = Workstreams(
    edition_hash=EDITION,
    workstreams=[Workstream(code="mentoring", title="Mentoring")],
    targets=[
        Target(
            code=f"mentoring-{year}",
            title=f"{value} mentored by {year}",
            measure="MENTORED",
            workstream="mentoring",
            value=Decimal(value),
            unit="count",
            due=date(year, 12, 31),
            source=_SOURCE,
        )
        for year, value in ((2026, 150), (2028, 1000))
    ],
)


def rounded_pounds(value: Decimal) -> Decimal:
    """Pounds with two decimals, half up."""
    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def explanation_of(measure: Priced, line: dict[str, Any], body: Any) -> dict[str, Any]:
    """How a line's pounds came about."""
    quantity = Decimal(line["quantity"])
    steps = [_step("quantity", quantity, quantity, measure.unit)]
    if line["attribution_share"] is not None:
        share = Decimal(line["attribution_share"])
        quantity *= share
        steps.append(_step("attribution", share, quantity, measure.unit))
    value = measure.value or Decimal(0)
    steps.append(_step("proxy", value, quantity * value, "GBP"))
    steps.append(_step("rounding", None, rounded_pounds(quantity * value), "GBP"))
    explanation = Explanation(
        measure=measure.code,
        measure_title=f"Measure {measure.code}",
        edition_hash=body["edition_hash"],
        framework="open-toms",
        edition="2026",
        proxy=_proxy(measure),
        steps=steps,
    )
    return explanation.model_dump(mode="json")


def _step(rule: str, factor: Decimal | None, result: Decimal, unit: str) -> ExplanationStep:
    return ExplanationStep(rule=rule, text=f"{rule} {factor}", factor=factor, result=result, unit=unit)


def _proxy(measure: Priced) -> Proxy | None:
    if measure.value is None:
        return None
    return Proxy(
        code=f"{measure.code}-P",
        title=f"Proxy of {measure.code}",
        component=measure.component,
        value_type="economic",
        central_gbp=measure.value,
        low_gbp=measure.low,
        high_gbp=measure.high,
        series=[],
        price_year=2024,
        derivation="as sourced",
        sources=[_SOURCE],
        licence="OGL-UK-3.0",
        redistributable=measure.redistributable,
        valid_from=date(2020, 1, 1),
        valid_to=None,
    )


def measure_told(edition_hash: str, code: str, measure: Priced) -> Measure:
    """A measure as toms-engine tells of it."""
    return Measure(
        edition_hash=edition_hash,
        framework="open-toms",
        edition="2026" if edition_hash == EDITION else "2027",
        code=code,
        title=f"Measure {code}",
        guidance="g",
        theme=PackTheme(code=measure.theme, title=f"Theme {measure.theme}"),
        outcome=PackOutcome(code=measure.outcome, theme=measure.theme, title=f"Outcome {measure.outcome}"),
        unit=measure.unit,
        decimals=2,
        accumulation="flow",
        year_rule="once",
        valuation="none" if measure.value is None else "proxy",
        component=None if measure.value is None else measure.component,
        proxy=_proxy(measure),
        additionality=None,
        excludes=list(measure.excludes),
        evidence=[],
        needs=[],
        objectives=[],
        negative_allowed=False,
        maximum_per_line=None,
        valid_from=date(2020, 1, 1),
        valid_to=None,
    )


def edition_told(edition_hash: str, crosswalks: list[dict[str, Any]]) -> Edition:
    """An edition as toms-engine tells of it."""
    return Edition(
        id=UUID(int=1),
        framework="open-toms",
        edition="2026" if edition_hash == EDITION else "2027",
        title="Open TOMs",
        publisher="P",
        licence="OGL-UK-3.0",
        data_status="actual",
        state="published",
        edition_hash=edition_hash,
        effective_from=date(2020, 1, 1),
        effective_to=None,
        published_at=_NOW,
        measure_count=len(MEASURES),
        description="d",
        themes=[],
        outcomes=[],
        crosswalks=[crosswalk(stated) for stated in crosswalks],
    )
