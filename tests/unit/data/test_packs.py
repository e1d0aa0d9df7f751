"""Reading packs: what is wrong is told by file and field, and nothing is lost silently."""

import re
import shutil
from pathlib import Path

import pytest

from cdp_tools.packs import PackInvalid, load_pack
from cdp_tools.yaml_files import DataFileMissing, DataFileUnreadable, read_mapping


@pytest.fixture
def folder(tmp_path: Path, pack_folder: Path) -> Path:
    return Path(shutil.copytree(pack_folder, tmp_path / "pack"))


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")


def faults_of(folder: Path) -> list[tuple[str, str]]:
    with pytest.raises(PackInvalid) as refused:
        load_pack(folder)
    for fault in refused.value.faults:
        assert fault.pointer in str(refused.value)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_names_stand_for_sources_factors_and_rows(folder: Path) -> None:
    pack = load_pack(folder)
    training = next(proxy for proxy in pack.proxies if proxy.code == "paid-training-week")
    assert [source.publisher for source in training.sources] == [
        "HM Government",
        "Office for National Statistics",
    ]
    job = next(measure for measure in pack.measures if measure.code == "OM-J01")
    assert job.additionality is not None
    assert str(job.additionality.leakage) == "0.10"
    objectives = pack.crosswalks[0]
    assert [(row.category, str(row.share)) for row in objectives.rows if row.measure == "OM-J02"] == [
        ("O1", "0.5"),
        ("O5", "0.5"),
    ]


def test_a_bare_number_is_refused_where_a_decimal_is_meant(folder: Path) -> None:
    change(folder / "proxies.yaml", 'central_gbp: "17.96"', "central_gbp: 17.96")
    assert faults_of(folder) == [("proxies.yaml#/proxies/paid-hour/central_gbp", "value_error")]


def test_a_wrong_unit_names_the_measure_and_the_field(folder: Path) -> None:
    change(folder / "measures.yaml", "unit: tco2e", "unit: tonnes")
    assert faults_of(folder) == [("measures.yaml#/measures/OM-E01/unit", "literal_error")]


def test_a_wrong_share_names_the_measure_and_the_category(folder: Path) -> None:
    change(folder / "crosswalks.yaml", 'OM-J01: {O1: "1"}', 'OM-J01: {O1: "1.5"}')
    assert faults_of(folder) == [
        ("crosswalks.yaml#/crosswalks/cdp-objectives/rows/OM-J01/O1/share", "less_than_equal")
    ]


def test_an_unknown_field_is_refused(folder: Path) -> None:
    change(folder / "pack.yaml", "effective_from: 2026-01-01", "effective_from: 2026-01-01\ncolour: green")
    assert faults_of(folder) == [("pack.yaml#/colour", "extra_forbidden")]


def test_every_fault_is_told_at_once(folder: Path) -> None:
    change(folder / "measures.yaml", "outcome: jobs-local", "outcome: jobs-somewhere")
    change(folder / "measures.yaml", "proxy: wellby", "proxy: wellbee")
    change(folder / "measures.yaml", "excludes: [OM-E02]", "excludes: [OM-E99]")
    change(folder / "crosswalks.yaml", 'OM-J01: {P3: "1"}', 'OM-X01: {P9: "1"}')
    change(folder / "pack.yaml", "theme: economy,", "theme: economics,")
    assert faults_of(folder) == [
        ("pack.yaml#/outcomes/economy-spend/theme", "code_unknown"),
        ("measures.yaml#/measures/OM-J01/outcome", "code_unknown"),
        ("measures.yaml#/measures/OM-C03/proxy", "code_unknown"),
        ("measures.yaml#/measures/OM-E01/excludes", "code_unknown"),
        ("crosswalks.yaml#/crosswalks/cles-pillars/rows", "code_unknown"),
        ("crosswalks.yaml#/crosswalks/cles-pillars/rows", "code_unknown"),
    ]


def test_a_measure_may_not_exclude_itself(folder: Path) -> None:
    change(folder / "measures.yaml", "excludes: [OM-E02]", "excludes: [OM-E01]")
    assert faults_of(folder) == [("measures.yaml#/measures/OM-E01/excludes", "code_unknown")]


