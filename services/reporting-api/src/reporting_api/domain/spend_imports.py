"""When a file of payments may be taken in, and who sees what of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound
from cdp_common.kernel.periods import Period

MAX_PERIOD_DAYS = 366


class SpendImportNotFound(NotFound):
    """No import has this id, or the caller may not know of it."""

    code = "spend_import_not_found"
    title = "There is no such import"


class SpendSupplierNotFound(NotFound):
    """No supplier has this id, or the caller may not know of it."""

    code = "spend_supplier_not_found"
    title = "There is no such supplier"


class SpendNotMember(Forbidden):
    """The organisation is not a member of the place's collective on any day of the period."""

    code = "spend_not_member"
    title = "The organisation is no partner of this place"


class SpendPeriodTaken(Conflict):
    """Another import of the same ledger stands for days of this period; say that it is superseded."""

    code = "spend_period_taken"
    title = "An import stands for days of this period"


class SpendImportSuperseded(Conflict):
    """The import that is to be superseded is superseded already."""

    code = "spend_import_superseded"
    title = "The import is superseded already"


class SpendMappingDiffers(InvalidInput):
    """What was confirmed is not how the file is understood: look at the preview again."""

    code = "spend_mapping_differs"
    title = "The confirmed columns are not those of the file"


class SpendImportInvalid(InvalidInput):
    """What is said of the file beside its rows does not hold; see `errors`."""

    code = "spend_import_invalid"
    title = "The import cannot be taken"


def require_import_holds(period: Period, today: date, *, supersedes: UUID | None, reason: str | None) -> None:
    """Refuse a period that has not begun or spans more than a year, and a supersession without its reason."""
    faults = []
    if period.start > today:
        faults.append(FieldError("?period_start", "period_in_future", "the period must have begun"))
    if period.days > MAX_PERIOD_DAYS:
        faults.append(FieldError("?period_end", "period_too_long", "a file is of a year at most"))
    if (supersedes is None) != (reason is None):
        message = "an import that takes the place of another says why, and only such a one"
        faults.append(FieldError("?reason", "reason_with_supersedes", message))
    if faults:
        raise SpendImportInvalid("The import does not hold; see errors.", errors=faults)


def require_member(spans: Iterable[tuple[date, date | None]], period: Period) -> None:
    """Refuse an organisation none of whose memberships (first and last day) reaches into the period."""
    for start, end in spans:
        if start <= period.end and (end is None or end >= period.start):
            return
    raise SpendNotMember(
        "Partners of the place import their payments, for periods in which they are partners."
    )
