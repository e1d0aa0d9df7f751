from decimal import Decimal
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import NeedBand


class NeedMap(BaseModel):
    place: Optional["NeedMapPlace"]


class NeedMapPlace(BaseModel):
    need_index: Optional[str] = Field(alias="needIndex")
    collective_value: Optional["NeedMapPlaceCollectiveValue"] = Field(
        alias="collectiveValue"
    )


class NeedMapPlaceCollectiveValue(BaseModel):
    by_need_band: Optional["NeedMapPlaceCollectiveValueByNeedBand"] = Field(
        alias="byNeedBand"
    )
    by_area: Optional["NeedMapPlaceCollectiveValueByArea"] = Field(alias="byArea")


class NeedMapPlaceCollectiveValueByNeedBand(BaseModel):
    additive: bool
    cells: list["NeedMapPlaceCollectiveValueByNeedBandCells"]


class NeedMapPlaceCollectiveValueByNeedBandCells(BaseModel):
    key: str
    label: str
    suppressed: bool
    figures: Optional["NeedMapPlaceCollectiveValueByNeedBandCellsFigures"]


class NeedMapPlaceCollectiveValueByNeedBandCellsFigures(BaseModel):
    delivered: "NeedMapPlaceCollectiveValueByNeedBandCellsFiguresDelivered"


class NeedMapPlaceCollectiveValueByNeedBandCellsFiguresDelivered(BaseModel):
    total: "NeedMapPlaceCollectiveValueByNeedBandCellsFiguresDeliveredTotal"


class NeedMapPlaceCollectiveValueByNeedBandCellsFiguresDeliveredTotal(BaseModel):
    amount: Decimal


class NeedMapPlaceCollectiveValueByArea(BaseModel):
    cells: list["NeedMapPlaceCollectiveValueByAreaCells"]


class NeedMapPlaceCollectiveValueByAreaCells(BaseModel):
    key: str
    suppressed: bool
    area: Optional["NeedMapPlaceCollectiveValueByAreaCellsArea"]
    figures: Optional["NeedMapPlaceCollectiveValueByAreaCellsFigures"]


class NeedMapPlaceCollectiveValueByAreaCellsArea(BaseModel):
    name: str
    decile: int
    band: NeedBand


class NeedMapPlaceCollectiveValueByAreaCellsFigures(BaseModel):
    delivered: "NeedMapPlaceCollectiveValueByAreaCellsFiguresDelivered"


class NeedMapPlaceCollectiveValueByAreaCellsFiguresDelivered(BaseModel):
    total: "NeedMapPlaceCollectiveValueByAreaCellsFiguresDeliveredTotal"


class NeedMapPlaceCollectiveValueByAreaCellsFiguresDeliveredTotal(BaseModel):
    amount: Decimal


NeedMap.model_rebuild()
NeedMapPlace.model_rebuild()
NeedMapPlaceCollectiveValue.model_rebuild()
NeedMapPlaceCollectiveValueByNeedBand.model_rebuild()
NeedMapPlaceCollectiveValueByNeedBandCells.model_rebuild()
NeedMapPlaceCollectiveValueByNeedBandCellsFigures.model_rebuild()
NeedMapPlaceCollectiveValueByNeedBandCellsFiguresDelivered.model_rebuild()
NeedMapPlaceCollectiveValueByArea.model_rebuild()
NeedMapPlaceCollectiveValueByAreaCells.model_rebuild()
NeedMapPlaceCollectiveValueByAreaCellsFigures.model_rebuild()
NeedMapPlaceCollectiveValueByAreaCellsFiguresDelivered.model_rebuild()
