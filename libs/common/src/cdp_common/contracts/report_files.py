"""Contracts of reports as files, of trials that keep nothing, and of the lines of large reports."""

from __future__ import annotations

from typing import Literal

from cdp_common.contracts.base import Code, Contract, DecimalText, GbpText, Sha256
from cdp_common.contracts.licensed import Licensed
from cdp_common.contracts.report_drafts import KeptDraft
from cdp_common.contracts.reporting import Report
from cdp_common.contracts.toms import Unit

FaultyRows = Literal["refuse", "leave_out"]
TemplateFormat = Literal["csv", "xlsx"]


class RowFault(Contract):
    """What is wrong with a row of a file; rows count from 1, the header not counted."""

    row: int
    column: str | None  # null when it is the row as a whole
    code: str
    message: str


class ReportTotals(Contract):
    """What the lines of a report come to; null where one of them rests on a licensed figure."""

    social_gbp: GbpText | None
    local_economic_gbp: GbpText | None
    total_gbp: GbpText | None


class TrialLine(Licensed):
    """A line as it would be recorded."""

    measure: str
    edition_hash: Sha256
    unit: Unit
    target_group: Code | None = None
    counted_quantity: DecimalText
    social_gbp: GbpText | None
    local_economic_gbp: GbpText | None
    total_gbp: GbpText | None


class ReportTrial(Contract):
    """What submitting a report would record; nothing was kept."""

    lines: list[TrialLine]
    totals: ReportTotals


class ReportFileReceipt(Contract):
    """What became of a file: its report or draft, none when it was tried out, and what was left out."""

    report: Report | None
    row_count: int  # rows with something in them, the header not counted
    line_count: int
    rows_without_quantity: int  # of a template, left as they were: nothing is reported of them
    rows_left_out: int
    faults: list[RowFault]  # of rows left out, the first thousand
    totals: ReportTotals  # null figures of a draft, whose lines are not valued yet
    draft: KeptDraft | None = None  # where the file was to be kept as one
