"""partners-api's part of the graph: organisations, memberships, the Statement of Intent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, cast
from uuid import UUID

import strawberry
from strawberry import federation

from cdp_common.contracts import organisations as identifiers
from cdp_common.contracts import partners as contract
from gateway.context import Context, Info
from gateway.of_organisations import OfOrganisation
from gateway.schema.enums import Basis, DataStatus, MembershipRole, OrganisationKind, OrganisationState
from gateway.schema.fields import calls_each, calls_together, computed, resolved
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, Node, node_id, parse_uuid
from gateway.schema.organisation_facts import flags_of_organisation, sizes_of_organisation
from gateway.schema.records import as_shown, said, shows, shows_node
from gateway.schema.writing_enums import ReportState

if TYPE_CHECKING:
    from gateway.schema.agreements import Agreement
    from gateway.schema.groupings import FourFigures
    from gateway.schema.places import Place
    from gateway.schema.plans import Plan
    from gateway.schema.reporting import Coverage
    from gateway.schema.reports import Report

LazyFigures = Annotated["FourFigures", strawberry.lazy("gateway.schema.groupings")]
LazyMembership = Annotated["Membership", strawberry.lazy("gateway.schema.partners")]
LazyReport = Annotated["Report", strawberry.lazy("gateway.schema.reports")]
LazyAgreement = Annotated["Agreement", strawberry.lazy("gateway.schema.agreements")]
LazyCoverage = Annotated["Coverage", strawberry.lazy("gateway.schema.reporting")]
LazyPlan = Annotated["Plan", strawberry.lazy("gateway.schema.plans")]
LazyPlace = Annotated["Place", strawberry.lazy("gateway.schema.places")]


@shows(identifiers.Identifier, "An identifier in a public register, for example GB-COH 01234567.")
class Identifier:
    """An organisation's entry in a register."""

    scheme: str = said("The register, for example GB-COH.")
    value: str = said("The identifier in that register.", of="id")

    @computed("Both, as `organisation(identifier:)` takes them.")
    def text(self) -> str:
        """Register and identifier."""
        entry = cast("identifiers.Identifier", self)
        return f"{entry.scheme}:{entry.id}"


