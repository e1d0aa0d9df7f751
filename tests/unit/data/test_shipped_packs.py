"""Every framework pack that is shipped holds to its own rules, and no value in it is taken on trust."""

import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import pytest
from tests.unit.data.figures import EXPECTED, GDP_DEFLATOR, MULTIPLIERS, PENNY, half_up

from cdp_tools.packs import check_pack
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.edition import EditionContent
from toms_engine.domain.errors import LinesRefused
from toms_engine.domain.line import Line, Options
from toms_engine.domain.pack_rules import pack_faults
from toms_engine.domain.valuation import value_lines
from toms_engine.storage.published_figures import shipped_figures

FRAMEWORKS = Path(__file__).parents[3] / "data" / "frameworks"
COUNTS = {  # folder: measures, proxies
    "county-durham-family-2026": (51, 13),
    "lain-2022": (15, 0),
    "licensed-example-1": (11, 9),
    "open-measures-2026": (51, 14),
}
SYNTHETIC = {"licensed-example-1"}
LICENCES = {
    "Open Government Licence v3.0",
    "Open Government Licence v3.0 (ASHE)",
    "CC BY 4.0 / Open Government Licence",
}
SCHEMES = {"cdp-objectives", "cles-pillars", "un-sdgs", "purpose-goals", "ppn-002-missions"}
GOALS_WITH_TITLES = {"G1", "G2", "G4", "G9", "G15"}


@pytest.fixture(scope="module")
def packs() -> dict[str, EditionContent]:
    return {name: check_pack(FRAMEWORKS / name).content for name in COUNTS}


@pytest.fixture(params=sorted(COUNTS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shipped(packs: dict[str, EditionContent], name: str) -> EditionContent:
    return packs[name]


def test_every_folder_is_a_pack_that_is_checked_here() -> None:
    assert sorted(folder.name for folder in FRAMEWORKS.iterdir()) == sorted(COUNTS)


def test_a_pack_passes_the_engines_own_check(shipped: EditionContent) -> None:
    assert pack_faults(shipped) == []


def test_a_folder_is_named_after_framework_and_edition(shipped: EditionContent, name: str) -> None:
    assert f"{shipped.framework}-{shipped.edition}" == name


def test_a_pack_has_the_measures_and_proxies_it_is_known_for(shipped: EditionContent, name: str) -> None:
    assert (len(shipped.measures), len(shipped.proxies)) == COUNTS[name]


def test_every_measure_is_explained_and_asks_for_evidence(shipped: EditionContent) -> None:
    for measure in shipped.measures:
        assert len(measure.guidance) > 40, measure.code
        assert measure.evidence, measure.code


def test_every_theme_outcome_and_proxy_is_used(shipped: EditionContent) -> None:
    assert {outcome.theme for outcome in shipped.outcomes} == {theme.code for theme in shipped.themes}
    assert {measure.outcome for measure in shipped.measures} == {outcome.code for outcome in shipped.outcomes}
    assert {measure.proxy for measure in shipped.measures if measure.proxy} == {
        proxy.code for proxy in shipped.proxies
    }


def test_exclusions_are_written_on_both_sides(shipped: EditionContent) -> None:
    excludes = {measure.code: set(measure.excludes) for measure in shipped.measures}
    assert [(a, b) for a, others in excludes.items() for b in others if a not in excludes[b]] == []


# ------------------------------------------------------------------ values
def test_every_value_is_what_its_published_figures_come_to(shipped: EditionContent, name: str) -> None:
    for proxy in shipped.proxies:
        if name in SYNTHETIC and not proxy.redistributable:
            continue
        expected = EXPECTED[proxy.code]
        written = (proxy.low_gbp, proxy.central_gbp, proxy.high_gbp)
        assert written == (expected.value or (None, None, None)), proxy.code
        series = {point.year: (point.low_gbp, point.central_gbp, point.high_gbp) for point in proxy.series}
        assert series == expected.series, proxy.code
        kind = (proxy.price_year, proxy.component, proxy.value_type)
        assert kind == (expected.price_year, expected.component, expected.value_type), proxy.code
        assert [text for text in expected.inputs if text not in proxy.derivation] == [], proxy.code


def test_every_multiplier_is_the_published_one(shipped: EditionContent) -> None:
    for row in shipped.multipliers:
        assert row.multiplier == MULTIPLIERS[row.place, row.industry]
        assert row.component == "local_economic"


def test_every_derivation_says_how_to_redo_it(shipped: EditionContent) -> None:
    for proxy in shipped.proxies:
        parts = ("Formula:", "Inputs:", "Rounding:", "Price year:")
        assert [part for part in parts if part not in proxy.derivation] == [], proxy.code
        assert str(proxy.price_year) in proxy.derivation, proxy.code


def test_every_figure_names_publisher_edition_place_and_licence(shipped: EditionContent) -> None:
    for proxy in shipped.proxies:
        for source in proxy.sources:
            named = (source.publisher, source.title, source.edition, source.locator)
            assert all(text.strip() for text in named), proxy.code
            assert source.url.startswith("https://"), proxy.code
        assert proxy.licence in LICENCES or not proxy.redistributable, proxy.code


def test_an_invented_value_says_so_and_may_not_be_passed_on(packs: dict[str, EditionContent]) -> None:
    example = packs["licensed-example-1"]
    assert example.data_status == "synthetic_sample"
    closed = [proxy for proxy in example.proxies if not proxy.redistributable]
    assert len(closed) == 8
    for proxy in closed:
        assert "invented" in proxy.derivation, proxy.code
        assert proxy.licence == "Invented; values may not be passed on"
        assert "fictional" in proxy.sources[0].publisher
    open_packs = [pack for pack in packs.values() if pack is not example]
    assert {pack.data_status for pack in open_packs} == {"actual"}
    assert all(proxy.redistributable for pack in open_packs for proxy in pack.proxies)


def test_anchors_in_london_count_and_carry_no_pounds(packs: dict[str, EditionContent]) -> None:
    lain = packs["lain-2022"]
    assert [theme.title for theme in lain.themes] == [
        "Good Work",
        "Mentoring Young People",
        "Procurement",
        "Net Zero",
        "Place",
    ]
    assert {measure.valuation for measure in lain.measures} == {"none"}
    assert {measure.unit for measure in lain.measures} == {
        "count",
        "percentage",
        "gbp_spent",
        "tco2e",
        "text",
    }


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ("LAIN-M1", "15,000 by 2022 and 100,000 by 2024"),
        ("LAIN-P1", "£750m"),
        ("LAIN-P3", "stated 100 so far"),
        ("LAIN-N1", "70 or more buildings"),
        ("LAIN-N3", "stated 1,000 so far"),
        ("LAIN-G1", "4,000 or more"),
        ("LAIN-G4", "7,000 or more"),
        ("LAIN-G5", "10 accredited anchors"),
    ],
)
def test_the_numbers_that_the_network_stated_stand_with_their_measure(
    packs: dict[str, EditionContent], measure: str, words: str
) -> None:
    found = next(item for item in packs["lain-2022"].measures if item.code == measure)
    assert words in found.guidance


