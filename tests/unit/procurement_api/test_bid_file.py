"""A bid as a CSV file: rows become the document that JSON states, and faults are named by row and column."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.kernel.errors import FieldError
from procurement_api.domain.bid_file import MAX_ROWS, BidFileRefused, read_bid_file

HEADER = "measure,unit,quantity,answer"


def read(*rows: str) -> dict[str, object]:
    return read_bid_file("\r\n".join(rows).encode()).document


def faults(*rows: str) -> list[tuple[str, str]]:
    with pytest.raises(BidFileRefused) as refused:
        read(*rows)
    return [(error.pointer, error.code) for error in refused.value.errors]


def test_rows_become_lines_and_empty_cells_are_not_stated():
    assert read(HEADER, 'M-1,hours,12.50,"Cooking, and ""more"""', "M-2,count,3,") == {
        "lines": [
            {"measure": "M-1", "unit": "hours", "quantity": "12.50", "answer": 'Cooking, and "more"'},
            {"measure": "M-2", "unit": "count", "quantity": "3"},
        ]
    }


def test_columns_and_cells_that_are_blank_at_the_end_do_not_count():
    assert read(f"{HEADER},, ", "M-1,hours,12.50,A,,", ",,,,,", "", " , ", "M-2,count,3,,,") == {
        "lines": [
            {"measure": "M-1", "unit": "hours", "quantity": "12.50", "answer": "A"},
            {"measure": "M-2", "unit": "count", "quantity": "3"},
        ]
    }


def test_what_a_form_asks_is_not_read_and_rows_without_an_offer_are_left_out():
    file = read_bid_file(
        b"\xef\xbb\xbflot,lot_title,measure,unit,scored,quantity,answer\n"
        b"1,North,M-1,hours,60 %,,\n"
        b"1,North,M-2,hours,40 %,5,'-) we cook\n"
    )
    assert file.document["lines"] == [
        {"measure": "M-2", "lot": "1", "unit": "hours", "quantity": "5", "answer": "-) we cook"}
    ]
    assert file.rows == [2]


def test_inputs_profile_and_those_who_bid_are_written_in_cells():
    assert read(
        "measure,unit,inputs,per_year,schedule,tenderer_scheme,tenderer_id,tenderer_name,authorised_by,"
        "authorised_at,portal_user_ref",
        'M-1,hours,"{""kind"": ""volunteering""}",0.25; 0.75,,GB-COH,01234567,Ltd,Director,'
        "2026-11-22T09:00:00Z,u",
        "M-2,hours,{},,2027-12-31=0.5;2028-12-31=0.5,,,,,,",
    ) == {
        "tenderers": [{"lead": True, "scheme": "GB-COH", "id": "01234567", "legal_name": "Ltd"}],
        "attestation": {
            "authorised_by": "Director",
            "authorised_at": "2026-11-22T09:00:00Z",
            "portal_user_ref": "u",
        },
        "lines": [
            {
                "measure": "M-1",
                "unit": "hours",
                "inputs": {"kind": "volunteering"},
                "per_year": ["0.25", "0.75"],
            },
            {
                "measure": "M-2",
                "unit": "hours",
                "inputs": {},
                "schedule": [
                    {"due_on": "2027-12-31", "share": "0.5"},
                    {"due_on": "2028-12-31", "share": "0.5"},
                ],
            },
        ],
    }


@pytest.mark.parametrize(
    "rows, found",
    [
        (("measure,quantity",), ("/header", "column_missing")),
        (("measure,unit,price",), ("/header", "column_unknown")),
        (("measure,unit,unit",), ("/header", "column_repeated")),
        ((HEADER, "M-1,hours,1"), ("/rows/1", "columns_mismatch")),
        ((HEADER, 'M-1,hours,1,"open'), ("/header", "csv_malformed")),
        (("measure,unit,inputs", "M-1,hours,5 people"), ("/rows/1/inputs", "cell_malformed")),
        (("measure,unit,inputs", "M-1,hours,[1]"), ("/rows/1/inputs", "cell_malformed")),
        (("measure,unit,inputs", 'M-1,hours,"{""a"":1,""a"":2}"'), ("/rows/1/inputs", "cell_malformed")),
        (("measure,unit,quantity,schedule", "M-1,h,1,soon"), ("/rows/1/schedule", "cell_malformed")),
        (
            ("measure,unit,quantity,tenderer_id", "M-1,h,1,a", "M-1,h,1,b"),
            ("/rows/2/tenderer_id", "value_differs"),
        ),
        ((HEADER, *["M-1,hours,1,x"] * (MAX_ROWS + 1)), (f"/rows/{MAX_ROWS + 1}", "too_many_rows")),
    ],
)
def test_what_cannot_be_read_is_refused_where_it_is(rows: tuple[str, ...], found: tuple[str, str]):
    assert faults(*rows) == [found]


def test_a_file_is_in_utf_8():
    with pytest.raises(BidFileRefused):
        read_bid_file(HEADER.encode() + b"\nM-1,hours,1,caf\xe9\n")


def test_faults_of_the_document_are_told_by_row_and_column():
    file = read_bid_file(f"{HEADER}\nM-1,h,,\nM-1,h,1,x".encode())
    errors = [
        FieldError("/lines/0/quantity", "c", "It is."),
        FieldError("/lines/0/inputs/posts/0/headcount", "c", "It is."),
        FieldError("/lines/0", "c", "It is."),
        FieldError("/tenderers/0/id", "c", "It is."),
        FieldError("/lots/0", "c", "It is."),
    ]
    assert [(error.pointer, error.message) for error in file.at_cells(errors)] == [
        ("/rows/2/quantity", "Row 2, column quantity: It is."),
        ("/rows/2/inputs", "Row 2, column inputs: It is."),
        ("/rows/2", "Row 2: It is."),
        ("/columns/tenderer_id", "Column tenderer_id: It is."),
        ("/lots/0", "It is."),
    ]


@given(st.lists(st.text('ab,;"\n é£=', min_size=1).filter(str.strip), min_size=1, max_size=4))
def test_an_answer_comes_out_as_it_was_written(answers: list[str]):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["measure", "unit", "quantity", "answer"])
    writer.writerows(["M", "h", "1", answer] for answer in answers)
    lines = read_bid_file(text.getvalue().encode()).document["lines"]
    assert [line["answer"] for line in lines] == answers
