"""Reading lookups of postcodes, wards and changed areas."""

import csv
import gzip
import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toms_engine.domain.file_faults import FileFaults
from toms_engine.domain.lookup_file import ChangeRow, LookupReader, PostcodeRow, WardRow
from toms_engine.domain.postcodes import postcode_key, postcode_text
from toms_engine.storage.layouts_shipped import need_layouts

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data"
LAYOUTS = need_layouts().lookups
ONSPD, WARDS = LAYOUTS["uk-onspd"], LAYOUTS["england-wales-lsoa-2021-ward"]
CHANGES = LAYOUTS["england-wales-lsoa-2011-2021"]

HEADER = ["PCD7", "pcd8", " pcds", "dointr", "doterm", "wd24cd", "lad25cd", "lsoa11cd", "LSOA21CD", "oa21"]
LIVE = [
    *("DH1 1AB", "DH1  1AB", "DH1 1AB", "198001", "", "E05009036", "E06000047"),
    *("E01020683", "E01035000", "x"),
]
ENDED = ["DL151AA", "DL15 1AA", "DL15 1AA", "199002", "201805", "", "E06000047", "", "E01035001", "x"]


def reader(layout, *rows):
    faults = FileFaults()
    return LookupReader(layout, enumerate(rows, start=1), faults), faults


def faults_of(faults):
    return [(fault.pointer, fault.code) for fault in faults.listed]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("DH1 1AA", "DH11AA"),
        ("DH1  1AA", "DH11AA"),
        ("dh11aa", "DH11AA"),
        ("\tDL15 1AA ", "DL151AA"),
        ("W1A 0AX", "W1A0AX"),
        ("EC1A 1BB", "EC1A1BB"),
        ("M1 1AE", "M11AE"),
        ("GIR 0AA", "GIR0AA"),
        ("DH1", None),
        ("1DH 1AA", None),
        ("DH1 AAA", None),
        ("DH111 1AA", None),
        ("", None),
        ("DH1 1AA DH1 1AA", None),
    ],
)
def test_a_postcode_is_the_same_in_each_of_its_spellings(text, key):
    assert postcode_key(text) == key


@given(st.from_regex(r"[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-Z]{2}", fullmatch=True))
def test_written_with_its_space_a_postcode_is_read_again(key):
    assert postcode_key(postcode_text(key)) == key
    assert postcode_key(f"{key[:-3]:<4}{key[-3:]}") == key


@given(st.text(max_size=20))
def test_any_text_is_a_postcode_or_none(text):
    key = postcode_key(text)
    assert key is None or (key.isalnum() and key.isupper() and 5 <= len(key) <= 7)


def test_postcodes_live_and_terminated():
    found, faults = reader(ONSPD, HEADER, LIVE, ENDED)
    assert list(found.postcodes()) == [
        PostcodeRow("DH11AB", ("E01020683", "E01035000"), "E05009036", "E06000047", 198001, None),
        PostcodeRow("DL151AA", (None, "E01035001"), None, "E06000047", 199002, 201805),
    ]
    assert (faults.total, found.vintages) == (0, ("LSOA 2011", "LSOA 2021"))
    assert (found.counts.rows, found.counts.terminated, found.counts.without_area) == (2, 1, 0)


def test_areas_that_stand_for_none_are_none():
    row = [*LIVE[:7], "L99999999", "L99999999", "x"]
    found, _ = reader(ONSPD, HEADER, row)
    assert [one.area_codes for one in found.postcodes()] == [(None, None)]
    assert found.counts.without_area == 1


def test_columns_that_are_needed_are_missed():
    found, faults = reader(ONSPD, ["pcd7", "oa21"], ["DH1 1AB", "x"])
    assert list(found.postcodes()) == []
    assert faults_of(faults) == [
        ("/file/postcode", "column_missing"),
        ("/file/terminated", "column_missing"),
        ("/file/areas", "column_missing"),
    ]


