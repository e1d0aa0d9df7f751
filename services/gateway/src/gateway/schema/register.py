"""charter-api's public register as one searches it, and what proves a signature: certificate and badge."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import strawberry

from cdp_common.contracts import register as contract
from gateway.context import Info
from gateway.errors import UpstreamFault
from gateway.schema.charter import Signatory
from gateway.schema.enums import DataStatus, OrganisationKind, SignatureState, described_value
from gateway.schema.fields import calls_each, calls_together
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, connect
from gateway.schema.partners import Organisation, organisation_of


@strawberry.enum(description="How large an organisation is, by the definitions in force when it signed.")
class RegisterSize(Enum):
    """The size of an organisation."""

    SME = described_value("sme", "A small or medium-sized enterprise.")
    VCSE = described_value("vcse", "A voluntary, community or social enterprise.")
    LARGE = described_value("large", "One that says that it is no small or medium-sized enterprise.")


@strawberry.type(description="What a third party verifies a signature by, without asking the platform.")
class Certificate:
    """A certificate."""

    jwt: str = strawberry.field(
        description="A Verifiable Credential 2.0 (Open Badges 3.0), secured as a JWT with the place's key."
    )


@strawberry.type(description="A signature in the public register, as it stood on the day asked about.")
class RegisterEntry:
    """An entry."""

    organisation_id: strawberry.Private[UUID]
    signature_id: strawberry.Private[UUID]
    rest_id: UUID = strawberry.field(description="The id by which the REST APIs know the signature.")
    organisation_name: str = strawberry.field(description="The signatory's name.")
    organisation_kind: OrganisationKind = strawberry.field(description="What sort of organisation it is.")
    is_sme: bool | None = strawberry.field(
        description="Whether it was an SME on signing; null where it did not state it."
    )
    is_vcse: bool | None = strawberry.field(
        description="Whether it was a VCSE on signing; null where it did not state it."
    )
    state: SignatureState = strawberry.field(description="How the signature stood.")
    charter_version: str = strawberry.field(description="The version signed.")
    signed_on: date = strawberry.field(description="The day of signing.")
    renews_on: date = strawberry.field(description="The first day on which it may be renewed.")
    expires_on: date = strawberry.field(description="The day on which it expires unless renewed.")
    objectives: list[str] = strawberry.field(description="The objectives of the pledges made by that day.")
    areas: list[str] = strawberry.field(description="Small areas that it signed for, or pledged in.")
    level: str | None = strawberry.field(description="The code of its level; null where there are none.")
    level_name: str | None = strawberry.field(
        description="What its level is called; null where there are no levels."
    )
    pledge_count: int = strawberry.field(description="How many pledges it had made.")
    data_status: DataStatus = strawberry.field(description="Whether the entry is real or a sample.")

    @calls_together("The signatory.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation."""
        return await organisation_of(info.context, self.organisation_id)

    @calls_together("The signature as it stands today, with its pledges.")
    async def signatory(self, info: Info) -> Signatory | None:
        """The signature."""
        record = await info.context.loaders.signatories.load(self.signature_id)
        return None if record is None else Signatory.of(record)

    @calls_each("The certificate of today; null while the signature is not in force.")
    async def certificate(self, info: Info) -> Certificate | None:
        """The certificate."""
        try:
            jwt = await info.context.upstreams.charter.ask(lambda api: api.get_certificate(self.signature_id))
        except UpstreamFault as fault:
            if fault.code == "certificate_not_in_force":
                return None
            raise
        return Certificate(jwt=jwt)

    @calls_each("The badge for a website as SVG; it says how the signature stands today.")
    async def badge_svg(self, info: Info) -> str | None:
        """The badge."""
        return await info.context.upstreams.charter.ask(lambda api: api.get_badge(self.signature_id))

    @classmethod
    def of(cls, record: contract.RegisterEntry) -> RegisterEntry:
        """The entry that charter-api describes."""
        return cls(
            organisation_id=record.organisation_id,
            signature_id=record.signature_id,
            rest_id=record.signature_id,
            organisation_name=record.organisation_name,
            organisation_kind=OrganisationKind(record.organisation_kind),
            is_sme=record.is_sme,
            is_vcse=record.is_vcse,
            state=SignatureState(record.state),
            charter_version=record.charter_version,
            signed_on=record.signed_on,
            renews_on=record.renewal_due_on,
            expires_on=record.expires_on,
            objectives=list(record.objectives),
            areas=list(record.areas),
            level=record.level,
            level_name=record.level_name,
            pledge_count=record.pledge_count,
            data_status=DataStatus(record.data_status),
        )


async def register_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    name: Annotated[str | None, strawberry.argument(description="A part of the name, in any case.")] = None,
    kind: Annotated[
        OrganisationKind | None, strawberry.argument(description="Only this sort of organisation.")
    ] = None,
    size: Annotated[RegisterSize | None, strawberry.argument(description="Only this size.")] = None,
    area: Annotated[
        str | None, strawberry.argument(description="Signed for, or pledged in, this small area.")
    ] = None,
    objective: Annotated[
        str | None, strawberry.argument(description="With a pledge under this objective, by its code.")
    ] = None,
    state: Annotated[
        SignatureState | None, strawberry.argument(description="Only signatures in this state.")
    ] = None,
    level: Annotated[
        str | None, strawberry.argument(description="Only signatures at this level, by its code.")
    ] = None,
    as_of: Annotated[
        date | None, strawberry.argument(description="As the register stood on this day; today unless given.")
    ] = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[RegisterEntry] | None:
    """A page of the register by name."""
    charter = info.context.upstreams.charter
    return await connect(
        lambda limit, cursor: charter.ask(
            lambda api: api.list_register(
                place_id=parent.rest_id,
                name=name,
                kind=None if kind is None else kind.value,
                size=None if size is None else size.value,
                area=area,
                objective=objective,
                state=None if state is None else state.value,
                level=level,
                as_of=as_of,
                limit=limit,
                cursor=cursor,
            )
        ),
        RegisterEntry.of,
        first,
        after,
    )
