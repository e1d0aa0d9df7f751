from datetime import datetime
from decimal import Decimal
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import DataStatus


class HomeTotals(BaseModel):
    place: Optional["HomeTotalsPlace"]


class HomeTotalsPlace(BaseModel):
    name: str
    collective_value: Optional["HomeTotalsPlaceCollectiveValue"] = Field(
        alias="collectiveValue"
    )


class HomeTotalsPlaceCollectiveValue(BaseModel):
    as_of: datetime = Field(alias="asOf")
    data_status: DataStatus = Field(alias="dataStatus")
    publication: Optional["HomeTotalsPlaceCollectiveValuePublication"]
    coverage: "HomeTotalsPlaceCollectiveValueCoverage"
    committed: "HomeTotalsPlaceCollectiveValueCommitted"
    due: "HomeTotalsPlaceCollectiveValueDue"
    delivered: "HomeTotalsPlaceCollectiveValueDelivered"
    validated: "HomeTotalsPlaceCollectiveValueValidated"


class HomeTotalsPlaceCollectiveValuePublication(BaseModel):
    number: int
    published_at: datetime = Field(alias="publishedAt")


class HomeTotalsPlaceCollectiveValueCoverage(BaseModel):
    reported_count: int = Field(alias="reportedCount")
    due_count: int = Field(alias="dueCount")
    ratio: Optional[Decimal]


class HomeTotalsPlaceCollectiveValueCommitted(BaseModel):
    total: "HomeTotalsPlaceCollectiveValueCommittedTotal"


class HomeTotalsPlaceCollectiveValueCommittedTotal(BaseModel):
    amount: Decimal
    currency: str


class HomeTotalsPlaceCollectiveValueDue(BaseModel):
    total: "HomeTotalsPlaceCollectiveValueDueTotal"


class HomeTotalsPlaceCollectiveValueDueTotal(BaseModel):
    amount: Decimal
    currency: str


class HomeTotalsPlaceCollectiveValueDelivered(BaseModel):
    total: "HomeTotalsPlaceCollectiveValueDeliveredTotal"
    social: Optional["HomeTotalsPlaceCollectiveValueDeliveredSocial"]
    local_economic: Optional["HomeTotalsPlaceCollectiveValueDeliveredLocalEconomic"] = (
        Field(alias="localEconomic")
    )


class HomeTotalsPlaceCollectiveValueDeliveredTotal(BaseModel):
    amount: Decimal
    currency: str


class HomeTotalsPlaceCollectiveValueDeliveredSocial(BaseModel):
    amount: Decimal


class HomeTotalsPlaceCollectiveValueDeliveredLocalEconomic(BaseModel):
    amount: Decimal


class HomeTotalsPlaceCollectiveValueValidated(BaseModel):
    total: "HomeTotalsPlaceCollectiveValueValidatedTotal"
    social: Optional["HomeTotalsPlaceCollectiveValueValidatedSocial"]
    local_economic: Optional["HomeTotalsPlaceCollectiveValueValidatedLocalEconomic"] = (
        Field(alias="localEconomic")
    )


class HomeTotalsPlaceCollectiveValueValidatedTotal(BaseModel):
    amount: Decimal
    currency: str


class HomeTotalsPlaceCollectiveValueValidatedSocial(BaseModel):
    amount: Decimal


class HomeTotalsPlaceCollectiveValueValidatedLocalEconomic(BaseModel):
    amount: Decimal


HomeTotals.model_rebuild()
HomeTotalsPlace.model_rebuild()
HomeTotalsPlaceCollectiveValue.model_rebuild()
HomeTotalsPlaceCollectiveValueCommitted.model_rebuild()
HomeTotalsPlaceCollectiveValueDue.model_rebuild()
HomeTotalsPlaceCollectiveValueDelivered.model_rebuild()
HomeTotalsPlaceCollectiveValueValidated.model_rebuild()
