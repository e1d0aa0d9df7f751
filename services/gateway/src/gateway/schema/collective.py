"""What a collective is made of besides its members: dated phases, programmes of work, roles and focuses."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

import strawberry

from cdp_common.contracts import collective as contract
from gateway.context import Context, Info
from gateway.schema.enums import DataStatus, described_value
from gateway.schema.fields import calls_each, calls_together
from gateway.schema.nodes import (
    DEFAULT_PAGE_SIZE,
    After,
    Connection,
    First,
    Node,
    parse_uuid,
    uuid_of,
)
from gateway.schema.partners import Membership, Organisation, organisation_of, place_of
from gateway.schema.records import maybe_shown, page_of, said, shows, shows_node

if TYPE_CHECKING:
    from gateway.schema.places import Place

LazyPlace = Annotated["Place", strawberry.lazy("gateway.schema.places")]
AsOf = Annotated[
    date | None, strawberry.argument(description="Those of this day; without it all there ever were.")
]
OfOrganisation = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only of this organisation, by its id.")
]


@strawberry.enum(description="What a partner chose to work on.")
class FocusKind(Enum):
    """What a partner chose."""

    AREA = described_value("area", "An area.")
    THEME = described_value("theme", "A theme of the measurement framework.")
    OBJECTIVE = described_value("objective", "An objective of the place.")


@shows(
    contract.Phase, "When a phase of a place's programme was, is or will be.", without={"place_id": "parent"}
)
class DatedPhase:
    """A phase with its days."""

    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    code: str = said("The phase's code, as in `phases`.", of="phase")
    title: str = said("The title.")
    valid_from: date = said("The first day.")
    valid_to: date | None = said("The last day; null while it lasts.")
    assumed: bool = said("Whether the days are assumed, not from a record.")
    source: str = said("Where it is known from.")
    end_source: str | None = said(
        "Where its last day is known from; null while it lasts, and where no other source is stated."
    )
    recorded_at: datetime = said("When it was recorded.")
    data_status: DataStatus = said("Whether it is real or a sample.")


@shows_node(contract.Programme, "A programme of work: what partners do together towards objectives.")
class Programme(Node):
    """A programme of work."""

    record: strawberry.Private[contract.Programme]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    code: str = said("The code, one of each in a place.")
    title: str = said("The title.")
    description: str | None = said("What is done; null where nothing is said.")
    objectives: list[str] = said("Codes of the place's objectives that it serves.")
    workstream: str | None = said(
        "The code of the framework's workstream that may set it targets; null where it has none."
    )
    valid_from: date = said("The first day.")
    valid_to: date | None = said("The last day; null while it lasts.")
    assumed: bool = said("Whether the days are assumed, not from a record.")
    source: str = said("Where it is known from.")
    end_source: str | None = said(
        "Where its last day is known from; null while it lasts, and where no other source is stated."
    )
    recorded_at: datetime = said("When it was recorded.")
    data_status: DataStatus = said("Whether it is real or a sample.")

    @calls_together("Who leads it; null where nobody is named.")
    async def lead(self, info: Info) -> Organisation | None:
        """The leading organisation."""
        key = self.record.lead_organisation_id
        return None if key is None else await organisation_of(info.context, key)

    @calls_together("The place.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.record.place_id)


@shows(contract.PartnerRole, "What a partner does for the collective.", without={"place_id": "the parent"})
class PartnerRole:
    """A role within a membership."""

    membership_id: strawberry.Private[UUID]
    organisation_id: strawberry.Private[UUID]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    code: str = said("The role's code.", of="role")
    title: str = said("The role, for example the chair of the working group.")
    valid_from: date = said("The first day.")
    valid_to: date | None = said("The last day; null while it lasts.")
    assumed: bool = said("Whether the days are assumed, not from a record.")
    source: str = said("Where it is known from.")
    end_source: str | None = said(
        "Where its last day is known from; null while it lasts, and where no other source is stated."
    )
    recorded_at: datetime = said("When it was recorded.")
    data_status: DataStatus = said("Whether it is real or a sample.")

    @calls_together("Whose role it is.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The partner."""
        return await organisation_of(info.context, self.organisation_id)

    @calls_each("The membership in which it is held.")
    async def membership(self, info: Info) -> Membership | None:
        """The membership."""
        record = await info.context.loaders.memberships.load(self.membership_id)
        return None if record is None else Membership.of(record)


