"""Pages of a Knowledge Hub: written, read by another person, published, withdrawn; every version is kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, Forbidden, Gone, InvalidInput, NotFound
from partners_api.domain.authority import Actor

HubKind = Literal[
    "story", "guidance", "explanation", "training_material", "video", "partner_overview", "logo"
]
HubState = Literal["drafted", "reviewed", "published", "withdrawn"]
HubStepKind = Literal["drafted", "returned", "reviewed", "published", "withdrawn"]
EDITORS = frozenset({"officer", "moderator", "programme_manager"})
"""Who writes and reviews in a place."""


class HubPageUnknown(NotFound):
    """There is no page of that id that the caller may know of."""

    code = "hub_page_not_found"
    title = "There is no such page"


class HubPageWithdrawn(Gone):
    """The page was published, and is no longer shown."""

    code = "hub_page_withdrawn"
    title = "The page was withdrawn"


class HubSlugTaken(Conflict):
    """Another page of the place has this slug."""

    code = "hub_slug_taken"
    title = "Another page of the place has this slug"


class HubVersionSuperseded(Conflict):
    """There is a later version, or none of that number."""

    code = "hub_version_superseded"
    title = "It is not the latest version"


class HubStepOutOfTurn(Conflict):
    """The page is not in the state from which this step is taken."""

    code = "hub_step_out_of_turn"
    title = "The page is not in the state for this"


class ReviewerIsAuthor(Forbidden):
    """A version is reviewed by another person than its author."""

    code = "reviewer_is_author"
    title = "Somebody else has to review it"


class EditorNeeded(Forbidden):
    """Only those who write for the place's Knowledge Hub may do this."""

    code = "editor_needed"
    title = "Only editors of the place may do this"


class HubPageIncomplete(InvalidInput):
    """A page of this kind needs something that is not there."""

    code = "hub_page_incomplete"
    title = "The page lacks something that its kind needs"


class HumanValueUnknown(InvalidInput):
    """There is no human value of this code."""

    code = "human_value_unknown"
    title = "There is no such human value"


@dataclass(frozen=True)
class HumanValue:
    """A value with which stories are tagged."""

    code: str
    title: str


@dataclass(frozen=True)
class Image:
    """An image kept elsewhere, with the text that stands for it."""

    url: str
    alt: str
    credit: str | None
    purpose: Literal["illustration", "logo"]


@dataclass(frozen=True)
class Video:
    """A video kept elsewhere, with captions and transcript."""

    url: str
    title: str
    captions_url: str
    transcript: str


@dataclass(frozen=True)
class HubContent:
    """What a version says."""

    title: str
    summary: str
    body: str
    images: tuple[Image, ...]
    videos: tuple[Video, ...]
    objectives: tuple[str, ...]
    measures: tuple[str, ...]
    areas: tuple[str, ...]
    human_values: tuple[str, ...]
    organisation_ids: tuple[UUID, ...]
    source: str | None
    data_status: str


@dataclass(frozen=True)
class Hand:
    """Who took a step: client, organisation, and the person if one signed in."""

    client_id: str
    organisation_id: UUID
    person_id: UUID | None

    @classmethod
    def of(cls, actor: Actor) -> "Hand":
        """The actor's hand."""
        return cls(actor.client_id, actor.organisation_id, actor.person_id)


@dataclass(frozen=True)
class HubStep:
    """One step of a page's history."""

    step: HubStepKind
    version: int
    note: str | None
    hand: Hand
    taken_at: datetime


@dataclass(frozen=True)
class HubPage:
    """A page: the state of its latest version, and which version is shown, if any is."""

    id: UUID
    place_id: UUID
    kind: HubKind
    slug: str
    state: HubState
    latest_version: int
    published_version: int | None
    first_published_at: datetime | None
    published_at: datetime | None
    withdrawn_at: datetime | None
    steps_taken: int
    changed_at: datetime


