"""What a quantity is made of, as the caller counted it, and the quantity that it gives.

- Employment: 1.0 full-time equivalent is at least 35 paid hours a week for 12 months, fewer is pro rata, and
  one person is capped at 1.0 a year. So hours above 35 count as 35, and the share of the time is at most 1. A
  stock that is reported is weighted by its period afterwards, so its share is that of the period. Posts that
  state their days are filled for the share of the days that the line counts for: see `Employment.over_days`.
- Attendance: sessions × hours of a session × attendees.
- Volunteering: people × hours, of paid time only.
- Training: a training week is one person-week with at least 3 training days; the days of other weeks count
  ÷ 5.
- Ratio: the numerator is the quantity; the denominator is kept beside it.
- Net pounds: the gross amount less what comes back as VAT and what others paid.

What they give is exact: a number of tenths or thirty-fifths is not rounded before the pounds are.
"""

from calendar import isleap
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from cdp_common.kernel.exact import Exact, without_trailing_zeros

FULL_TIME_HOURS = Decimal(35)
"""Paid hours a week that make one full-time equivalent, and the most that one person counts for."""

FULL_WEEK_DAYS = Decimal(3)
"""Training days from which on a person's week is one training week."""

PART_WEEK_DIVISOR = Decimal(5)
"""The days of a shorter week are divided by this."""

ONE = Decimal(1)
DAYS_OF_A_YEAR = Decimal(365)


@dataclass(frozen=True, slots=True)
class Posts:
    """People who are paid for the same hours a week, for a share of the time or on stated days."""

    headcount: int
    hours_per_week: Decimal
    time_share: Decimal = ONE
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def filled_days(self) -> int | None:
        """The days on which they are filled, 29 February never being one; None where no days are stated."""
        if self.starts_on is None or self.ends_on is None:
            return None
        years = range(self.starts_on.year, self.ends_on.year + 1)
        leap_days = (date(year, 2, 29) for year in years if isleap(year))
        within = sum(self.starts_on <= day <= self.ends_on for day in leap_days)
        return (self.ends_on - self.starts_on).days + 1 - within


@dataclass(frozen=True, slots=True)
class Employment:
    """Posts that make full-time equivalents."""

    posts: tuple[Posts, ...]
    kind: Literal["employment"] = "employment"
    over_days: Decimal = DAYS_OF_A_YEAR
    """Days that the quantity counts for, of whose share posts with days are filled, at most of all of them.

    What counts afterwards is the quantity for so many days: a year unless the measure counts contract years
    or weights its period.
    """

    @property
    def by_days(self) -> bool:
        """Whether any of the posts states its days."""
        return any(post.starts_on is not None for post in self.posts)

    @property
    def headcount(self) -> int:
        """Everybody in the posts."""
        return sum(post.headcount for post in self.posts)


@dataclass(frozen=True, slots=True)
class Attendance:
    """Sessions of the same length with the same number of attendees."""

    sessions: int
    hours_per_session: Decimal
    attendees: int
    kind: Literal["attendance"] = "attendance"


@dataclass(frozen=True, slots=True)
class Volunteering:
    """People who volunteered in time for which they were paid."""

    volunteers: int
    paid_hours_each: Decimal
    kind: Literal["volunteering"] = "volunteering"


@dataclass(frozen=True, slots=True)
class TrainingWeeks:
    """Weeks in which each trainee was trained for the same number of days."""

    trainees: int
    weeks: int
    days_per_week: Decimal


@dataclass(frozen=True, slots=True)
class Training:
    """Person-weeks that make training weeks."""

    training_weeks: tuple[TrainingWeeks, ...]
    kind: Literal["training"] = "training"


@dataclass(frozen=True, slots=True)
class Ratio:
    """The two parts of a ratio."""

    numerator: Decimal
    denominator: Decimal
    kind: Literal["ratio"] = "ratio"


@dataclass(frozen=True, slots=True)
class NetPounds:
    """Pounds and what is taken off them."""

    gross_gbp: Decimal
    recoverable_vat_gbp: Decimal = Decimal(0)
    paid_by_others_gbp: Decimal = Decimal(0)
    kind: Literal["net_pounds"] = "net_pounds"


