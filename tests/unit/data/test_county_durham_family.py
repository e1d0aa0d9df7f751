"""The tailoring for County Durham: it selects, adds and explains, and leaves every value as it was."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from cdp_tools.packs import check_pack
from toms_engine.domain.edition import EditionContent

ROOT = Path(__file__).parents[3]
LEFT_OUT = {"OM-J10", "OM-S08", "OM-L06", "OM-C10"}
ADDED = {"CDF-01", "CDF-02", "CDF-03", "CDF-04"}
SHARED = ("../shared/data/durham_lsoa_imd.csv", "../../shared/data/durham_lsoa_imd.csv")


@pytest.fixture(scope="module")
def family(data_folder: Path) -> EditionContent:
    return check_pack(data_folder / "frameworks" / "county-durham-family-2026").content


def test_it_tailors_the_open_measures_by_hash(family: EditionContent, pack_folder: Path) -> None:
    assert family.derived_from == check_pack(pack_folder).edition_hash
    assert (family.parent_framework, family.parent_edition) == ("open-measures", "2026")


def test_it_leaves_out_four_measures_and_adds_four(family: EditionContent, pack: EditionContent) -> None:
    kept = {measure.code for measure in family.measures}
    parent = {measure.code for measure in pack.measures}
    assert (parent - kept, kept - parent) == (LEFT_OUT, ADDED)
    assert {measure.code for measure in family.measures if measure.origin == "added"} == ADDED


def test_no_value_is_changed(family: EditionContent, pack: EditionContent) -> None:
    before = {measure.code: measure for measure in pack.measures}
    for measure in family.measures:
        if measure.code in ADDED:
            assert measure.valuation == "none"
            continue
        old = before[measure.code]
        assert measure.revalued_because is None
        same = ("unit", "decimals", "accumulation", "year_rule", "valuation", "proxy", "additionality")
        assert [name for name in same if getattr(measure, name) != getattr(old, name)] == []
    assert {proxy.code for proxy in pack.proxies} - {proxy.code for proxy in family.proxies} == {
        "prison-year"
    }
    values = {
        proxy.code: (proxy.low_gbp, proxy.central_gbp, proxy.high_gbp, proxy.series) for proxy in pack.proxies
    }
    for proxy in family.proxies:
        assert (proxy.low_gbp, proxy.central_gbp, proxy.high_gbp, proxy.series) == values[proxy.code]
    assert [(row.place, row.industry, row.multiplier) for row in family.multipliers] == [
        (row.place, row.industry, row.multiplier) for row in pack.multipliers
    ]


def test_guidance_says_what_local_means_in_the_county(family: EditionContent) -> None:
    guidance = {measure.code: measure.guidance for measure in family.measures}
    assert "E06000047" in guidance["OM-J01"]
    assert "DH, DL, NE, SR and TS" in guidance["OM-J01"]
    industries = {row.industry for row in family.multipliers}
    assert industries == {
        "construction",
        "manufacturing",
        "public-administration",
        "retail",
        "ict",
        "professional",
    }
    for name in ("construction", "manufacturing", "public administration", "retail", "ICT", "professional"):
        assert name in guidance["OM-L01"]


def test_every_tag_is_used(family: EditionContent) -> None:
    tags = Counter(tag for measure in family.measures for tag in measure.tags)
    assert tags == {"first-report": 11, "tender": 11, "joint": 12}


def test_what_is_added_is_mapped_to_objectives_and_goals(family: EditionContent) -> None:
    for crosswalk in family.crosswalks:
        mapped = {row.measure for row in crosswalk.rows}
        assert not mapped & LEFT_OUT
        assert crosswalk.adds_up
        if crosswalk.scheme in {"cdp-objectives", "un-sdgs"}:
            assert mapped == {measure.code for measure in family.measures}
    objectives = next(found for found in family.crosswalks if found.scheme == "cdp-objectives")
    assert set(objectives.categories) == {"O1", "O2", "O3", "O4", "O5", "O6"}


@pytest.mark.parametrize(
    ("year", "areas", "health", "employment", "overall"),
    [("2025", 330, 129, 84, 56), ("2019", 324, 82, 80, 39)],
)
def test_the_counts_of_deprived_areas_in_its_description_are_those_of_the_index(
    family: EditionContent, year: str, areas: int, health: int, employment: int, overall: int
) -> None:
    text = " ".join(family.description.split())
    for count in (areas, health, employment, overall):
        assert str(count) in text
    found = [ROOT / name for name in SHARED if (ROOT / name).exists()]
    if not found:
        pytest.skip("the county's rows of the index are not on this machine")
    with found[0].open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["imd_year"] == year]
    first = {name: sum(row[name] == "1" for row in rows) for name in rows[0] if name.endswith("_decile")}
    assert len(rows) == areas
    assert (first["Health_decile"], first["Employment_decile"], first["IMD_decile"]) == (
        health, employment, overall,
    )  # fmt: skip
