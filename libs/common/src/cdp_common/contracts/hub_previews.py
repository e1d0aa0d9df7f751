"""Contracts of partners-api: a draft of the Knowledge Hub as somebody without an account reads it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Contract, DataStatus, Slug
from cdp_common.contracts.hub import HubImage, HubKind, HubTags, ShownVideo


class HubPreviewRequest(Contract):
    """For how long a draft is to be shown: a week where nothing is said."""

    hours: Annotated[int, Field(ge=1, le=168)] | None = None


class HubPreviewToken(Contract):
    """What opens a draft, told this once, and until when it does."""

    token: str  # goes into the header Preview-Token
    expires_at: datetime


class HubPreview(Contract):
    """A draft as it would be shown, without the notes of those who review it."""

    id: UUID
    place_id: UUID
    kind: HubKind
    slug: Slug
    state: Literal["drafted", "reviewed"]
    version: int  # the latest when it is read
    title: str
    summary: str
    images: list[HubImage]
    tags: HubTags
    organisation_ids: list[UUID]
    source: str | None
    data_status: DataStatus
    body: str
    body_html: str  # safe to show
    videos: list[ShownVideo]
    expires_at: datetime  # when it can be read no more, at the latest
