"""Conflicts: two reporters who seem to count the same thing, as those with a part in them see them."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, cast
from uuid import UUID

import strawberry

from cdp_common.contracts import conflicts as contract
from gateway.context import Info
from gateway.schema.enums import described_value
from gateway.schema.fields import calls_together
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First
from gateway.schema.partners import Organisation, organisation_of
from gateway.schema.records import page_of, said, shows


@strawberry.enum(description="Why two lines may count the same thing.")
class ConflictKind(Enum):
    """Why two lines may count the same thing."""

    SAME_EVIDENCE = described_value("same_evidence", "Both rest on a document with the same hash.")
    SAME_ACTIVITY = described_value("same_activity", "The same measure of the same activity, there and then.")
    MEASURES_EXCLUDE = described_value(
        "measures_exclude", "Measures of one activity that exclude each other."
    )


@strawberry.enum(description="How a conflict stands.")
class ConflictState(Enum):
    """How a conflict stands."""

    OPEN = described_value("open", "Nobody has decided it.")
    RESOLVED = described_value("resolved", "Somebody who is neither has decided it.")
    LAPSED = described_value("lapsed", "One of the two reports stands no more.")


@strawberry.enum(description="How a conflict was decided.")
class ConflictOutcome(Enum):
    """How a conflict was decided."""

    BOTH_STAND = described_value("both_stand", "Both lines stand: they count different things.")
    FIRST_STANDS = described_value("first_stands", "The line that was reported first stands.")
    SECOND_STANDS = described_value("second_stands", "The other line stands.")


@shows(contract.ConflictSide, "One of the two lines of a conflict.")
class ConflictSide:
    """A line."""

    organisation_id: strawberry.Private[UUID]
    report_id: UUID = said("The id of its report in the REST APIs.")
    line_id: UUID = said("The id of the line in the REST APIs.")
    organisation_name: str = said("Who reported it.")
    measure: str = said("The measure's code.")
    period_start: date = said("The first day of the report's period.")
    period_end: date = said("The last day of it.")

    @calls_together("Who reported it.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The reporter."""
        return await organisation_of(info.context, self.organisation_id)


@shows(
    contract.Conflict,
    "Two lines of two reporters that may count the same thing.",
    without={"place_id": "the parent"},
)
class Conflict:
    """A conflict."""

    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    kind: ConflictKind = said("Why they may count the same thing.")
    shared: str = said("What they share: a hash, or an activity's name.")
    first: ConflictSide = said("The line that was reported first.")
    second: ConflictSide = said("The other line.")
    state: ConflictState = said("How it stands.")
    outcome: ConflictOutcome | None = said("How it was decided; null until then.")
    reason: str | None = said("Why it was decided so; null until then.")
    raised_at: datetime = said("When it was found.")
    closed_at: datetime | None = said("When it was decided, or lapsed; null until then.")
    version: int = said("The version that a decision has to name.")


async def conflicts_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    state: Annotated[ConflictState | None, strawberry.argument(description="Only in this state.")] = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[Conflict] | None:
    """A page of conflicts in the order in which they were raised."""
    wanted = None if state is None else cast("contract.ConflictState", state.value)
    return await page_of(
        Conflict,
        info.context.upstreams.reporting,
        lambda api, page: api.list_conflicts(parent.rest_id, state=wanted, **page),
        first,
        after,
    )
