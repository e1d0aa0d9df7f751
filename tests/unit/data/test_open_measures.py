"""The open catalogue: complete, consistent, and every value worked out again from the published figures."""

from collections import defaultdict
from decimal import Decimal
from typing import get_args

import pytest
from tests.unit.data.figures import EXPECTED, MULTIPLIERS

from cdp_common.contracts.toms import Unit
from toms_engine.domain.edition import EditionContent

# A measure that fits none of a scheme's categories is left out there and shows as not mapped.
NOT_MAPPED = {
    "cdp-objectives": set(),
    "un-sdgs": set(),
    "cles-pillars": {
        "OM-S04", "OM-S05", "OM-S06", "OM-S07", "OM-S08",
        "OM-C01", "OM-C03", "OM-C04", "OM-C05", "OM-C06", "OM-C08", "OM-C09", "OM-C10", "OM-C12",
        "OM-E01", "OM-E02", "OM-E05", "OM-E07", "OM-E08",
    },
    "ppn-002-missions": {
        "OM-C01", "OM-C02", "OM-C05", "OM-C07", "OM-C08", "OM-C09",
        "OM-E03", "OM-E04", "OM-E06", "OM-E07",
    },
}  # fmt: skip
MAPPED_TO_PURPOSE_GOALS = {
    "OM-S04", "OM-S05", "OM-S06", "OM-S07", "OM-S09",
    "OM-L01", "OM-L02", "OM-L03", "OM-L04", "OM-L05", "OM-L07", "OM-L08", "OM-L09",
    "OM-C09",
}  # fmt: skip


def test_the_pack_is_the_open_measures_of_2026(pack: EditionContent) -> None:
    assert (pack.framework, pack.edition, pack.data_status) == ("open-measures", "2026", "actual")
    assert len(pack.themes) == 5
    assert len(pack.measures) == 51
    assert pack.counts_initial_spend is False


def test_every_unit_is_used_and_some_measures_carry_no_pounds(pack: EditionContent) -> None:
    assert {measure.unit for measure in pack.measures} == set(get_args(Unit))
    assert {measure.valuation for measure in pack.measures} == {"proxy", "local_multiplier", "none"}
    for measure in pack.measures:
        if measure.unit in {"percentage", "text"}:
            assert measure.valuation == "none", measure.code


def test_every_theme_outcome_and_proxy_is_used(pack: EditionContent) -> None:
    assert {outcome.theme for outcome in pack.outcomes} == {theme.code for theme in pack.themes}
    assert {measure.outcome for measure in pack.measures} == {outcome.code for outcome in pack.outcomes}
    assert {measure.proxy for measure in pack.measures if measure.proxy} == {p.code for p in pack.proxies}


def test_every_measure_is_explained_to_people(pack: EditionContent) -> None:
    for measure in pack.measures:
        assert len(measure.guidance) > 80, measure.code
        assert measure.evidence, measure.code
        assert measure.objectives, measure.code


def test_only_local_jobs_and_local_spend_are_local_economic_value(pack: EditionContent) -> None:
    components = {proxy.code: proxy.component for proxy in pack.proxies}
    local = {
        measure.code
        for measure in pack.measures
        if measure.valuation == "local_multiplier"
        or (measure.proxy and components[measure.proxy] == "local_economic")
    }
    assert local == {"OM-J01", "OM-L01"}
    assert {multiplier.component for multiplier in pack.multipliers} == {"local_economic"}


def test_local_multipliers_are_those_of_the_county(pack: EditionContent) -> None:
    assert {(row.place, row.industry): row.multiplier for row in pack.multipliers} == MULTIPLIERS


def test_the_pack_holds_every_open_proxy_and_no_other(pack: EditionContent) -> None:
    assert {proxy.code for proxy in pack.proxies} == set(EXPECTED)


