"""Reading official files of indices: what is accepted whatever it was saved with, and what is refused."""

import csv
import gzip
import io
import json
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.official_files import DURHAM, IOD_2019, IOD_2025, Edition, csv_file, official_rows

from toms_engine.domain.errors import NeedFileRefused
from toms_engine.domain.need_checks import by_decile, checked, first_gap
from toms_engine.domain.need_file import RankedArea, count_of, read_need_file, score_of
from toms_engine.domain.need_layout import NeedLayout, header_key
from toms_engine.storage.layouts_shipped import LayoutUnusable, need_layouts

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data"
LAYOUTS = need_layouts().by_name
L2019, L2025 = LAYOUTS[IOD_2019.layout], LAYOUTS[IOD_2025.layout]

# A thousand areas take the same paths as a nation; the full size is read in tests/integration.
SMALL_2019, SMALL_2025 = replace(IOD_2019, area_count=1000), replace(IOD_2025, area_count=1000)
SMALL_L2019, SMALL_L2025 = replace(L2019, area_count=1000), replace(L2025, area_count=1000)


@cache
def rows_of(edition: Edition) -> tuple[tuple[str, ...], ...]:
    return tuple(map(tuple, official_rows(edition)))


def some_rows(edition: Edition = SMALL_2019, count: int = 3) -> list[list[str]]:
    return [list(row) for row in rows_of(edition)[:count]]


def numbered(rows):
    return list(enumerate(rows, start=1))


def read(rows, layout: NeedLayout = SMALL_L2019, coverage="extract", header=None) -> list[RankedArea]:
    edition = IOD_2019 if layout is SMALL_L2019 else IOD_2025
    return read_need_file(layout, coverage, numbered([header or edition.header, *rows]))


def faults(rows, **options) -> list[tuple[str, str]]:
    with pytest.raises(NeedFileRefused) as refused:
        read(rows, **options)
    return [(fault.pointer, fault.code) for fault in refused.value.errors]


@pytest.mark.parametrize(("edition", "layout"), [(SMALL_2019, SMALL_L2019), (SMALL_2025, SMALL_L2025)])
def test_a_whole_official_file_passes_every_check(edition, layout):
    areas = read(rows_of(edition), layout, "complete")
    assert len(areas) == edition.area_count
    results = checked(layout, "complete", areas)
    assert {result.outcome for result in results} == {"passed"}
    found = {result.code: result.found for result in results}
    assert found["areas"] == str(edition.area_count)
    assert found["county-durham-by-decile"] == " ".join(map(str, edition.durham_by_decile))
    assert found["deciles"] == f"all of {16 * edition.area_count} recomputed"
    durham = [area for area in areas if area.authority_code == DURHAM]
    assert tuple(by_decile(durham)) == edition.durham_by_decile


def test_columns_are_found_in_any_order_whatever_their_white_space_and_case():
    header = [f"\ufeff {name.upper().replace(' ', '  ')} " for name in IOD_2019.header]
    plain = read(some_rows())
    assert read(some_rows(), header=header) == plain
    assert read([row[::-1] for row in some_rows()], header=IOD_2019.header[::-1]) == plain
    wider = read([[*row, "x"] for row in some_rows()], header=[*IOD_2019.header, "Notes"])
    assert wider == plain


def test_the_layouts_have_the_columns_of_the_official_files():
    assert (len(L2019.column_keys()), len(L2025.column_keys())) == (57, 56)
    assert len(IOD_2019.header) == 57
    assert len(IOD_2025.header) == 56


def test_a_file_without_one_of_its_columns_is_refused_whole():
    for missing, key in enumerate(L2019.column_keys()):
        header = [name for at, name in enumerate(IOD_2019.header) if at != missing]
        rows = [[field for at, field in enumerate(row) if at != missing] for row in some_rows()]
        assert faults(rows, header=header) == [(f"/file/{key}", "column_missing")]


def test_a_column_that_stands_twice_is_refused():
    header = [*IOD_2019.header, IOD_2019.header[5]]
    rows = [[*row, row[5]] for row in some_rows()]
    assert faults(rows, header=header) == [("/lines/1/overall.rank", "column_duplicate")]


def test_each_fault_has_its_line_and_column():
    rows = some_rows(count=8)
    rows[1][0] = rows[0][0]
    rows[2][0] = "W01000001"
    rows[3][5] = "0"
    rows[4][5] = "1001"
    rows[5][6] = "10"
    rows[6] = rows[6][:-1]
    rows[7][2], rows[7][3] = DURHAM, "Durham County"
    assert faults(rows) == [
        ("/lines/3/area_code", "area_duplicate"),
        ("/lines/4/area_code", "code_malformed"),
        ("/lines/5/overall.rank", "rank_out_of_range"),
        ("/lines/5/overall.decile", "rank_missing"),
        ("/lines/6/overall.rank", "rank_out_of_range"),
        ("/lines/6/overall.decile", "rank_missing"),
        ("/lines/7/overall.decile", "decile_differs"),
        ("/lines/8", "row_length"),
        ("/lines/9/authority_name", "authority_name_differs"),
    ]


