from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import HubHitKind


class Search(BaseModel):
    place: Optional["SearchPlace"]


class SearchPlace(BaseModel):
    search: Optional["SearchPlaceSearch"]


class SearchPlaceSearch(BaseModel):
    edges: list["SearchPlaceSearchEdges"]
    page_info: "SearchPlaceSearchPageInfo" = Field(alias="pageInfo")


class SearchPlaceSearchEdges(BaseModel):
    node: "SearchPlaceSearchEdgesNode"


class SearchPlaceSearchEdgesNode(BaseModel):
    kind: HubHitKind
    title: str
    summary: str
    snippet: list["SearchPlaceSearchEdgesNodeSnippet"]
    shown_at: datetime = Field(alias="shownAt")
    page: Optional["SearchPlaceSearchEdgesNodePage"]
    gathering: Optional["SearchPlaceSearchEdgesNodeGathering"]


class SearchPlaceSearchEdgesNodeSnippet(BaseModel):
    text: str
    is_match: bool = Field(alias="isMatch")


class SearchPlaceSearchEdgesNodePage(BaseModel):
    slug: str


class SearchPlaceSearchEdgesNodeGathering(BaseModel):
    starts_at: datetime = Field(alias="startsAt")
    places_left: int = Field(alias="placesLeft")


class SearchPlaceSearchPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


Search.model_rebuild()
SearchPlace.model_rebuild()
SearchPlaceSearch.model_rebuild()
SearchPlaceSearchEdges.model_rebuild()
SearchPlaceSearchEdgesNode.model_rebuild()