@dataclass(frozen=True, slots=True)
class Derivation:
    """How inputs give a quantity: `factor` ÷ `divisor`, by a named rule and in words."""

    rule: str
    text: str
    factor: Decimal
    divisor: Decimal = ONE

    @property
    def quantity(self) -> Exact:
        """What it gives, exactly."""
        return Exact().times(self.factor, self.divisor)


Inputs = Employment | Attendance | Volunteering | Training | Ratio | NetPounds
"""What one line's quantity is made of."""


def derivation(inputs: Inputs) -> Derivation:
    """The way to the quantity, as an explanation begins with it; the inputs have been checked."""
    match inputs:
        case Employment():
            return _full_time_equivalents(inputs)
        case Attendance(sessions=sessions, hours_per_session=hours, attendees=attendees):
            text = f"{sessions} sessions × {hours} hours × {attendees} attendees."
            return Derivation("attendee_hours", text, sessions * hours * attendees)
        case Volunteering(volunteers=people, paid_hours_each=hours):
            text = f"{people} people × {hours} hours of paid time each."
            return Derivation("paid_hours", text, people * hours)
        case Training():
            return _training_weeks(inputs)
        case Ratio(numerator=numerator, denominator=denominator):
            return Derivation("numerator", f"{numerator} of {denominator}.", numerator)
        case NetPounds():
            return _net_pounds(inputs)


def derived_quantity(inputs: Inputs) -> Exact:
    """The quantity that the inputs give, exactly."""
    return derivation(inputs).quantity


def _full_time_equivalents(inputs: Employment) -> Derivation:
    over = inputs.over_days if inputs.by_days else ONE
    hours = sum((_full_time_hours(post, over) for post in inputs.posts), start=Decimal(0))
    words = " + ".join(_post_words(post, over) for post in inputs.posts)
    text = f"{words}, ÷ {FULL_TIME_HOURS} hours of a full-time week."
    return Derivation("full_time_equivalents", text, without_trailing_zeros(hours), FULL_TIME_HOURS * over)


def _full_time_hours(post: Posts, over: Decimal) -> Decimal:
    """Full-time hours a week, times the days that are counted over where posts state days."""
    days = post.filled_days
    time = post.time_share * over if days is None else min(Decimal(days), over)
    return post.headcount * min(post.hours_per_week, FULL_TIME_HOURS) * time


def _post_words(post: Posts, over: Decimal) -> str:
    capped = f" (as {FULL_TIME_HOURS})" if post.hours_per_week > FULL_TIME_HOURS else ""
    share = f" × {post.time_share} of the time" if post.time_share != ONE else ""
    if post.filled_days is not None:
        share = f" × {min(Decimal(post.filled_days), over)} of {over} days"
    return f"{post.headcount} people × {post.hours_per_week} hours a week{capped}{share}"


def _training_weeks(inputs: Training) -> Derivation:
    fifths = sum((_fifths_of_weeks(row) for row in inputs.training_weeks), start=Decimal(0))
    text = (
        f"{' + '.join(map(_week_words, inputs.training_weeks))}; in fifths of a week, ÷ {PART_WEEK_DIVISOR}."
    )
    return Derivation("training_weeks", text, without_trailing_zeros(fifths), PART_WEEK_DIVISOR)


def _fifths_of_weeks(row: TrainingWeeks) -> Decimal:
    is_whole = row.days_per_week >= FULL_WEEK_DAYS
    return row.trainees * row.weeks * (PART_WEEK_DIVISOR if is_whole else row.days_per_week)


def _week_words(row: TrainingWeeks) -> str:
    counts = "whole" if row.days_per_week >= FULL_WEEK_DAYS else "by days"
    return f"{row.trainees} people × {row.weeks} weeks of {row.days_per_week} days ({counts})"


def _net_pounds(inputs: NetPounds) -> Derivation:
    net = inputs.gross_gbp - inputs.recoverable_vat_gbp - inputs.paid_by_others_gbp
    text = (
        f"£{inputs.gross_gbp} less £{inputs.recoverable_vat_gbp} of VAT that comes back "
        f"and £{inputs.paid_by_others_gbp} paid by others."
    )
    return Derivation("net_pounds", text, net)
