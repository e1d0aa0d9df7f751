"""Contracts of partners-api: what the Knowledge Hub of a place shows, from draft to publication.

Texts are Markdown: stored as such, and answered as Markdown and as HTML that is safe to show.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from cdp_common.contracts.base import Code, Contract, DataStatus, LongText, ShortText, Slug, Url

HubKind = Literal[
    "story", "guidance", "explanation", "training_material", "video", "partner_overview", "logo"
]
HubState = Literal["drafted", "reviewed", "published", "withdrawn"]
HubStepKind = Literal["drafted", "returned", "reviewed", "published", "withdrawn"]
Email = Annotated[str, StringConstraints(pattern=r"^[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,250}$")]


class HumanValue(Contract):
    """One of the values that people name when they say what matters to them."""

    code: Code
    title: str


class HumanValues(Contract):
    """The human values with which stories are tagged, and where they come from."""

    version: str
    source: str
    values: list[HumanValue]


# ------------------------------------------------------------------ content
class HubImage(Contract):
    """An image that is kept elsewhere; whoever cannot see it has its alternative text."""

    url: Url
    alt: ShortText
    credit: ShortText | None = None
    purpose: Literal["illustration", "logo"] = "illustration"


class HubVideo(Contract):
    """A video that is kept elsewhere, with captions and a transcript for everybody else."""

    url: Url
    title: ShortText
    captions_url: Url  # WebVTT
    transcript: LongText  # Markdown


class HubTags(Contract):
    """What a page is about."""

    objectives: Annotated[list[Code], Field(max_length=50)] = []  # of the place
    measures: Annotated[list[Code], Field(max_length=50)] = []  # of a measurement framework
    areas: Annotated[list[Code], Field(max_length=50)] = []
    human_values: Annotated[list[Code], Field(max_length=14)] = []


class HubContent(Contract):
    """What a page says."""

    title: ShortText
    summary: ShortText
    body: LongText  # Markdown; images go into `images`, for they need an alternative text
    images: Annotated[list[HubImage], Field(max_length=20)] = []
    videos: Annotated[list[HubVideo], Field(max_length=3)] = []
    tags: HubTags = HubTags()
    organisation_ids: Annotated[list[UUID], Field(max_length=50)] = []  # who it is about
    source: ShortText | None = None
    data_status: DataStatus = "actual"


class HubPageDraft(HubContent):
    """A page of the Knowledge Hub as its author first writes it."""

    kind: HubKind
    slug: Slug  # its name in addresses; one of each in a place


class ShownVideo(HubVideo):
    """A video with its transcript as safe HTML."""

    transcript_html: str


class HubPageSummary(Contract):
    """A published page as lists show it."""

    id: UUID
    place_id: UUID
    kind: HubKind
    slug: Slug
    version: int
    title: str
    summary: str
    images: list[HubImage]
    tags: HubTags
    organisation_ids: list[UUID]
    source: str | None
    data_status: DataStatus
    first_published_at: datetime
    published_at: datetime


class HubPage(HubPageSummary):
    """A published page."""

    body: str
    body_html: str  # safe to show
    videos: list[ShownVideo]


# ------------------------------------------------------------------ from draft to publication
class HubStep(Contract):
    """One step of a page's history."""

    step: HubStepKind
    version: int
    note: str | None
    organisation_id: UUID  # whose client took it
    taken_at: datetime


class HubDraft(Contract):
    """A page as those with a role in its place see it: a version of its content, and its history."""

    id: UUID
    place_id: UUID
    kind: HubKind
    slug: Slug
    state: HubState  # of the latest version
    latest_version: int
    published_version: int | None
    version: int  # the one shown here
    content: HubContent
    body_html: str
    transcripts_html: list[str]
    history: list[HubStep]


class HubDraftSummary(Contract):
    """A page with its state, as those with a role in its place see it in lists; also what a step answers."""

    id: UUID
    place_id: UUID
    kind: HubKind
    slug: Slug
    state: HubState
    latest_version: int
    published_version: int | None
    title: str
    changed_at: datetime


class HubReview(Contract):
    """What another person thinks of a version: it can be published, or goes back to its author."""

    version: Annotated[int, Field(ge=1, le=1_000_000)]
    outcome: Literal["approved", "returned"]
    note: LongText | None = None


class HubPublication(Contract):
    """Which reviewed version is published."""

    version: Annotated[int, Field(ge=1, le=1_000_000)]


class HubWithdrawal(Contract):
    """Why a page is no longer shown."""

    reason: ShortText


# ------------------------------------------------------------------ contacts and search
class HubContactDraft(Contract):
    """Whom to turn to: a team or an office, not a person by name."""

    label: ShortText  # e.g. Social value team
    purpose: ShortText  # e.g. questions about bids
    email: Email | None = None
    telephone: Annotated[str, Field(pattern=r"^[+0-9][0-9 ()-]{4,30}$")] | None = None
    url: Url | None = None


class HubContact(HubContactDraft):
    """A contact that the Knowledge Hub shows."""

    id: UUID
    place_id: UUID


class SnippetPart(Contract):
    """A part of a passage; `is_match` where it is what was sought."""

    text: str
    is_match: bool


class HubHit(Contract):
    """Something published that fits a search; the best fit comes first."""

    kind: HubKind | Literal["gathering"]
    id: UUID
    place_id: UUID
    title: str
    summary: str
    snippet: list[SnippetPart]
    snippet_html: str  # the same with <mark> around what was sought, and nothing else that is not text
    shown_at: datetime
    data_status: DataStatus


class HubPageChanged(Contract):
    """Payload of `hub_page.drafted`, `.returned`, `.reviewed`, `.published` and `.withdrawn`."""

    page_id: UUID
    place_id: UUID
    kind: HubKind
    slug: Slug
    version: int
