from decimal import Decimal
from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class DeliveryGap(BaseModel):
    place: Optional["DeliveryGapPlace"]


class DeliveryGapPlace(BaseModel):
    collective_value: Optional["DeliveryGapPlaceCollectiveValue"] = Field(
        alias="collectiveValue"
    )


class DeliveryGapPlaceCollectiveValue(BaseModel):
    due: "DeliveryGapPlaceCollectiveValueDue"
    delivered_against_commitment: "DeliveryGapPlaceCollectiveValueDeliveredAgainstCommitment" = Field(
        alias="deliveredAgainstCommitment"
    )
    delivered_uncommitted: "DeliveryGapPlaceCollectiveValueDeliveredUncommitted" = (
        Field(alias="deliveredUncommitted")
    )
    delivery_ratio: Optional[Decimal] = Field(alias="deliveryRatio")
    coverage: "DeliveryGapPlaceCollectiveValueCoverage"
    by_theme: Optional["DeliveryGapPlaceCollectiveValueByTheme"] = Field(
        alias="byTheme"
    )


class DeliveryGapPlaceCollectiveValueDue(BaseModel):
    total: "DeliveryGapPlaceCollectiveValueDueTotal"


class DeliveryGapPlaceCollectiveValueDueTotal(BaseModel):
    amount: Decimal


class DeliveryGapPlaceCollectiveValueDeliveredAgainstCommitment(BaseModel):
    total: "DeliveryGapPlaceCollectiveValueDeliveredAgainstCommitmentTotal"


class DeliveryGapPlaceCollectiveValueDeliveredAgainstCommitmentTotal(BaseModel):
    amount: Decimal


class DeliveryGapPlaceCollectiveValueDeliveredUncommitted(BaseModel):
    total: "DeliveryGapPlaceCollectiveValueDeliveredUncommittedTotal"


class DeliveryGapPlaceCollectiveValueDeliveredUncommittedTotal(BaseModel):
    amount: Decimal


class DeliveryGapPlaceCollectiveValueCoverage(BaseModel):
    ratio: Optional[Decimal]
    due_value_ratio: Optional[Decimal] = Field(alias="dueValueRatio")
    missing_organisations: list[str] = Field(alias="missingOrganisations")


class DeliveryGapPlaceCollectiveValueByTheme(BaseModel):
    cells: list["DeliveryGapPlaceCollectiveValueByThemeCells"]


class DeliveryGapPlaceCollectiveValueByThemeCells(BaseModel):
    label: str
    suppressed: bool
    figures: Optional["DeliveryGapPlaceCollectiveValueByThemeCellsFigures"]


class DeliveryGapPlaceCollectiveValueByThemeCellsFigures(BaseModel):
    due: "DeliveryGapPlaceCollectiveValueByThemeCellsFiguresDue"
    delivered: "DeliveryGapPlaceCollectiveValueByThemeCellsFiguresDelivered"


class DeliveryGapPlaceCollectiveValueByThemeCellsFiguresDue(BaseModel):
    total: "DeliveryGapPlaceCollectiveValueByThemeCellsFiguresDueTotal"


class DeliveryGapPlaceCollectiveValueByThemeCellsFiguresDueTotal(BaseModel):
    amount: Decimal


class DeliveryGapPlaceCollectiveValueByThemeCellsFiguresDelivered(BaseModel):
    total: "DeliveryGapPlaceCollectiveValueByThemeCellsFiguresDeliveredTotal"


class DeliveryGapPlaceCollectiveValueByThemeCellsFiguresDeliveredTotal(BaseModel):
    amount: Decimal


DeliveryGap.model_rebuild()
DeliveryGapPlace.model_rebuild()
DeliveryGapPlaceCollectiveValue.model_rebuild()
DeliveryGapPlaceCollectiveValueDue.model_rebuild()
DeliveryGapPlaceCollectiveValueDeliveredAgainstCommitment.model_rebuild()
DeliveryGapPlaceCollectiveValueDeliveredUncommitted.model_rebuild()
DeliveryGapPlaceCollectiveValueByTheme.model_rebuild()
DeliveryGapPlaceCollectiveValueByThemeCells.model_rebuild()
DeliveryGapPlaceCollectiveValueByThemeCellsFigures.model_rebuild()
DeliveryGapPlaceCollectiveValueByThemeCellsFiguresDue.model_rebuild()
DeliveryGapPlaceCollectiveValueByThemeCellsFiguresDelivered.model_rebuild()
