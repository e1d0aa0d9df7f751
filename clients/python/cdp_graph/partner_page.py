from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Optional, Union

from pydantic import Field

from .base_model import BaseModel
from .enums import DataStatus, MembershipRole, OrganisationKind


class PartnerPage(BaseModel):
    node: Optional[
        Annotated[
            Union["PartnerPageNodeNode", "PartnerPageNodeMembership"],
            Field(discriminator="typename__"),
        ]
    ]


class PartnerPageNodeNode(BaseModel):
    typename__: Literal[
        "Action",
        "Agreement",
        "Area",
        "Bid",
        "Charter",
        "Checklist",
        "Cohort",
        "Edition",
        "EvidenceFile",
        "Gathering",
        "HubPage",
        "Idea",
        "Measure",
        "Meeting",
        "Node",
        "Organisation",
        "PeopleTable",
        "Place",
        "Plan",
        "Programme",
        "Publication",
        "Report",
        "ReportDraft",
        "Signatory",
        "SpendImport",
        "Statement",
        "Tender",
    ] = Field(alias="__typename")


class PartnerPageNodeMembership(BaseModel):
    typename__: Literal["Membership"] = Field(alias="__typename")
    role: MembershipRole
    valid_from: date = Field(alias="validFrom")
    valid_to: Optional[date] = Field(alias="validTo")
    organisation: "PartnerPageNodeMembershipOrganisation"
    place: Optional["PartnerPageNodeMembershipPlace"]
    figures: Optional["PartnerPageNodeMembershipFigures"]


class PartnerPageNodeMembershipOrganisation(BaseModel):
    legal_name: str = Field(alias="legalName")
    kind: OrganisationKind
    website: Optional[str]
    is_sme: Optional[bool] = Field(alias="isSme")
    is_vcse: Optional[bool] = Field(alias="isVcse")
    identifiers: list["PartnerPageNodeMembershipOrganisationIdentifiers"]
    data_status: DataStatus = Field(alias="dataStatus")


class PartnerPageNodeMembershipOrganisationIdentifiers(BaseModel):
    text: str


class PartnerPageNodeMembershipPlace(BaseModel):
    name: str
    slug: str


class PartnerPageNodeMembershipFigures(BaseModel):
    committed: "PartnerPageNodeMembershipFiguresCommitted"
    due: "PartnerPageNodeMembershipFiguresDue"
    delivered: "PartnerPageNodeMembershipFiguresDelivered"
    validated: "PartnerPageNodeMembershipFiguresValidated"


class PartnerPageNodeMembershipFiguresCommitted(BaseModel):
    total: "PartnerPageNodeMembershipFiguresCommittedTotal"


class PartnerPageNodeMembershipFiguresCommittedTotal(BaseModel):
    amount: Decimal


class PartnerPageNodeMembershipFiguresDue(BaseModel):
    total: "PartnerPageNodeMembershipFiguresDueTotal"


class PartnerPageNodeMembershipFiguresDueTotal(BaseModel):
    amount: Decimal


class PartnerPageNodeMembershipFiguresDelivered(BaseModel):
    total: "PartnerPageNodeMembershipFiguresDeliveredTotal"


class PartnerPageNodeMembershipFiguresDeliveredTotal(BaseModel):
    amount: Decimal


class PartnerPageNodeMembershipFiguresValidated(BaseModel):
    total: "PartnerPageNodeMembershipFiguresValidatedTotal"


class PartnerPageNodeMembershipFiguresValidatedTotal(BaseModel):
    amount: Decimal


PartnerPage.model_rebuild()
PartnerPageNodeMembership.model_rebuild()
PartnerPageNodeMembershipOrganisation.model_rebuild()
PartnerPageNodeMembershipFigures.model_rebuild()
PartnerPageNodeMembershipFiguresCommitted.model_rebuild()
PartnerPageNodeMembershipFiguresDue.model_rebuild()
PartnerPageNodeMembershipFiguresDelivered.model_rebuild()
PartnerPageNodeMembershipFiguresValidated.model_rebuild()
