from datetime import date, datetime
from decimal import Decimal
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import Aim, TargetStanding, Unit, Withheld


class Targets(BaseModel):
    place: Optional["TargetsPlace"]


class TargetsPlace(BaseModel):
    targets: Optional["TargetsPlaceTargets"]


class TargetsPlaceTargets(BaseModel):
    edges: list["TargetsPlaceTargetsEdges"]
    page_info: "TargetsPlaceTargetsPageInfo" = Field(alias="pageInfo")


class TargetsPlaceTargetsEdges(BaseModel):
    node: "TargetsPlaceTargetsEdgesNode"


class TargetsPlaceTargetsEdgesNode(BaseModel):
    code: str
    title: str
    unit: Unit
    value: Decimal
    aim: Aim
    due: date
    progress: Optional["TargetsPlaceTargetsEdgesNodeProgress"]


class TargetsPlaceTargetsEdgesNodeProgress(BaseModel):
    as_of: datetime = Field(alias="asOf")
    publication_number: Optional[int] = Field(alias="publicationNumber")
    withheld: Optional[Withheld]
    delivered: Optional["TargetsPlaceTargetsEdgesNodeProgressDelivered"]
    validated: Optional["TargetsPlaceTargetsEdgesNodeProgressValidated"]


class TargetsPlaceTargetsEdgesNodeProgressDelivered(BaseModel):
    quantity: Optional[Decimal]
    share: Optional[Decimal]
    forecast: Optional[Decimal]
    standing: TargetStanding


class TargetsPlaceTargetsEdgesNodeProgressValidated(BaseModel):
    quantity: Optional[Decimal]
    share: Optional[Decimal]
    standing: TargetStanding


class TargetsPlaceTargetsPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


Targets.model_rebuild()
TargetsPlace.model_rebuild()
TargetsPlaceTargets.model_rebuild()
TargetsPlaceTargetsEdges.model_rebuild()
TargetsPlaceTargetsEdgesNode.model_rebuild()
TargetsPlaceTargetsEdgesNodeProgress.model_rebuild()
