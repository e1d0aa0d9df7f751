"""Files of lines are read as RFC 4180 and JSON Lines say; what is broken costs its own row alone."""

from __future__ import annotations

import csv
import gzip
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_common.kernel.errors import CdpError
from toms_engine.bulk.csv_rows import CsvReader
from toms_engine.bulk.inflating import PIECE_BYTES, Gzip, Plain
from toms_engine.bulk.json_rows import JsonLinesReader
from toms_engine.bulk.reading import MOST_ROW_BYTES, RowReader
from toms_engine.bulk.rows import REQUIRED
from toms_engine.domain.file_errors import (
    BodyExpandsTooFar,
    GzipMalformed,
    HeaderRefused,
    UnpackedBodyTooLarge,
)

NAMES = ["ref", "measure", "quantity", "unit", "period_start", "period_end"]
HEADER = (",".join(NAMES) + "\n").encode()
ROW = b"1,M1,12.5,hours,2026-01-01,2026-03-31\n"


def read(
    reader: RowReader, body: bytes, *, step: int = 10**9
) -> tuple[list[dict[str, object]], list[tuple[int, str]]]:
    """The rows and the refusals of a body that comes in pieces of some size."""
    rows: list[dict[str, object]] = []
    refused = []
    pieces = [body[start : start + step] for start in range(0, len(body), step)]
    for piece, is_last in [*((piece, False) for piece in pieces), (b"", True)]:
        block = reader.read(piece, is_last=is_last)
        rows += block.frame.rows(named=True)
        refused += [(one.row, one.faults[0].code) for one in block.refused]
    return rows, refused


def texts(rows: list[dict[str, object]], *names: str) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("begins", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("step", [1, 7, 1000])
def test_csv_is_read_with_either_line_end_with_a_mark_and_in_pieces(end: bytes, begins: bytes, step: int):
    body = begins + (HEADER + ROW + b"2,M2,,hours,,2026-03-31").replace(b"\n", end)
    rows, refused = read(CsvReader(), body, step=step)
    assert refused == []
    assert texts(rows, "row", "ref", "measure", "quantity", "period_start") == [
        (1, "1", "M1", "12.5", "2026-01-01"),
        (2, "2", "M2", None, None),
    ]


@pytest.mark.parametrize(
    ("field", "stated"),
    [
        ('"{""kind"":""volunteering"",""volunteers"":3,""paid_hours_each"":""2.5""}"',
         {"kind": "volunteering", "volunteers": 3, "paid_hours_each": "2.5"}),
        ("three volunteers", "three volunteers"),
    ],
)  # fmt: skip
def test_inputs_stand_in_their_column_as_json(field: str, stated: object):
    body = HEADER.replace(b"quantity", b"inputs,quantity") + ROW.replace(b"12.5", field.encode() + b",")
    block = CsvReader().read(body, is_last=True)
    document = json.loads(block.document(0))
    assert document["inputs"] == stated
    assert "quantity" not in document


def test_a_broken_record_costs_itself_alone():
    rows, refused = read(
        CsvReader(),
        HEADER
        + b'"a ""quoted"", name","M1",1,hours,2026-01-01,"2026-03-31"\n'
        + b"short,M1\n"
        + b"\n"
        + b'bro"ken,M1,1,hours,2026-01-01,2026-03-31\n'
        + b'"two\nlines",M1,1,hours,2026-01-01,2026-03-31\n'
        + b'"never closed,M1,1,hours,2026-01-01,2026-03-31\n'
        + b"\xff,M1,1,hours,2026-01-01,2026-03-31\n"
        + ROW,
    )
    assert refused == [
        (2, "columns_mismatch"),
        (4, "csv_malformed"),
        (6, "csv_malformed"),
        (7, "text_not_utf8"),
    ]
    assert texts(rows, "row", "ref") == [(1, 'a "quoted", name'), (5, "two\nlines"), (8, "1")]


@settings(max_examples=40, deadline=None)
@given(
    fields=st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=6),
            min_size=6,
            max_size=6,
        ),
        max_size=6,
    ),
    step=st.integers(5, 80),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_a_writer_of_csv_writes_is_read_back(fields: list[list[str]], step: int, end: str):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end)
    writer.writerows([NAMES, *fields])
    rows, refused = read(CsvReader(), text.getvalue().encode(), step=step)
    assert refused == []
    stated = [
        (number, *(field or None for field in row))
        for number, row in enumerate(fields, start=1)
        if any(field.strip() for field in row)
    ]
    assert texts(rows, "row", *NAMES) == stated


@pytest.mark.parametrize("step", [1, 50, 10**9])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("ref", [b"2", b'"2"'])
def test_rows_that_say_nothing_are_left_out_and_count(step: int, end: bytes, ref: bytes):
    body = HEADER + b"\n" + ROW + b",,,,,\n \t\n , ,,,,\n,\n" + ref + ROW[1:] + b",M1\n\n,,,,,\n\n\n"
    rows, refused = read(CsvReader(), body.replace(b"\n", end), step=step)
    assert texts(rows, "row", "ref") == [(2, "1"), (7, "2")]
    assert refused == [(8, "columns_mismatch")]


