from decimal import Decimal
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import NoMultiplierReason


class Spend(BaseModel):
    place: Optional["SpendPlace"]


class SpendPlace(BaseModel):
    spend_figures: Optional["SpendPlaceSpendFigures"] = Field(alias="spendFigures")


class SpendPlaceSpendFigures(BaseModel):
    total: "SpendPlaceSpendFiguresTotal"
    groups: list["SpendPlaceSpendFiguresGroups"]
    local_multiplier: "SpendPlaceSpendFiguresLocalMultiplier" = Field(
        alias="localMultiplier"
    )
    partners_without_import: list[str] = Field(alias="partnersWithoutImport")


class SpendPlaceSpendFiguresTotal(BaseModel):
    third_party: "SpendPlaceSpendFiguresTotalThirdParty" = Field(alias="thirdParty")
    local: "SpendPlaceSpendFiguresTotalLocal"
    sme: "SpendPlaceSpendFiguresTotalSme"
    vcse: "SpendPlaceSpendFiguresTotalVcse"


class SpendPlaceSpendFiguresTotalThirdParty(BaseModel):
    amount: Decimal


class SpendPlaceSpendFiguresTotalLocal(BaseModel):
    yes: "SpendPlaceSpendFiguresTotalLocalYes"
    yes_share: Optional[Decimal] = Field(alias="yesShare")


class SpendPlaceSpendFiguresTotalLocalYes(BaseModel):
    amount: Decimal


class SpendPlaceSpendFiguresTotalSme(BaseModel):
    yes_share: Optional[Decimal] = Field(alias="yesShare")


class SpendPlaceSpendFiguresTotalVcse(BaseModel):
    yes_share: Optional[Decimal] = Field(alias="yesShare")


class SpendPlaceSpendFiguresGroups(BaseModel):
    name: Optional[str]
    third_party: "SpendPlaceSpendFiguresGroupsThirdParty" = Field(alias="thirdParty")
    leakage: Optional["SpendPlaceSpendFiguresGroupsLeakage"]


class SpendPlaceSpendFiguresGroupsThirdParty(BaseModel):
    amount: Decimal


class SpendPlaceSpendFiguresGroupsLeakage(BaseModel):
    local_suppliers: int = Field(alias="localSuppliers")
    outside: "SpendPlaceSpendFiguresGroupsLeakageOutside"


class SpendPlaceSpendFiguresGroupsLeakageOutside(BaseModel):
    amount: Decimal


class SpendPlaceSpendFiguresLocalMultiplier(BaseModel):
    value: Optional[Decimal]
    reason: Optional[NoMultiplierReason]


Spend.model_rebuild()
SpendPlace.model_rebuild()
SpendPlaceSpendFigures.model_rebuild()
SpendPlaceSpendFiguresTotal.model_rebuild()
SpendPlaceSpendFiguresTotalLocal.model_rebuild()
SpendPlaceSpendFiguresGroups.model_rebuild()
SpendPlaceSpendFiguresGroupsLeakage.model_rebuild()
