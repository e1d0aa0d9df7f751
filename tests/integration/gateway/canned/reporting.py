"""What reporting-api answers, made of its own contracts."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.integration.gateway.canned.ids import AT, CONTENT_HASH, HASH, LEDGER_HASH, PLACE, uid
from tests.integration.gateway.canned.toms import proxy

from cdp_common.contracts.publications import DisclosureRule, Publication, PublicationChange
from cdp_common.contracts.reporting import (
    CollectiveValue,
    Coverage,
    EditionUsed,
    FourFigures,
    Grouping,
    PoundExplanation,
    PoundGroup,
    ValueCell,
    ValueFigure,
)
from cdp_common.contracts.toms import ExplanationStep


def figure(total: str) -> ValueFigure:
    return ValueFigure(
        total_gbp=Decimal(total),
        social_gbp=Decimal(total),
        local_economic_gbp=Decimal("0.00"),
        low_gbp=None,
        high_gbp=None,
        fiscal_gbp=Decimal("0.00"),
    )


def figures(total: str = "1000.00") -> FourFigures:
    return FourFigures(
        committed=figure(total), due=figure(total), delivered=figure(total), validated=figure(total)
    )


CELLS = {
    "theme": ("T1", "Communities"),
    "outcome": ("O1", "Support"),
    "measure": ("M1", "Volunteering"),
    "organisation": (str(uid("organisation", 1)), "Organisation 01"),
    "area": ("E01020634", "County Durham 001A"),
    "need_band": ("severe", "Severe need"),
    "route": ("procurement", "Procurement"),
    "crosswalk": ("O1", "First objective"),
}


def grouping(by: Any, basis: Any = None, scheme: str | None = None) -> Grouping:
    """One cell with figures and one that is withheld; the label says on which basis it stands."""
    key, label = CELLS[by]
    return Grouping(
        by=by,
        basis=basis,
        scheme=scheme,
        title=scheme and f"Scheme {scheme}",
        editions_without=[HASH] if scheme else [],
        additive=scheme is None,
        cells=[
            ValueCell(key=key, label=f"{label} {basis}" if basis else label, figures=figures()),
            ValueCell(key="withheld", label="Withheld", figures=None, suppressed=True),
        ],
    )


def periods(granularity: Any) -> Grouping:
    """A period with figures and one of which nothing is published."""
    return Grouping(
        by="period",
        granularity=granularity,
        additive=False,
        cells=[
            ValueCell(key="2026-04-01/2026-04-30", label="April 2026", figures=figures()),
            ValueCell(
                key="2026-05-01/2026-05-31",
                label="May 2026",
                figures=None,
                suppressed=True,
                withheld="not_published",
            ),
        ],
    )


def all_groupings() -> list[Grouping]:
    """What a publication holds: every grouping, organisations on both bases, one crosswalk."""
    plain = [grouping(by) for by in CELLS if by not in ("organisation", "crosswalk")]
    plain.append(grouping("crosswalk", scheme="objectives"))
    return [*plain, grouping("organisation", "delivered_by"), grouping("organisation", "commissioned_by")]


def value(
    number: int | None = 2, groupings: list[Grouping] | None = None, place_id: UUID = PLACE
) -> CollectiveValue:
    return CollectiveValue(
        place_id=place_id,
        window_start=date(2026, 4, 1),
        window_end=date(2026, 6, 30),
        as_of=AT,
        publication_number=number,
        figures=FourFigures(
            committed=figure("4000.00"),
            due=figure("3000.00"),
            delivered=figure("2000.00"),
            validated=figure("1000.00"),
        ),
        signed_in_window=figure("10.00"),
        delivered_against_commitment=figure("1500.00"),
        delivered_uncommitted=figure("500.00"),
        confirmed=figure("20.00"),
        delivery_ratio=Decimal("0.5"),
        coverage=Coverage(due_count=4, reported_count=3, ratio=Decimal("0.75"), missing_organisations=[]),
        groupings=groupings or [],
        editions=[EditionUsed(edition_hash=HASH, label="Open Measures (2026)", price_years=[2025])],
        data_status="synthetic_sample",
    )


def publication(number: int = 2) -> Publication:
    change = PublicationChange(
        figure="validated",
        before_gbp=Decimal("900.00"),
        after_gbp=Decimal("1000.00"),
        difference_gbp=Decimal("100.00"),
    )
    return Publication(
        id=uid("publication", number),
        place_id=PLACE,
        number=number,
        period_start=date(2026, 4, 1),
        period_end=date(2026, 6, 30),
        published_at=AT,
        restates=number - 1 if number > 1 else None,
        reason="A line was corrected." if number > 1 else None,
        changes=[change] if number > 1 else [],
        value=value(number, all_groupings()),
        content_sha256=CONTENT_HASH,
        ledger_position=5_000_000_000,
        ledger_head=LEDGER_HASH,
        disclosure=DisclosureRule(minimum_organisations=3, dominance_percent=Decimal("10"), source="Sample"),
        licence="OGL v3",
    )


def explanation() -> PoundExplanation:
    step = ExplanationStep(
        rule="proxy",
        text="Times the proxy.",
        factor=Decimal("17.96"),
        result=Decimal("17.96"),
        unit="GBP",
    )
    group = PoundGroup(
        line_count=2,
        counted_quantity=Decimal("55.68"),
        social_gbp=Decimal("1000.00"),
        local_economic_gbp=Decimal("0.00"),
        steps=[step],
    )
    return PoundExplanation(
        publication_number=2,
        measure="M1",
        measure_title="Volunteering",
        theme="T1",
        unit="hours",
        edition_hash=HASH,
        framework="open-measures",
        edition="2026",
        proxy=proxy(),
        total_gbp=Decimal("1000.00"),
        groups=[group],
    )
