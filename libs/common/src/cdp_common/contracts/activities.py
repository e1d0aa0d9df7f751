"""Contracts of joint activities: what several partners do together, and how they share it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Contract, DataStatus, ShareText, ShortText


class ActivityShare(Contract):
    """One partner's share of a joint activity."""

    organisation_id: UUID
    share: ShareText


class ActivityDraft(Contract):
    """A joint project of several partners: counted once, its shares sum to 1."""

    place_id: UUID
    title: ShortText
    shares: Annotated[list[ActivityShare], Field(min_length=2, max_length=50)]
    data_status: DataStatus = "actual"


class ActivityPartner(ActivityShare):
    """A partner's share and whether that partner confirmed it."""

    confirmed_at: datetime | None


class Activity(Contract):
    """A joint activity; it counts once every partner has confirmed its share."""

    id: UUID
    place_id: UUID
    title: str
    partners: list[ActivityPartner]
    confirmed: bool
    version: int
    data_status: DataStatus
