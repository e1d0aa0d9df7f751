"""Totals made elsewhere: stated with their source, corrected by new versions, never added to the ledger's."""

from __future__ import annotations

from datetime import date

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput, NotFound
from cdp_common.kernel.periods import FIRST_YEAR, LAST_YEAR

MOST_PRIOR_TOTALS = 50
"""Prior totals of one place, each with any number of versions up to `MOST_VERSIONS`."""
MOST_VERSIONS = 100


class PriorTotalNotFound(NotFound):
    """No prior total has this id."""

    code = "prior_total_not_found"
    title = "There is no such prior total"


class PriorTotalInvalid(InvalidInput):
    """What is said of a prior total does not hold; see `errors`."""

    code = "prior_total_invalid"
    title = "The prior total does not hold"


class TooManyPriorTotals(Conflict):
    """The place has as many prior totals, or the total as many versions, as there may be."""

    code = "prior_totals_too_many"
    title = "There are too many prior totals"


def require_prior_total_holds(period_start: date, period_end: date, today: date) -> None:
    """Refuse a period that is reversed, not over or of years that are not held: no total of it was made."""
    faults = []
    if period_start.year < FIRST_YEAR:
        words = f"periods lie between {FIRST_YEAR} and {LAST_YEAR}"
        faults.append(FieldError("/period_start", "period_out_of_range", words))
    if period_end < period_start:
        faults.append(FieldError("/period_end", "period_reversed", "ends before it starts"))
    if period_end >= today:
        faults.append(FieldError("/period_end", "period_not_over", "the period must be over"))
    if faults:
        raise PriorTotalInvalid("The prior total does not hold; see errors.", errors=faults)


def require_room(count: int, most: int) -> None:
    """Refuse one more than `most`."""
    if count >= most:
        raise TooManyPriorTotals(f"There are {most} already.")