def test_a_refusal_lists_a_hundred_faults_and_says_how_many_there_are():
    rows = some_rows(count=250)
    for row in rows:
        row[5] = "first"
    with pytest.raises(NeedFileRefused) as refused:
        read(rows)
    assert len(refused.value.errors) == 100
    assert refused.value.detail == ("Nothing was stored. Faults found: 500. The first 100 are listed.")


def test_only_an_extract_may_leave_values_out_and_never_the_rank():
    rows = some_rows(count=1)
    rows[0][7] = rows[0][8] = rows[0][9] = ""
    [area] = read(rows)
    assert (area.scores[1], area.ranks[1], area.deciles[1]) == (None, None, None)
    assert [code for _, code in faults(rows, coverage="complete")] == ["value_missing"] * 3
    rows[0][5] = ""
    assert ("/lines/2/overall.rank", "value_missing") in faults(rows)


def test_an_empty_file_and_one_of_a_header_alone_are_refused():
    with pytest.raises(NeedFileRefused) as refused:
        read_need_file(L2019, "complete", [])
    assert len(refused.value.errors) == 57
    assert faults([]) == [("/file/rows", "rows_missing")]


@pytest.mark.parametrize(
    ("ranks", "fault"),
    [
        ([1, 2, 3, 4], None),
        ([1, 2, 2, 4], None),
        ([1, 3, 3, 4], None),
        ([1, 1, 1, 4], None),
        ([1, 2, 4, 5], "rank 4 stands where 3 should"),
        ([2, 3, 4], "rank 2 stands where 1 should"),
        ([1, 2, 2, 3], "rank 3 stands where 4 should"),
    ],
)
def test_ranks_follow_one_another_and_equal_ones_share_one_of_theirs(ranks, fault):
    assert first_gap(ranks) == fault


def test_a_complete_file_with_a_gap_or_with_other_counts_is_refused():
    rows = [list(row) for row in rows_of(SMALL_2019)]
    rows[400][5], rows[400][6] = rows[900][5], rows[900][6]
    areas = read(rows, coverage="complete")
    with pytest.raises(NeedFileRefused) as refused:
        checked(SMALL_L2019, "complete", areas)
    assert [fault.pointer for fault in refused.value.errors] == ["/file/checks/ranks-overall"]
    with pytest.raises(NeedFileRefused) as refused:
        checked(SMALL_L2019, "complete", read(rows_of(SMALL_2019)[:-1], coverage="complete"))
    assert "/file/checks/areas" in [fault.pointer for fault in refused.value.errors]


def test_an_extract_is_checked_where_it_holds_the_whole_of_an_authority():
    durham = [list(row) for row in rows_of(SMALL_2019)[:324]]
    outcomes = {result.code: result.outcome for result in checked(SMALL_L2019, "extract", read(durham))}
    assert outcomes["county-durham-by-decile"] == "passed"
    assert outcomes["areas"] == outcomes["ranks-overall"] == outcomes["authorities-of-england"] == "not_run"
    part = {result.code: result for result in checked(SMALL_L2019, "extract", read(durham[:13]))}
    assert part["county-durham-by-decile"].outcome == "not_run"
    assert part["county-durham-by-decile"].found == "13 of its 324 areas are in the file"
    for row in durham:
        row[5], row[6] = "1", "1"
    with pytest.raises(NeedFileRefused):
        checked(SMALL_L2019, "extract", read(durham))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("29199", 29199),
        ("29,199", 29199),
        ("29199.00", 29199),
        (" 29,199.0\u00a0", 29199),
        ("1,234,567", 1234567),
        ("0", 0),
        ("29,19", None),
        ("2,9199", None),
        ("29199.5", None),
        ("-1", None),
        ("1e4", None),
        ("٢", None),
        ("", None),
        ("9" * 10, None),
    ],
)
def test_counts_are_read_as_files_write_them(text, number):
    assert count_of(text) == number


@given(st.integers(0, 999_999_999), st.sampled_from(["{}", "{:,}", " {:,}.00 ", "{}.0"]))
def test_every_spelling_of_a_count_is_the_same_count(number, form):
    assert count_of(form.format(number)) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_scores_keep_their_digits(score):
    assert score_of(f"{score:,}") == score
    assert score_of(str(score)) == score


@pytest.mark.parametrize("text", ["NaN", "1e5", "--1", "1.", ".5", "1,00", "9" * 19, "½", ""])
def test_what_is_no_score_is_none(text):
    assert score_of(text) is None


@given(st.text(max_size=40))
def test_numbers_are_read_or_refused_and_never_misread(text):
    count = count_of(text)
    assert count is None or Decimal(text.strip().replace(",", "")) == count
    score = score_of(text)
    assert score is None or Decimal(text.strip().replace(",", "")) == score


