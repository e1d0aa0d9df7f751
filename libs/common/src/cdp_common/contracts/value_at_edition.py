"""Contracts of how a place's value would stand if all of it were valued at one edition."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from cdp_common.contracts.base import Code, Contract, DataStatus, DecimalText, Sha256, Slug
from cdp_common.contracts.reporting import ValueFigure
from cdp_common.contracts.toms import Unit

NotRevaluedBecause = Literal[
    "not_in_edition", "counted_differently", "licensed", "industry_unknown", "not_valued"
]
"""Why something recorded has no value at the edition asked for.

- not_in_edition: the edition has no such measure;
- counted_differently: it counts the measure in another unit or by another rule;
- licensed: the unit value, of the record or of the edition, is licensed and the reader lacks the licence;
- industry_unknown: local spend that was promised before its industry was kept;
- not_valued: the edition cannot value it; `fault` says why.
"""


class MeasureAtEdition(Contract):
    """What was recorded of one measure at one edition, and what it is worth at the edition asked for.

    Of what is licensed nothing shows but that it is there. Ranges are not worked out: low and high are null.
    """

    measure: Code
    title: str
    unit: Unit
    recorded_edition_hash: Sha256
    counted_quantity: DecimalText | None
    recorded: ValueFigure | None
    at_edition: ValueFigure | None  # null where it could not be revalued
    difference: ValueFigure | None  # at_edition less recorded
    not_revalued: NotRevaluedBecause | None  # why at_edition is null
    fault: Code | None  # of `not_valued`: toms-engine's code, such as proxy_year_missing


class FigureAtEdition(Contract):
    """One of the four figures as it is recorded, and at the edition asked for as far as that can be said."""

    recorded: ValueFigure  # the figure as it stands, of all measures
    recorded_of_revalued: ValueFigure  # of those alone that have a value at the edition
    at_edition: ValueFigure
    difference: ValueFigure  # at_edition less recorded_of_revalued
    revalued_share: DecimalText | None  # recorded_of_revalued ÷ recorded; null where nothing is recorded
    measures: list[MeasureAtEdition]


class ValueAtEdition(Contract):
    """The four figures of a window at one constant edition, beside those that are recorded. Live."""

    place_id: UUID
    window_start: date
    window_end: date
    as_of: datetime
    edition_hash: Sha256
    framework: Slug
    edition: Code
    edition_title: str
    committed: FigureAtEdition
    due: FigureAtEdition
    delivered: FigureAtEdition
    validated: FigureAtEdition
    data_status: DataStatus
