"""A draft of the Knowledge Hub, shown to whoever has the token that opens it."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from cdp_common.contracts import hub_previews as contract
from gateway.context import Info
from gateway.errors import PreviewTokenMissing
from gateway.schema.enums import DataStatus, described_value
from gateway.schema.fields import calls_each, calls_together
from gateway.schema.hub import HubImage, HubKind, HubTags, HubVideo
from gateway.schema.partners import Organisation, place_of
from gateway.schema.records import as_shown, said, shows

if TYPE_CHECKING:
    from gateway.schema.places import Place

LazyPlace = Annotated["Place", strawberry.lazy("gateway.schema.places")]


@strawberry.enum(description="How far a draft has come.")
class HubDraftState(Enum):
    """How far a draft has come."""

    DRAFTED = described_value("drafted", "It is to be reviewed by somebody else than its author.")
    REVIEWED = described_value("reviewed", "It was approved, and is to be published.")


@shows(contract.HubPreview, "A page of the Knowledge Hub before it is published, to whoever may read it.")
class HubPreview:
    """A draft as it would be shown."""

    place_id: strawberry.Private[UUID]
    organisation_ids: strawberry.Private[list[UUID]]
    rest_id: UUID = said("The id by which the REST APIs know the page.", of="id")
    kind: HubKind = said("What it is.")
    slug: str = said("Its name in addresses, once it is published.")
    state: HubDraftState = said("How far it has come.")
    version: int = said("Which version it is: the latest.")
    title: str = said("The title.")
    summary: str = said("What it says, in a sentence or two.")
    images: list[HubImage] = said("Its images.")
    tags: HubTags = said("What it is about.")
    source: str | None = said("Where it is known from; null where nothing is stated.")
    data_status: DataStatus = said("Whether it is real or a sample.")
    body: str = said("The text as Markdown.")
    body_html: str = said("The text as HTML that is safe to show.")
    videos: list[HubVideo] = said("Its videos.")
    expires_at: datetime = said("When it can be read no more; it ends before where the page is published.")

    @calls_together("The organisations that it is about.")
    async def organisations(self, info: Info) -> list[Organisation] | None:
        """Whom it is about; one whose record is gone is left out."""
        found = await info.context.loaders.organisations.load_many(self.organisation_ids)
        return [Organisation.of(record) for record in found if record is not None]

    @calls_together("The place that is to publish it.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.place_id)


@strawberry.type
class HubPreviewQueries:
    """What can be asked of drafts at the root."""

    @calls_each("The draft that the request's header `Preview-Token` opens; null, with an error, where none.")
    async def hub_preview(self, info: Info) -> HubPreview | None:
        """A draft."""
        token = info.context.preview_token
        if not token:
            raise PreviewTokenMissing("Send the token in the header Preview-Token.")
        record = await info.context.upstreams.partners.ask(lambda api: api.get_hub_preview(token))
        return as_shown(HubPreview, record)
