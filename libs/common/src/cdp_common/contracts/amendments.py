"""Contracts of procurement-api's amendments: changes of published tenders, terms by version."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from cdp_common.contracts.base import Contract, LongText, ShortText
from cdp_common.contracts.tenders import Lot, PinnedMeasure, TenderChanged, TenderTerms, TenderValue

Amended = Literal["deadline_at", "title", "description", "value", "lots", "terms"]


class TenderAmendment(Contract):
    """A change of a published tender, before its deadline and with the reason, which is published.

    A later deadline alone leaves bids as they are. Anything else asks every bidder to confirm its bid or to
    replace it, unless the amendment says that bids stand.
    """

    reason: ShortText
    amends_version: Annotated[int, Field(ge=0)]  # the tender's `terms_version` that the buyer has read
    deadline_at: AwareDatetime | None = None  # later than the present one; `terms` may state it too
    title: ShortText | None = None
    description: LongText | None = None
    value: TenderValue | None = None  # in pounds, in place of what was stated in whatever currency
    # All lots, in place of the present ones: one that is left out is called off.
    lots: Annotated[list[Lot], Field(max_length=100)] | None = None
    terms: TenderTerms | None = None  # the whole set, in place of the present one
    bids_stand: bool = False


class TermsVersion(Contract):
    """The terms of a published tender from a moment on: as published, and after each amendment."""

    version: int  # 1 as published
    in_force_at: datetime
    reason: str | None  # null for the terms as published
    amended: list[Amended]
    bids_stand: bool  # whether bids made under the version before stand without being confirmed
    deadline_at: datetime
    deadline_london: str
    title: str
    description: str | None
    value: TenderValue | None
    lots: list[Lot]
    terms: TenderTerms
    measures: list[PinnedMeasure]


class TenderAmended(TenderChanged):
    """Payload of `tender.amended` and `tender.deadline_extended`."""

    terms_version: Annotated[int, Field(ge=2)]
    amended: list[Amended]
    bids_stand: bool
    deadline_at: datetime
    reason: str
