"""Files of payments as they really are: header, columns, totals, repeats, people; known sums to the penny."""

import gzip
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from cdp_common.kernel.periods import Period
from cdp_common.web.uploads import Upload, UploadTooLarge
from cdp_common.web.workbooks import XLSX
from reporting_api.domain.spend_header import SpendColumnsMissing, SpendFileUnreadable
from reporting_api.domain.spend_individuals import individual_rule
from reporting_api.domain.spend_names import compared_name
from reporting_api.domain.spend_rules import header_key
from reporting_api.storage.spend_rules_shipped import spend_rules
from reporting_api.use_cases.prepare_spend_file import PreparedSpend, prepare_spend_file
from reporting_api.use_cases.read_spend_file import CSV, Choices, SpendFile

ROOT = Path(__file__).parents[3]
SHARED = next(
    (folder for folder in (ROOT.parent / "shared", ROOT.parent.parent / "shared") if folder.is_dir()),
    ROOT.parent / "shared",
)
MAY = Period(date(2026, 5, 1), date(2026, 5, 31))
TODAY = date(2026, 11, 22)


def prepared(content: bytes, media_type: str = CSV, *, is_gzip: bool = False, **chosen: Any) -> PreparedSpend:
    upload = Upload("0" * 64, len(content), is_gzip, 64 * 1024 * 1024, io.BytesIO(content))
    file = SpendFile(upload, media_type, Choices(**chosen), spend_rules())
    return prepare_spend_file(file, MAY, TODAY, io.BytesIO())


def lines(*rows: str) -> bytes:
    return "\r\n".join(rows).encode()


def fields(found: PreparedSpend) -> list[str | None]:
    return [one.field for one in found.look.mapping.columns]


REAL = [
    (
        "leeds_raw_2011-05.csv.gz",
        7_299,
        7_729_096_866,
        0,
        0,
        {"redacted_in_file": 806, "redacted_commercial": 5},
    ),
    ("oxford_raw_jan-mar-2018.csv", 1_220, 433_976_585, 0, 0, {"title_before_name": 11}),
    ("darlington_clean_2022-09.csv", 1_487, 1_128_165_447, 0, 78, {}),
    ("gateshead_clean_2022-08.csv", 8_053, 3_046_672_283, 573, 0, {"redacted_in_file": 250}),
]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real files stand beside the repository, not in it")
@pytest.mark.parametrize(("name", "rows", "net", "credit_rows", "repeats", "redacted"), REAL)
def test_real_files_come_to_what_is_known_of_them(
    name: str, rows: int, net: int, credit_rows: int, repeats: int, redacted: dict[str, int]
) -> None:
    content = (SHARED / "data" / "spend" / name).read_bytes()
    found = prepared(content, is_gzip=name.endswith(".gz"))
    assert (found.row_count, found.totals["GBP"].net, found.fault_count) == (rows, net, 0)
    assert (found.totals["GBP"].credit_rows, found.duplicate_rows) == (credit_rows, repeats)
    assert redacted.items() <= found.redactions.items()
    assert {"paid_on", "amount", "supplier_name", "category", "reference"} <= set(fields(found))
    named = [payee.name for payee in found.payees]
    assert not [name for name in named if name.startswith(("REDACTED", "MR JOHN", "MRS ", "MR &"))]


def test_the_sample_that_is_shipped_says_that_it_is_one_and_shows_every_oddity() -> None:
    content = (ROOT / "data" / "spend" / "sample-payments-2026-q1.csv").read_bytes()
    assert content.startswith(b'"SYNTHETIC SAMPLE')
    found = prepared(content)
    assert (found.row_count, found.totals["GBP"].net, found.fault_count) == (13, 3_584_575, 0)
    assert (found.totals["GBP"].credit_rows, found.duplicate_rows, found.look.mapping.header_row) == (2, 1, 4)
    assert found.redactions == {"redacted_in_file": 1, "title_before_name": 1}
    assert [(one.reason, agrees) for one, agrees in found.passed_over] == [("totals_row", True)]


