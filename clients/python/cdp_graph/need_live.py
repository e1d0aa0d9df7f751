from datetime import datetime
from decimal import Decimal
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ConcentrationAbsent, HeadsAbsent, LandedBand


class NeedLive(BaseModel):
    place: Optional["NeedLivePlace"]


class NeedLivePlace(BaseModel):
    need_figures: Optional["NeedLivePlaceNeedFigures"] = Field(alias="needFigures")


class NeedLivePlaceNeedFigures(BaseModel):
    as_of: datetime = Field(alias="asOf")
    population: Optional[int]
    per_head_absent: Optional[HeadsAbsent] = Field(alias="perHeadAbsent")
    delivered: "NeedLivePlaceNeedFiguresDelivered"


class NeedLivePlaceNeedFiguresDelivered(BaseModel):
    concentration_index: Optional[Decimal] = Field(alias="concentrationIndex")
    concentration_absent: Optional[ConcentrationAbsent] = Field(
        alias="concentrationAbsent"
    )
    by_band: list["NeedLivePlaceNeedFiguresDeliveredByBand"] = Field(alias="byBand")


class NeedLivePlaceNeedFiguresDeliveredByBand(BaseModel):
    band: LandedBand
    population: Optional[int]
    per_head: Optional["NeedLivePlaceNeedFiguresDeliveredByBandPerHead"] = Field(
        alias="perHead"
    )
    value: "NeedLivePlaceNeedFiguresDeliveredByBandValue"


class NeedLivePlaceNeedFiguresDeliveredByBandPerHead(BaseModel):
    amount: Decimal


class NeedLivePlaceNeedFiguresDeliveredByBandValue(BaseModel):
    total: "NeedLivePlaceNeedFiguresDeliveredByBandValueTotal"


class NeedLivePlaceNeedFiguresDeliveredByBandValueTotal(BaseModel):
    amount: Decimal


NeedLive.model_rebuild()
NeedLivePlace.model_rebuild()
NeedLivePlaceNeedFigures.model_rebuild()
NeedLivePlaceNeedFiguresDelivered.model_rebuild()
NeedLivePlaceNeedFiguresDeliveredByBand.model_rebuild()
NeedLivePlaceNeedFiguresDeliveredByBandValue.model_rebuild()