@shows_node(contract.Organisation, "An organisation as everybody sees it.")
class Organisation(Node):
    """An organisation."""

    record: strawberry.Private[contract.Organisation]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    legal_name: str = said("The legal name.")
    kind: OrganisationKind = said("What sort of organisation it is.")
    state: OrganisationState = said("Whether somebody vouched for it.")
    identifiers: list[Identifier] = said("Its identifiers in public registers.")
    is_sme: bool | None = said("Whether it is a small or medium-sized enterprise; null when not stated.")
    is_vcse: bool | None = said(
        "Whether it is a voluntary, community or social enterprise; null when not stated."
    )
    website: str | None = said("Its website; null where none is stated.")
    data_status: DataStatus = said("Whether the record is real or a sample.")
    created_at: datetime = said("When it was recorded.")
    merged_ids: list[UUID] = said("Ids of records of the same organisation that were merged into this one.")

    flags = resolved(flags_of_organisation, "Dated flags, such as accreditations, each with its source.")
    sizes = resolved(
        sizes_of_organisation, "What it stated of its size; to itself, with `organisations:write`."
    )

    @calls_together(
        "Its memberships in all places, the earliest first: those of one day, or all there ever were."
    )
    async def memberships(
        self,
        info: Info,
        as_of: Annotated[
            date | None, strawberry.argument(description="The day; without it all there ever were.")
        ] = None,
    ) -> list[LazyMembership] | None:
        """The memberships."""
        asked = OfOrganisation(tuple(self.record.ids), as_of)
        found = await info.context.loaders.memberships_of.load(asked)
        in_order = sorted(found, key=lambda one: (one.valid_from, one.id))
        return [Membership.of(record) for record in in_order]

    @calls_each("Its reports that the caller may see, the oldest first; needs `reports:read`.")
    async def reports(
        self,
        info: Info,
        state: Annotated[ReportState | None, strawberry.argument(description="Only in this state.")] = None,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
    ) -> Connection[LazyReport] | None:
        """A page of reports."""
        from gateway.schema.reports import reports_of_organisation  # reports name their organisation

        return await reports_of_organisation(info, self.record.ids, state, first, after)

    @calls_each(
        "Agreements that it commissions or delivers, of those to which the caller is a party, the oldest "
        "first; needs `agreements:read`."
    )
    async def agreements(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[LazyAgreement] | None:
        """A page of agreements."""
        from gateway.schema.agreements import agreements_of_organisation  # agreements name their parties

        return await agreements_of_organisation(info, self.record.ids, first, after)

    @calls_each("Its plans of own activity, the oldest first; to itself, with `agreements:read`.")
    async def plans(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[LazyPlan] | None:
        """A page of plans."""
        from gateway.schema.plans import plans_of_organisation  # plans name their organisation

        return await plans_of_organisation(info, self.record.id, first, after)

    @classmethod
    def of(cls, record: contract.Organisation) -> Organisation:
        """The organisation that partners-api describes."""
        return as_shown(cls, record)


@shows_node(contract.Membership, "An organisation's membership of a place's collective.")
class Membership(Node):
    """A membership with its dates."""

    record: strawberry.Private[contract.Membership]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")

    @computed("The member.")
    def organisation(self) -> Organisation:
        """The member."""
        return Organisation.of(self.record.organisation)

    role: MembershipRole = said("The member's part in the collective.")
    valid_from: date = said("The first day.")
    valid_to: date | None = said("The last day; null while it lasts.")
    named_totals_agreed: bool = said("Whether the member agreed that its own totals are named.")
    assumed: bool = said("Whether the dates are assumed, not from a record.")
    source: str = said("Where the membership is known from.")
    end_source: str | None = said(
        "Where its last day is known from; null while it lasts, and where no other source is stated."
    )

    @calls_together("The place whose collective it is.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.record.place_id)

    @calls_together(
        "The member's own figures of a window, as `byOrganisation` of the place's collective value has them; "
        "null where it has none, or where disclosure control withholds them."
    )
    def figures(
        self,
        info: Info,
        from_: Annotated[date, strawberry.argument(name="from", description="The window's first day.")],
        to: Annotated[date, strawberry.argument(description="The window's last day.")],
        as_of: Annotated[
            datetime | None,
            strawberry.argument(description="As known at this moment; without it as known now."),
        ] = None,
        basis: Annotated[
            Basis, strawberry.argument(description="Whether by what it delivers or by what it commissions.")
        ] = Basis.DELIVERED_BY,
    ) -> LazyFigures | None:
        """The member's four figures."""
        from gateway.schema.member_figures import figures_of  # groupings name organisations

        found = figures_of(info.context, self.record, (from_, to, as_of, basis))
        return cast("FourFigures | None", found)  # or an awaitable of that: the executor takes either

    @calls_together(
        "Who has reported of those who owe a report for a window in the place, which belongs beside "
        "`figures`: of how much of the place these figures speak."
    )
    async def coverage(
        self,
        info: Info,
        from_: Annotated[date, strawberry.argument(name="from", description="The window's first day.")],
        to: Annotated[date, strawberry.argument(description="The window's last day.")],
        as_of: Annotated[
            datetime | None,
            strawberry.argument(description="As known at this moment; without it as known now."),
        ] = None,
    ) -> LazyCoverage | None:
        """The coverage of the value that the figures are a part of."""
        from gateway.schema.member_figures import question_of  # groupings name organisations
        from gateway.schema.reporting import coverage_of

        question = question_of(self.record.place_id, from_, to, as_of, Basis.DELIVERED_BY)
        return coverage_of((await info.context.loaders.values.load(question)).coverage)

    @classmethod
    def of(cls, record: contract.Membership) -> Membership:
        """The membership that partners-api describes."""
        return as_shown(cls, record)


@strawberry.type(description="An organisation's signature under the Statement of Intent.")
class StatementSignature:
    """Who signed the Statement and when."""

    organisation_id: strawberry.Private[UUID]
    organisation_name: str = strawberry.field(description="The signing organisation's name.")
    signed_on: date = strawberry.field(description="The day of signing.")
    signed_by_role: str = strawberry.field(description="The role of whoever signed, not their name.")
    assumed: bool = strawberry.field(description="Whether the day is assumed, not from a record.")

    @calls_together("The signing organisation.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation."""
        return await organisation_of(info.context, self.organisation_id)


@federation.type(keys=["id"], description="A published version of a place's Statement of Intent.")
class Statement(Node):
    """A version of the Statement with its signatures."""

    place_id: strawberry.Private[UUID]
    rest_id: UUID = strawberry.field(description="The id by which the REST APIs know it.")
    version: str = strawberry.field(description="The version.")
    title: str = strawberry.field(description="The title.")
    text: str = strawberry.field(description="The full text.")
    commitments: list[str] = strawberry.field(description="Codes of the place's commitments that it makes.")
    source: str = strawberry.field(description="Where the text comes from.")
    published_at: datetime = strawberry.field(description="When it was published.")
    data_status: DataStatus = strawberry.field(description="Whether it is real or a sample.")
    signatures: list[StatementSignature] = strawberry.field(description="Who signed it.")

    @calls_together("The place whose Statement it is.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.place_id)

    @classmethod
    def of(cls, record: contract.Statement) -> Statement:
        """The version that partners-api describes."""
        return cls(
            id=node_id("Statement", record.id),
            place_id=record.place_id,
            rest_id=record.id,
            version=record.version,
            title=record.title,
            text=record.text,
            commitments=list(record.commitments),
            source=record.source,
            published_at=record.published_at,
            data_status=DataStatus(record.data_status),
            signatures=_signatures(record.signatures),
        )


def _signatures(records: Sequence[contract.StatementSignature]) -> list[StatementSignature]:
    return [
        StatementSignature(
            organisation_id=one.organisation_id,
            organisation_name=one.organisation_name,
            signed_on=one.signed_on,
            signed_by_role=one.signed_by_role,
            assumed=one.assumed,
        )
        for one in records
    ]


async def organisation_of(context: Context, key: UUID) -> Organisation | None:
    """An organisation by its id, together with whatever others are asked for at the same time."""
    record = await context.loaders.organisations.load(key)
    return None if record is None else Organisation.of(record)


async def place_of(context: Context, key: UUID) -> Place | None:
    """A place by its id, together with whatever others are asked for at the same time."""
    from gateway.schema.places import Place  # places hold memberships, and these their place

    record = await context.loaders.places.load(key)
    return None if record is None else Place.of(record)


async def organisation_node(context: Context, key: str) -> Organisation | None:
    """The organisation of a node id."""
    return await organisation_of(context, parse_uuid(key))


async def membership_node(context: Context, key: str) -> Membership | None:
    """The membership of a node id."""
    record = await context.loaders.memberships.load(parse_uuid(key))
    return None if record is None else Membership.of(record)


async def statement_node(context: Context, key: str) -> Statement | None:
    """The statement of a node id."""
    record = await context.loaders.statements.load(parse_uuid(key))
    return None if record is None else Statement.of(record)
