"""What is said of organisations: dated flags with their source, and an organisation's own size."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from cdp_common.contracts import descriptions as contract
from gateway.context import Info
from gateway.schema.enums import described_value
from gateway.schema.fields import calls_together
from gateway.schema.money import Money
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First
from gateway.schema.records import page_of, said, shows

if TYPE_CHECKING:
    from gateway.schema.places import Place

LazyPlace = Annotated["Place", strawberry.lazy("gateway.schema.places")]


@strawberry.enum(description="What a flag says of an organisation.")
class FlagKind(Enum):
    """What a flag says."""

    ACCREDITATION = described_value("accreditation", "That it holds an accreditation.")
    DIVERSE_OWNERSHIP = described_value("diverse_ownership", "Who owns it.")
    LOCAL_PRESENCE = described_value("local_presence", "That it is present in a place.")


@strawberry.enum(description="Who states something of an organisation.")
class StatedBy(Enum):
    """Who states it."""

    ORGANISATION = described_value("organisation", "The organisation itself.")
    PROGRAMME = described_value("programme", "The programme.")


@shows(
    contract.Flag, "A dated flag of an organisation, with its source.", without={"organisation_id": "parent"}
)
class Flag:
    """A flag."""

    place_id: strawberry.Private[UUID | None]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    kind: FlagKind = said("What it says.")
    code: str = said("What exactly, by code: for example `living-wage`.")
    valid_from: date = said("The first day.")
    valid_to: date | None = said("The last day; null while it lasts.")
    source: str = said("Where it is known from.")
    source_url: str | None = said("Where its source can be read; null where nowhere.")
    stated_by: StatedBy = said("Who states it.")
    recorded_at: datetime = said("When it was recorded.")

    @calls_together("Of a local presence: the place; null for others.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        from gateway.schema.partners import place_of  # organisations have flags

        return None if self.place_id is None else await place_of(info.context, self.place_id)


@shows(
    contract.SizeStatement,
    "What an organisation stated of its size and kind, and what follows from it.",
    without={"organisation_id": "the parent"},
)
class SizeStatement:
    """A statement of size."""

    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    stated_on: date = said("The day that it is of.")
    staff: int = said("How many people work there.")
    turnover: Money | None = said("Turnover; null where not stated.", of="turnover_gbp")
    balance_sheet: Money | None = said("Balance sheet total; null where not stated.", of="balance_sheet_gbp")
    is_non_governmental: bool | None = said("Whether no government runs it; null where not stated.")
    is_value_driven: bool | None = said("Whether values drive it; null where not stated.")
    reinvests_surpluses: bool | None = said("Whether it mainly reinvests surpluses; null where not stated.")
    source: str = said("Where it is known from.")
    definition: str = said("The definition in force on that day.")
    is_sme: bool | None = said("Whether that makes it an SME; null where it cannot be told.")
    is_vcse: bool | None = said("Whether that makes it a VCSE; null where it cannot be told.")
    recorded_at: datetime = said("When it was recorded.")


async def flags_of_organisation(
    parent: strawberry.Parent[Any],
    info: Info,
    as_of: Annotated[
        date | None, strawberry.argument(description="Those of this day; without it all there ever were.")
    ] = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[Flag] | None:
    """A page of flags."""
    return await page_of(
        Flag,
        info.context.upstreams.partners,
        lambda api, page: api.list_organisation_flags(parent.record.id, as_of=as_of, **page),
        first,
        after,
    )


async def sizes_of_organisation(
    parent: strawberry.Parent[Any], info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
) -> Connection[SizeStatement] | None:
    """A page of statements, the latest first."""
    return await page_of(
        SizeStatement,
        info.context.upstreams.partners,
        lambda api, page: api.list_organisation_sizes(parent.record.id, **page),
        first,
        after,
    )