def test_additionality_says_who_chose_the_factors(pack: EditionContent) -> None:
    with_factors = [measure for measure in pack.measures if measure.additionality]
    assert {measure.code for measure in with_factors} == {
        "OM-J01", "OM-J02", "OM-J03", "OM-J04", "OM-J05", "OM-S01", "OM-S02", "OM-S03",
    }  # fmt: skip
    for measure in with_factors:
        factors = measure.additionality
        assert factors is not None
        kept = Decimal(1)
        for share in (factors.deadweight, factors.displacement, factors.leakage, factors.substitution):
            assert share is not None
            kept *= 1 - share
        assert kept == Decimal("0.612")
        assert "chosen by a secondary source (econstack)" in factors.source
        assert "not published by HM Treasury" in factors.source


def test_exclusions_are_written_on_both_sides(pack: EditionContent) -> None:
    excludes = {measure.code: set(measure.excludes) for measure in pack.measures}
    one_sided = [(a, b) for a, others in excludes.items() for b in others if a not in excludes[b]]
    assert one_sided == []
    assert "OM-J01" in excludes["OM-L01"]


def test_one_person_belongs_to_one_group_and_may_also_be_a_local_job(pack: EditionContent) -> None:
    excludes = {measure.code: set(measure.excludes) for measure in pack.measures}
    groups = {"OM-J02", "OM-J03", "OM-J04", "OM-J05", "OM-J06"}
    for code in groups:
        assert excludes[code] == groups - {code}
        assert code not in excludes["OM-J01"]


def test_every_measure_serves_the_objectives_that_it_names(pack: EditionContent) -> None:
    objectives = next(found for found in pack.crosswalks if found.scheme == "cdp-objectives")
    mapped = defaultdict(set)
    for row in objectives.rows:
        mapped[row.measure].add(row.category)
    assert mapped == {measure.code: set(measure.objectives) for measure in pack.measures}
    assert set(objectives.categories) == {"O1", "O2", "O3", "O4", "O5", "O6"}
    assert set().union(*mapped.values()) == set(objectives.categories)


def test_crosswalks_cover_the_systems_of_the_documents(pack: EditionContent) -> None:
    sizes = {crosswalk.scheme: len(crosswalk.categories) for crosswalk in pack.crosswalks}
    assert sizes == {
        "cdp-objectives": 6,
        "cles-pillars": 5,
        "un-sdgs": 17,
        "purpose-goals": 15,
        "ppn-002-missions": 5,
    }


def test_every_measure_is_mapped_or_known_to_fit_nowhere(pack: EditionContent) -> None:
    codes = {measure.code for measure in pack.measures}
    left_out = {
        crosswalk.scheme: codes - {row.measure for row in crosswalk.rows} for crosswalk in pack.crosswalks
    }
    assert left_out == {**NOT_MAPPED, "purpose-goals": codes - MAPPED_TO_PURPOSE_GOALS}
    for crosswalk in pack.crosswalks:
        if crosswalk.scheme in {"cdp-objectives", "cles-pillars", "ppn-002-missions"}:
            assert {row.category for row in crosswalk.rows} == set(crosswalk.categories), crosswalk.scheme


@pytest.mark.parametrize(
    ("theme", "objectives"),
    [
        ("jobs", {"O1", "O4", "O5"}),
        ("skills", {"O1", "O4"}),
        ("economy", {"O1", "O6"}),
        ("communities", {"O3", "O5", "O6"}),
        ("environment", {"O2", "O3", "O4"}),
    ],
)
def test_each_theme_serves_its_objectives(pack: EditionContent, theme: str, objectives: set[str]) -> None:
    outcomes = {outcome.code for outcome in pack.outcomes if outcome.theme == theme}
    served = {code for measure in pack.measures if measure.outcome in outcomes for code in measure.objectives}
    assert served == objectives


def test_every_way_of_adding_up_and_of_valuing_occurs(pack: EditionContent) -> None:
    kinds: dict[str, set[str]] = defaultdict(set)
    for measure in pack.measures:
        kinds[measure.accumulation].add(measure.valuation)
    assert kinds == {
        "flow": {"proxy", "local_multiplier", "none"},
        "stock": {"proxy", "none"},
        "latest": {"none"},
        "ratio": {"none"},
    }
    assert {proxy.code for proxy in pack.proxies if proxy.low_gbp is not None} == {
        "paid-training-week",
        "wellby",
    }
    assert {proxy.code for proxy in pack.proxies if proxy.series} == {"carbon-tonne", "car-mile"}
