"""Contracts of partners-api about what is said of organisations: search hits, sizes, dated flags."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Code, Contract, GbpText, ShortText, Url
from cdp_common.contracts.organisations import Organisation

FlagKind = Literal["accreditation", "diverse_ownership", "local_presence"]
StaffCount = Annotated[int, Field(ge=0, le=10_000_000)]


class OrganisationHit(Contract):
    """An organisation with a similar name; the most similar come first."""

    organisation: Organisation
    similarity: str  # from 0.000 to 1.000


# ------------------------------------------------------------------ size and kind
class SizeStatementDraft(Contract):
    """What an organisation says of its size and kind on a day; absent means: not stated."""

    stated_on: date
    staff: StaffCount
    turnover_gbp: GbpText | None = None
    balance_sheet_gbp: GbpText | None = None
    is_non_governmental: bool | None = None  # the next three make a VCSE
    is_value_driven: bool | None = None
    reinvests_surpluses: bool | None = None  # mainly, in what it is there for
    source: ShortText


class SizeStatement(SizeStatementDraft):
    """A statement, and what follows from it by the definition in force on its day."""

    id: UUID
    organisation_id: UUID
    definition: str
    is_sme: bool | None
    is_vcse: bool | None
    recorded_at: datetime


# ------------------------------------------------------------------ dated flags
class FlagDraft(Contract):
    """A flag of an organisation, for example the accreditation `living-wage`, with its source."""

    kind: FlagKind
    code: Code
    place_id: UUID | None = None  # of a local presence, and of nothing else
    valid_from: date
    valid_to: date | None = None  # last day inclusive; null while it lasts
    source: ShortText
    source_url: Url | None = None


class Flag(FlagDraft):
    """A flag, and who states it: the organisation itself, or the programme."""

    id: UUID
    organisation_id: UUID
    stated_by: Literal["organisation", "programme"]
    recorded_at: datetime


class FlagEnd(Contract):
    """The last day of a flag."""

    valid_to: date
