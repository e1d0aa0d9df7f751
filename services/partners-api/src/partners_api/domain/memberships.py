"""Memberships: which organisation belongs to a place's collective, from which day to which."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput, NotFound
from cdp_common.kernel.periods import LAST_YEAR, Period

MembershipRole = Literal["lead", "partner"]


class MembershipUnknown(NotFound):
    """There is no membership of that id."""

    code = "membership_not_found"
    title = "There is no such membership"


class MembershipOverlaps(Conflict):
    """The organisation is a member of the place on some of these days already."""

    code = "membership_overlaps"
    title = "The organisation is a member on some of these days already"


class MembershipEnded(Conflict):
    """The membership ends no later than that already."""

    code = "membership_ended"
    title = "The membership has ended already"


class MembershipEndsBeforeStart(InvalidInput):
    """The last day would lie before the first."""

    code = "membership_ends_before_start"
    title = "The membership would end before it starts"


@dataclass(frozen=True)
class Membership:
    """A membership; `valid_to` is its last day, None while it lasts."""

    id: UUID
    place_id: UUID
    organisation_id: UUID
    role: MembershipRole
    valid_from: date
    valid_to: date | None
    named_totals_agreed: bool
    assumed: bool
    source: str
    end_source: str | None
    version: int


def require_days_in_order(valid_from: date, valid_to: date | None) -> None:
    """Refuse days out of order, or outside the years that the platform holds."""
    if valid_to is not None and valid_to < valid_from:
        pointer = FieldError("/valid_to", MembershipEndsBeforeStart.code, "this is before the first day")
        raise MembershipEndsBeforeStart("The last day lies before the first.", errors=[pointer])
    Period(valid_from, valid_to or date(LAST_YEAR, 12, 31))


def ended(membership: Membership, valid_to: date, source: str) -> Membership:
    """The membership with `valid_to` as its last day and where that is known from.

    An end can be set or brought forward. A later one is a new membership: what was over stays over.
    """
    require_days_in_order(membership.valid_from, valid_to)
    if membership.valid_to is not None and valid_to >= membership.valid_to:
        raise MembershipEnded(f"It ends on {membership.valid_to} already; start a new membership to go on.")
    return replace(membership, valid_to=valid_to, end_source=source, version=membership.version + 1)
