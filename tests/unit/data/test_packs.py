"""Reading packs: every fault is told by file, line, column and field, and nothing is lost silently."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_tools import pack_documents
from cdp_tools.pack_documents import PackFaulty, read_document, told_in_a_line
from cdp_tools.packs import check_pack, load_pack
from toms_engine.domain.canonical import edition_hash


@pytest.fixture
def folder(tmp_path: Path, pack_folder: Path) -> Path:
    return Path(shutil.copytree(pack_folder, tmp_path / "frameworks" / "pack"))


def change(file: Path, before: str, after: str) -> int:
    """Changes the first such text, and gives the line in which it stands."""
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    return text[: text.index(before)].count("\n") + 1


def faults_of(path: Path, *parents: Path) -> list[tuple[str, int, str, str]]:
    """File, line, field and code of each fault."""
    with pytest.raises(PackFaulty) as refused:
        check_pack(path, parents)
    for fault in refused.value.faults:
        assert told_in_a_line(fault) in str(refused.value)
    return [(fault.place.file, fault.place.line, fault.field, fault.code) for fault in refused.value.faults]


def test_names_stand_for_sources_factors_and_rows(folder: Path) -> None:
    content = check_pack(folder).content
    training = next(proxy for proxy in content.proxies if proxy.code == "paid-training-week")
    assert [source.publisher for source in training.sources] == [
        "HM Government",
        "Office for National Statistics",
    ]
    job = next(measure for measure in content.measures if measure.code == "OM-J01")
    assert job.additionality is not None
    assert str(job.additionality.leakage) == "0.10"
    rows = content.crosswalks[0].rows
    assert [(row.category, str(row.share)) for row in rows if row.measure == "OM-J02"] == [
        ("O1", "0.5"),
        ("O5", "0.5"),
    ]


def test_one_file_says_the_same_as_a_folder_in_yaml_or_json(folder: Path, tmp_path: Path) -> None:
    whole = check_pack(folder)
    one_file = tmp_path / "whole.json"
    one_file.write_text("\t" + json.dumps(whole.pack.model_dump(mode="json"), indent="\t"), encoding="utf-8")
    assert check_pack(one_file).edition_hash == whole.edition_hash
    (folder / "measures.yaml").rename(folder / "measures.yml")
    crosswalks = yaml.load((folder / "crosswalks.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    (folder / "crosswalks.yaml").unlink()
    (folder / "crosswalks.json").write_text(json.dumps(crosswalks, default=str))
    (folder / "README.md").write_text("Not part of the pack.")
    assert check_pack(folder).edition_hash == whole.edition_hash


SHAPES = [
    (
        "proxies.yaml",
        'central_gbp: "17.96"',
        "central_gbp: 17.96",
        "proxies/paid-hour/central_gbp",
        "invalid",
    ),
    ("measures.yaml", "unit: tco2e", "unit: tonnes", "measures/OM-E01/unit", "not_allowed"),
    (
        "crosswalks.yaml",
        'OM-J01: {O1: "1"}',
        'OM-J01: {O1: "1.5"}',
        "crosswalks/cdp-objectives/rows/OM-J01/O1",
        "out_of_range",
    ),
    ("pack.yaml", "effective_from:", "colour: green\neffective_from:", "colour", "unknown_field"),
]
NAMES = [
    (
        "measures.yaml",
        "additionality: employment-and-skills",
        "additionality: x",
        "measures/OM-J01/additionality",
    ),
    ("proxies.yaml", "[durham-pay-2025]", "[durham-pay]", "proxies/local-fte-year/sources/0"),
    (
        "multipliers.yaml",
        "source: ons-io-2023-county-durham",
        "source: ons",
        "multipliers/county-durham/construction/source",
    ),
]
RULES = [
    ("pack.yaml", "theme: economy,", "theme: economics,", "outcomes/economy-spend/theme", "theme_unknown"),
    ("measures.yaml", "outcome: jobs-local", "outcome: jobs", "measures/OM-J01/outcome", "outcome_unknown"),
    ("measures.yaml", "code: OM-E08", "code: OM-E06", "measures/OM-E06/code", "code_duplicate"),
    (
        "crosswalks.yaml",
        'OM-J01: {P3: "1"}',
        'OM-J01: {P9: "1"}',
        "crosswalks/cles-pillars/rows/OM-J01/P9/category",
        "category_unknown",
    ),
    (
        "multipliers.yaml",
        "industry: ict",
        "industry: retail",
        "multipliers/county-durham/retail/industry",
        "multiplier_duplicate",
    ),
]


@pytest.mark.parametrize("faults", [SHAPES, [(*name, "name_unknown") for name in NAMES], RULES])
def test_faults_are_told_with_file_line_and_field(
    folder: Path, faults: list[tuple[str, str, str, str, str]]
) -> None:
    expected = {
        (file, change(folder / file, before, after), field, code)
        for file, before, after, field, code in faults
    }
    told = faults_of(folder)
    # A measure that lost its outcome or code is missed elsewhere too; those faults are told as well.
    assert expected <= set(told), sorted(told)


def test_the_column_is_that_of_the_field(folder: Path) -> None:
    line = change(folder / "pack.yaml", "theme: economy,", "theme: economics,")
    with pytest.raises(PackFaulty) as refused:
        check_pack(folder)
    place = refused.value.faults[0].place
    text = (folder / "pack.yaml").read_text(encoding="utf-8").splitlines()[line - 1]
    assert (place.line, place.column) == (line, text.index("theme: economics") + 1)


def test_a_missing_field_is_told_where_its_part_begins(folder: Path) -> None:
    line = change(folder / "measures.yaml", "    unit: fte_years\n", "")
    [(file, told, field, code)] = faults_of(folder)
    assert (file, field, code) == ("measures.yaml", "measures/OM-J01/unit", "required")
    lines = (folder / "measures.yaml").read_text(encoding="utf-8").splitlines()
    assert told < line
    assert lines[told - 1] == "  - code: OM-J01"


def test_every_fault_is_told_at_once(folder: Path) -> None:
    change(folder / "measures.yaml", "outcome: jobs-local", "outcome: jobs-somewhere")
    change(folder / "measures.yaml", "proxy: wellby", "proxy: wellbee")
    change(folder / "measures.yaml", "excludes: [OM-E02]", "excludes: [OM-E99]")
    change(folder / "crosswalks.yaml", 'OM-J01: {P3: "1"}', 'OM-X01: {P9: "1"}')
    assert [(file, field, code) for file, _, field, code in faults_of(folder)] == [
        ("measures.yaml", "measures/OM-J01/outcome", "outcome_unknown"),
        ("measures.yaml", "measures/OM-C03/proxy", "proxy_unknown"),
        ("measures.yaml", "measures/OM-E01/excludes/0", "measure_unknown"),
        ("crosswalks.yaml", "crosswalks/cles-pillars/rows/OM-X01/P9/measure", "measure_unknown"),
        ("crosswalks.yaml", "crosswalks/cles-pillars/rows/OM-X01/P9/category", "category_unknown"),
    ]


# ------------------------------------------------------------------ files
def test_a_field_stands_in_its_file_and_once(folder: Path) -> None:
    change(folder / "pack.yaml", "framework: open-measures", "measures: []\nframework: open-measures")
    change(folder / "multipliers.yaml", "multipliers:", "multiplier:")
    change(folder / "multipliers.yaml", "  ons-io-2023-county-durham:", "  hmt-green-book:")
    found = [(file, field, code) for file, _, field, code in faults_of(folder)]
    assert found == [
        ("measures.yaml", "measures", "given_twice"),
        ("multipliers.yaml", "sources/hmt-green-book", "given_twice"),
        ("multipliers.yaml", "multiplier", "misplaced"),
    ]


def test_lists_that_an_edition_need_not_have_may_be_left_out(folder: Path) -> None:
    (folder / "multipliers.yaml").unlink()
    (folder / "crosswalks.yaml").unlink()
    pack = load_pack(folder)
    assert (pack.multipliers, pack.crosswalks, len(pack.measures)) == ([], [], 51)


def test_a_missing_list_is_named(folder: Path) -> None:
    (folder / "measures.yaml").unlink()
    assert ("pack.yaml", 1, "measures", "measures_missing") in faults_of(folder)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda folder: (folder / "pack.yaml").unlink(), ("pack.yaml", "file_missing")),
        (lambda folder: (folder / "measure.yaml").write_text("a: 1"), ("measure.yaml", "file_unknown")),
        (lambda folder: (folder / "pack.json").write_text("{}"), ("pack.yaml", "file_duplicate")),
        (lambda folder: os.mkfifo(folder / "workstreams.yaml"), ("workstreams.yaml", "file_not_plain")),
        (
            lambda folder: (folder / "workstreams.yaml").symlink_to("/etc/hostname"),
            ("workstreams.yaml", "file_not_plain"),
        ),
    ],
)
def test_a_folder_that_is_no_pack(folder: Path, make, expected: tuple[str, str]) -> None:
    make(folder)
    assert [(file, code) for file, _, _, code in faults_of(folder)] == [expected]


def test_a_path_that_is_no_pack(tmp_path: Path) -> None:
    (tmp_path / "pack.txt").write_text("framework: x")
    assert [fault[3] for fault in faults_of(tmp_path / "pack.txt")] == ["file_unknown"]
    assert [fault[3] for fault in faults_of(tmp_path / "nothing")] == ["file_missing"]


def test_files_and_folders_are_bounded(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_documents, "MAX_FILE_BYTES", 50)
    large = tmp_path / "large.yaml"
    large.write_text("a: " + "x" * (pack_documents.MAX_FILE_BYTES - 3))
    assert [fault[3] for fault in faults_of(large)] != ["file_too_large"]
    large.write_text("a: " + "x" * (pack_documents.MAX_FILE_BYTES - 2))
    assert [fault[3] for fault in faults_of(large)] == ["file_too_large"]
    monkeypatch.undo()
    monkeypatch.setattr(pack_documents, "MAX_FOLDER_ENTRIES", len(list(folder.iterdir())) - 1)
    assert "too_many_files" in [fault[3] for fault in faults_of(folder)]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", 4, 3, "'c' is written twice"),
        ("a: [1, 2\n", 2, 1, "expected ',' or ']'"),
        ("? [a, b]\n: 1\n", 1, 3, "a name must be text"),
        ("a:\n  on: 1\n", 2, 3, "a name must be text; put it in quotes"),
        ("a: !!python/object/apply:os.getcwd []\n", 1, 4, "could not determine a constructor"),
        ("- 1\n", 1, 1, "named fields at its top level"),
        ("", 1, 1, "named fields at its top level"),
        ("a: 2026-02-30\n", 1, 1, "a value cannot be"),
        ("a: \x07\n", 1, 4, "a character that YAML does not allow"),
        ("a: &x {b: 1}\nc: *x\n", 2, 4, "an alias may stand for a single value only"),
        ("a: &x [1]\nb: {<<: *x}\n", 2, 9, "an alias may stand for a single value only"),
        ("b: {<<: {c: 1}}\n", 1, 5, "a name must be text"),
        ("a: " + "[" * 29 + "]" * 29, 0, 0, ""),
        ("a: " + "[" * 30 + "]" * 30, 1, 33, "nested at most 30 deep"),
        ("a: " + "[" * 100_000, 1, 33, "nested at most 30 deep"),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_why(
    tmp_path: Path, text: str, line: int, column: int, words: str
) -> None:
    file = tmp_path / "some.yaml"
    file.write_text(text, encoding="utf-8")
    if not words:
        assert read_document(file).content
        return
    with pytest.raises(PackFaulty, match=re.escape(words)) as refused:
        read_document(file)
    [fault] = refused.value.faults
    assert (fault.place.file, fault.place.line, fault.place.column) == ("some.yaml", line, column)


def test_a_json_file_that_cannot_be_used_says_where(tmp_path: Path) -> None:
    file = tmp_path / "some.json"
    for text, line, code in (
        ('{"a": 1,\n "b": }', 2, "json_syntax"),
        ('{"a": 1,\n "a": 2}', 2, "yaml_syntax"),
        ("[" * 100_000, 1, "too_deep"),
    ):
        file.write_text(text)
        assert [(fault[1], fault[3]) for fault in faults_of(file)] == [(line, code)]


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "some.yaml"
    file.write_bytes(b"a: \xff\n")
    assert [fault[3] for fault in faults_of(file)] == ["not_utf8"]


def test_an_alias_of_a_single_value_is_read(tmp_path: Path) -> None:
    file = tmp_path / "some.yaml"
    file.write_text("first: &words long words\nsecond: *words\n", encoding="utf-8")
    assert read_document(file).content == {"first": "long words", "second": "long words"}


@settings(deadline=None)  # reading waits for the disk
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_whatever_a_file_holds_it_is_read_or_refused_with_a_place(
    tmp_path_factory: pytest.TempPathFactory, content: str | bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    for name in ("any.yaml", "any.json"):
        file = folder / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        try:
            check_pack(file)
        except PackFaulty as faulty:
            found = [(fault.place.line >= 1, bool(fault.code)) for fault in faulty.faults]
        assert set(found) == {(True, True)}


# ------------------------------------------------------------------ tailoring
TAILORED = """
framework: local-measures
edition: "2026"
title: Local measures
publisher: A council
licence: Apache-2.0
description: For tests.
effective_from: 2026-01-01
tailors: {framework: open-measures, edition: "2026", measures: [OM-J01, OM-L01]}
changes:
  - measure: OM-J01
    guidance: Local means here.
