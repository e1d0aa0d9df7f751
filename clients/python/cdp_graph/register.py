from datetime import date
from decimal import Decimal
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import OrganisationKind, Unit


class Register(BaseModel):
    place: Optional["RegisterPlace"]


class RegisterPlace(BaseModel):
    signatories: Optional["RegisterPlaceSignatories"]


class RegisterPlaceSignatories(BaseModel):
    edges: list["RegisterPlaceSignatoriesEdges"]
    page_info: "RegisterPlaceSignatoriesPageInfo" = Field(alias="pageInfo")


class RegisterPlaceSignatoriesEdges(BaseModel):
    node: "RegisterPlaceSignatoriesEdgesNode"


class RegisterPlaceSignatoriesEdgesNode(BaseModel):
    organisation_name: str = Field(alias="organisationName")
    organisation_kind: OrganisationKind = Field(alias="organisationKind")
    signed_on: date = Field(alias="signedOn")
    renews_on: date = Field(alias="renewsOn")
    organisation: Optional["RegisterPlaceSignatoriesEdgesNodeOrganisation"]
    pledges: list["RegisterPlaceSignatoriesEdgesNodePledges"]


class RegisterPlaceSignatoriesEdgesNodeOrganisation(BaseModel):
    website: Optional[str]


class RegisterPlaceSignatoriesEdgesNodePledges(BaseModel):
    title: str
    text: str
    commitment: Optional["RegisterPlaceSignatoriesEdgesNodePledgesCommitment"]


class RegisterPlaceSignatoriesEdgesNodePledgesCommitment(BaseModel):
    quantity: Decimal
    unit: Unit
    measure: Optional["RegisterPlaceSignatoriesEdgesNodePledgesCommitmentMeasure"]
    value: Optional["RegisterPlaceSignatoriesEdgesNodePledgesCommitmentValue"]


class RegisterPlaceSignatoriesEdgesNodePledgesCommitmentMeasure(BaseModel):
    title: str


class RegisterPlaceSignatoriesEdgesNodePledgesCommitmentValue(BaseModel):
    total: "RegisterPlaceSignatoriesEdgesNodePledgesCommitmentValueTotal"


class RegisterPlaceSignatoriesEdgesNodePledgesCommitmentValueTotal(BaseModel):
    amount: Decimal


class RegisterPlaceSignatoriesPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


Register.model_rebuild()
RegisterPlace.model_rebuild()
RegisterPlaceSignatories.model_rebuild()
RegisterPlaceSignatoriesEdges.model_rebuild()
RegisterPlaceSignatoriesEdgesNode.model_rebuild()
RegisterPlaceSignatoriesEdgesNodePledges.model_rebuild()
RegisterPlaceSignatoriesEdgesNodePledgesCommitment.model_rebuild()
RegisterPlaceSignatoriesEdgesNodePledgesCommitmentValue.model_rebuild()
