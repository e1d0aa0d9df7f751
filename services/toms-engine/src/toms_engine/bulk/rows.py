"""The rows of a block between reader, valuation and writer."""

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from cdp_common.contracts.toms import ValuationLine
from cdp_common.kernel.errors import FieldError

FIELDS: tuple[str, ...] = tuple(ValuationLine.model_fields)
"""What a row may state: the fields of a line of `POST /v1/valuations`."""

REQUIRED: frozenset[str] = frozenset(
    name for name, stated in ValuationLine.model_fields.items() if stated.is_required()
)
"""Columns without which no row of a CSV file could be valued."""

OWN_FIELDS: tuple[str, ...] = ("ref", "quantity", "claimed_value_gbp")
"""Fields in which lines of the same options differ."""

LONE_FIELDS: tuple[str, ...] = ("inputs", "activity")
"""Fields with which a row is valued by itself: it states no quantity, or hangs together with other rows."""

OPTION_FIELDS: tuple[str, ...] = tuple(name for name in FIELDS if name not in (*OWN_FIELDS, *LONE_FIELDS))
"""Fields that lines of one factor share."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not valued, and why: each fault names a field, or nothing when it is the whole row."""

    row: int
    ref: str | None
    faults: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A block of rows as read.

    `frame` has `row` (its number, from 1), `is_plain` and one text column for each field met. A row that is
    not plain has null in them: its values are not all text. `document` gives the JSON of the row at a place
    in the frame, as its contract reads it. `refused` are rows that could not be read at all.
    """

    frame: pl.DataFrame
    document: Callable[[int], bytes]
    refused: list[Refusal] = field(default_factory=list)

    @property
    def count(self) -> int:
        """The rows of the block, those that could not be read included."""
        return self.frame.height + len(self.refused)


VALUED_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.Int64(),
    "ref": pl.String(),
    "measure": pl.String(),
    "unit": pl.String(),
    "counted_quantity": pl.Decimal(38, 8),
    "social_pence": pl.Int64(),
    "local_economic_pence": pl.Int64(),
    "total_pence": pl.Int64(),
    "low_pence": pl.Int64(),
    "high_pence": pl.Int64(),
    "fiscal_pence": pl.Int64(),
    "initial_spend_pence": pl.Int64(),
}
"""The columns of valued rows; low, high and initial spend are null where a line has none."""


@dataclass(frozen=True, slots=True)
class ValuedRows:
    """A block after valuation: its valued rows and its refused rows, both in their order."""

    frame: pl.DataFrame
    refused: list[Refusal]