def test_a_row_that_lacks_what_each_needs_is_no_blank_one():
    rows, refused = read(CsvReader(), HEADER + b"1,,,,,\n" + ROW + b",,,,, \n,,,,,x\n")
    assert texts(rows, "row", "ref") == [(1, "1"), (2, "1"), (4, None)]
    assert refused == []


@pytest.mark.parametrize(
    "row", [b"x" * (MOST_ROW_BYTES + 1) + b"\n", b'"' + b"x\n" * 40_000 + b'"\n'], ids=["line", "field"]
)
@pytest.mark.parametrize("step", [10_000, 10**9])
def test_a_row_without_end_is_refused_and_passed_over(row: bytes, step: int):
    rows, refused = read(CsvReader(), HEADER + ROW + row + ROW, step=step)
    assert refused[0] in [(2, "row_too_long"), (2, "csv_malformed")]
    assert texts(rows, "ref")[0] == ("1",)
    assert texts(rows, "ref")[-1] == ("1",)


@pytest.mark.parametrize(
    ("header", "faults"),
    [
        (b"", {("/header", "required")}),
        (HEADER.replace(b"ref", b"name"), {("/header/0", "unknown_field"), ("/header", "required")}),
        (HEADER.replace(b"\n", b",ref\n"), {("/header/6", "repeated")}),
        (b"\xff\xfe\n", {("/header", "csv_malformed")}),
        (b'"ref\n', {("/header", "csv_malformed")}),
    ],
)
def test_a_header_that_does_not_name_the_columns_is_refused(header: bytes, faults: set[tuple[str, str]]):
    with pytest.raises(HeaderRefused) as refused:
        read(CsvReader(), header)
    assert {(fault.pointer, fault.code) for fault in refused.value.errors} == faults


def test_every_required_column_that_is_missing_is_named():
    with pytest.raises(HeaderRefused) as refused:
        read(CsvReader(), b"ref\n")
    assert len(refused.value.errors) == len(REQUIRED) - 1


def test_json_lines_are_read_as_they_stand():
    sound = {"ref": "1", "measure": "M1", "quantity": "12.5", "headcount": 3, "place": None}
    lines = [
        json.dumps(sound),
        " ",
        "{",
        "[]",
        '{"ref": 1}',
        '{"ref": "a", "measure": "m", "ref": "b"}',
        '{"ref": "\\u0000"}',
        '{"ref": "\\ud800"}',
        '{"other": "x"}',
        json.dumps({**sound, "ref": "é"}),
    ]
    body = "\r\n".join(lines).encode() + b'\n{"ref": "\xff"}\n' + b"[" * 5000 + b"\n"
    rows, refused = read(JsonLinesReader(), body, step=11)
    assert refused == [
        (3, "malformed_json"),
        (4, "wrong_type"),
        (6, "member_repeated"),
        (7, "text_unusable"),
        (8, "text_unusable"),
        (11, "text_not_utf8"),
        (12, "malformed_json"),
    ]
    assert texts(rows, "row", "is_plain", "ref", "headcount", "place") == [
        (1, True, "1", "3", None),
        (5, False, None, None, None),
        (9, False, None, None, None),
        (10, True, "é", "3", None),
    ]


def unpacked(body: bytes, unpacking: Gzip, *, step: int = 10**9) -> bytes:
    pieces = (body[start : start + step] for start in range(0, len(body), step))
    parts = [part for piece in pieces for part in unpacking.pieces(piece)]
    unpacking.finish()
    assert all(len(part) <= PIECE_BYTES for part in parts)
    return b"".join(parts)


@pytest.mark.parametrize("step", [1, 1000, 10**9])
def test_gzip_of_one_or_more_members_is_unpacked(step: int):
    assert unpacked(gzip.compress(HEADER) + gzip.compress(ROW), Gzip(1000, 10), step=step) == HEADER + ROW


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (gzip.compress(bytes(32 * PIECE_BYTES)), BodyExpandsTooFar),
        (gzip.compress(ROW * 100), UnpackedBodyTooLarge),
        (gzip.compress(ROW)[:-5], GzipMalformed),
        (b"not gzip", GzipMalformed),
        (gzip.compress(ROW) + b"tail", GzipMalformed),
    ],
    ids=["bomb", "too large", "cut off", "no gzip", "tail"],
)
def test_a_bomb_and_a_damaged_body_are_stopped(body: bytes, error: type[CdpError]):
    most_bytes = 10**9 if error is BodyExpandsTooFar else len(ROW) * 99
    with pytest.raises(error):
        unpacked(body, Gzip(most_bytes, 200))


def test_a_bomb_is_not_unpacked_further_than_its_limit():
    unpacking = Gzip(10**12, 200)
    bomb = gzip.compress(bytes(160 * PIECE_BYTES))
    given: list[int] = []
    with pytest.raises(BodyExpandsTooFar):
        given.extend(len(part) for part in unpacking.pieces(bomb))
    assert sum(given) <= len(bomb) * 200 + PIECE_BYTES


def test_a_plain_body_ends_at_its_limit():
    plain = Plain(len(ROW))
    assert b"".join(plain.pieces(ROW)) == ROW
    with pytest.raises(UnpackedBodyTooLarge):
        list(plain.pieces(b"x"))