@given(st.data())
def test_a_header_survives_what_spreadsheets_do_to_it(data):
    name = data.draw(st.sampled_from(IOD_2025.header))
    spaced = "".join(
        letter + (data.draw(st.sampled_from(["", " ", "\u00a0", "\t"])) if letter == " " else "")
        for letter in name
    )
    assert header_key(f"\ufeff{spaced} ") == header_key(name)


@given(
    st.lists(st.text(max_size=20), max_size=8),
    st.lists(st.lists(st.text(max_size=5), max_size=8), max_size=3),
)
def test_any_other_file_is_refused(header, rows):
    with pytest.raises(NeedFileRefused):
        read_need_file(L2019, "extract", numbered([header, *rows]))


def test_two_editions_are_never_taken_for_each_other():
    with pytest.raises(NeedFileRefused) as refused:
        read_need_file(L2025, "extract", numbered([IOD_2019.header, *some_rows()]))
    assert {fault.code for fault in refused.value.errors} == {"column_missing"}


def test_another_nations_layout_is_another_file(tmp_path):
    folder = tmp_path / "need-files"
    folder.mkdir()
    (folder / "elsewhere.json").write_text(json.dumps(ELSEWHERE), encoding="utf-8")
    layout = need_layouts(tmp_path).by_name["elsewhere-2020"]
    rows = [
        ["Data_Zone", "Name", "Council", "Council name", "Rank", "Vigintile", "Score", "Access rank"],
        ["S01000001", "First", "S12000001", "A council", "3", "2", "9.5", "20"],
    ]
    [area] = read_need_file(layout, "extract", numbered(rows))
    assert (area.code, area.ranks, area.deciles) == ("S01000001", (3, 20), (2, 10))
    assert layout.rankings[1].need == "barriers"
    (folder / "broken.json").write_text("{}", encoding="utf-8")
    with pytest.raises(LayoutUnusable, match="broken"):
        need_layouts(tmp_path)


_SOURCE = {"publisher": "A", "title": "B", "edition": "C", "locator": "D", "url": "https://example.org"}
ELSEWHERE = {
    "layout": "elsewhere-2020",
    "version": 1,
    "index": "elsewhere-2020",
    "nation": "Elsewhere",
    "title": "An index of another nation",
    "vintage": "Data zones",
    "area_count": 20,
    "licence": "Open",
    "source": _SOURCE,
    "weights_source": _SOURCE,
    "comparability": "With nothing.",
    "area_code_pattern": "S01[0-9]{6}",
    "authority_code_pattern": "S12[0-9]{6}",
    "columns": {
        "area_code": ["Data_Zone"],
        "area_name": ["Name"],
        "authority_code": ["Council"],
        "authority_name": ["Council name"],
    },
    "rankings": [
        {
            "code": "overall",
            "title": "All",
            "kind": "overall",
            "columns": {"rank": ["Rank"], "score": ["Score"]},
        },
        {
            "code": "access",
            "title": "Access",
            "kind": "domain",
            "need": "barriers",
            "columns": {"rank": ["Access rank"]},
        },
    ],
    "denominators": [],
    "population": None,
    "checks": [],
}


def shared(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{'/'.join(parts)} is not here")
    return path


def real_rows(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")
    return [row for row in csv.reader(io.StringIO(text, newline="")) if any(row)]


@pytest.mark.parametrize(
    ("name", "layout", "count"),
    [
        ("File_7_IoD2019.RECONSTRUCTED_county_durham.csv", L2019, 324),
        ("File_7_IoD2025.RECONSTRUCTED_county_durham.csv", L2025, 330),
        ("File_7_IoD2025.verbatim_head.csv", L2025, 6),
    ],
)
def test_real_files_are_read(name, layout, count):
    areas = read_need_file(layout, "extract", numbered(real_rows(shared("imd", name))))
    assert len(areas) == count
    results = {result.code: result for result in checked(layout, "extract", areas)}
    durham = results["county-durham-by-decile"]
    assert durham.outcome == ("passed" if count > 6 else "not_run")


def test_the_official_headers_are_those_of_the_tests():
    assert real_rows(shared("imd", "File_7_IoD2025.verbatim_head.csv"))[0] == IOD_2025.header


def test_the_real_ranks_of_2019_have_equal_ones_and_no_gap():
    rows = real_rows(shared("imd", "File_1_-_IMD2019_Index_of_Multiple_Deprivation.csv.gz"))[1:]
    ranks = [count_of(row[4]) for row in rows]
    assert (len(ranks), len(ranks) - len(set(ranks))) == (32_844, 26)
    assert first_gap([rank for rank in ranks if rank is not None]) is None
    assert len({row[2] for row in rows}) == IOD_2019.authority_count


def test_the_tests_own_files_are_written_as_they_are_published():
    content = csv_file([IOD_2019.header, *some_rows()], end="\r\n")
    assert content.count(b"\r\n") == 4
    assert b'"Education, Skills and Training Score"' in content
