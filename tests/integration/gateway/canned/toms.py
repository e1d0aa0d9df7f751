"""What toms-engine answers, made of its own contracts."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.integration.gateway.canned.ids import AT, HASH, uid

from cdp_common.contracts.needs import AreaNeed
from cdp_common.contracts.toms import (
    Crosswalk,
    CrosswalkRow,
    Edition,
    Measure,
    MeasureBatch,
    MeasureKey,
    PackOutcome,
    PackTheme,
    Proxy,
    Source,
)


def proxy() -> Proxy:
    source = Source(
        publisher="ONS", title="ASHE", edition="2025", locator="Table 1", url="https://example.test/ashe"
    )
    return Proxy(
        code="hour",
        title="Median hourly pay",
        component="social",
        value_type="resource_cost",
        central_gbp=Decimal("17.96"),
        low_gbp=None,
        high_gbp=None,
        series=[],
        price_year=2025,
        derivation="Median hourly pay.",
        sources=[source],
        licence="OGL v3",
        redistributable=True,
        valid_from=date(2025, 4, 1),
        valid_to=None,
    )


def measure(code: str = "M1") -> Measure:
    return Measure(
        edition_hash=HASH,
        framework="open-measures",
        edition="2026",
        code=code,
        title="Volunteering",
        guidance="Paid time only.",
        theme=PackTheme(code="T1", title="Communities"),
        outcome=PackOutcome(code="O1", theme="T1", title="Support"),
        unit="hours",
        decimals=2,
        accumulation="flow",
        year_rule="once",
        valuation="proxy",
        component="social",
        proxy=proxy(),
        additionality=None,
        excludes=[],
        evidence=["Time sheets"],
        needs=["employment"],
        objectives=["O1"],
        negative_allowed=False,
        maximum_per_line=None,
        valid_from=date(2026, 4, 1),
        valid_to=None,
    )


def edition(number: int = 1, code: str = "2026") -> Edition:
    return Edition(
        id=uid("edition", number),
        framework="open-measures",
        edition=code,
        title="Open Measures",
        publisher="County Durham Pound",
        licence="OGL v3",
        state="published",
        data_status="actual",
        edition_hash=HASH,
        effective_from=date(2026, 4, 1),
        effective_to=None,
        published_at=AT,
        measure_count=1,
        description="Open figures.",
        themes=[PackTheme(code="T1", title="Communities")],
        outcomes=[PackOutcome(code="O1", theme="T1", title="Support")],
        crosswalks=[
            Crosswalk(
                scheme="goals",
                title="Goals",
                categories={"G1": "Goal 1"},
                rows=[CrosswalkRow(measure="M1", category="G1", share=Decimal("1"))],
            )
        ],
    )


def area(code: str = "E01020634") -> AreaNeed:
    return AreaNeed(
        code=code, name="County Durham 001A", place="place-1", index="imd-2019", decile=1, band="severe"
    )


def measure_batch(keys: list[dict[str, str]], known: set[str]) -> dict[str, Any]:
    """The measures of the known codes."""
    found = [key for key in keys if key["code"] in known]
    answer = MeasureBatch(
        items=[measure(key["code"]) for key in found],
        missing=[MeasureKey(**key) for key in keys if key not in found],
    )
    return answer.model_dump(mode="json")
