from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import Withheld
from .fragments import Figures


class TotalsByObjective(BaseModel):
    place: Optional["TotalsByObjectivePlace"]


class TotalsByObjectivePlace(BaseModel):
    objectives: list["TotalsByObjectivePlaceObjectives"]
    collective_value: Optional["TotalsByObjectivePlaceCollectiveValue"] = Field(
        alias="collectiveValue"
    )


class TotalsByObjectivePlaceObjectives(BaseModel):
    code: str
    title: str


class TotalsByObjectivePlaceCollectiveValue(BaseModel):
    by_crosswalk: Optional["TotalsByObjectivePlaceCollectiveValueByCrosswalk"] = Field(
        alias="byCrosswalk"
    )


class TotalsByObjectivePlaceCollectiveValueByCrosswalk(BaseModel):
    title: Optional[str]
    additive: bool
    cells: list["TotalsByObjectivePlaceCollectiveValueByCrosswalkCells"]


class TotalsByObjectivePlaceCollectiveValueByCrosswalkCells(BaseModel):
    key: str
    label: str
    suppressed: bool
    withheld: Optional[Withheld]
    figures: Optional["TotalsByObjectivePlaceCollectiveValueByCrosswalkCellsFigures"]


TotalsByObjectivePlaceCollectiveValueByCrosswalkCellsFigures = Figures
TotalsByObjective.model_rebuild()
TotalsByObjectivePlace.model_rebuild()
TotalsByObjectivePlaceCollectiveValue.model_rebuild()
TotalsByObjectivePlaceCollectiveValueByCrosswalk.model_rebuild()
TotalsByObjectivePlaceCollectiveValueByCrosswalkCells.model_rebuild()
