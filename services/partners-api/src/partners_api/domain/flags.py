"""Dated, sourced flags of organisations: accreditations, diverse ownership, local presence."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput, NotFound

FlagKind = Literal["accreditation", "diverse_ownership", "local_presence"]
FlagVoice = Literal["organisation", "programme"]


class FlagUnknown(NotFound):
    """There is no flag of that id that the caller may know of."""

    code = "flag_not_found"
    title = "There is no such flag"


class FlagOverlaps(Conflict):
    """The organisation has this flag on some of these days already."""

    code = "flag_overlaps"
    title = "The flag is there on some of these days"


class FlagDaysReversed(InvalidInput):
    """A flag cannot end before it begins."""

    code = "flag_days_reversed"
    title = "The flag ends before it begins"


class FlagPlaceMissing(InvalidInput):
    """A local presence is one in a place; the other kinds are not of a place."""

    code = "flag_place_misplaced"
    title = "The flag needs a place, or takes none"


@dataclass(frozen=True)
class Flag:
    """A flag from its first to its last day, both included; without a last day while it lasts."""

    id: UUID
    organisation_id: UUID
    kind: FlagKind
    code: str
    place_id: UUID | None
    valid_from: date
    valid_to: date | None
    source: str
    source_url: str | None
    stated_by: FlagVoice
    recorded_at: datetime


def require_well_formed(flag: Flag) -> None:
    """Refuse reversed days, a local presence without a place, and a place with another kind."""
    if flag.valid_to is not None and flag.valid_to < flag.valid_from:
        error = FieldError("/valid_to", FlagDaysReversed.code, "before valid_from")
        raise FlagDaysReversed("valid_to lies before valid_from.", errors=[error])
    if (flag.kind == "local_presence") != (flag.place_id is not None):
        words = "a local presence names its place" if flag.place_id is None else "this kind takes no place"
        error = FieldError("/place_id", FlagPlaceMissing.code, words)
        raise FlagPlaceMissing("A place goes with a local presence, and with nothing else.", errors=[error])
