"""Agreements: contracts, call-offs, grants and planning obligations, as their parties see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from cdp_common.contracts import agreements as contract
from gateway.context import Context, Info
from gateway.of_organisations import OfOrganisation
from gateway.schema.charter import CommitmentLine
from gateway.schema.enums import DataStatus, described_value
from gateway.schema.fields import calls_each, calls_together, computed
from gateway.schema.money import Money
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, Node, connect_first, parse_uuid
from gateway.schema.partners import Organisation, organisation_of, place_of
from gateway.schema.procurement import Tender
from gateway.schema.records import as_shown, maybe_shown, page_of, said, shows, shows_node

if TYPE_CHECKING:
    from gateway.schema.places import Place

LazyPlace = Annotated["Place", strawberry.lazy("gateway.schema.places")]


@strawberry.enum(description="What an agreement is.")
class AgreementKind(Enum):
    """What an agreement is."""

    CONTRACT = described_value("contract", "A contract.")
    CALL_OFF = described_value("call_off", "A contract under a framework agreement.")
    FRAMEWORK_AGREEMENT = described_value("framework_agreement", "A framework agreement.")
    GRANT = described_value("grant", "A grant.")
    PLANNING_OBLIGATION = described_value("planning_obligation", "A planning obligation.")


@strawberry.enum(description="Whether an agreement is in force.")
class AgreementState(Enum):
    """Whether an agreement is in force."""

    SIGNED = described_value("signed", "It was signed.")
    TERMINATED = described_value("terminated", "It was terminated.")


@strawberry.enum(description="Why an agreement has no key performance indicators.")
class KpiExemption(Enum):
    """Why an agreement has no key performance indicators."""

    FRAMEWORK_AGREEMENT = described_value("framework_agreement", "It is a framework agreement.")
    CONCESSION = described_value("concession", "It is a concession.")
    LIGHT_TOUCH = described_value("light_touch", "It is a light-touch contract.")
    PRIVATE_UTILITY = described_value("private_utility", "A private utility awarded it.")
    COULD_NOT_APPROPRIATELY_BE_ASSESSED = described_value(
        "could_not_appropriately_be_assessed", "Indicators could not appropriately assess its performance."
    )


@strawberry.enum(description="How an agreement was changed.")
class AgreementChangeKind(Enum):
    """How an agreement was changed."""

    VARIATION = described_value("variation", "What it promises was varied.")
    NOVATION = described_value("novation", "Somebody else took over what it promises.")
    TERMINATION = described_value("termination", "It was ended before its time.")


@shows(contract.Kpi, "A key performance indicator of an agreement.")
class Kpi:
    """An indicator."""

    title: str = said("The title.")
    line_id: UUID | None = said("The commitment that it is; null where it is none of them.")


@shows(contract.AgreementChange, "One change of an agreement.", without={"acted_by": "a client"})
class AgreementChange:
    """A change."""

    deliverer_organisation_id: strawberry.Private[UUID]
    version: int = said("The version that it made.")
    kind: AgreementChangeKind = said("How it was changed.")
    effective_on: date = said("From when on.")
    reason: str = said("Why.")
    recorded_at: datetime = said("When it was recorded.")
    ends_on: date = said("The last day from then on.")
    value: Money | None = said(
        "The value without VAT from then on; null where none is stated.", of="value_gbp"
    )
    value_gross: Money | None = said(
        "The value with VAT from then on; null where none is stated.", of="value_gross_gbp"
    )
    line_ids: list[UUID] = said("The commitments that changed or were added.")

    @calls_together("Who delivers from then on.")
    async def deliverer(self, info: Info) -> Organisation | None:
        """The deliverer."""
        return await organisation_of(info.context, self.deliverer_organisation_id)


@shows_node(
    contract.Agreement,
    "An agreement with what it promises, to its parties.",
    without={"acted_by": "a client"},
)
class Agreement(Node):
    """An agreement."""

    record: strawberry.Private[contract.Agreement]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    kind: AgreementKind = said("What it is.")
    state: AgreementState = said("Whether it is in force.")
    reference: str = said("The commissioner's reference.")
    title: str = said("The title.")
    lot: str | None = said("The tender's lot that it is of; null where it is of the whole.")
    bid_id: UUID | None = said("The bid that won it; null where there was none here.")
    deliverer_name: str = said("Who delivers.")
    signed_on: date = said("The day of signing.")
    starts_on: date = said("The first day.")
    ends_on: date = said("The last day.")
    terminated_on: date | None = said("From when it is terminated; null while it is not.")
    value: Money | None = said("The value without VAT; null where none is stated.", of="value_gbp")
    value_gross: Money | None = said("The value with VAT; null where none is stated.", of="value_gross_gbp")
    kpis: list[Kpi] = said("Its key performance indicators.")
    kpi_exemption: KpiExemption | None = said("Why it needs none; null where it has them or needs none.")
    version: int = said("The version; each change makes one.")
    data_status: DataStatus = said("Whether it is real or a sample.")

    @computed("What it promises, in numbers.")
    def lines(self) -> list[CommitmentLine]:
        """The commitments."""
        return [CommitmentLine.of(line) for line in self.record.lines]

    @calls_together("Who commissions.")
    async def commissioner(self, info: Info) -> Organisation | None:
        """The commissioner."""
        return await organisation_of(info.context, self.record.commissioner_organisation_id)

    @calls_together("Who delivers.")
    async def deliverer(self, info: Info) -> Organisation | None:
        """The deliverer."""
        return await organisation_of(info.context, self.record.deliverer_organisation_id)

    @calls_together("The tender that it came of; null where there was none here.")
    async def tender(self, info: Info) -> Tender | None:
        """The tender."""
        key = self.record.tender_id
        found = None if key is None else await info.context.loaders.tenders.load(key)
        return None if found is None else Tender.of(found)

    @calls_together("Of a call-off: the framework agreement that it comes from, where the caller may see it.")
    async def framework_agreement(self, info: Info) -> Agreement | None:
        """The framework agreement."""
        key = self.record.framework_agreement_id
        return (
            None if key is None else maybe_shown(Agreement, await info.context.loaders.agreements.load(key))
        )

    @calls_together("The place.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.record.place_id)

    @calls_each("Its changes, the oldest first.")
    async def changes(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[AgreementChange] | None:
        """A page of changes."""
        return await page_of(
            AgreementChange,
            info.context.upstreams.procurement,
            lambda api, page: api.list_agreement_changes(self.record.id, **page),
            first,
            after,
        )


async def agreements_of_place(
    parent: strawberry.Parent[Any], info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
) -> Connection[Agreement] | None:
    """A page of agreements to which the caller is a party."""
    return await page_of(
        Agreement,
        info.context.upstreams.procurement,
        lambda api, page: api.list_agreements(place_id=parent.rest_id, **page),
        first,
        after,
    )


async def agreements_of_organisation(
    info: Info, ids: Sequence[UUID], first: int, after: str | None
) -> Connection[Agreement]:
    """A page of an organisation's agreements; the first pages of several are read together."""
    if after is None:
        asked = OfOrganisation(tuple(ids), first + 1)
        found = await info.context.loaders.agreements_of.load(asked)
        in_order = sorted(found, key=lambda one: one.id)
        return connect_first(in_order, partial(as_shown, Agreement), first)
    return await page_of(
        Agreement,
        info.context.upstreams.procurement,
        lambda api, page: api.list_agreements(organisation_ids=ids, **page),
        first,
        after,
    )


async def agreement_node(context: Context, key: str) -> Agreement | None:
    """The agreement of a node id."""
    return maybe_shown(Agreement, await context.loaders.agreements.load(parse_uuid(key)))