def test_what_the_network_set_itself_is_a_target_in_numbers_of_people(
    packs: dict[str, EditionContent],
) -> None:
    lain = packs["lain-2022"]
    targets = [(item.measure, item.value, item.unit, item.due, item.aim) for item in lain.targets]
    assert targets == [
        ("LAIN-M1", Decimal(15000), "count", date(2022, 12, 31), "at_least"),
        ("LAIN-M1", Decimal(100000), "count", date(2024, 12, 31), "at_least"),
    ]
    for target in lain.targets:
        assert target.source.publisher == "London Anchor Institutions' Network"
        assert "this project's reading" in (target.note or "")


def test_every_measure_of_the_network_stands_in_one_workstream(packs: dict[str, EditionContent]) -> None:
    lain = packs["lain-2022"]
    themes = {outcome.code: outcome.theme for outcome in lain.outcomes}
    by_theme = {
        stream.code: [measure.code for measure in lain.measures if themes[measure.outcome] == stream.code]
        for stream in lain.workstreams
    }
    assert {stream.code: list(stream.measures) for stream in lain.workstreams} == by_theme
    assert sum(len(codes) for codes in by_theme.values()) == len(lain.measures)


# ------------------------------------------------------------------ price years
def test_a_value_of_an_earlier_year_is_uprated_by_the_deflator(
    packs: dict[str, EditionContent],
) -> None:
    pounds = half_up(Fraction(9800) * Fraction(GDP_DEFLATOR[2024]) / Fraction(GDP_DEFLATOR[2012]), PENNY)
    assert pounds == Decimal("13624.47")
    kept = half_up(Fraction(9800) * 100 / Fraction("71.9294") * Fraction("0.612"), PENNY)
    [valued] = value_lines(
        _catalogue(packs), [_claimant()], Options(uprate_to_price_year=2024), shipped_figures()
    )
    assert (valued.social_pence, valued.fiscal_pence) == (int(kept * 100), int(kept * 100))
    uprating = next(step for step in valued.steps if step.rule == "uprating")
    assert (uprating.factor, uprating.divisor) == (Decimal("100"), Decimal("71.9294"))
    assert "From 2012 to 2024 prices by the GDP deflator" in uprating.text


