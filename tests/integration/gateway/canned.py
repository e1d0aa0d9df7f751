"""Answers of the five services, made of their own contracts."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from cdp_common.contracts.base import Batch, Page
from cdp_common.contracts.charter import Charter, CharterPledge, Pledge, Signatory
from cdp_common.contracts.commitments import CommitmentLine, ScheduledShare
from cdp_common.contracts.needs import AreaNeed
from cdp_common.contracts.partners import (
    Identifier,
    Membership,
    NamedItem,
    Organisation,
    Place,
    PriorTotal,
    Statement,
    StatementSignature,
)
from cdp_common.contracts.reporting import (
    CollectiveValue,
    Coverage,
    DisclosureRule,
    EditionUsed,
    FourFigures,
    Grouping,
    PoundExplanation,
    PoundGroup,
    Publication,
    PublicationChange,
    ValueCell,
    ValueFigure,
)
from cdp_common.contracts.tenders import (
    AskedMeasure,
    Lot,
    PinnedMeasure,
    Scoring,
    Tender,
    TenderTerms,
    TenderValue,
)
from cdp_common.contracts.toms import (
    Crosswalk,
    CrosswalkRow,
    Edition,
    ExplanationStep,
    Measure,
    MeasureBatch,
    MeasureKey,
    PackOutcome,
    PackTheme,
    Proxy,
    Source,
)

AT = datetime(2026, 7, 20, 9, 30, tzinfo=UTC)
HASH = "a" * 64
LEDGER_HASH = "b" * 64
CONTENT_HASH = "c" * 64


def uid(kind: str, number: int = 1) -> UUID:
    """A fixed id for each kind of thing and number."""
    return UUID(f"01890000-{ord(kind[0]):04x}-7{ord(kind[1]):03x}-8000-{number:012d}")


PLACE = uid("place")
EDITION = uid("edition")
CHARTER = uid("charter")
PUBLICATION = uid("publication", 2)


def organisation(number: int) -> Organisation:
    return Organisation(
        id=uid("organisation", number),
        legal_name=f"Organisation {number:02d}",
        kind="private",
        state="verified",
        identifiers=[Identifier(scheme="GB-COH", id=f"{number:08d}")],
        is_sme=True,
        is_vcse=None,
        website=None,
        data_status="synthetic_sample",
        created_at=AT,
    )


def place(number: int = 1, need_index: str | None = "imd-2019") -> Place:
    return Place(
        id=uid("place", number),
        slug=f"place-{number}",
        name=f"Place {number}",
        gss_code="E06000047",
        objectives=[NamedItem(code="O1", title="More jobs for local people")],
        commitments=[NamedItem(code="C1", title="Collaborate proactively", description="Together.")],
        phases=[],
        prior_totals=[
            PriorTotal(
                label="Phase 1",
                amount_gbp=Decimal("305000000.00"),
                period_text="2022 to 2024",
                publisher="The collective",
                method_text="Assessed elsewhere",
            )
        ],
        need_index=need_index,
        source="Sample",
        created_at=AT,
    )


def membership(number: int) -> Membership:
    return Membership(
        id=uid("membership", number),
        place_id=PLACE,
        organisation=organisation(number),
        role="lead" if number == 1 else "partner",
        valid_from=date(2022, 9, 29),
        valid_to=None,
        named_totals_agreed=True,
        assumed=True,
        source="Sample",
    )


def statement() -> Statement:
    return Statement(
        id=uid("statement"),
        place_id=PLACE,
        version="1",
        title="Statement of Intent",
        text="We will.",
        commitments=["C1"],
        source="Sample",
        published_at=AT,
        signatures=[
            StatementSignature(
                id=uid("sx", number),
                organisation_id=uid("organisation", number),
                organisation_name=f"Organisation {number:02d}",
                signed_on=date(2022, 9, 29),
                signed_by_role="Chief Executive",
                assumed=True,
            )
            for number in (1, 2)
        ],
    )


def charter() -> Charter:
    return Charter(
        id=CHARTER,
        place_id=PLACE,
        version="1.0",
        title="The Charter",
        preamble="We pledge.",
        pledges=[CharterPledge(code="P1", objective="O1", title="Jobs")],
        source="Sample",
        data_status="synthetic_sample",
        published_at=AT,
    )


def signatory(number: int) -> Signatory:
    commitment = CommitmentLine(
        line_id=uid("line", number),
        measure="M1",
        edition_hash=HASH,
        method_version="1",
        unit="hours",
        quantity=Decimal("100"),
        counted_quantity=Decimal("100.00000000"),
        social_gbp=Decimal("1796.00"),
        local_economic_gbp=Decimal("4.00"),
        fiscal_gbp=Decimal("0.00"),
        starts_on=date(2026, 4, 1),
        ends_on=date(2027, 3, 31),
        schedule=[ScheduledShare(due_on=date(2026, 9, 30), share=Decimal("1"))],
    )
    return Signatory(
        id=uid("signature", number),
        place_id=PLACE,
        charter_id=CHARTER,
        charter_version="1.0",
        organisation_id=uid("organisation", number),
        organisation_name=f"Organisation {number:02d}",
        organisation_kind="private",
        state="active",
        signed_on=date(2026, 4, 1),
        renewal_due_on=date(2027, 3, 3),
        expires_on=date(2027, 4, 1),
        signed_by_role="Director",
        pledges=[
            Pledge(
                id=uid("pledge", number),
                signature_id=uid("signature", number),
                pledge="P1",
                title="Jobs",
                objective="O1",
                text="We will.",
                starts_on=date(2026, 4, 1),
                ends_on=date(2027, 3, 31),
                commitment=commitment,
            )
        ],
        version=1,
        data_status="synthetic_sample",
    )


def tender(number: int) -> Tender:
    asked = PinnedMeasure(measure="M1", weight=Decimal("100"), title="Volunteering", unit="hours", decimals=2)
    terms = TenderTerms(
        edition_hash=HASH,
        measures=[AskedMeasure(measure="M1", weight=Decimal("100"))],
        scoring=Scoring(
            method="relative_to_highest",
            quantitative_share=Decimal("0.5"),
            qualitative_share=Decimal("0.5"),
        ),
        social_value_weight=Decimal("0.10"),
        deadline_at=AT,
        contract_starts_on=date(2026, 10, 1),
        contract_ends_on=date(2028, 9, 30),
        place_slug="place-1",
        local_area="County Durham (E06000047)",
    )
    return Tender(
        id=uid("tender", number),
        ocid=f"ocds-h6vhtk-{number:06d}",
        reference=f"T-{number}",
        title=f"Tender {number}",
        description=None,
        buyer_organisation_id=uid("organisation", number),
        place_id=PLACE,
        delivery_areas=[],
        value=TenderValue(amount_net=Decimal("250000.00")),
        foreign_value=None,
        lots=[Lot(id="1", title="Lot 1")],
        state="published",
        terms=terms,
        measures=[asked],
        bid_count=3,
        published_at=AT,
        deadline_at=AT,
        deadline_london="2026-07-20T10:30:00+01:00",
        opened_at=None,
        terms_version=1,
        bids_since_terms_version=1,
        version=2,
        data_status="synthetic_sample",
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


def area(code: str = "E01020634") -> AreaNeed:
    return AreaNeed(
        code=code, name="County Durham 001A", place="place-1", index="imd-2019", decile=1, band="severe"
    )


def page(items: list[Any], following: str | None = None) -> dict[str, Any]:
    """A page of a list, as JSON."""
    return Page[Any](items=[as_json(item) for item in items], next=following).model_dump(mode="json")


def batch(items: list[Any], missing: list[UUID] | None = None) -> dict[str, Any]:
    """The answer to a batch read, as JSON."""
    return Batch[Any](items=[as_json(item) for item in items], missing=missing or []).model_dump(mode="json")


def as_json(item: BaseModel) -> Any:
    """A contract as it travels."""
    return item.model_dump(mode="json")


def measure_batch(keys: list[dict[str, str]], known: set[str]) -> dict[str, Any]:
    """The measures of the known codes."""
    found = [key for key in keys if key["code"] in known]
    answer = MeasureBatch(
        items=[measure(key["code"]) for key in found],
        missing=[MeasureKey(**key) for key in keys if key not in found],
    )
    return answer.model_dump(mode="json")
