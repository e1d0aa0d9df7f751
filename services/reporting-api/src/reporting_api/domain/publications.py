"""Publications: a place's figures of a period, frozen, numbered without gaps, told apart when restated."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput, NotFound
from cdp_common.kernel.periods import Period, month_end
from reporting_api.domain.chain import canonical_json

HeadlineFigure = Literal["committed", "due", "delivered", "validated"]
PUBLICATION_FORMAT = 5
"""What new publications state beside their figures: 4 had no areas by need, 3 neither validated share nor
address, 2 no payments, 1 neither need nor contracts."""
HEADLINES: tuple[HeadlineFigure, ...] = ("committed", "due", "delivered", "validated")


class PublicationNotFound(NotFound):
    """No publication has this id."""

    code = "publication_not_found"
    title = "There is no such publication"


class NotPublished(NotFound):
    """Nothing is published for exactly this period up to this moment."""

    code = "not_published"
    title = "Nothing is published for this period"


class PublicationOvertaken(Conflict):
    """While it was worked out others published for the place, again and again."""

    code = "publication_overtaken"
    title = "Others publish for this place at the same moment"
    retry_after_s = 30


class PublicationInvalid(InvalidInput):
    """The period cannot be published; `errors` lists every fault."""

    code = "publication_invalid"
    title = "The period cannot be published"


class MeasureNotPublished(NotFound):
    """The publication shows no such measure."""

    code = "measure_not_published"
    title = "The publication has no such measure"


class CellSuppressed(Conflict):
    """Disclosure control or a licence withheld the measure's figures, and so their explanation."""

    code = "cell_suppressed"
    title = "The figures are withheld"


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure that a restatement changed."""

    figure: HeadlineFigure
    before_pence: int
    after_pence: int


def require_period_publishable(period: Period, today: date, is_restated: bool, reason: str | None) -> None:
    """Refuse a period that is not over or not made of whole months, and a restatement without a reason.

    Whole months only: publishing periods a day apart would let anybody subtract one from the other.
    """
    faults = []
    if period.start.day != 1 or period.end != month_end(period.end):
        message = "a published period is made of whole calendar months"
        faults.append(FieldError("/period_end", "period_not_whole_months", message))
    if period.end >= today:
        faults.append(FieldError("/period_end", "period_not_over", "the period must be over"))
    if is_restated and reason is None:
        message = "the period was published before: say why it is restated"
        faults.append(FieldError("/reason", "reason_missing", message))
    if faults:
        raise PublicationInvalid("The period cannot be published; see errors.", errors=faults)


def changes_between(
    before: Mapping[HeadlineFigure, int], after: Mapping[HeadlineFigure, int]
) -> list[FigureChange]:
    """The headline figures in which two publications of a period differ."""
    return [
        FigureChange(figure, before[figure], after[figure])
        for figure in HEADLINES
        if before[figure] != after[figure]
    ]


def content_hash(value: Mapping[str, object]) -> str:
    """SHA-256 over the canonical JSON of the published value."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