def test_a_price_year_without_a_published_deflator_is_not_guessed(packs: dict[str, EditionContent]) -> None:
    years = {proxy.code: proxy.price_year for proxy in packs["open-measures-2026"].proxies}
    assert {code for code, year in years.items() if year not in GDP_DEFLATOR} == {
        "local-fte-year", "neet-18-24-year", "paid-hour", "paid-training-week", "pound-given", "prison-year",
        "rough-sleeper-year", "youth-first-time-entrant",
    }  # fmt: skip
    line = _claimant("OM-J05")
    with pytest.raises(LinesRefused) as refused:
        value_lines(_catalogue(packs), [line], Options(uprate_to_price_year=2024), shipped_figures())
    assert [fault.code for fault in refused.value.errors] == ["price_year_unknown"]


def _catalogue(packs: dict[str, EditionContent]) -> Catalogue:
    content = packs["open-measures-2026"]
    return Catalogue.of(UUID("019a0000-0000-7000-8000-000000000001"), "0" * 64, content)


def _claimant(measure: str = "OM-J02") -> Line:
    """One person in a first full year of work."""
    return Line(
        ref="1",
        measure=measure,
        quantity=Decimal(1),
        unit="fte_years",
        period_start=date(2026, 1, 1),
        period_end=date(2026, 12, 31),
        started_on=date(2026, 1, 1),
    )


# ------------------------------------------------------------------ crosswalks
def test_the_shares_of_a_measure_add_up_to_one_in_every_scheme(shipped: EditionContent) -> None:
    for crosswalk in shipped.crosswalks:
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for row in crosswalk.rows:
            totals[row.measure] += row.share
        assert set(totals.values()) == {Decimal(1)}, crosswalk.scheme


def test_a_crosswalk_promises_that_it_adds_up_and_names_its_source(shipped: EditionContent) -> None:
    for crosswalk in shipped.crosswalks:
        assert (crosswalk.additive, crosswalk.adds_up) == (True, True), crosswalk.scheme
        assert crosswalk.source is not None, crosswalk.scheme
        assert crosswalk.source.url.startswith("https://"), crosswalk.scheme


def test_shares_are_halves_or_the_whole(shipped: EditionContent) -> None:
    shares = {row.share for crosswalk in shipped.crosswalks for row in crosswalk.rows}
    assert shares <= {Decimal("0.5"), Decimal(1)}


def test_every_measure_has_a_development_goal(shipped: EditionContent) -> None:
    goals = next(found for found in shipped.crosswalks if found.scheme == "un-sdgs")
    assert {row.measure for row in goals.rows} == {measure.code for measure in shipped.measures}


def test_a_scheme_has_the_same_categories_in_every_pack(packs: dict[str, EditionContent]) -> None:
    largest: dict[str, dict[str, str]] = {}
    for pack in packs.values():
        for crosswalk in pack.crosswalks:
            known = largest.setdefault(crosswalk.scheme, dict(crosswalk.categories))
            both = known.keys() & crosswalk.categories.keys()
            assert {code: known[code] for code in both} == {
                code: crosswalk.categories[code] for code in both
            }, crosswalk.scheme
    assert {
        "cdp-objectives",
        "cles-pillars",
        "un-sdgs",
        "purpose-goals",
        "ppn-002-missions",
    } <= largest.keys()


def test_only_confirmed_purpose_goals_have_titles_and_measures(shipped: EditionContent) -> None:
    for crosswalk in shipped.crosswalks:
        if crosswalk.scheme == "purpose-goals":
            assert list(crosswalk.categories) == [f"G{number}" for number in range(1, 16)]
            titled = {
                code for code, title in crosswalk.categories.items() if not re.fullmatch(r"Goal \d+", title)
            }
            assert titled == GOALS_WITH_TITLES
            assert {row.category for row in crosswalk.rows} <= GOALS_WITH_TITLES
