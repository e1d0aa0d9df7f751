"""Checklists of stages, and how far a place has come in them."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import strawberry

from cdp_common.contracts import checklists as contract
from gateway.context import Context, Info
from gateway.schema.enums import described_value
from gateway.schema.fields import calls_each
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, Node, parse_uuid, uuid_of
from gateway.schema.records import maybe_shown, page_of, said, shows, shows_node


@strawberry.enum(description="How a stage stands.")
class StageState(Enum):
    """How a stage stands."""

    NOT_STARTED = described_value("not_started", "It was not begun.")
    UNDER_WAY = described_value("under_way", "It was begun.")
    IN_PLACE = described_value("in_place", "It is in place.")


@shows(contract.Stage, "A stage of a checklist.")
class ChecklistStage:
    """A stage."""

    code: str = said("The stage's code.")
    title: str = said("The title.")
    description: str | None = said("What it asks for; null where nothing is said.")


@shows_node(contract.Checklist, "A published version of a checklist, which never changes.")
class Checklist(Node):
    """A version."""

    record: strawberry.Private[contract.Checklist]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    code: str = said("The checklist's code.")
    version: str = said("The version.")
    title: str = said("The title.")
    stages: list[ChecklistStage] = said("Its stages in their order.")
    source: str = said("Where it comes from.")
    source_url: str | None = said("Where its source can be read; null where nowhere.")
    published_at: datetime = said("When it was published.")


@shows(contract.StageEvidence, "What shows that a stage stands as it is said to.")
class StageEvidence:
    """A piece of evidence."""

    title: str = said("What it is.")
    url: str | None = said("Where it is kept; null where it has no address.")


@shows(contract.StageStanding, "A stage with how it stands on a day.")
class StageStanding:
    """A stage's standing."""

    stage: ChecklistStage = said("The stage.")
    state: StageState = said("How it stands.")
    since: date | None = said("Since when; null where nothing is recorded.")
    note: str | None = said("What is said of it; null where nothing is said.")
    evidence: list[StageEvidence] = said("What shows it.")


@shows(contract.PlaceChecklist, "How far a place has come in a checklist on a day.")
class PlaceChecklist:
    """A place's standing."""

    checklist_id: strawberry.Private[UUID]
    code: str = said("The checklist's code.")
    version: str = said("Its version.")
    title: str = said("The title.")
    source: str = said("Where the checklist comes from.")
    as_of: date = said("The day.")
    stages: list[StageStanding] = said("Each stage with how it stands.")
    in_place_count: int = said("How many stages are in place.")

    @calls_each("The checklist itself.")
    async def checklist(self, info: Info) -> Checklist | None:
        """The checklist."""
        return maybe_shown(Checklist, await info.context.loaders.checklists.load(self.checklist_id))


@shows(contract.StageRecord, "One entry of a place's history in a checklist.", without={"place_id": "parent"})
class StageRecord:
    """An entry; a later one supersedes it and removes nothing."""

    checklist_id: strawberry.Private[UUID]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    stage: str = said("The stage's code.")
    state: StageState = said("How it stood from then on.")
    recorded_on: date = said("From which day on.")
    note: str | None = said("What is said of it; null where nothing is said.")
    evidence: list[StageEvidence] = said("What shows it.")
    recorded_at: datetime = said("When it was recorded.")

    @calls_each("The checklist.")
    async def checklist(self, info: Info) -> Checklist | None:
        """The checklist."""
        return maybe_shown(Checklist, await info.context.loaders.checklists.load(self.checklist_id))


async def checklists_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    as_of: Annotated[
        date | None, strawberry.argument(description="As it stood on this day; today unless given.")
    ] = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[PlaceChecklist] | None:
    """A page of checklists by code."""
    partners = info.context.upstreams.partners
    return await page_of(
        PlaceChecklist,
        partners,
        lambda api, page: api.list_place_checklists(parent.rest_id, as_of=as_of, **page),
        first,
        after,
    )


async def stage_records_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    checklist: Annotated[
        strawberry.ID | None, strawberry.argument(description="Only of this checklist, by its id.")
    ] = None,
    stage: Annotated[str | None, strawberry.argument(description="Only of this stage, by its code.")] = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[StageRecord] | None:
    """A page of the place's history, the latest day first."""
    of_one = None if checklist is None else uuid_of(checklist, "Checklist")
    return await page_of(
        StageRecord,
        info.context.upstreams.partners,
        lambda api, page: api.list_stage_records(parent.rest_id, checklist_id=of_one, stage=stage, **page),
        first,
        after,
    )


@strawberry.type
class ChecklistQueries:
    """What can be asked of checklists at the root."""

    @calls_each("Checklists by code, of each the latest version first.")
    async def checklists(
        self,
        info: Info,
        code: Annotated[
            str | None, strawberry.argument(description="Only versions of this checklist.")
        ] = None,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
    ) -> Connection[Checklist] | None:
        """A page of checklists."""
        partners = info.context.upstreams.partners
        return await page_of(
            Checklist, partners, lambda api, page: api.list_checklists(code=code, **page), first, after
        )


async def checklist_node(context: Context, key: str) -> Checklist | None:
    """The checklist of a node id."""
    return maybe_shown(Checklist, await context.loaders.checklists.load(parse_uuid(key)))