def edits(actor: Actor, place_id: UUID) -> bool:
    """Whether the actor writes for the place's Knowledge Hub."""
    return actor.is_operator or bool(EDITORS & actor.roles.get(place_id, frozenset()))


def require_editor(actor: Actor, place_id: UUID) -> None:
    """Refuse everyone without a role in which one writes for the place."""
    if not edits(actor, place_id):
        raise EditorNeeded("This needs the role officer, moderator or programme_manager in the place.")


def revised(page: HubPage, now: datetime) -> HubPage:
    """The page with a further version, which is to be reviewed; what is published stays so."""
    return replace(
        page,
        state="drafted",
        latest_version=page.latest_version + 1,
        steps_taken=page.steps_taken + 1,
        changed_at=now,
    )


def reviewed(
    page: HubPage, version: int, *, approved: bool, author: Hand, by: Hand, now: datetime
) -> HubPage:
    """The page after a review of its latest version by another person than its author."""
    _require_turn(page, version, "drafted")
    require_other_person(author, by)
    state: HubState = "reviewed" if approved else "drafted"
    return replace(page, state=state, steps_taken=page.steps_taken + 1, changed_at=now)


def published(page: HubPage, version: int, now: datetime) -> HubPage:
    """The page with its reviewed version shown."""
    _require_turn(page, version, "reviewed")
    return replace(
        page,
        state="published",
        published_version=version,
        first_published_at=page.first_published_at or now,
        published_at=now,
        withdrawn_at=None,
        steps_taken=page.steps_taken + 1,
        changed_at=now,
    )


def withdrawn(page: HubPage, now: datetime) -> HubPage:
    """The page shown no more; a later version that is being worked on stays as it is."""
    if page.published_version is None:
        raise HubStepOutOfTurn("Only what is published can be withdrawn.")
    return replace(
        page,
        state="withdrawn" if page.state == "published" else page.state,
        published_version=None,
        published_at=None,
        withdrawn_at=now,
        steps_taken=page.steps_taken + 1,
        changed_at=now,
    )


def require_other_person(author: Hand, by: Hand) -> None:
    """Refuse the author: persons are compared where both are known, and organisations otherwise.

    A client says nothing of who sits at it: two clients of one organisation may be one person.
    """
    if author.person_id is not None and by.person_id is not None:
        is_other = author.person_id != by.person_id
    else:
        is_other = author.organisation_id != by.organisation_id
    if not is_other:
        raise ReviewerIsAuthor("Another person reviews it; without sign-in, one of another organisation.")


def _require_turn(page: HubPage, version: int, state: HubState) -> None:
    if version != page.latest_version:
        raise HubVersionSuperseded(f"The latest version is {page.latest_version}.")
    if page.state != state:
        raise HubStepOutOfTurn(f"It is {page.state}, and would have to be {state}.")


def require_complete(kind: HubKind, content: HubContent) -> None:
    """Refuse a page that lacks what its kind is about."""
    lacking: dict[str, str] = {}
    if kind == "video" and not content.videos:
        lacking["/videos"] = "a video page shows a video"
    if kind == "logo" and not any(image.purpose == "logo" for image in content.images):
        lacking["/images"] = "a logo page shows a logo"
    if kind == "partner_overview" and len(content.organisation_ids) != 1:
        lacking["/organisation_ids"] = "an overview is about one partner"
    if lacking:
        errors = [FieldError(pointer, HubPageIncomplete.code, why) for pointer, why in lacking.items()]
        raise HubPageIncomplete("The page lacks what its kind is about.", errors=errors)


def require_human_values(named: Sequence[str], known: Collection[str]) -> None:
    """Refuse values that there are not."""
    errors = [
        FieldError(f"/tags/human_values/{index}", HumanValueUnknown.code, "there is no such value")
        for index, code in enumerate(named)
        if code not in known
    ]
    if errors:
        raise HumanValueUnknown("See /v1/hub/human-values for those there are.", errors=errors)
