"""How a file of payments was understood, and what it comes to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum

import strawberry

from cdp_common.contracts import spend as contract
from gateway.schema.enums import described_value
from gateway.schema.money import Money
from gateway.schema.records import said, shows


@strawberry.enum(description="What a column of a file of payments states.")
class SpendField(Enum):
    """A field of a payment."""

    PAID_ON = described_value("paid_on", "The day of payment.")
    AMOUNT = described_value("amount", "The amount.")
    IRRECOVERABLE_VAT = described_value("irrecoverable_vat", "VAT that is not got back.")
    CURRENCY = described_value("currency", "The currency.")
    SUPPLIER_NAME = described_value("supplier_name", "The supplier's name.")
    SUPPLIER_REF = described_value("supplier_ref", "The payer's own number of the supplier.")
    SUPPLIER_POSTCODE = described_value("supplier_postcode", "The supplier's postcode.")
    COMPANY_NUMBER = described_value("company_number", "The number of a company.")
    CHARITY_NUMBER = described_value("charity_number", "The number of a charity.")
    VAT_NUMBER = described_value("vat_number", "The number for VAT.")
    CATEGORY = described_value("category", "The category.")
    PURPOSE = described_value("purpose", "What was paid for.")
    DEPARTMENT = described_value("department", "The payer's department.")
    REFERENCE = described_value("reference", "The payment's reference.")
    PAYER = described_value("payer", "Who paid.")
    CAPITAL_OR_REVENUE = described_value("capital_or_revenue", "Whether it is capital or revenue.")
    CODE = described_value("code", "A code of the payer's accounts.")


@strawberry.enum(description="Why no name is kept of a supplier.")
class SpendRedactionRule(Enum):
    """A rule of redaction."""

    REDACTED_IN_FILE = described_value("redacted_in_file", "The file itself names nobody.")
    REDACTED_COMMERCIAL = described_value("redacted_commercial", "The file calls it commercially sensitive.")
    TITLE_BEFORE_NAME = described_value("title_before_name", "A title such as Mr stands before it: a person.")
    CATEGORY_OF_INDIVIDUALS = described_value(
        "category_of_individuals", "The category is one of payments to people."
    )
    INITIALS_AND_SURNAME = described_value("initials_and_surname", "Initials and a surname: a person.")
    REMOVED_BY_HAND = described_value("removed_by_hand", "Somebody removed it: a person.")


@strawberry.enum(description="By what the meaning of a column was found.")
class SpendColumnBasis(Enum):
    """By what a column was recognised."""

    ALIAS = described_value("alias", "By a name that such columns have.")
    WORDS = described_value("words", "By words of its header.")
    VALUES = described_value("values", "By what stands in it.")
    CHOSEN = described_value("chosen", "The sender said so.")


@strawberry.enum(description="Why a row is no payment.")
class SpendPassedOverReason(Enum):
    """Why a row was passed over."""

    TOTALS_ROW = described_value("totals_row", "It states totals.")
    REPEATED_HEADER = described_value("repeated_header", "It repeats the header.")
    NOTE = described_value("note", "It is a note.")


@strawberry.enum(description="In which format a file of payments came.")
class SpendFileFormat(Enum):
    """A format."""

    CSV = described_value("csv", "Comma-separated values, or separated otherwise.")
    XLSX = described_value("xlsx", "A workbook.")


@strawberry.enum(description="What the amounts of a file are.")
class SpendAmountBasis(Enum):
    """What amounts are."""

    NET_OF_VAT = described_value("net_of_vat", "Without VAT that is got back.")
    GROSS = described_value("gross", "With VAT.")
    NOT_STATED = described_value("not_stated", "The file does not say.")


@strawberry.enum(description="In which order a file writes its days.")
class SpendDateOrder(Enum):
    """An order."""

    DAY_FIRST = described_value("day_first", "The day before the month.")
    MONTH_FIRST = described_value("month_first", "The month before the day.")


@strawberry.enum(description="How the order of days was found.")
class SpendDateOrderBasis(Enum):
    """How it was found."""

    DECIDED_BY_ROWS = described_value("decided_by_rows", "Some rows can only be read so.")
    ASSUMED = described_value("assumed", "Every row can be read either way; the day was taken as first.")
    NOT_NEEDED = described_value("not_needed", "Days are written so that there is no doubt.")
    CHOSEN = described_value("chosen", "The sender said so.")


@shows(contract.SpendColumn, "A column of a file of payments.")
class SpendColumn:
    """A column."""

    number: int = said("Its number, from 1.")
    header: str = said("Its header.")
    field: SpendField | None = said("What it states; null where nobody knows, or another states it better.")
    recognised_as: SpendField | None = said(
        "What it was recognised as, used or not; null where it was as nothing."
    )
    found_by: SpendColumnBasis | None = said("By what; null for a column that nobody knows.")
    source: str | None = said("Where the name is known from; null where it was not by name.")


@shows(contract.SpendCurrencyTotals, "What the rows in one currency come to; nothing is converted.")
class SpendCurrencyTotals:
    """Totals in one currency."""

    currency: str = said("The currency's ISO 4217 code.")
    row_count: int = said("How many rows.", of="rows")
    payments: Decimal = said("Paid.")
    credit_row_count: int = said("How many rows are credits.", of="credit_rows")
    credits: Decimal = said("Credited, below nothing.")
    net: Decimal = said("Paid less credited.")


@shows(contract.SpendRepeats, "Rows that say exactly what an earlier row says; totals count them.")
class SpendRepeats:
    """Repeats."""

    row_count: int = said("How many rows.", of="rows")
    net: Money = said("What they come to.", of="net_gbp")


@shows(contract.SpendRedaction, "Rows of which no name is kept, by the rule that said so.")
class SpendRedaction:
    """Redacted rows."""

    rule: SpendRedactionRule = said("The rule.")
    row_count: int = said("How many rows.", of="rows")
    net: Money = said("What they come to.", of="net_gbp")


@shows(contract.SpendRowPassedOver, "A row that is no payment.")
class SpendRowPassedOver:
    """A row passed over."""

    row: int = said("Its line in the file, from 1.")
    reason: SpendPassedOverReason = said("Why it is none.")
    stated: Decimal | None = said("What a row of totals states; null for others.")
    agrees: bool | None = said("Whether that is what the rows come to; null for others.")


@shows(contract.SpendFileSummary, "How a file of payments was understood, and what it comes to.")
class SpendFileSummary:
    """A summary of a file."""

    format: SpendFileFormat = said("The format.")
    separator: str | None = said("What separates its values; null in a workbook.")
    header_row: int = said("The line of the header, from 1.")
    columns: list[SpendColumn] = said("Its columns.")
    not_understood: list[str] = said("Headers of columns that nobody knows.")
    mapping: str = said("A hash of this understanding, by which it was confirmed.")
    rules_version: int = said("The version of the rules by which it was read.")
    amount_basis: SpendAmountBasis = said("What its amounts are.")
    date_order: SpendDateOrder = said("In which order it writes days.")
    date_order_basis: SpendDateOrderBasis = said("How that was found.")
    day_first_row_count: int = said("Rows readable only with the day first.", of="day_first_rows")
    month_first_row_count: int = said("Rows readable only with the month first.", of="month_first_rows")
    either_order_row_count: int = said("Rows that can be read either way.", of="either_order_rows")
    row_count: int = said("How many payments and credits.")
    totals: list[SpendCurrencyTotals] = said("What they come to, by currency.")
    repeats: SpendRepeats = said("Rows that repeat earlier ones.")
    redactions: list[SpendRedaction] = said("Rows of which no name is kept.")
    supplier_count: int = said("How many suppliers.")
    unnamed_row_count: int = said("Rows with neither a name nor a mark in its place.", of="unnamed_rows")
    rounded_row_count: int = said("Amounts with parts of a penny, rounded half up.", of="rounded_rows")
    month_only_row_count: int = said("Rows that state a month, dated on its last day.", of="month_only_rows")
    rows_outside_period: int = said("Rows of days outside the stated period.")
    first_day: date | None = said("The earliest day; null without rows.")
    last_day: date | None = said("The latest day; null without rows.")
    identifiers_malformed: int = said("How many numbers of suppliers are none.")
    passed_over_count: int = said("How many rows are no payments.")
    passed_over: list[SpendRowPassedOver] = said("The first twenty of those.")
