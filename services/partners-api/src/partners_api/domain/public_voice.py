"""What the public sends: consent in a published wording, ideas that are read before they show, supporters."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput, NotFound

ContactPurpose = Literal["gathering", "idea", "supporter"]
IdeaKind = Literal["idea", "feedback", "case_study"]
IdeaState = Literal["received", "shown", "declined"]

GATHERING_CONTACTS_KEPT = timedelta(days=90)
"""How long after a gathering its people are known: as long as questions about it come (our own rule)."""
IDEA_CONTACTS_KEPT = timedelta(days=365)
"""How long after an idea came its sender is known (our own rule); the idea stays."""


class WordingUnknown(InvalidInput):
    """There is no consent of that id for this purpose in this place."""

    code = "wording_unknown"
    title = "There is no such wording of consent"


class WordingSuperseded(Conflict):
    """There is a later wording, which people have to be shown."""

    code = "wording_superseded"
    title = "There is a later wording of consent"


class WordingVersionTaken(Conflict):
    """The place has published this version of the wording."""

    code = "wording_version_taken"
    title = "This version of the wording is published already"


class PublicContactUnknown(NotFound):
    """There is nobody under that id, or the token is not theirs."""

    code = "public_contact_not_found"
    title = "There is no such contact, or the token is another's"


class IdeaUnknown(NotFound):
    """There is no idea of that id that the caller may know of."""

    code = "idea_not_found"
    title = "There is no such idea"


@dataclass(frozen=True)
class ConsentWording:
    """What people agree to, for one purpose."""

    id: UUID
    place_id: UUID
    purpose: ContactPurpose
    version: str
    text: str
    published_at: datetime


@dataclass(frozen=True)
class PublicContact:
    """Somebody of the public; nothing of them stands anywhere else."""

    id: UUID
    place_id: UUID
    purpose: ContactPurpose
    name: str = field(repr=False)
    email: str = field(repr=False)
    organisation_name: str | None = field(repr=False)
    wording_id: UUID
    token_digest: bytes = field(repr=False)
    consented_at: datetime


@dataclass(frozen=True)
class Idea:
    """Something that was sent; `contact` leads to who sent it, while they are known."""

    id: UUID
    place_id: UUID
    kind: IdeaKind
    title: str
    text: str
    objectives: tuple[str, ...]
    area: str | None
    show_name: bool
    contact_id: UUID | None
    state: IdeaState
    reason: str | None
    reply: str | None
    version: int
    received_at: datetime
    data_status: str


@dataclass(frozen=True)
class Supporter:
    """Somebody who supports the programme, until they withdraw."""

    id: UUID
    place_id: UUID
    contact_id: UUID
    interests: tuple[str, ...]
    since: datetime


def require_wording_in_force(
    wording: ConsentWording | None, latest: ConsentWording | None, pointer: str
) -> None:
    """Refuse a consent that is none of this place and purpose, and one in an earlier wording."""
    if wording is None or latest is None:
        error = FieldError(pointer, WordingUnknown.code, "no wording of this place for this purpose")
        raise WordingUnknown("There is no such wording of consent.", errors=[error])
    if wording.id != latest.id:
        raise WordingSuperseded(f"The wording to show is version {latest.version}.")