BODY = ["01/05/2026,Acme Ltd,100.00", "02/05/2026,Beta Ltd,-40.00"]


@pytest.mark.parametrize(
    "content",
    [
        lines("Payment Date,Supplier Name,Amount", *BODY),
        b"\xef\xbb\xbf" + lines("Payment Date,Supplier Name,Amount", *BODY),
        lines("Payment Date,Supplier Name,Amount", *BODY).decode().encode("utf-16"),
        lines("Payment Date,Supplier Name,Amount", *BODY).replace(b",", b"\t"),
        lines("Payment Date,Supplier Name,Amount", *BODY).replace(b",", b"|"),
        lines("Durham: payments over 500 pounds", "", "May 2026", "Payment Date,Supplier Name,Amount", *BODY),
        lines(
            ",Payment Date,,Supplier Name,Amount,,",
            *(f",{row.replace(',', ',,', 1)},," for row in BODY),
            ",,,,",
        ),
        lines("PaymentDate,SupplierName,SumOfAmount_Exc_VAT", *BODY),
        lines('"Payment Date","Supplier\n Name","Amount (\u00a3)"', *BODY),
        lines("Payment Date,Supplier Name,Amount", BODY[0], "Payment Date,Supplier Name,Amount", BODY[1]),
        lines("Payment Date,Supplier Name,Amount", *BODY, "", ",Grand total,60.00", "Notes: net of VAT"),
        lines("Payment Date,Supplier Name,Amount", *BODY, ",,60.00"),
        lines("Payment Date,Supplier Name,Amount", BODY[0], ",Acme Ltd Total,100.00", BODY[1]),
        lines("Day it was paid on (date),Firm / vendor,GBP spent value", *BODY),
    ],
)
def test_one_content_in_many_dresses(content: bytes) -> None:
    found = prepared(content)
    assert (found.row_count, found.totals["GBP"].net, found.fault_count) == (2, 6_000, 0)
    assert (found.totals["GBP"].payments, found.totals["GBP"].credits) == (10_000, -4_000)
    assert [payee.name for payee in found.payees] == ["Acme Ltd", "Beta Ltd"]
    assert (found.first_day, found.last_day) == (date(2026, 5, 1), date(2026, 5, 2))


def test_semicolons_bring_decimal_commas_and_windows_its_letters() -> None:
    content = "Date;Supplier;Amount\n01/05/2026;Caf\u00e9 Ltd;1.234,50\n".encode("windows-1252")
    found = prepared(content)
    assert (found.totals["GBP"].net, next(iter(found.payees)).name) == (123_450, "Caf\u00e9 Ltd")


def book(rows: Sequence[Sequence[Any]]) -> bytes:
    made, content = Workbook(), io.BytesIO()
    sheet: Any = made.active
    for row in rows:
        sheet.append(list(row))
    made.save(content)
    return content.getvalue()


def test_a_workbook_is_read_like_a_file_of_text() -> None:
    rows = [
        ("Payments to suppliers",),
        (),
        ("Date", "Supplier", "Amount", "Post code", "Company No."),
        (date(2026, 5, 1), "Acme Ltd", 100.1, "DH1 1AA", 1234567),
        (46144, "Beta Ltd", -40, None, None),  # the serial number of 2 May 2026
        (None, "Total", 60.1, None, None),
    ]
    found = prepared(book(rows), XLSX)
    acme, beta = found.first
    assert (found.totals["GBP"].net, found.fault_count, beta.paid_on) == (6_010, 0, date(2026, 5, 2))
    assert acme.payee is not None
    assert (acme.payee.identifiers, acme.postcode) == (("GB-COH:01234567",), "DH11AA")
    passed, agrees = found.passed_over[0]
    assert (passed.reason, passed.stated_pence, agrees) == ("totals_row", 6_010, True)