def test_each_fault_of_postcodes_has_its_line_and_no_row_follows_it():
    rows = [
        ["DH1 1AB", "DH1  1AC", *LIVE[2:]],
        ["D", "D", "D", *LIVE[3:]],
        [*LIVE[:3], "1980", "201813", *LIVE[5:]],
        [*LIVE[:7], "e01", *LIVE[8:]],
        LIVE[:-1],
        ENDED,
    ]
    found, faults = reader(ONSPD, HEADER, LIVE, *rows)
    assert [row.postcode for row in found.postcodes()] == ["DH11AB"]
    assert faults_of(faults) == [
        ("/lines/3/postcode", "postcode_spellings_differ"),
        ("/lines/4/postcode", "postcode_malformed"),
        ("/lines/5/introduced", "month_malformed"),
        ("/lines/5/terminated", "month_malformed"),
        ("/lines/6/area", "code_malformed"),
        ("/lines/7", "row_length"),
    ]


def test_wards_of_areas():
    header = ["LSOA21CD", "LSOA21NM", "WD24CD", "WD24NM", "LAD24CD"]
    row = ["E01012049", "Somewhere 014A", "E05009861", "Ladgate", "E06000002"]
    found, faults = reader(WARDS, header, row)
    assert (found.wards(), faults.total) == ([WardRow("E01012049", "E05009861", "Ladgate")], 0)
    found, faults = reader(WARDS, header, row, row)
    found.wards()
    assert faults_of(faults) == [("/lines/3/area", "area_duplicate")]


def change(code: str, sign: str, to: str) -> list[str]:
    return [code, f"Old {code}", sign, to, f"New {to}"]


CHANGES_HEADER = ["LSOA11CD", "LSOA11NM", "CHGIND", "LSOA21CD", "LSOA21NM"]


def test_changes_of_areas():
    rows = [
        change("E1", "U", "E1"),
        change("E2", "S", "E21"),
        change("E2", "S", "E22"),
        change("E3", "M", "E34"),
        change("E4", "M", "E34"),
    ]
    found, faults = reader(CHANGES, CHANGES_HEADER, *rows)
    assert found.changes()[0] == ChangeRow("E1", "E1", "Old E1", "New E1", "unchanged")
    assert faults.total == 0
    assert found.counts.relations == {"unchanged": 1, "split": 2, "merged": 2}


def test_a_change_must_be_what_it_is_called():
    rows = [
        change("E2", "U", "E21"),
        change("E2", "S", "E22"),
        change("E2", "S", "E22"),
        change("E9", "Q", "E9"),
    ]
    found, faults = reader(CHANGES, CHANGES_HEADER, *rows)
    found.changes()
    assert faults_of(faults) == [
        ("/lines/5/relation", "relation_unknown"),
        ("/lines/2/relation", "relation_differs"),
        ("/lines/3/relation", "relation_differs"),
        ("/lines/4/to", "change_duplicate"),
        ("/lines/4/relation", "relation_differs"),
    ]


@given(st.lists(st.lists(st.text(max_size=12), max_size=10), max_size=4))
def test_any_other_file_is_refused(rows):
    for layout, reading in (
        (ONSPD, LookupReader.postcodes),
        (WARDS, LookupReader.wards),
        (CHANGES, LookupReader.changes),
    ):
        found, faults = reader(layout, *rows)
        list(reading(found))
        assert faults.total > 0


def real(name: str):
    path = SHARED / "geo" / name
    if not path.exists():
        pytest.skip(f"{name} is not here")
    text = gzip.decompress(path.read_bytes()).decode("utf-8", errors="replace")
    return csv.reader(io.StringIO(text, newline=""))


def test_real_postcodes_are_read():
    found, faults = reader(
        LAYOUTS["uk-postcode-lsoa"], *real("PCD_OA_LSOA_MSOA_LAD_MAY22_UK_LU.NE_slice.csv.gz")
    )
    rows = list(found.postcodes())
    assert (faults.listed, len(rows), found.counts.terminated) == ([], 31_904, 6538)
    assert sum(row.authority_code == "E06000047" and row.terminated is None for row in rows) == 16_182


def test_real_changes_and_wards_are_read():
    found, faults = reader(CHANGES, *real("lookup_lsoa11_lsoa21_ltla22.csv.gz"))
    relations = Counter(row.relation for row in found.changes())
    assert faults.listed == []
    assert relations == {"unchanged": 33_647, "split": 1900, "merged": 239, "irregular": 9}
    found, faults = reader(WARDS, *real("lookup_lsoa21_ward24_ltla24.csv.gz"))
    assert (len(found.wards()), faults.listed) == (35_672, [])