"""


@pytest.fixture
def child(folder: Path) -> Path:
    """A tailoring beside its parent, of the same year's edition."""
    file = folder.parent / "local.yaml"
    file.write_text(TAILORED, encoding="utf-8")
    return file


def test_the_parent_is_found_beside_the_tailoring(folder: Path, child: Path, tmp_path: Path) -> None:
    found = check_pack(child)
    assert found.content.derived_from == check_pack(folder).edition_hash
    assert [(measure.code, measure.origin) for measure in found.content.measures] == [
        ("OM-J01", "tailored"),
        ("OM-L01", "inherited"),
    ]
    assert found.edition_hash == edition_hash(found.content)
    moved = tmp_path / "elsewhere" / "local.yaml"
    moved.parent.mkdir()
    child.rename(moved)
    assert faults_of(moved) == [("local.yaml", 9, "tailors", "parent_unknown")]
    assert check_pack(moved, [folder]).edition_hash == found.edition_hash


def test_faults_of_a_tailoring_stand_where_they_are_written(child: Path) -> None:
    change(child, "measure: OM-J01", "measure: OM-J02")
    assert faults_of(child) == [("local.yaml", 11, "changes/OM-J02/measure", "measure_not_taken_over")]


def test_a_parent_with_faults_is_named(folder: Path, child: Path) -> None:
    change(folder / "measures.yaml", "unit: tco2e", "unit: tonnes")
    assert faults_of(child) == [("local.yaml", 9, "tailors", "parent_faulty")]


def test_packs_that_tailor_each_other_have_no_parent(child: Path) -> None:
    change(child, "framework: open-measures", "framework: other-measures")
    other = TAILORED.replace("framework: local-measures", "framework: other-measures", 1)
    other = other.replace("{framework: open-measures", "{framework: local-measures")
    (child.parent / "other.yaml").write_text(other)
    assert faults_of(child) == [("local.yaml", 9, "tailors", "parent_faulty")]


def test_a_whole_edition_has_nothing_to_change(folder: Path) -> None:
    (folder / "changes.yaml").write_text("changes:\n  - {measure: OM-J01, guidance: New.}\n")
    assert faults_of(folder) == [("changes.yaml", 1, "changes", "changes_without_parent")]
