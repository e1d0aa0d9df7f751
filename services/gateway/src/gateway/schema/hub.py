"""The Knowledge Hub's part of the graph: what a place has published, whom to turn to, and search."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

import strawberry

from cdp_common.contracts import hub as contract
from gateway.context import Context, Info
from gateway.schema.enums import DataStatus, described_value
from gateway.schema.fields import calls_each, calls_together
from gateway.schema.gatherings import Gathering
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, Node, parse_uuid, uuid_of
from gateway.schema.partners import Organisation, place_of
from gateway.schema.records import as_shown, maybe_shown, page_of, said, shows, shows_node

if TYPE_CHECKING:
    from gateway.schema.places import Place

LazyPlace = Annotated["Place", strawberry.lazy("gateway.schema.places")]


@strawberry.enum(description="What a page of the Knowledge Hub is.")
class HubKind(Enum):
    """What a page is."""

    STORY = described_value("story", "A story: what was done, and what it changed.")
    GUIDANCE = described_value("guidance", "Guidance on how to do something.")
    EXPLANATION = described_value("explanation", "What something means.")
    TRAINING_MATERIAL = described_value("training_material", "Material of a training.")
    VIDEO = described_value("video", "A video, with captions and a transcript.")
    PARTNER_OVERVIEW = described_value("partner_overview", "What one partner does.")
    LOGO = described_value("logo", "A logo, and how it may be used.")


@strawberry.enum(description="What a search may find.")
class HubHitKind(Enum):
    """What a search may find."""

    STORY = described_value("story", "A story.")
    GUIDANCE = described_value("guidance", "Guidance.")
    EXPLANATION = described_value("explanation", "An explanation.")
    TRAINING_MATERIAL = described_value("training_material", "Material of a training.")
    VIDEO = described_value("video", "A video; its transcript is searched.")
    PARTNER_OVERVIEW = described_value("partner_overview", "What one partner does.")
    LOGO = described_value("logo", "A logo.")
    GATHERING = described_value("gathering", "A training or an event.")


@strawberry.enum(description="What an image is for.")
class ImagePurpose(Enum):
    """What an image is for."""

    ILLUSTRATION = described_value("illustration", "It illustrates the page.")
    LOGO = described_value("logo", "It is a logo.")


@shows(contract.HumanValue, "One of the values that people name when they say what matters to them.")
class HumanValue:
    """A human value."""

    code: str = said("The value's code, with which stories are tagged.")
    title: str = said("The value.")


@shows(contract.HumanValues, "The human values with which stories are tagged.")
class HumanValues:
    """The list, and where it comes from."""

    version: str = said("The version of the list.")
    source: str = said("Where it comes from.")
    values: list[HumanValue] = said("The values.")


@shows(contract.HubImage, "An image that is kept elsewhere.")
class HubImage:
    """An image."""

    url: str = said("Where it is kept.")
    alt: str = said("What it shows, for whoever cannot see it.")
    credit: str | None = said("Whom to name beside it; null for nobody.")
    purpose: ImagePurpose = said("What it is for.")


@shows(contract.ShownVideo, "A video that is kept elsewhere, with captions and a transcript.")
class HubVideo:
    """A video."""

    url: str = said("Where it is kept.")
    title: str = said("The title.")
    captions_url: str = said("Where its captions are kept, as WebVTT.")
    transcript: str = said("Its transcript as Markdown.")
    transcript_html: str = said("The transcript as HTML that is safe to show.")


@shows(contract.HubTags, "What a page is about.")
class HubTags:
    """The tags of a page."""

    objectives: list[str] = said("Codes of the place's objectives.")
    measures: list[str] = said("Codes of measures of a measurement framework.")
    areas: list[str] = said("Codes of areas.")
    human_values: list[str] = said("Codes of human values.")


@shows_node(contract.HubPageSummary, "A published page of the Knowledge Hub: a story, guidance, a video.")
class HubPage(Node):
    """A page; its text is fetched when it is asked for."""

    record: strawberry.Private[contract.HubPageSummary]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    kind: HubKind = said("What it is.")
    slug: str = said("Its name in addresses; one of each in a place.")
    version: int = said("Which version of it is published.")
    title: str = said("The title.")
    summary: str = said("What it says, in a sentence or two.")
    images: list[HubImage] = said("Its images.")
    tags: HubTags = said("What it is about.")
    source: str | None = said("Where it is known from; null where nothing is stated.")
    data_status: DataStatus = said("Whether it is real or a sample.")
    first_published_at: datetime = said("When it was first published.")
    published_at: datetime = said("When this version was published.")

    @calls_together("The text as Markdown.")
    async def body(self, info: Info) -> str | None:
        """The text."""
        whole = await self._whole(info.context)
        return None if whole is None else whole.body

    @calls_together("The text as HTML that is safe to show.")
    async def body_html(self, info: Info) -> str | None:
        """The text to be shown."""
        whole = await self._whole(info.context)
        return None if whole is None else whole.body_html

    @calls_together("Its videos.")
    async def videos(self, info: Info) -> list[HubVideo] | None:
        """The videos."""
        whole = await self._whole(info.context)
        return None if whole is None else [as_shown(HubVideo, video) for video in whole.videos]

    @calls_together("The organisations that it is about.")
    async def organisations(self, info: Info) -> list[Organisation] | None:
        """Whom it is about; one whose record is gone is left out."""
        found = await info.context.loaders.organisations.load_many(self.record.organisation_ids)
        return [Organisation.of(record) for record in found if record is not None]

    @calls_together("The place that published it.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.record.place_id)

    async def _whole(self, context: Context) -> contract.HubPage | None:
        """The page with its text; several pages are fetched together, and one that was fetched is there."""
        if hasattr(self.record, "body_html"):
            return cast("contract.HubPage", self.record)
        return await context.loaders.hub_pages.load(self.record.id)


@shows(contract.HubContact, "Whom to turn to: a team or an office.", without={"place_id": "the parent"})
class HubContact:
    """A contact."""

    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    label: str = said("The team or office.")
    purpose: str = said("What to turn to it with.")
    email: str | None = said("Its address for electronic mail; null where it has none.")
    telephone: str | None = said("Its telephone number; null where it has none.")
    url: str | None = said("Its web page; null where it has none.")


@shows(contract.SnippetPart, "A part of a passage that a search found.")
class SnippetPart:
    """A part of a passage."""

    text: str = said("The text.")
    is_match: bool = said("Whether it is what was sought.")


@shows(contract.HubHit, "Something published that fits a search.")
class HubHit:
    """A hit."""

    place_id: strawberry.Private[UUID]
    id: strawberry.Private[UUID]
    kind: HubHitKind = said("What was found.")
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    title: str = said("The title.")
    summary: str = said("What it says, in a sentence or two.")
    snippet: list[SnippetPart] = said("The passage that fits, in parts.")
    snippet_html: str = said("The same with `<mark>` around what was sought; safe to show.")
    shown_at: datetime = said("When it was published.")
    data_status: DataStatus = said("Whether it is real or a sample.")

    @calls_together("The page that was found; null where it is a gathering.")
    async def page(self, info: Info) -> HubPage | None:
        """The page."""
        if str(self.kind) == HubHitKind.GATHERING.value:
            return None
        return maybe_shown(HubPage, await info.context.loaders.hub_pages.load(self.id))

    @calls_together("The gathering that was found; null where it is a page.")
    async def gathering(self, info: Info) -> Gathering | None:
        """The gathering."""
        if str(self.kind) != HubHitKind.GATHERING.value:
            return None
        return maybe_shown(Gathering, await info.context.loaders.gatherings.load(self.id))


Code = Annotated[str | None, strawberry.argument(description="Only what is tagged with this code.")]


async def hub_pages_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    kind: Annotated[HubKind | None, strawberry.argument(description="Only pages of this kind.")] = None,
    objective: Code = None,
    measure: Code = None,
    area: Code = None,
    human_value: Code = None,
    organisation: Annotated[
        strawberry.ID | None,
        strawberry.argument(description="Only pages about this organisation."),
    ] = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[HubPage] | None:
    """A page of what the place has published, the latest first."""
    about = None if organisation is None else uuid_of(organisation, "Organisation")
    return await page_of(
        HubPage,
        info.context.upstreams.partners,
        lambda api, page: api.list_hub_pages(
            parent.rest_id,
            kind=None if kind is None else cast("contract.HubKind", kind.value),
            objective=objective,
            measure=measure,
            area=area,
            human_value=human_value,
            organisation_id=about,
            **page,
        ),
        first,
        after,
    )


async def hub_page_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    slug: Annotated[str, strawberry.argument(description="The page's name in addresses.")],
) -> HubPage | None:
    """One page by its name."""
    found = await info.context.upstreams.partners.ask(
        lambda api: api.list_hub_pages(parent.rest_id, slug=slug, limit=1)
    )
    return as_shown(HubPage, found.items[0]) if found.items else None


async def contacts_of_place(
    parent: strawberry.Parent[Any], info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
) -> Connection[HubContact] | None:
    """A page of contacts by label."""
    partners = info.context.upstreams.partners
    return await page_of(
        HubContact,
        partners,
        lambda api, page: api.list_hub_contacts(parent.rest_id, **page),
        first,
        after,
    )


async def search_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    text: Annotated[str, strawberry.argument(description='The words sought; "…" for a phrase, - for not.')],
    kind: Annotated[HubHitKind | None, strawberry.argument(description="Only what is of this kind.")] = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[HubHit] | None:
    """A page of what fits, the best first."""
    sought = None if kind is None else cast("Any", kind.value)
    return await page_of(
        HubHit,
        info.context.upstreams.partners,
        lambda api, page: api.list_hub_hits(place=parent.slug, q=text, kind=sought, **page),
        first,
        after,
    )


@strawberry.type
class HubQueries:
    """What can be asked of the Knowledge Hub at the root."""

    @calls_each("A published page by its id; null when there is none.")
    async def hub_page(
        self,
        info: Info,
        id: Annotated[  # noqa: A002 - the name of the argument in the graph
            strawberry.ID, strawberry.argument(description="Its id, here or in the REST APIs.")
        ],
    ) -> HubPage | None:
        """A page."""
        return await hub_page_node(info.context, str(uuid_of(id, "HubPage")))

    @calls_each("The human values with which stories are tagged.")
    async def human_values(self, info: Info) -> HumanValues | None:
        """The values."""
        record = await info.context.upstreams.partners.ask(lambda api: api.get_human_values())
        return as_shown(HumanValues, record)


async def hub_page_node(context: Context, key: str) -> HubPage | None:
    """The page of a node id."""
    return maybe_shown(HubPage, await context.loaders.hub_pages.load(parse_uuid(key)))
