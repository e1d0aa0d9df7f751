"""What a release tells: parties, frameworks, asked measures, commitments, as far as they are public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from procurement_api.domain.ocds_parts import PoundsStated


@dataclass(frozen=True)
class Party:
    """An organisation with its identifiers in public registers, scheme first."""

    id: UUID
    name: str
    identifiers: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Framework:
    """The edition of a framework to which quantities are pinned."""

    framework: str
    edition: str
    edition_hash: str


@dataclass(frozen=True)
class ProxyRef:
    """Which proxy prices a measure: its name and the year of its prices, never its value."""

    code: str
    price_year: int


@dataclass(frozen=True)
class Asked:
    """A measure that a tender asks for."""

    measure: str
    title: str
    unit: str
    weight: Decimal
    target: Decimal | None
    mandatory: bool
    proxy: ProxyRef | None


@dataclass(frozen=True)
class TermsFacts:
    """A published tender's terms on social value."""

    framework: Framework
    weight: Decimal
    """Of the whole award score: 0.15 is 15 %."""
    method: str
    quantitative_share: Decimal
    qualitative_share: Decimal
    scale_max: int
    local_area: str
    asked: Sequence[Asked]


@dataclass(frozen=True)
class LotPublished:
    """A lot of a published tender."""

    id: str
    title: str
    value: PoundsStated


@dataclass(frozen=True)
class TenderPublished:
    """A tender as it is published; `notice` is the imported release that it came from."""

    reference: str
    title: str
    description: str | None
    value: PoundsStated
    lots: Sequence[LotPublished]
    delivery_areas: Sequence[str]
    buyer: Party
    published_at: datetime
    deadline_at: datetime
    starts_on: date
    ends_on: date
    data_status: str
    terms: TermsFacts
    notice: Mapping[str, Any] | None


@dataclass(frozen=True)
class Pounds:
    """What a commitment is worth, in pounds."""

    social: Decimal
    local_economic: Decimal
    low: Decimal | None
    high: Decimal | None
    fiscal: Decimal


@dataclass(frozen=True)
class Commitment:
    """One promised quantity of a contract."""

    id: UUID
    measure: str
    title: str
    unit: str
    quantity: Decimal
    counted_quantity: Decimal
    starts_on: date
    ends_on: date
    schedule: Sequence[tuple[str, str]]
    """Instalments: the day on which a share falls due (ISO 8601), and the share."""
    method_version: str
    proxy: ProxyRef | None
    pounds: Pounds
    licensed_framework: str | None
    """Whose licence the pounds need; null when anybody may see them."""
    area: str | None
    industry: str | None
    lot: str | None


@dataclass(frozen=True)
class Indicator:
    """A key performance indicator of a contract; `metric` is the commitment that it is of, if any."""

    title: str
    metric: UUID | None


@dataclass(frozen=True)
class ContractSigned:
    """A contract as it was signed, with what won it."""

    id: UUID
    title: str
    reference: str
    buyer: Party
    supplier: Party
    value_gbp: Decimal | None
    signed_on: date
    starts_on: date
    ends_on: date
    bid_id: UUID | None
    """The winning bid; null when there was no tender here."""
    framework: Framework
    commitments: Sequence[Commitment]
    data_status: str
    indicators: Sequence[Indicator] = ()
    kpi_exemption: str | None = None
    """Why the law asks for no indicators; null where it asks or nobody claimed."""
