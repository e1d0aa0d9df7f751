"""Training and events: places up to a capacity, a waiting list behind it that moves up in order."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput, NotFound

GatheringKind = Literal["training", "event"]
GatheringState = Literal["open", "cancelled"]
RegistrationState = Literal["registered", "waiting", "cancelled"]


class GatheringUnknown(NotFound):
    """There is no gathering of that id."""

    code = "gathering_not_found"
    title = "There is no such gathering"


class RegistrationUnknown(NotFound):
    """There is no registration of that id, or the token is not its own."""

    code = "registration_not_found"
    title = "There is no such registration, or the token is another's"


class RegistrationNotRecorded(InvalidInput):
    """The input names somebody who is not registered for this gathering."""

    code = "registration_unknown"
    title = "Somebody named is not registered for this gathering"


class GatheringTimesWrong(InvalidInput):
    """It ends after it starts, and registration closes before it ends."""

    code = "gathering_times_wrong"
    title = "The times of the gathering do not fit together"


class GatheringUnreachable(InvalidInput):
    """Nobody can come to a gathering that is nowhere."""

    code = "gathering_unreachable"
    title = "The gathering has neither a venue nor an address online"


class RegistrationClosed(Conflict):
    """One can register no more: it is closed, over or cancelled."""

    code = "registration_closed"
    title = "Registration is closed"


class GatheringNotYet(Conflict):
    """Nobody has attended what has not begun."""

    code = "gathering_not_yet"
    title = "The gathering has not begun"


class GatheringCancelled(Conflict):
    """It was cancelled already."""

    code = "gathering_cancelled"
    title = "The gathering was cancelled already"


class GatheringBegun(Conflict):
    """What has begun is changed no more: who was there was there."""

    code = "gathering_begun"
    title = "The gathering has begun"


class PlacesTaken(Conflict):
    """More places are taken than there would be; nobody who has one loses it."""

    code = "gathering_places_taken"
    title = "More places are taken than there would be"


@dataclass(frozen=True)
class Gathering:
    """A gathering; the counts are of those who have a place, wait for one, and came."""

    id: UUID
    place_id: UUID
    kind: GatheringKind
    title: str
    summary: str
    description: str | None
    starts_at: datetime
    ends_at: datetime
    venue: str | None
    online_url: str | None
    capacity: int
    registration_closes_at: datetime | None
    organiser_organisation_id: UUID
    objectives: tuple[str, ...]
    data_status: str
    state: GatheringState
    cancelled_because: str | None
    registered_count: int
    waiting_count: int
    attended_count: int
    last_number: int
    version: int


@dataclass(frozen=True)
class Registration:
    """A place, or one on the waiting list; numbers are given in the order in which people came."""

    id: UUID
    gathering_id: UUID
    number: int
    state: RegistrationState
    attended: bool | None
    contact_id: UUID | None
    version: int
    registered_at: datetime


def require_times(gathering: Gathering) -> None:
    """Refuse a gathering that ends before it starts, or to which one registers after its end."""
    errors: list[FieldError] = []
    if gathering.ends_at <= gathering.starts_at:
        errors.append(FieldError("/ends_at", GatheringTimesWrong.code, "not after it starts"))
    closes = gathering.registration_closes_at
    if closes is not None and closes > gathering.ends_at:
        pointer = "/registration_closes_at"
        errors.append(FieldError(pointer, GatheringTimesWrong.code, "after it ends"))
    if errors:
        raise GatheringTimesWrong("The times do not fit together.", errors=errors)
    if gathering.venue is None and gathering.online_url is None:
        raise GatheringUnreachable("State a venue, an address online, or both.")


def require_open(gathering: Gathering, now: datetime) -> None:
    """Refuse a registration for what is cancelled or closed; it closes at its start, or earlier."""
    closes = gathering.registration_closes_at or gathering.starts_at
    if gathering.state == "cancelled" or now >= closes:
        raise RegistrationClosed("One can register no more.")


def require_changeable(gathering: Gathering, now: datetime) -> None:
    """Refuse to change what was cancelled, or has begun."""
    if gathering.state == "cancelled":
        raise GatheringCancelled("It was cancelled.")
    if now >= gathering.starts_at:
        raise GatheringBegun(f"It began at {gathering.starts_at.isoformat()}.")


def require_change_holds(after: Gathering, now: datetime) -> None:
    """Refuse times that do not fit together or lie behind us, and fewer places than are taken."""
    require_times(after)
    if after.starts_at <= now:
        error = FieldError("/starts_at", GatheringTimesWrong.code, "not ahead")
        raise GatheringTimesWrong("A gathering is moved to a time to come.", errors=[error])
    if after.capacity < after.registered_count:
        raise PlacesTaken(f"{after.registered_count} places are taken.")


def with_places_filled(gathering: Gathering) -> tuple[Gathering, int]:
    """The gathering when those who wait have the places that are free, and how many of them have one now."""
    free = gathering.capacity - gathering.registered_count
    moved = max(0, min(free, gathering.waiting_count))
    filled = replace(
        gathering,
        registered_count=gathering.registered_count + moved,
        waiting_count=gathering.waiting_count - moved,
    )
    return filled, moved


def with_one_more(gathering: Gathering) -> tuple[Gathering, RegistrationState]:
    """The gathering after one more came, who has a place while there is one and waits otherwise."""
    number = gathering.last_number + 1
    if gathering.registered_count < gathering.capacity:
        more = gathering.registered_count + 1
        return replace(gathering, registered_count=more, last_number=number), "registered"
    return replace(gathering, waiting_count=gathering.waiting_count + 1, last_number=number), "waiting"


def with_one_less(gathering: Gathering, left: RegistrationState, *, moves_up: bool) -> tuple[Gathering, bool]:
    """The gathering after one in this state left, and whether the first of the waiting has a place now."""
    if left == "waiting":
        return replace(gathering, waiting_count=gathering.waiting_count - 1), False
    if left == "cancelled":
        return gathering, False
    if moves_up and gathering.waiting_count > 0:
        return replace(gathering, waiting_count=gathering.waiting_count - 1), True
    return replace(gathering, registered_count=gathering.registered_count - 1), False