@pytest.mark.parametrize("after", ["valuation: none\n    proxy: wellby", "valuation: proxy"])
def test_a_proxy_goes_with_its_kind_of_valuation(folder: Path, after: str) -> None:
    change(folder / "measures.yaml", "valuation: proxy\n    proxy: wellby", after)
    assert faults_of(folder) == [("measures.yaml#/measures/OM-C03/proxy", "proxy_mismatch")]


def test_a_code_used_twice_is_refused(folder: Path) -> None:
    change(folder / "measures.yaml", "code: OM-E08", "code: OM-E06")
    change(folder / "multipliers.yaml", "industry: ict", "industry: retail")
    assert ("measures.yaml#/measures/OM-E06", "repeated") in faults_of(folder)
    assert ("multipliers.yaml#/multipliers/county-durham/retail", "repeated") in faults_of(folder)


@pytest.mark.parametrize(
    ("file", "before", "after", "pointer"),
    [
        (
            "proxies.yaml",
            "sources: [durham-pay-2025]",
            "sources: [durham-pay]",
            "proxies.yaml#/proxies/local-fte-year/sources",
        ),
        (
            "measures.yaml",
            "additionality: employment-and-skills",
            "additionality: health",
            "measures.yaml#/measures/OM-J01/additionality",
        ),
        (
            "multipliers.yaml",
            "source: ons-io-2023-county-durham",
            "source: ons",
            "multipliers.yaml#/multipliers/construction/source",
        ),
    ],
)
def test_a_name_that_stands_for_nothing_is_refused(
    folder: Path, file: str, before: str, after: str, pointer: str
) -> None:
    change(folder / file, before, after)
    assert faults_of(folder) == [(pointer, "name_unknown")]


def test_a_list_in_the_wrong_file_is_refused(folder: Path) -> None:
    change(folder / "pack.yaml", "framework: open-measures", "measures: []\nframework: open-measures")
    change(folder / "multipliers.yaml", "multipliers:", "multiplier:")
    assert faults_of(folder) == [
        ("pack.yaml#/measures", "misplaced"),
        ("multipliers.yaml#/multipliers", "list_missing"),
        ("multipliers.yaml#/multiplier", "misplaced"),
    ]


def test_multipliers_and_crosswalks_may_be_left_out(folder: Path) -> None:
    (folder / "multipliers.yaml").unlink()
    (folder / "crosswalks.yaml").unlink()
    pack = load_pack(folder)
    assert (pack.multipliers, pack.crosswalks, len(pack.measures)) == ([], [], 51)


@pytest.mark.parametrize("file", ["pack.yaml", "measures.yaml", "proxies.yaml"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(DataFileMissing, match=re.escape(file)):
        load_pack(folder)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "line 4: 'c' is written twice"),
        ("a: [1, 2\n", "line 2: expected ',' or ']'"),
        ("? [a, b]\n: 1\n", "line 1: a key must be plain text"),
        ("a: !!python/object/apply:os.getcwd []\n", "line 1: could not determine a constructor"),
        ("- 1\n", "named fields at its top level"),
        ("", "named fields at its top level"),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_why(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "some.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataFileUnreadable, match=re.escape(words)) as refused:
        read_mapping(file)
    assert str(refused.value).startswith("some.yaml: ")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "some.yaml"
    file.write_bytes(b"a: \xff\n")
    with pytest.raises(DataFileUnreadable, match="not UTF-8"):
        read_mapping(file)


def test_aliases_and_merged_fields_are_read(tmp_path: Path) -> None:
    file = tmp_path / "some.yaml"
    file.write_text(
        "first: &first {a: 1, b: 2}\nsecond: {<<: *first, b: 3}\nthird: *first\n", encoding="utf-8"
    )
    assert read_mapping(file) == {
        "first": {"a": 1, "b": 2},
        "second": {"a": 1, "b": 3},
        "third": {"a": 1, "b": 2},
    }
