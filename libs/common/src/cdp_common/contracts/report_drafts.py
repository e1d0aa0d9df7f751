"""Contracts of drafts of reports: kept by their organisation, seen by nobody else, counted nowhere."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Contract, DataStatus, ShortText
from cdp_common.contracts.reporting import ReportDraft, ReportLineDraft


class KeptDraft(Contract):
    """A draft of a report; its lines are read page by page. Once submitted, the report has its id."""

    id: UUID
    state: Literal["draft"]
    place_id: UUID
    organisation_id: UUID
    period_start: date
    period_end: date
    nil_return: bool
    named_totals_agreed: bool
    data_status: DataStatus
    line_count: int
    created_at: datetime
    changed_at: datetime
    version: int
    corrects: UUID | None = None  # the own report of the same period that it is to take the place of
    correction_reason: str | None = None
    local_area: str | None = None  # as stated; null where that is left to the report


class NewReportDraft(ReportDraft):
    """A report to keep as a draft, or a correction of one's own report of this very place and period.

    A correction has the agreement to be named and the data status of the report that it corrects.
    """

    corrects: UUID | None = None
    reason: ShortText | None = None  # of a correction, when it is submitted at the latest


class DraftContent(Contract):
    """The whole new content of a draft; its place and its period stay."""

    nil_return: bool = False
    lines: Annotated[list[ReportLineDraft], Field(max_length=1000)] = []
    named_totals_agreed: bool = False
    data_status: DataStatus = "actual"
    reason: ShortText | None = None  # why it corrects, where it corrects a report
    local_area: ShortText | None = None