def test_a_ledger_extract_gives_identifiers_in_the_registers_form_and_keeps_other_currencies_apart() -> None:
    found = prepared(
        lines(
            "Posting Date,Vendor Name,Vendor ID,Vendor Postcode,CRN,VAT Reg No,Net Amount,Currency",
            "01/05/2026,Acme Ltd,V1,dh1 1aa,123456,GB123456782,10.005,",
            "02/05/2026,Acme Ltd,V1,nowhere,SC12345,12,20,EUR",
        )
    )
    assert {code: (one.rows, one.net) for code, one in found.totals.items()} == {
        "GBP": (1, 1_001),
        "EUR": (1, 2_000),
    }
    assert (found.rounded_rows, found.malformed_identifiers, found.look.mapping.amount_basis) == (
        1,
        2,
        "net_of_vat",
    )
    assert [payee.identifiers for payee in found.payees] == [("GB-COH:00123456", "GB-VAT:123456782"), ()]
    assert list(found.sites) == [(0, "DH11AA")]


def test_faults_are_told_by_line_and_field_and_nothing_else_is_a_fault() -> None:
    found = prepared(
        lines(
            "Date,Supplier,Amount,Currency",
            "31/02/2026,Acme Ltd,5,",
            "01/05/2026,Acme Ltd,five,",
            ",Acme Ltd,5,",
            "01/05/2026,Acme Ltd,,",
            "01/05/2026,Smith, Jones & Co,5,GBP",
            "01/05/2026,Acme Ltd,5,quid",
            ",,4,",
            "01/05/2026,Acme Ltd,9999999999999999999,",
            "01/05/2026,,5,",
        )
    )
    assert [(one.row, one.field, one.code) for one in found.faults] == [
        (2, "paid_on", "date_malformed"),
        (3, "amount", "number_malformed"),
        (4, "paid_on", "paid_on_missing"),
        (5, "amount", "amount_missing"),
        (6, None, "columns_mismatch"),
        (7, "currency", "currency_unknown"),
        (8, "paid_on", "paid_on_missing"),
        (9, "amount", "too_many_digits"),
    ]
    assert (found.row_count, found.unnamed_rows) == (1, 1)


def test_a_company_called_total_is_paid_and_a_repeat_is_counted_and_shown() -> None:
    row = "01/05/2026,Total Gas & Power Ltd,5,Energy,9"
    found = prepared(lines("Date,Supplier,Amount,Category,Trans No", row, row, row.replace("9", "8")))
    assert (found.row_count, found.duplicate_rows, found.duplicates, found.totals["GBP"].net) == (
        3,
        1,
        500,
        1_500,
    )
    assert found.passed_over_count == 0


def test_columns_are_chosen_instead_of_found_and_change_what_is_confirmed() -> None:
    content = lines("when,who,gross,net", "01/05/2026,Acme Ltd,120,100")
    with pytest.raises(SpendFileUnreadable):
        prepared(content)
    with pytest.raises(SpendColumnsMissing) as refused:
        prepared(content, header_row=1)
    assert [fault.code for fault in refused.value.errors] == ["paid_on_column_missing"]
    net = prepared(content, header_row=1, columns={"paid_on": 1, "supplier_name": 2})
    gross = prepared(content, header_row=1, columns={"paid_on": 1, "supplier_name": 2, "amount": 3})
    assert (net.totals["GBP"].net, gross.totals["GBP"].net) == (10_000, 12_000)
    assert net.look.digest != gross.look.digest
    with pytest.raises(SpendColumnsMissing):
        prepared(content, header_row=1, columns={"paid_on": 5})
    bare = prepared(lines("01/05/2026,Acme Ltd,5"), header_row=0, columns={"paid_on": 1, "amount": 3})
    assert (bare.row_count, bare.unnamed_rows) == (1, 1)


