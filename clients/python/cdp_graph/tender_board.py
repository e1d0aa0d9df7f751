from decimal import Decimal
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import Unit


class TenderBoard(BaseModel):
    place: Optional["TenderBoardPlace"]


class TenderBoardPlace(BaseModel):
    tenders: Optional["TenderBoardPlaceTenders"]


class TenderBoardPlaceTenders(BaseModel):
    edges: list["TenderBoardPlaceTendersEdges"]
    page_info: "TenderBoardPlaceTendersPageInfo" = Field(alias="pageInfo")


class TenderBoardPlaceTendersEdges(BaseModel):
    node: "TenderBoardPlaceTendersEdgesNode"


class TenderBoardPlaceTendersEdgesNode(BaseModel):
    title: str
    reference: str
    deadline_london: Optional[str] = Field(alias="deadlineLondon")
    value: Optional["TenderBoardPlaceTendersEdgesNodeValue"]
    buyer: Optional["TenderBoardPlaceTendersEdgesNodeBuyer"]
    measures: list["TenderBoardPlaceTendersEdgesNodeMeasures"]


class TenderBoardPlaceTendersEdgesNodeValue(BaseModel):
    amount: Decimal
    currency: str


class TenderBoardPlaceTendersEdgesNodeBuyer(BaseModel):
    legal_name: str = Field(alias="legalName")


class TenderBoardPlaceTendersEdgesNodeMeasures(BaseModel):
    title: str
    unit: Unit
    weight: Decimal
    target: Optional[Decimal]
    mandatory: bool


class TenderBoardPlaceTendersPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


TenderBoard.model_rebuild()
TenderBoardPlace.model_rebuild()
TenderBoardPlaceTenders.model_rebuild()
TenderBoardPlaceTendersEdges.model_rebuild()
TenderBoardPlaceTendersEdgesNode.model_rebuild()
