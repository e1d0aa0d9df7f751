from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import DataStatus, HubKind


class StoryPage(BaseModel):
    place: Optional["StoryPagePlace"]


class StoryPagePlace(BaseModel):
    hub_page: Optional["StoryPagePlaceHubPage"] = Field(alias="hubPage")


class StoryPagePlaceHubPage(BaseModel):
    kind: HubKind
    title: str
    summary: str
    body_html: Optional[str] = Field(alias="bodyHtml")
    images: list["StoryPagePlaceHubPageImages"]
    videos: Optional[list["StoryPagePlaceHubPageVideos"]]
    tags: "StoryPagePlaceHubPageTags"
    organisations: Optional[list["StoryPagePlaceHubPageOrganisations"]]
    source: Optional[str]
    data_status: DataStatus = Field(alias="dataStatus")
    published_at: datetime = Field(alias="publishedAt")


class StoryPagePlaceHubPageImages(BaseModel):
    url: str
    alt: str
    credit: Optional[str]


class StoryPagePlaceHubPageVideos(BaseModel):
    url: str
    title: str
    captions_url: str = Field(alias="captionsUrl")
    transcript_html: str = Field(alias="transcriptHtml")


class StoryPagePlaceHubPageTags(BaseModel):
    objectives: list[str]
    measures: list[str]
    areas: list[str]
    human_values: list[str] = Field(alias="humanValues")


class StoryPagePlaceHubPageOrganisations(BaseModel):
    legal_name: str = Field(alias="legalName")
    website: Optional[str]


StoryPage.model_rebuild()
StoryPagePlace.model_rebuild()
StoryPagePlaceHubPage.model_rebuild()