def test_a_number_of_suppliers_that_holds_names_states_the_name() -> None:
    by_values = prepared(lines("Date,Supplier Number,Amount", "01/05/2026,Acme Ltd,5"))
    by_number = prepared(lines("Date,Supplier Number,Amount", "01/05/2026,20017,5"))
    assert (fields(by_values)[1], fields(by_number)[1]) == ("supplier_name", "supplier_ref")


def test_a_packed_file_is_read_up_to_its_bound() -> None:
    rows = lines("Date,Supplier,Amount", *["01/05/2026,Acme Ltd,5"] * 1_000)
    packed, rules = gzip.compress(rows), spend_rules()
    for bound in (len(rows), len(rows) - 1):
        upload = Upload("0" * 64, len(packed), True, bound, io.BytesIO(packed))
        file = SpendFile(upload, CSV, Choices(), rules)
        if bound == len(rows):
            assert prepare_spend_file(file, MAY, TODAY, io.BytesIO()).row_count == 1_000
        else:
            with pytest.raises(UploadTooLarge):
                prepare_spend_file(file, MAY, TODAY, io.BytesIO())


def test_an_open_quotation_mark_and_an_empty_file_are_refused() -> None:
    with pytest.raises(SpendFileUnreadable):
        prepared(b"\n\n")
    many = "\n".join(f"01/05/2026,Acme {at},5" for at in range(80))
    with pytest.raises(Exception, match="quotation mark"):
        prepared(f'Date,Supplier,Amount\n01/05/2026,"Acme,5\n{many}\n'.encode())


@pytest.mark.parametrize(
    ("name", "context", "rule"),
    [
        ("REDACTED PERSONAL DATA", "", "redacted_in_file"),
        ("Redacted - Personal Information", "", "redacted_in_file"),
        ("REDACTED COMMERCIAL CONFIDENTIALITY", "", "redacted_commercial"),
        ("Name withheld", "", "redacted_in_file"),
        ("Private individual", "", "redacted_in_file"),
        ("XXXXXX", "", "redacted_in_file"),
        ("MR J G PATTERSON", "", "title_before_name"),
        ("Mr & Mrs D Brown", "", "title_before_name"),
        ("Dr. M.S. Alexander", "", "title_before_name"),
        ("Jane Green", "Fostering allowances", "category_of_individuals"),
        ("Jane Green", "Direct payments - adults", "category_of_individuals"),
        ("M A Clarke", "", "initials_and_surname"),
        ("Clarke, M.A.", "", "initials_and_surname"),
        ("Jane Green", "Food", None),
        ("Green Pastures Ltd", "Direct payments - adults", None),
        ("MR BARTON MATHS LTD", "", None),
        ("DR CARTER AND PARTNERS", "", None),
        ("Confidence Care and Support Ltd", "", None),
        ("Personal Care Consultants Ltd", "", None),
        ("A Andrews & Sons (Marbles & Tiles)", "", None),
        ("B & Q", "", None),
        ("HMRC", "", None),
    ],
)
def test_people_are_told_from_businesses_by_a_rule_that_has_a_name(
    name: str, context: str, rule: str | None
) -> None:
    assert individual_rule(name, context, spend_rules().individuals) == rule


def test_names_are_compared_without_what_says_nothing() -> None:
    rules = spend_rules().matching
    same = [
        "The Acme Trading Company Limited",
        "ACME TRADING CO. LTD",
        "Acme Trading (UK) Ltd.",
        "Acm\u00e9 trading",
    ]
    assert {compared_name(name, rules) for name in same} == {"acme trading"}
    assert compared_name("The Company Ltd", rules) == "the company ltd"
    assert header_key("Invoice Line Value (net of VAT)") == header_key("invoice_line_value_net_VAT")


def test_the_rules_shipped_name_a_source_for_every_list_and_a_field_once_per_header() -> None:
    rules = spend_rules()
    assert {alias.source for aliases in rules.aliases.values() for alias in aliases} <= rules.document[
        "sources"
    ].keys()
    for aliases in rules.aliases.values():
        assert len({alias.field for alias in aliases}) == len(aliases)
