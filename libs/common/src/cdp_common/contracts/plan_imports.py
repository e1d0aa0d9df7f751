"""Contracts of procurement-api's import of plans of own activity: what became of each, row by row."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from cdp_common.contracts.base import Contract


class PlanRowFault(Contract):
    """What is wrong with a cell, a row or a plan; rows count from 1, below the header."""

    row: int
    column: str | None
    code: str
    message: str


class ImportedPlan(Contract):
    """What became of one plan of the file.

    201: adopted. 403: the organisation is no partner of the place on every day of it. 409: its reference or
    some of its days are taken. 422: it does not hold. 424: it would have been adopted, but another one of an
    atomic import was refused.
    """

    status: Literal[201, 403, 409, 422, 424]
    rows: list[int]
    reference: str | None
    plan_id: UUID | None
    faults: list[PlanRowFault]


class PlanImportReport(Contract):
    """What became of a file of plans, in its order."""

    atomic: bool
    adopted: int
    refused: int
    items: list[ImportedPlan]
