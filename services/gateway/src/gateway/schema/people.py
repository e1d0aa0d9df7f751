"""Counts of people: published tables in which no small count can be told, schemes, and cohorts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from cdp_common.contracts import people as contract
from gateway.context import Context, Info
from gateway.schema.enums import DataStatus
from gateway.schema.fields import calls_each, calls_together
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, Node, parse_uuid, uuid_of
from gateway.schema.partners import Organisation, organisation_of, place_of
from gateway.schema.records import as_shown, maybe_shown, page_of, said, shows, shows_node

if TYPE_CHECKING:
    from gateway.schema.places import Place

LazyPlace = Annotated["Place", strawberry.lazy("gateway.schema.places")]
OfProgramme = Annotated[
    str | None, strawberry.argument(description="Only of this programme of work, by its code.")
]


@shows(contract.Category, "A category of a dimension of equality.")
class PeopleCategory:
    """A category."""

    code: str = said("The category's code.")
    title: str = said("The title.")


@shows(contract.BreakdownDimension, "A dimension of equality; its categories take in everybody.")
class PeopleDimension:
    """A dimension."""

    code: str = said("The dimension's code.")
    title: str = said("The title.")
    source: str = said("Whose categories they are.")
    source_url: str | None = said("Where they can be read; null where nowhere.")
    categories: list[PeopleCategory] = said("The categories, those not asked included.")


@shows(contract.Stage, "A stage of the way: whoever has reached it has reached those before it.")
class PeopleStage:
    """A stage."""

    code: str = said("The stage's code.")
    title: str = said("The title.")
    after_months: int | None = said("How many months after the period it is counted; null: at once.")


@shows(contract.BreakdownArea, "A smallest area of a scheme.")
class PeopleArea:
    """An area."""

    code: str = said("The area's code.")
    title: str = said("The title.")
    groups: list[str] = said("Codes of the groups that it belongs to.")


@shows(contract.AreaGroup, "Areas taken together.")
class PeopleAreaGroup:
    """A group of areas."""

    code: str = said("The group's code.")
    title: str = said("The title.")


@shows(
    contract.PublishedScheme,
    "How people of a place's programmes are counted; a version never changes.",
    without={"place_id": "the parent"},
)
class PeopleScheme:
    """A scheme."""

    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    code: str = said("The scheme's code.")
    version: str = said("The version.")
    title: str = said("The title.")
    dimensions: list[PeopleDimension] = said("The dimensions of equality.")
    stages: list[PeopleStage] = said("The stages in their order.")
    area_groups: list[PeopleAreaGroup] = said("Groups of areas.")
    areas: list[PeopleArea] = said("The smallest areas.")
    published_at: datetime = said("When it was published.")


@shows(contract.PeopleCell, "A count of people; withheld where it is small, or would give a small one away.")
class PeopleCell:
    """A count."""

    dimension: str | None = said("The dimension's code; null: everybody.")
    category: str | None = said("The category's code; null: everybody.")
    area: str | None = said("The area's code; null: the whole place.")
    stage: str = said("The stage's code.")
    count: int | None = said("How many people; null when withheld.")
    percent: Decimal | None = said(
        "Of everybody in that area who reached the stage, in per cent; null unless both counts are shown."
    )
    percent_of_first_stage: Decimal | None = said(
        "Of those who reached the first stage, in per cent; null unless both counts are shown."
    )
    withheld: bool = said("Whether the count is withheld.")


@shows(contract.PeopleDisclosure, "By which rule counts were withheld.")
class PeopleDisclosure:
    """The rule."""

    minimum_people: int = said("How many people a count needs at least.")
    cells: int = said("How many counts the table has.")
    withheld_small: int = said("How many were below the threshold themselves.")
    withheld_beside: int = said("How many were withheld so that no other can be worked out.")


@shows_node(contract.PeopleTableRef, "A frozen, numbered table of counts of people.")
class PeopleTable(Node):
    """A table; its cells are fetched when they are asked for."""

    record: strawberry.Private[contract.PeopleTableRef]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    number: int = said("Its number in the place's series.")
    programme: str = said("The code of the programme of work that was counted.")
    period_start: date = said("The period's first day.")
    period_end: date = said("The period's last day.")
    published_at: datetime = said("When it was published.")
    restates: int | None = said(
        "The number of the table that it takes the place of; null where it takes no other's place."
    )
    reason: str | None = said("Why it restates; null where it restates nothing.")
    content_sha256: str = said("SHA-256 over the canonical JSON of the cells.")

    @calls_each("The counts with the rule by which some are withheld.")
    async def content(self, info: Info) -> PeopleTableContent | None:
        """What the table holds."""
        whole = await info.context.loaders.people_tables.load(self.record.id)
        return None if whole is None else as_shown(PeopleTableContent, whole)


@shows(
    contract.PeopleTable,
    "What a table of counts of people holds.",
    without=dict.fromkeys(contract.PeopleTableRef.model_fields, "the table itself says it"),
)
class PeopleTableContent:
    """The counts."""

    place_id: strawberry.Private[UUID]
    scheme: str = said("The code of the scheme by which people were counted.")
    scheme_version: str = said("The scheme's version.")
    organisations: int = said("How many organisations counted people.")
    stages: list[PeopleStage] = said("The stages that are due.")
    cells: list[PeopleCell] = said("The counts.")
    disclosure: PeopleDisclosure = said("By which rule counts were withheld.")
    licence: str = said("The licence under which it may be used.")
    data_status: DataStatus = said("Whether the counts are real or samples.")

    @calls_together("The place.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.place_id)


@shows(contract.CohortRow, "How many people of one category, in one area, reached each stage.")
class CohortRow:
    """A row."""

    area: str | None = said("The area's code; null: not placed.")
    dimension: str = said("The dimension's code.")
    category: str = said("The category's code.")
    reached: list[int] = said("How many reached each stage, in the order of the scheme's stages.")


@shows_node(contract.Cohort, "The people that an organisation counted in a programme for one quarter.")
class Cohort(Node):
    """A cohort: counts, never persons; whoever counted it sees it."""

    record: strawberry.Private[contract.Cohort]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    programme: str = said("The code of the programme of work.")
    scheme: str = said("The code of the scheme.")
    scheme_version: str = said("The scheme's version.")
    period_start: date = said("The quarter's first day.")
    period_end: date = said("The quarter's last day.")
    people: list[int] = said("How many people at each stage.")
    rows: list[CohortRow] = said("The counts by category and area.")
    supersedes: UUID | None = said("The cohort that it corrects; null for a first one.")
    superseded: bool = said("Whether a correction took its place.")
    correction_reason: str | None = said("Why it corrects; null for a first count.")
    recorded_at: datetime = said("When it was recorded.")
    data_status: DataStatus = said("Whether it is real or a sample.")

    @calls_together("Who counted.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation."""
        return await organisation_of(info.context, self.record.organisation_id)

    @calls_together("The place.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.record.place_id)


async def people_tables_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    programme: OfProgramme = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[PeopleTable] | None:
    """A page of published tables, the newest first."""
    return await page_of(
        PeopleTable,
        info.context.upstreams.reporting,
        lambda api, page: api.list_people_publications(parent.rest_id, programme=programme, **page),
        first,
        after,
    )


async def people_schemes_of_place(
    parent: strawberry.Parent[Any], info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
) -> Connection[PeopleScheme] | None:
    """A page of schemes."""
    return await page_of(
        PeopleScheme,
        info.context.upstreams.reporting,
        lambda api, page: api.list_breakdown_schemes(parent.rest_id, **page),
        first,
        after,
    )


async def cohorts_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    programme: OfProgramme = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[Cohort] | None:
    """A page of cohorts that the caller may see, the oldest first."""
    return await page_of(
        Cohort,
        info.context.upstreams.reporting,
        lambda api, page: api.list_cohorts(place_id=parent.rest_id, programme=programme, **page),
        first,
        after,
    )


@strawberry.type
class PeopleQueries:
    """What can be asked of counts of people at the root."""

    @calls_each("A published table of counts of people by its id; null when there is none.")
    async def people_table(
        self,
        info: Info,
        id: Annotated[  # noqa: A002 - the name of the argument in the graph
            strawberry.ID, strawberry.argument(description="Its id, here or in the REST APIs.")
        ],
    ) -> PeopleTable | None:
        """A table."""
        return await people_table_node(info.context, str(uuid_of(id, "PeopleTable")))


async def people_table_node(context: Context, key: str) -> PeopleTable | None:
    """The table of a node id."""
    return maybe_shown(PeopleTable, await context.loaders.people_tables.load(parse_uuid(key)))


async def cohort_node(context: Context, key: str) -> Cohort | None:
    """The cohort of a node id."""
    return maybe_shown(Cohort, await context.loaders.cohorts.load(parse_uuid(key)))
