"""Contracts of prior totals: made before a place's ledger began, or elsewhere, and never added to it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from cdp_common.contracts.base import Contract, DataStatus, GbpNotNegative, LongText, ShortText, Url


class PriorTotalDraft(Contract):
    """A total that somebody made elsewhere, with who published it, on what basis, and who validated it."""

    title: ShortText
    amount_gbp: GbpNotNegative
    period_start: date
    period_end: date
    publisher: ShortText
    basis: LongText  # by which method, framework and prices it was made, as far as the source says
    validated_by: ShortText | None = None
    url: Url | None = None
    data_status: DataStatus = "actual"


class PriorTotalCorrection(PriorTotalDraft):
    """A new version of a prior total, whole, and why; one that is withdrawn shows nowhere any more."""

    reason: ShortText
    withdrawn: bool = False


class PriorTotalShown(PriorTotalDraft):
    """A prior total as it stands beside the four figures: in none of them, and in no breakdown."""

    id: UUID
    version: int
    recomputable: Literal[False] = False  # its lines are not in this ledger


class PriorTotalVersion(PriorTotalDraft):
    """What a prior total was from one version on."""

    version: int
    reason: str | None  # null of the first
    withdrawn: bool
    recorded_at: datetime


class PriorTotal(PriorTotalShown):
    """A prior total with all its versions, the newest first."""

    place_id: UUID
    withdrawn: bool
    versions: list[PriorTotalVersion]