@shows(
    contract.Focus,
    "An area, a theme or an objective that a partner chose.",
    without={"place_id": "the parent"},
)
class Focus:
    """A partner's choice."""

    membership_id: strawberry.Private[UUID]
    organisation_id: strawberry.Private[UUID]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    kind: FocusKind = said("What was chosen.")
    code: str = said("The code of what was chosen.")
    title: str = said("What was chosen, for a reader.")
    reason: str | None = said("Why; null where nothing is stated.")
    organisation_name: str = said("The partner's name.")
    valid_from: date = said("The first day.")
    valid_to: date | None = said("The last day; null while it lasts.")
    assumed: bool = said("Whether the days are assumed, not from a record.")
    source: str = said("Where it is known from.")
    end_source: str | None = said(
        "Where its last day is known from; null while it lasts, and where no other source is stated."
    )
    recorded_at: datetime = said("When it was recorded.")
    data_status: DataStatus = said("Whether it is real or a sample.")

    @calls_together("The partner.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The partner."""
        return await organisation_of(info.context, self.organisation_id)

    @calls_each("The membership in which it was chosen.")
    async def membership(self, info: Info) -> Membership | None:
        """The membership."""
        record = await info.context.loaders.memberships.load(self.membership_id)
        return None if record is None else Membership.of(record)


async def dated_phases_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    as_of: AsOf = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[DatedPhase] | None:
    """A page of phases by code."""
    partners = info.context.upstreams.partners
    return await page_of(
        DatedPhase,
        partners,
        lambda api, page: api.list_phases(parent.rest_id, as_of=as_of, **page),
        first,
        after,
    )


async def programmes_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    as_of: AsOf = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[Programme] | None:
    """A page of programmes of work by code."""
    partners = info.context.upstreams.partners
    return await page_of(
        Programme,
        partners,
        lambda api, page: api.list_programmes(parent.rest_id, as_of=as_of, **page),
        first,
        after,
    )


async def partner_roles_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    as_of: AsOf = None,
    membership: Annotated[
        strawberry.ID | None, strawberry.argument(description="Only of this membership, by its id.")
    ] = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[PartnerRole] | None:
    """A page of roles by code."""
    of_one = None if membership is None else uuid_of(membership, "Membership")
    return await page_of(
        PartnerRole,
        info.context.upstreams.partners,
        lambda api, page: api.list_partner_roles(parent.rest_id, as_of=as_of, membership_id=of_one, **page),
        first,
        after,
    )


async def focuses_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    as_of: AsOf = None,
    kind: Annotated[FocusKind | None, strawberry.argument(description="Only of this kind.")] = None,
    code: Annotated[str | None, strawberry.argument(description="Only of this code.")] = None,
    organisation: OfOrganisation = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[Focus] | None:
    """A page of choices by kind and code."""
    of_one = None if organisation is None else uuid_of(organisation, "Organisation")
    return await page_of(
        Focus,
        info.context.upstreams.partners,
        lambda api, page: api.list_focuses(
            parent.rest_id,
            as_of=as_of,
            kind=None if kind is None else cast("contract.FocusKind", kind.value),
            code=code,
            organisation_id=of_one,
            **page,
        ),
        first,
        after,
    )


async def programme_node(context: Context, key: str) -> Programme | None:
    """The programme of a node id."""
    return maybe_shown(Programme, await context.loaders.programmes.load(parse_uuid(key)))
