"""Drafts of reports: what an organisation keeps of a period before it reports it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, NotFound
from reporting_api.domain.reports import ReportInvalid


class ReportDraftNotFound(NotFound):
    """No draft has this id, or it is another organisation's."""

    code = "report_draft_not_found"
    title = "There is no such draft"


class ReportDraftExists(Conflict):
    """The organisation keeps a draft of this very period already; that one is to be changed."""

    code = "report_draft_exists"
    title = "There is a draft of this period already"


class ReportDraftChanged(Conflict):
    """The draft changed while it was being submitted."""

    code = "report_draft_changed"
    title = "The draft changed meanwhile"


def require_reason_of_correction(corrects: UUID | None, reason: str | None) -> None:
    """Refuse a reason where nothing is corrected."""
    if corrects is None and reason is not None:
        fault = FieldError("/reason", "not_allowed", "it corrects no report")
        raise ReportInvalid("The draft does not hold; see errors.", errors=[fault])


def require_same_days(stated: tuple[UUID, date, date], corrected: tuple[UUID, date, date]) -> None:
    """Refuse a correction of a report of another place or period."""
    faults = []
    if stated[0] != corrected[0]:
        faults.append(FieldError("/place_id", "place_differs", "the report is of another place"))
    if stated[1:] != corrected[1:]:
        faults.append(FieldError("/period_start", "period_differs", "the report is of another period"))
    if faults:
        raise ReportInvalid("The correction does not fit its report; see errors.", errors=faults)


def require_reason(reason: str | None) -> None:
    """Refuse a correction that does not say why."""
    if reason is None:
        fault = FieldError("/reason", "required", "a correction says why")
        raise ReportInvalid("The draft cannot be submitted like this; see errors.", errors=[fault])


def require_content(nil_return: bool, line_count: int) -> None:
    """Refuse a nil return with lines, and a report that has none without being one."""
    if nil_return and line_count:
        fault = FieldError("/lines", "nil_return_with_lines", "a nil return has no lines")
    elif not nil_return and not line_count:
        message = "a report has lines, or says that it is a nil return"
        fault = FieldError("/lines", "lines_missing", message)
    else:
        return
    raise ReportInvalid("The draft cannot be submitted like this; see errors.", errors=[fault])
