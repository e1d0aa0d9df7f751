from typing import Optional

from .base_model import BaseModel
from .fragments import Known


class CompareAsOf(BaseModel):
    place: Optional["CompareAsOfPlace"]


class CompareAsOfPlace(BaseModel):
    earlier: Optional["CompareAsOfPlaceEarlier"]
    later: Optional["CompareAsOfPlaceLater"]


CompareAsOfPlaceEarlier = Known
CompareAsOfPlaceLater = Known
CompareAsOf.model_rebuild()
CompareAsOfPlace.model_rebuild()
