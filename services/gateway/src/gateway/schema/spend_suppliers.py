"""Who partners' suppliers are: what files call them, who they may be, and what was decided."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, cast
from uuid import UUID

import strawberry

from cdp_common.contracts import spend_suppliers as contract
from gateway.context import Info
from gateway.schema.collective import OfOrganisation
from gateway.schema.enums import OrganisationState, described_value
from gateway.schema.fields import calls_together
from gateway.schema.money import Money
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, uuid_of
from gateway.schema.partners import Organisation, organisation_of
from gateway.schema.records import page_of, said, shows


@strawberry.enum(description="Whether it is known which organisation a supplier is.")
class SpendSupplierState(Enum):
    """Whether it is known who a supplier is."""

    NEW = described_value("new", "Nobody has looked yet.")
    TO_REVIEW = described_value("to_review", "Somebody has to look at it.")
    MATCHED = described_value("matched", "It is known.")
    UNMATCHED = described_value("unmatched", "No organisation fits.")
    UNKNOWN = described_value("unknown", "Somebody looked, and does not know.")


@strawberry.enum(description="What was decided of a supplier.")
class SpendOutcome(Enum):
    """What was decided."""

    ACCEPTED = described_value("accepted", "It is that organisation.")
    REJECTED = described_value("rejected", "It is not that organisation.")
    UNKNOWN = described_value("unknown", "Nobody knows who it is.")


@strawberry.enum(description="On what it rests that a supplier may be an organisation.")
class SpendCandidateBasis(Enum):
    """On what a candidate rests."""

    IDENTIFIER = described_value("identifier", "They have the same number.")
    NAME = described_value("name", "Their names are alike.")


@strawberry.enum(description="On what a decision about a supplier rests.")
class SpendDecisionBasis(Enum):
    """On what a decision rests."""

    IDENTIFIER = described_value("identifier", "They have the same number.")
    NAME = described_value("name", "Their names are alike.")
    PERSON = described_value("person", "A person said so.")


@shows(contract.SpendCandidate, "An organisation that a supplier may be.")
class SpendCandidate:
    """A candidate."""

    organisation_id: strawberry.Private[UUID]
    name: str = said("Its name.")
    basis: SpendCandidateBasis = said("On what that rests.")
    score: Decimal = said("How alike the names are, from 0 to 100; 100 by number.")
    state: OrganisationState = said("Whether somebody vouched for it.")

    @calls_together("The organisation.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation."""
        return await organisation_of(info.context, self.organisation_id)


@shows(contract.SpendDecision, "Who a supplier was taken for, or was not, and by whom.")
class SpendDecision:
    """A decision."""

    organisation_id: strawberry.Private[UUID | None]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    outcome: SpendOutcome = said("What was decided.")
    basis: SpendDecisionBasis = said("On what it rests.")
    score: Decimal | None = said("How alike the names are; null where it rests on something else.")
    rules_version: int = said("The version of the rules.")
    reason: str | None = said("Why; null where nobody said.")
    decided_by: UUID | None = said("The id of the organisation that decided; null for a rule.")
    decided_at: datetime = said("When.")

    @calls_together("The organisation that was accepted or rejected; null where nobody knows.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation."""
        key = self.organisation_id
        return None if key is None else await organisation_of(info.context, key)


@shows(contract.SpendSupplier, "A supplier of one partner.")
class SpendSupplier:
    """A supplier."""

    organisation_id: strawberry.Private[UUID]
    matched_id: strawberry.Private[UUID | None]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    name: str | None = said("What the partner's files call it; null once it was removed.")
    ref: str | None = said("The partner's own number of it; null where none is stated.")
    identifiers: list[str] = said("Its identifiers in public registers.")
    state: SpendSupplierState = said("Whether it is known who it is.")
    matched_name: str | None = said("The name of the organisation that it is; null where not known.")
    row_count: int = said("How many payments, of imports that stand.")
    net: Money = said("What they come to.", of="net_gbp")
    candidates: list[SpendCandidate] = said("Which organisations it may be.")
    decisions: list[SpendDecision] = said("What was decided, the newest first; at most twenty.")

    @calls_together("The partner whose supplier it is.")
    async def partner(self, info: Info) -> Organisation | None:
        """The partner."""
        return await organisation_of(info.context, self.organisation_id)

    @calls_together("The organisation that it is; null where that is not known.")
    async def matched(self, info: Info) -> Organisation | None:
        """The organisation."""
        key = self.matched_id
        return None if key is None else await organisation_of(info.context, key)


async def spend_suppliers_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    state: Annotated[
        SpendSupplierState | None, strawberry.argument(description="Only in this state.")
    ] = None,
    organisation: OfOrganisation = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[SpendSupplier] | None:
    """A page of suppliers."""
    wanted = None if state is None else cast("contract.SpendSupplierState", state.value)
    of_one = None if organisation is None else uuid_of(organisation, "Organisation")
    return await page_of(
        SpendSupplier,
        info.context.upstreams.reporting,
        lambda api, page: api.list_spend_suppliers(
            parent.rest_id, state=wanted, organisation_id=of_one, **page
        ),
        first,
        after,
    )
