"""Contracts of procurement-api's import of agreements: what became of each, row by row."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from cdp_common.contracts.base import Contract


class AgreementRowFault(Contract):
    """What is wrong with a cell, a row or an agreement; rows count from 1, below the header."""

    row: int
    column: str | None
    code: str
    message: str


class ImportedAgreement(Contract):
    """What became of one agreement of the file.

    201: registered. 409: its reference is taken. 422: it does not hold. 424: it would have been registered,
    but another one of an atomic import was refused.
    """

    status: Literal[201, 409, 422, 424]
    rows: list[int]
    reference: str | None
    agreement_id: UUID | None
    faults: list[AgreementRowFault]


class AgreementImportReport(Contract):
    """What became of a file of agreements, in its order."""

    atomic: bool
    registered: int
    refused: int
    items: list[ImportedAgreement]
