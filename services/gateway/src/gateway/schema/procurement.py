"""procurement-api's part of the graph: tenders. Their bids are shown as far as the service shows them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry import federation

from cdp_common.contracts import amendments
from cdp_common.contracts import tenders as contract
from gateway.context import Context, Info
from gateway.schema.awarding import evaluation_of_tender, log_of_tender, lots_of_tender
from gateway.schema.bidding import bids_of_tender
from gateway.schema.contracting import contracting_record_of_tender
from gateway.schema.enums import DataStatus, ScoringMethod, TenderState, Unit, described_value
from gateway.schema.fields import calls_each, calls_together, resolved
from gateway.schema.money import Money, maybe_pounds
from gateway.schema.nodes import (
    DEFAULT_PAGE_SIZE,
    After,
    Connection,
    First,
    Node,
    connect,
    node_id,
    parse_uuid,
)
from gateway.schema.partners import Organisation, organisation_of, place_of
from gateway.schema.records import as_shown
from gateway.schema.toms import Measure, measure_of

if TYPE_CHECKING:
    from gateway.schema.agreements import Agreement
    from gateway.schema.places import Place

LazyAgreement = Annotated["Agreement", strawberry.lazy("gateway.schema.agreements")]
LazyPlace = Annotated["Place", strawberry.lazy("gateway.schema.places")]


@strawberry.type(description="A lot of a tender.")
class Lot:
    """A lot."""

    code: str = strawberry.field(description="The lot's code in the tender.")
    title: str = strawberry.field(description="The title.")
    value: Money | None = strawberry.field(description="The estimated value; null where none is stated.")


@strawberry.type(description="How the social-value part is scored; the two shares sum to 1.")
class Scoring:
    """The scoring of the social-value part."""

    method: ScoringMethod = strawberry.field(description="What a bid's value is measured against.")
    quantitative_share: Decimal = strawberry.field(description="The share for quantities.")
    qualitative_share: Decimal = strawberry.field(description="The share for written answers.")
    qualitative_scale_max: int = strawberry.field(description="The highest panel score of an answer.")


@strawberry.type(description="What the buyer set before publication.")
class TenderTerms:
    """The terms."""

    edition_hash: str = strawberry.field(description="The hash of the edition that bids are valued at.")
    scoring: Scoring = strawberry.field(description="How the social-value part is scored.")
    social_value_weight: Decimal = strawberry.field(description="Its weight in the whole award, from 0 to 1.")
    contract_starts_on: date = strawberry.field(description="The contract's first day.")
    contract_ends_on: date = strawberry.field(description="The contract's last day.")
    local_area: str = strawberry.field(description="The area in which 'local' is meant.")

    @classmethod
    def of(cls, record: contract.TenderTerms) -> TenderTerms:
        """The terms that procurement-api describes."""
        return cls(
            edition_hash=record.edition_hash,
            scoring=Scoring(
                method=ScoringMethod(record.scoring.method),
                quantitative_share=record.scoring.quantitative_share,
                qualitative_share=record.scoring.qualitative_share,
                qualitative_scale_max=record.scoring.qualitative_scale_max,
            ),
            social_value_weight=record.social_value_weight,
            contract_starts_on=record.contract_starts_on,
            contract_ends_on=record.contract_ends_on,
            local_area=record.local_area,
        )


@strawberry.enum(description="What an amendment changed.")
class Amended(Enum):
    """What was changed."""

    DEADLINE_AT = described_value("deadline_at", "The deadline.")
    TITLE = described_value("title", "The title.")
    DESCRIPTION = described_value("description", "The description.")
    VALUE = described_value("value", "The estimated value.")
    LOTS = described_value("lots", "The lots.")
    TERMS = described_value("terms", "The terms.")


@strawberry.type(description="The terms of a published tender from a moment on.")
class TermsVersion:
    """A version."""

    version: int = strawberry.field(description="1 as published, then one more for each amendment.")
    in_force_at: datetime = strawberry.field(description="Since when they hold.")
    reason: str | None = strawberry.field(description="Why they were changed; null as published.")
    amended: list[Amended] = strawberry.field(description="What was changed.")
    bids_stand: bool = strawberry.field(
        description="Whether bids made under the version before stand without being confirmed."
    )
    deadline_at: datetime = strawberry.field(description="The deadline.")
    title: str = strawberry.field(description="The title.")
    terms: TenderTerms = strawberry.field(description="The terms.")
    value: Money | None = strawberry.field(description="The estimated value; null where none is stated.")
    lots: list[Lot] = strawberry.field(description="The lots.")

    @classmethod
    def of(cls, record: amendments.TermsVersion) -> TermsVersion:
        """The version that procurement-api keeps."""
        return cls(
            version=record.version,
            in_force_at=record.in_force_at,
            reason=record.reason,
            amended=[Amended(one) for one in record.amended],
            bids_stand=record.bids_stand,
            deadline_at=record.deadline_at,
            title=record.title,
            terms=TenderTerms.of(record.terms),
            value=_estimate(record.value),
            lots=[_lot(lot) for lot in record.lots],
        )


@strawberry.type(description="A measure that bidders are asked to commit to, as pinned at publication.")
class TenderMeasure:
    """An asked measure."""

    edition_hash: strawberry.Private[str | None]
    code: str = strawberry.field(description="The measure's code.")
    title: str = strawberry.field(description="The title.")
    unit: Unit = strawberry.field(description="What a quantity counts.")
    weight: Decimal = strawberry.field(description="Its weight; those of a tender sum to 100.")
    target: Decimal | None = strawberry.field(
        description="The published target; null where none is published."
    )
    mandatory: bool = strawberry.field(description="Whether every bid must commit to it.")
    answer_required: bool = strawberry.field(description="Whether a written answer is needed.")
    answer_max_chars: int = strawberry.field(description="How long the answer may be.")
    needs_industry: bool = strawberry.field(description="Whether an industry must be named.")
    decimals: int = strawberry.field(description="How many decimal places a quantity may have.")
    negative_allowed: bool = strawberry.field(description="Whether a quantity may be negative.")
    maximum_per_line: Decimal | None = strawberry.field(
        description="The most that one line may state; null where there is no such limit."
    )

    @calls_together("The measure with its guidance and proxy.")
    async def measure(self, info: Info) -> Measure | None:
        """The measure."""
        if self.edition_hash is None:
            return None
        return await measure_of(info.context, self.edition_hash, self.code)

    @classmethod
    def of(cls, record: contract.PinnedMeasure, edition_hash: str | None) -> TenderMeasure:
        """The measure that procurement-api pinned."""
        return cls(
            edition_hash=edition_hash,
            code=record.measure,
            title=record.title,
            unit=Unit(record.unit),
            weight=record.weight,
            target=record.target,
            mandatory=record.mandatory,
            answer_required=record.answer_required,
            answer_max_chars=record.answer_max_chars,
            needs_industry=record.needs_industry,
            decimals=record.decimals,
            negative_allowed=record.negative_allowed,
            maximum_per_line=record.maximum_per_line,
        )


@federation.type(keys=["id"], description="A tender as its state lets it be seen.")
class Tender(Node):
    """A tender; its bids are only counted."""

    buyer_id: strawberry.Private[UUID]
    place_id: strawberry.Private[UUID]
    rest_id: UUID = strawberry.field(description="The id by which the REST APIs know it.")
    ocid: str | None = strawberry.field(description="The open contracting id; null where it has none.")
    reference: str = strawberry.field(description="The buyer's reference.")
    title: str = strawberry.field(description="The title.")
    description: str | None = strawberry.field(description="What is bought; null where nothing is said.")
    value: Money | None = strawberry.field(
        description="The estimated value; null where none in pounds is stated."
    )
    lots: list[Lot] = strawberry.field(description="Its lots.")
    state: TenderState = strawberry.field(description="How far it has come.")
    terms: TenderTerms | None = strawberry.field(description="The terms; null until they are set.")
    measures: list[TenderMeasure] = strawberry.field(
        description="What bidders are asked to commit to; empty until published."
    )
    bid_count: int = strawberry.field(description="How many bids there are.")
    published_at: datetime | None = strawberry.field(description="When it was published; null for a draft.")
    deadline_at: datetime | None = strawberry.field(
        description="When bids close; null while a draft states none."
    )
    deadline_london: str | None = strawberry.field(
        description="The deadline in London's time, with its offset; null while a draft states none."
    )
    opened_at: datetime | None = strawberry.field(description="When the bids were opened; null until then.")
    data_status: DataStatus = strawberry.field(description="Whether it is real or a sample.")

    @calls_together("The buyer.")
    async def buyer(self, info: Info) -> Organisation | None:
        """The buying organisation."""
        return await organisation_of(info.context, self.buyer_id)

    @calls_together("The place.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.place_id)

    bids = resolved(bids_of_tender, "Its bids once they are opened, the oldest first; to its buyer.")
    evaluation = resolved(evaluation_of_tender, "How it was evaluated; to its buyer, with `tenders:read`.")
    lot_progress = resolved(lots_of_tender, "How far each lot has come; to its buyer, with `tenders:read`.")
    log = resolved(log_of_tender, "The published log of what was accepted; null until it is opened.")

    contracting_record = resolved(
        contracting_record_of_tender, "All that is published of its process, as OCDS; null before that."
    )

    @calls_together("The agreements that came of it, one for each lot, to their parties.")
    async def agreements(self, info: Info) -> list[LazyAgreement] | None:
        """The agreements, the oldest first."""
        from gateway.schema.agreements import Agreement  # agreements name the tender that they came of

        found = await info.context.loaders.agreements_of_tenders.load(self.rest_id)
        return [as_shown(Agreement, record) for record in found]

    @calls_each("The terms as published, and after each amendment; the oldest first.")
    async def terms_versions(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[TermsVersion] | None:
        """A page of the terms."""
        procurement = info.context.upstreams.procurement
        return await connect(
            lambda limit, cursor: procurement.ask(
                lambda api: api.list_terms_versions(self.rest_id, limit=limit, cursor=cursor)
            ),
            TermsVersion.of,
            first,
            after,
        )

    @classmethod
    def of(cls, record: contract.Tender) -> Tender:
        """The tender that procurement-api describes."""
        edition_hash = None if record.terms is None else record.terms.edition_hash
        return cls(
            id=node_id("Tender", record.id),
            buyer_id=record.buyer_organisation_id,
            place_id=record.place_id,
            rest_id=record.id,
            ocid=record.ocid,
            reference=record.reference,
            title=record.title,
            description=record.description,
            value=_estimate(record.value),
            lots=[_lot(lot) for lot in record.lots],
            state=TenderState(record.state),
            terms=None if record.terms is None else TenderTerms.of(record.terms),
            measures=[TenderMeasure.of(measure, edition_hash) for measure in record.measures],
            bid_count=record.bid_count,
            published_at=record.published_at,
            deadline_at=record.deadline_at,
            deadline_london=record.deadline_london,
            opened_at=record.opened_at,
            data_status=DataStatus(record.data_status),
        )


def _lot(record: contract.Lot) -> Lot:
    return Lot(code=record.id, title=record.title, value=_estimate(record.value))


def _estimate(value: contract.TenderValue | None) -> Money | None:
    """An estimated value without VAT, or with it where only that is known."""
    if value is None:
        return None
    return maybe_pounds(value.amount_gross if value.amount_net is None else value.amount_net)


async def tender_of(context: Context, key: UUID) -> Tender | None:
    """A tender by its id, together with whatever others are asked for at the same time."""
    record = await context.loaders.tenders.load(key)
    return None if record is None else Tender.of(record)


async def tender_node(context: Context, key: str) -> Tender | None:
    """The tender of a node id."""
    return await tender_of(context, parse_uuid(key))
