"""What a quantity is made of: the counts from which the platform works it out instead of the caller.

One kind for each way of counting. Whoever states inputs need not state the quantity; who states both is held
to what the inputs give. Bounds and codes of refusal are toms-engine's.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from cdp_common.contracts.base import Contract, DecimalText, GbpText, ShareText
from cdp_common.kernel import inputs as kernel

InputKind = Literal["employment", "attendance", "volunteering", "training", "ratio", "net_pounds"]
Headcount = Annotated[int, Field(ge=1, le=10_000_000)]
Times = Annotated[int, Field(ge=1, le=1_000_000)]


class Posts(Contract):
    """People who are paid for the same hours a week; 35 or more make one full-time equivalent each."""

    headcount: Headcount
    hours_per_week: DecimalText  # above 0, at most 168, two decimals
    # of the time that the posts were filled: of the period for a stock that is reported, else of a year
    time_share: ShareText | None = None  # null means 1
    # Or the first and the last day on which they are filled, within the line's: the share follows from them.
    starts_on: date | None = None
    ends_on: date | None = None


class EmploymentInputs(Contract):
    """Full-time equivalents: people × hours a week (at most 35) ÷ 35 × share of the time, over all posts.

    Days instead of a share come to what is worked on them: the share is of the days that the line counts for,
    29 February never being one. Whoever states days states no quantity in a bid.
    """

    kind: Literal["employment"]
    posts: Annotated[list[Posts], Field(min_length=1, max_length=50)]


class AttendanceInputs(Contract):
    """Attendee hours: sessions × hours of a session × attendees of a session."""

    kind: Literal["attendance"]
    sessions: Times
    hours_per_session: DecimalText  # above 0, at most 168, two decimals
    attendees: Headcount


class VolunteeringInputs(Contract):
    """Hours of volunteering: people × the hours for which each was paid; unpaid time does not count."""

    kind: Literal["volunteering"]
    volunteers: Headcount
    paid_hours_each: DecimalText  # above 0, at most 8784, two decimals


class TrainingWeeks(Contract):
    """Weeks in which each trainee was trained for the same number of days."""

    trainees: Headcount
    weeks: Times
    days_per_week: DecimalText  # above 0, at most 7, two decimals


class TrainingInputs(Contract):
    """Training weeks: a person's week of three days or more is one; the days of other weeks count ÷ 5."""

    kind: Literal["training"]
    training_weeks: Annotated[list[TrainingWeeks], Field(min_length=1, max_length=100)]


class RatioInputs(Contract):
    """The two parts of a ratio; both are kept, because totals divide sums."""

    kind: Literal["ratio"]
    numerator: DecimalText
    denominator: DecimalText


class NetPoundsInputs(Contract):
    """Pounds net: the gross amount less the VAT that comes back and what others paid of it."""

    kind: Literal["net_pounds"]
    gross_gbp: GbpText
    recoverable_vat_gbp: GbpText | None = None
    paid_by_others_gbp: GbpText | None = None
    given: Literal["cash", "in_kind"] | None = None  # says how; the pounds are the same


LineInputs = Annotated[
    EmploymentInputs | AttendanceInputs | VolunteeringInputs | TrainingInputs | RatioInputs | NetPoundsInputs,
    Field(discriminator="kind"),
]
"""The inputs of one line; `kind` says how they make its quantity."""


def inputs_of(inputs: LineInputs) -> kernel.Inputs:
    """The inputs as the arithmetic knows them; what the wire leaves out holds its neutral value."""
    match inputs:
        case EmploymentInputs():
            return kernel.Employment(tuple(_posts(post) for post in inputs.posts))
        case AttendanceInputs():
            return kernel.Attendance(inputs.sessions, inputs.hours_per_session, inputs.attendees)
        case VolunteeringInputs():
            return kernel.Volunteering(inputs.volunteers, inputs.paid_hours_each)
        case TrainingInputs():
            weeks = (kernel.TrainingWeeks(**dict(row)) for row in inputs.training_weeks)
            return kernel.Training(tuple(weeks))
        case RatioInputs():
            return kernel.Ratio(inputs.numerator, inputs.denominator)
        case NetPoundsInputs():
            return kernel.NetPounds(
                inputs.gross_gbp,
                inputs.recoverable_vat_gbp or Decimal(0),
                inputs.paid_by_others_gbp or Decimal(0),
            )


def _posts(post: Posts) -> kernel.Posts:
    share = kernel.ONE if post.time_share is None else post.time_share
    return kernel.Posts(post.headcount, post.hours_per_week, share, post.starts_on, post.ends_on)
