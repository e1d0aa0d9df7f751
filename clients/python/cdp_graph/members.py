from decimal import Decimal
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import OrganisationKind


class Members(BaseModel):
    place: Optional["MembersPlace"]


class MembersPlace(BaseModel):
    members: Optional["MembersPlaceMembers"]


class MembersPlaceMembers(BaseModel):
    edges: list["MembersPlaceMembersEdges"]
    page_info: "MembersPlaceMembersPageInfo" = Field(alias="pageInfo")


class MembersPlaceMembersEdges(BaseModel):
    node: "MembersPlaceMembersEdgesNode"


class MembersPlaceMembersEdgesNode(BaseModel):
    id: str
    organisation: "MembersPlaceMembersEdgesNodeOrganisation"
    figures: Optional["MembersPlaceMembersEdgesNodeFigures"]


class MembersPlaceMembersEdgesNodeOrganisation(BaseModel):
    legal_name: str = Field(alias="legalName")
    kind: OrganisationKind


class MembersPlaceMembersEdgesNodeFigures(BaseModel):
    committed: "MembersPlaceMembersEdgesNodeFiguresCommitted"
    due: "MembersPlaceMembersEdgesNodeFiguresDue"
    delivered: "MembersPlaceMembersEdgesNodeFiguresDelivered"
    validated: "MembersPlaceMembersEdgesNodeFiguresValidated"


class MembersPlaceMembersEdgesNodeFiguresCommitted(BaseModel):
    total: "MembersPlaceMembersEdgesNodeFiguresCommittedTotal"


class MembersPlaceMembersEdgesNodeFiguresCommittedTotal(BaseModel):
    amount: Decimal


class MembersPlaceMembersEdgesNodeFiguresDue(BaseModel):
    total: "MembersPlaceMembersEdgesNodeFiguresDueTotal"


class MembersPlaceMembersEdgesNodeFiguresDueTotal(BaseModel):
    amount: Decimal


class MembersPlaceMembersEdgesNodeFiguresDelivered(BaseModel):
    total: "MembersPlaceMembersEdgesNodeFiguresDeliveredTotal"


class MembersPlaceMembersEdgesNodeFiguresDeliveredTotal(BaseModel):
    amount: Decimal


class MembersPlaceMembersEdgesNodeFiguresValidated(BaseModel):
    total: "MembersPlaceMembersEdgesNodeFiguresValidatedTotal"


class MembersPlaceMembersEdgesNodeFiguresValidatedTotal(BaseModel):
    amount: Decimal


class MembersPlaceMembersPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


Members.model_rebuild()
MembersPlace.model_rebuild()
MembersPlaceMembers.model_rebuild()
MembersPlaceMembersEdges.model_rebuild()
MembersPlaceMembersEdgesNode.model_rebuild()
MembersPlaceMembersEdgesNodeFigures.model_rebuild()
MembersPlaceMembersEdgesNodeFiguresCommitted.model_rebuild()
MembersPlaceMembersEdgesNodeFiguresDue.model_rebuild()
MembersPlaceMembersEdgesNodeFiguresDelivered.model_rebuild()
MembersPlaceMembersEdgesNodeFiguresValidated.model_rebuild()
