"""What a quantity is made of, as whoever promises or reports states it: one kind of counts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum

import strawberry

from gateway.schema.enums import described_value


@strawberry.enum(description="How pounds were given.")
class Given(Enum):
    """Cash or kind."""

    CASH = described_value("cash", "In cash.")
    IN_KIND = described_value("in_kind", "In kind.")


@strawberry.input(description="People who are paid for the same hours a week.")
class PostsInput:
    """Posts."""

    headcount: int = strawberry.field(description="How many people.")
    hours_per_week: Decimal = strawberry.field(description="Hours a week of each; above 0, at most 168.")
    time_share: Decimal | None = strawberry.field(
        default=None, description="The share of the time that the posts were filled; 1 unless stated."
    )
    starts_on: date | None = strawberry.field(
        default=None, description="Instead of a share: the first day on which they are filled."
    )
    ends_on: date | None = strawberry.field(default=None, description="With it: the last day.")


@strawberry.input(description="Full-time equivalents: people by their hours.")
class EmploymentInput:
    """Employment."""

    posts: list[PostsInput] = strawberry.field(description="Groups of people with the same hours.")


@strawberry.input(description="Attendee hours: sessions, their hours and their attendees.")
class AttendanceInput:
    """Attendance."""

    sessions: int = strawberry.field(description="How many sessions.")
    hours_per_session: Decimal = strawberry.field(description="Hours of a session.")
    attendees: int = strawberry.field(description="Attendees of a session.")


@strawberry.input(description="Hours of volunteering in paid time.")
class VolunteeringInput:
    """Volunteering."""

    volunteers: int = strawberry.field(description="How many people.")
    paid_hours_each: Decimal = strawberry.field(description="The hours for which each was paid.")


@strawberry.input(description="Weeks in which each trainee was trained for the same number of days.")
class TrainingWeeksInput:
    """Training weeks."""

    trainees: int = strawberry.field(description="How many people.")
    weeks: int = strawberry.field(description="How many weeks.")
    days_per_week: Decimal = strawberry.field(description="Days of training in a week.")


@strawberry.input(description="Training weeks: a person's week of three days or more is one.")
class TrainingInput:
    """Training."""

    training_weeks: list[TrainingWeeksInput] = strawberry.field(description="Weeks by how full they were.")


@strawberry.input(description="The two parts of a ratio.")
class RatioInput:
    """A ratio."""

    numerator: Decimal = strawberry.field(description="The upper part.")
    denominator: Decimal = strawberry.field(description="The lower part.")


@strawberry.input(description="Pounds net of the VAT that comes back and of what others paid.")
class NetPoundsInput:
    """Net pounds."""

    gross_gbp: Decimal = strawberry.field(description="The gross amount.")
    recoverable_vat_gbp: Decimal | None = strawberry.field(
        default=None, description="The VAT in it that comes back."
    )
    paid_by_others_gbp: Decimal | None = strawberry.field(default=None, description="What others paid of it.")
    given: Given | None = strawberry.field(default=None, description="Whether in cash or in kind.")


@strawberry.input(one_of=True, description="What a quantity is made of: exactly one kind of counts.")
class LineInputsInput:
    """The inputs of one line."""

    employment: EmploymentInput | None = strawberry.field(
        default=strawberry.UNSET, description="Full-time equivalents."
    )
    attendance: AttendanceInput | None = strawberry.field(
        default=strawberry.UNSET, description="Attendee hours."
    )
    volunteering: VolunteeringInput | None = strawberry.field(
        default=strawberry.UNSET, description="Hours of volunteering."
    )
    training: TrainingInput | None = strawberry.field(default=strawberry.UNSET, description="Training weeks.")
    ratio: RatioInput | None = strawberry.field(default=strawberry.UNSET, description="A ratio.")
    net_pounds: NetPoundsInput | None = strawberry.field(default=strawberry.UNSET, description="Net pounds.")
