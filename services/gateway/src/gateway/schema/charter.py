"""charter-api's part of the graph: charter versions, signatories, pledges."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry import federation

from cdp_common.contracts import charter as contract
from cdp_common.contracts.commitments import CommitmentLine as CommitmentLineContract
from gateway.context import Context, Info
from gateway.schema.enums import DataStatus, OrganisationKind, SignatureState, Unit
from gateway.schema.fields import calls_together, resolved
from gateway.schema.line_deliveries import LineDelivery
from gateway.schema.money import SocialValue
from gateway.schema.nodes import Node, node_id, parse_uuid
from gateway.schema.partners import Organisation, organisation_of, place_of
from gateway.schema.records import as_shown, maybe_shown, said, shows
from gateway.schema.signature_history import history_of_signature
from gateway.schema.toms import Measure, measure_of

if TYPE_CHECKING:
    from gateway.schema.places import Place

LazyPlace = Annotated["Place", strawberry.lazy("gateway.schema.places")]


@strawberry.type(description="A part of a promise that falls due on a day.")
class ScheduledShare:
    """An instalment."""

    due_on: date = strawberry.field(description="The day on which it falls due.")
    share: Decimal = strawberry.field(description="Its share of the whole, from 0 to 1.")


@strawberry.type(description="One promised quantity, valued once at the edition that it is pinned to.")
class CommitmentLine:
    """A promise in numbers."""

    rest_id: UUID = strawberry.field(
        description="The id by which the REST APIs know it, and lines of reports name it."
    )
    measure_code: str = strawberry.field(description="The measure's code.")
    edition_hash: str = strawberry.field(description="The hash of the edition that it is valued at.")
    unit: Unit = strawberry.field(description="What the quantity counts.")
    quantity: Decimal = strawberry.field(description="The quantity as promised.")
    counted_quantity: Decimal = strawberry.field(description="What of it adds up in totals.")
    activity: str | None = strawberry.field(
        description="The promiser's own name of what will be done; null where none is stated."
    )
    target_group: str | None = strawberry.field(
        description="The group of people that it is for; null for none."
    )
    headcount: int | None = strawberry.field(
        description="How many people a pledge of posts is about; null for other promises."
    )
    value: SocialValue | None = strawberry.field(
        description="What it is worth over its whole life; null when that needs a licence that you lack."
    )
    licensed_framework: str | None = strawberry.field(
        description="The framework whose licence its value needs; null when anybody may see it."
    )
    starts_on: date = strawberry.field(description="The first day.")
    ends_on: date = strawberry.field(description="The last day.")
    schedule: list[ScheduledShare] = strawberry.field(
        description="When it falls due; empty means in equal monthly parts."
    )
    area_code: str | None = strawberry.field(
        description="The small area that it is for; null where none is stated."
    )
    industry: str | None = strawberry.field(
        description="The industry's code, for local spend; null for others."
    )

    @calls_together("The measure.")
    async def measure(self, info: Info) -> Measure | None:
        """The measure."""
        return await measure_of(info.context, self.edition_hash, self.measure_code)

    @calls_together(
        "What was delivered against it: for who promised it, for whom, and with a role in the place, null "
        "for others. Needs `reports:read`."
    )
    async def delivery(self, info: Info) -> LineDelivery | None:
        """What was delivered."""
        record = await info.context.loaders.line_deliveries.load(self.rest_id)
        return maybe_shown(LineDelivery, record)

    @classmethod
    def of(cls, record: CommitmentLineContract) -> CommitmentLine:
        """The line that a service describes."""
        return cls(
            rest_id=record.line_id,
            measure_code=record.measure,
            edition_hash=record.edition_hash,
            unit=Unit(record.unit),
            quantity=record.quantity,
            counted_quantity=record.counted_quantity,
            activity=record.activity,
            target_group=record.target_group,
            headcount=record.headcount,
            value=SocialValue.of_line(record),
            starts_on=record.starts_on,
            ends_on=record.ends_on,
            schedule=[ScheduledShare(due_on=one.due_on, share=one.share) for one in record.schedule],
            area_code=record.area_code,
            industry=record.industry,
            licensed_framework=record.licensed_framework,
        )


@strawberry.type(description="A pledge that the Charter offers.")
class CharterPledge:
    """A pledge to choose from."""

    code: str = strawberry.field(description="The pledge's code.")
    objective: str = strawberry.field(description="The code of the place's objective that it serves.")
    title: str = strawberry.field(description="The title.")


@shows(contract.CharterLevel, "A level at which the Charter may be signed, and the least that it asks.")
class CharterLevel:
    """A level."""

    code: str = said("The level's code.")
    order: int = said("Its place in their order: 1 is the first, and a higher one asks no less.")
    name: str = said("What it is called.")
    text: str | None = said("What it asks, in words; null where nothing is said.")
    least_pledges: int = said("How many pledges at least.")
    least_objectives: int = said("Under how many objectives at least.")
    least_targets: int = said("How many measurable pledges at least.")


@federation.type(keys=["id"], description="A published version of a place's Charter.")
class Charter(Node):
    """A version of the Charter."""

    place_id: strawberry.Private[UUID]
    rest_id: UUID = strawberry.field(description="The id by which the REST APIs know it.")
    version: str = strawberry.field(description="The version.")
    title: str = strawberry.field(description="The title.")
    preamble: str = strawberry.field(description="The text before the pledges.")
    pledges: list[CharterPledge] = strawberry.field(description="The pledges that it offers.")
    levels: list[CharterLevel] = strawberry.field(
        description="At which it may be signed; none where a signature states no level."
    )
    review_months: int = strawberry.field(description="After how many months a signature expires.")
    source: str = strawberry.field(description="Where the text comes from.")
    data_status: DataStatus = strawberry.field(description="Whether it is real or a sample.")
    published_at: datetime = strawberry.field(description="When it was published.")

    @calls_together("The place whose Charter it is.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.place_id)

    @classmethod
    def of(cls, record: contract.Charter) -> Charter:
        """The version that charter-api describes."""
        return cls(
            id=node_id("Charter", record.id),
            place_id=record.place_id,
            rest_id=record.id,
            version=record.version,
            title=record.title,
            preamble=record.preamble,
            pledges=[
                CharterPledge(code=one.code, objective=one.objective, title=one.title)
                for one in record.pledges
            ],
            levels=[as_shown(CharterLevel, one) for one in record.levels],
            review_months=record.review_months,
            source=record.source,
            data_status=DataStatus(record.data_status),
            published_at=record.published_at,
        )


@strawberry.type(description="What a signatory promised; in force unless `withdrawnOn` is set.")
class Pledge:
    """A pledge made."""

    rest_id: UUID = strawberry.field(description="The id by which the REST APIs know it.")
    code: str = strawberry.field(description="The code of the Charter's pledge.")
    title: str = strawberry.field(description="The title of the Charter's pledge.")
    objective: str = strawberry.field(description="The code of the place's objective that it serves.")
    text: str = strawberry.field(description="The signatory's own words.")
    starts_on: date = strawberry.field(description="The first day.")
    ends_on: date = strawberry.field(description="The last day.")
    withdrawn_on: date | None = strawberry.field(
        description="From when it is no longer promised; null while it is promised."
    )
    commitment: CommitmentLine | None = strawberry.field(
        description="The measurable part; null for a pledge in words alone."
    )

    @classmethod
    def of(cls, record: contract.Pledge) -> Pledge:
        """The pledge that charter-api describes."""
        return cls(
            rest_id=record.id,
            code=record.pledge,
            title=record.title,
            objective=record.objective,
            text=record.text,
            starts_on=record.starts_on,
            ends_on=record.ends_on,
            withdrawn_on=record.withdrawn_on,
            commitment=None if record.commitment is None else CommitmentLine.of(record.commitment),
        )


@federation.type(keys=["id"], description="An entry of the Charter's public register.")
class Signatory(Node):
    """Who signed what, with the pledges."""

    place_id: strawberry.Private[UUID]
    charter_id: strawberry.Private[UUID]
    organisation_id: strawberry.Private[UUID]
    rest_id: UUID = strawberry.field(description="The id by which the REST APIs know the signature.")
    charter_version: str = strawberry.field(description="The version signed.")
    organisation_name: str = strawberry.field(description="The signatory's name.")
    organisation_kind: OrganisationKind = strawberry.field(description="What sort of organisation it is.")
    state: SignatureState = strawberry.field(description="Whether the signature is in force.")
    signed_on: date = strawberry.field(description="The day of signing.")
    renews_on: date = strawberry.field(description="The first day on which it may be renewed.")
    expires_on: date = strawberry.field(description="The day on which it expires unless renewed.")
    signed_by_role: str = strawberry.field(description="The role of whoever signed, not their name.")
    level: str | None = strawberry.field(description="The code of its level; null where there are none.")
    level_name: str | None = strawberry.field(
        description="What its level is called; null where there are no levels."
    )
    merged_into: UUID | None = strawberry.field(
        description="The REST id of the signature that stands since records of its organisation were "
        "merged; null where it stands itself."
    )
    pledges: list[Pledge] = strawberry.field(description="What the signatory promised.")
    data_status: DataStatus = strawberry.field(description="Whether the entry is real or a sample.")

    history = resolved(history_of_signature, "How the signature stood, day by day.")

    @calls_together("The signatory.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation."""
        return await organisation_of(info.context, self.organisation_id)

    @calls_together("The place whose Charter was signed.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.place_id)

    @calls_together("The version signed, with its text.")
    async def charter(self, info: Info) -> Charter | None:
        """The version of the Charter."""
        record = await info.context.loaders.charters_of_places.load((self.place_id, self.charter_id))
        return None if record is None else Charter.of(record)

    @classmethod
    def of(cls, record: contract.Signatory) -> Signatory:
        """The entry that charter-api describes."""
        return cls(
            id=node_id("Signatory", record.id),
            place_id=record.place_id,
            charter_id=record.charter_id,
            organisation_id=record.organisation_id,
            rest_id=record.id,
            charter_version=record.charter_version,
            organisation_name=record.organisation_name,
            organisation_kind=OrganisationKind(record.organisation_kind),
            state=SignatureState(record.state),
            signed_on=record.signed_on,
            renews_on=record.renewal_due_on,
            expires_on=record.expires_on,
            signed_by_role=record.signed_by_role,
            level=record.level,
            level_name=record.level_name,
            merged_into=record.merged_into,
            pledges=[Pledge.of(pledge) for pledge in record.pledges],
            data_status=DataStatus(record.data_status),
        )


async def charter_node(context: Context, key: str) -> Charter | None:
    """The charter of a node id."""
    record = await context.loaders.charters.load(parse_uuid(key))
    return None if record is None else Charter.of(record)


async def signatory_node(context: Context, key: str) -> Signatory | None:
    """The signatory of a node id."""
    record = await context.loaders.signatories.load(parse_uuid(key))
    return None if record is None else Signatory.of(record)
