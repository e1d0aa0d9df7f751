from datetime import date, datetime
from decimal import Decimal
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import Figure


class Publications(BaseModel):
    place: Optional["PublicationsPlace"]


class PublicationsPlace(BaseModel):
    publications: Optional["PublicationsPlacePublications"]


class PublicationsPlacePublications(BaseModel):
    edges: list["PublicationsPlacePublicationsEdges"]
    page_info: "PublicationsPlacePublicationsPageInfo" = Field(alias="pageInfo")


class PublicationsPlacePublicationsEdges(BaseModel):
    node: "PublicationsPlacePublicationsEdgesNode"


class PublicationsPlacePublicationsEdgesNode(BaseModel):
    number: int
    period_start: date = Field(alias="periodStart")
    period_end: date = Field(alias="periodEnd")
    published_at: datetime = Field(alias="publishedAt")
    restates: Optional[int]
    reason: Optional[str]
    licence: str
    url: Optional[str]
    validated_share: Optional[Decimal] = Field(alias="validatedShare")
    changes: list["PublicationsPlacePublicationsEdgesNodeChanges"]
    value: "PublicationsPlacePublicationsEdgesNodeValue"


class PublicationsPlacePublicationsEdgesNodeChanges(BaseModel):
    figure: Figure
    before: "PublicationsPlacePublicationsEdgesNodeChangesBefore"
    after: "PublicationsPlacePublicationsEdgesNodeChangesAfter"
    difference: "PublicationsPlacePublicationsEdgesNodeChangesDifference"


class PublicationsPlacePublicationsEdgesNodeChangesBefore(BaseModel):
    amount: Decimal


class PublicationsPlacePublicationsEdgesNodeChangesAfter(BaseModel):
    amount: Decimal


class PublicationsPlacePublicationsEdgesNodeChangesDifference(BaseModel):
    amount: Decimal


class PublicationsPlacePublicationsEdgesNodeValue(BaseModel):
    validated: "PublicationsPlacePublicationsEdgesNodeValueValidated"


class PublicationsPlacePublicationsEdgesNodeValueValidated(BaseModel):
    total: "PublicationsPlacePublicationsEdgesNodeValueValidatedTotal"


class PublicationsPlacePublicationsEdgesNodeValueValidatedTotal(BaseModel):
    amount: Decimal


class PublicationsPlacePublicationsPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


Publications.model_rebuild()
PublicationsPlace.model_rebuild()
PublicationsPlacePublications.model_rebuild()
PublicationsPlacePublicationsEdges.model_rebuild()
PublicationsPlacePublicationsEdgesNode.model_rebuild()
PublicationsPlacePublicationsEdgesNodeChanges.model_rebuild()
PublicationsPlacePublicationsEdgesNodeValue.model_rebuild()
PublicationsPlacePublicationsEdgesNodeValueValidated.model_rebuild()
