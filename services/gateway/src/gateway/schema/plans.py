"""Plans: what partners mean to do of their own accord, as each of them sees its own."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from cdp_common.contracts import plans as contract
from gateway.context import Context, Info
from gateway.schema.charter import CommitmentLine
from gateway.schema.enums import DataStatus, described_value
from gateway.schema.fields import calls_each, calls_together, computed
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, Node, parse_uuid
from gateway.schema.partners import Organisation, organisation_of, place_of
from gateway.schema.records import maybe_shown, page_of, said, shows, shows_node

if TYPE_CHECKING:
    from gateway.schema.places import Place

LazyPlace = Annotated["Place", strawberry.lazy("gateway.schema.places")]


@strawberry.enum(description="Whether a plan stands.")
class PlanState(Enum):
    """Whether a plan stands."""

    ADOPTED = described_value("adopted", "It was adopted.")
    WITHDRAWN = described_value("withdrawn", "Its partner withdrew it, or left the collective.")


@strawberry.enum(description="How a plan was changed.")
class PlanChangeKind(Enum):
    """How a plan was changed."""

    VARIATION = described_value("variation", "What it promises was varied.")
    WITHDRAWAL = described_value("withdrawal", "It was ended before its time.")


@shows(contract.PlanChange, "One change of a plan.", without={"acted_by": "a client"})
class PlanChange:
    """A change."""

    version: int = said("The version that it made.")
    kind: PlanChangeKind = said("How it was changed.")
    effective_on: date = said("From when on.")
    reason: str = said("Why.")
    recorded_at: datetime = said("When it was recorded.")
    line_ids: list[UUID] = said("The commitments that changed or were added.")


@shows_node(
    contract.Plan, "A partner's plan of own activity, to the partner.", without={"acted_by": "a client"}
)
class Plan(Node):
    """A plan."""

    record: strawberry.Private[contract.Plan]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    state: PlanState = said("Whether it stands.")
    reference: str = said("The partner's reference.")
    title: str = said("The title.")
    organisation_name: str = said("Whose it is.")
    membership_id: UUID = said("The membership in which it was adopted, and with which it ends.")
    adopted_on: date = said("The day of adoption.")
    starts_on: date = said("The first day.")
    ends_on: date = said("The last day.")
    withdrawn_on: date | None = said("From when it is withdrawn; null while it is not.")
    withdrawal_reason: str | None = said("Why it was withdrawn; null while it is not.")
    version: int = said("The version; each change makes one.")
    data_status: DataStatus = said("Whether it is real or a sample.")

    @computed("What it promises, in numbers.")
    def lines(self) -> list[CommitmentLine]:
        """The commitments."""
        return [CommitmentLine.of(line) for line in self.record.lines]

    @calls_together("The partner whose plan it is.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The partner."""
        return await organisation_of(info.context, self.record.organisation_id)

    @calls_together("The place.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.record.place_id)

    @calls_each("Its variations, the oldest first.")
    async def changes(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[PlanChange] | None:
        """A page of variations."""
        return await page_of(
            PlanChange,
            info.context.upstreams.procurement,
            lambda api, page: api.list_plan_changes(self.record.id, **page),
            first,
            after,
        )


async def plans_of_place(
    parent: strawberry.Parent[Any], info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
) -> Connection[Plan] | None:
    """A page of plans of the organisation that the caller acts for."""
    return await page_of(
        Plan,
        info.context.upstreams.procurement,
        lambda api, page: api.list_plans(place_id=parent.rest_id, **page),
        first,
        after,
    )


async def plans_of_organisation(info: Info, key: UUID, first: int, after: str | None) -> Connection[Plan]:
    """A page of an organisation's plans; of another than the caller's none is seen."""
    return await page_of(
        Plan,
        info.context.upstreams.procurement,
        lambda api, page: api.list_plans(organisation_id=key, **page),
        first,
        after,
    )


async def plan_node(context: Context, key: str) -> Plan | None:
    """The plan of a node id."""
    return maybe_shown(Plan, await context.loaders.plans.load(parse_uuid(key)))
