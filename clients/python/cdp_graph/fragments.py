from datetime import datetime
from decimal import Decimal
from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class Figures(BaseModel):
    delivered: "FiguresDelivered"
    validated: "FiguresValidated"


class FiguresDelivered(BaseModel):
    total: "FiguresDeliveredTotal"


class FiguresDeliveredTotal(BaseModel):
    amount: Decimal


class FiguresValidated(BaseModel):
    total: "FiguresValidatedTotal"


class FiguresValidatedTotal(BaseModel):
    amount: Decimal


class Known(BaseModel):
    as_of: datetime = Field(alias="asOf")
    publication: Optional["KnownPublication"]
    delivered: "KnownDelivered"
    validated: "KnownValidated"


class KnownPublication(BaseModel):
    number: int
    reason: Optional[str]


class KnownDelivered(BaseModel):
    total: "KnownDeliveredTotal"


class KnownDeliveredTotal(BaseModel):
    amount: Decimal


class KnownValidated(BaseModel):
    total: "KnownValidatedTotal"


class KnownValidatedTotal(BaseModel):
    amount: Decimal


Figures.model_rebuild()
Known.model_rebuild()
