"""A report as it is submitted through the graph, and as it is recorded and valued."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import strawberry

from cdp_common.contracts import reporting as contract
from gateway.context import Info
from gateway.schema.enums import DataStatus, Unit
from gateway.schema.fields import calls_together
from gateway.schema.money import Money, maybe_pounds
from gateway.schema.partners import Organisation, organisation_of
from gateway.schema.writing_enums import LineState, ReportState, Route


@strawberry.input(description="The share of a line that landed in one small area.")
class AreaShareInput:
    """A share."""

    area_code: str = strawberry.field(description="The small area.")
    share: Decimal = strawberry.field(description="The share, between 0 and 1; the rest is not placed.")


@strawberry.input(description="Evidence by reference.")
class EvidenceInput:
    """A piece of evidence."""

    title: str = strawberry.field(description="What it is.")
    url: str = strawberry.field(description="Where it is kept.")
    sha256: str | None = strawberry.field(default=None, description="The SHA-256 of it.")


@strawberry.input(description="One delivered quantity.")
class ReportLineInput:
    """A line of a report."""

    measure: str = strawberry.field(description="The measure's code.")
    quantity: Decimal = strawberry.field(description="How much, in the unit.")
    unit: Unit = strawberry.field(description="The measure's unit.")
    route: Route = strawberry.field(description="By which way it arose.")
    edition_hash: str | None = strawberry.field(
        default=None, description="The edition in which it is counted; a commitment pins its own."
    )
    denominator: Decimal | None = strawberry.field(default=None, description="The lower part of a ratio.")
    commissioner_id: UUID | None = strawberry.field(
        default=None, description="Who funded a grant that is reported without a commitment."
    )
    commitment_line_id: UUID | None = strawberry.field(
        default=None, description="The commitment that it is held against."
    )
    activity_id: UUID | None = strawberry.field(default=None, description="The joint activity it is part of.")
    areas: list[AreaShareInput] = strawberry.field(default_factory=list, description="Where it landed.")
    industry: str | None = strawberry.field(default=None, description="The industry's code, for local spend.")
    attribution_share: Decimal | None = strawberry.field(
        default=None, description="The reporter's own share of it; all unless stated."
    )
    started_on: date | None = strawberry.field(default=None, description="When the job or outcome began.")
    headcount: int | None = strawberry.field(default=None, description="How many people the posts are.")
    evidence: list[EvidenceInput] = strawberry.field(default_factory=list, description="What shows it.")
    attests_contract_only: bool = strawberry.field(
        default=False, description="Attested: it relates only to this contract and period."
    )
    attests_commitment: bool = strawberry.field(
        default=False, description="Attested: it relates to a commitment in this contract."
    )
    note: str = strawberry.field(default="", description="Words for the validator; no names of people.")


@strawberry.input(description="An organisation's report of one period; a nil return has no lines.")
class SubmitReportInput:
    """A report."""

    place_id: strawberry.ID = strawberry.field(description="The place, by its id here or in the REST APIs.")
    place_slug: str = strawberry.field(description="The place's short name.")
    period_start: date = strawberry.field(description="The period's first day.")
    period_end: date = strawberry.field(description="The period's last day.")
    nil_return: bool = strawberry.field(default=False, description="Whether there is nothing to report.")
    lines: list[ReportLineInput] = strawberry.field(default_factory=list, description="What was delivered.")
    named_totals_agreed: bool = strawberry.field(
        default=False, description="Whether publications may name the reporter's own totals."
    )
    data_status: DataStatus = strawberry.field(
        default=DataStatus.ACTUAL, description="Whether the report is real or a sample."
    )


@strawberry.type(description="A line of a report as it was recorded and valued.")
class ReportLine:
    """A line."""

    line_id: UUID = strawberry.field(description="The id by which the REST APIs know the line.")
    measure: str = strawberry.field(description="The measure's code.")
    quantity: Decimal = strawberry.field(description="What was reported, in the unit.")
    unit: Unit = strawberry.field(description="The measure's unit.")
    route: Route = strawberry.field(description="By which way it arose.")
    state: LineState = strawberry.field(description="How far it has come.")
    accepted_quantity: Decimal | None = strawberry.field(
        description="What a validator accepted; null until then."
    )
    total: Money | None = strawberry.field(
        description="Its social and local economic value; null without the licence of the figure."
    )

    @classmethod
    def of(cls, record: contract.ReportLine) -> ReportLine:
        """The line that reporting-api recorded."""
        return cls(
            line_id=record.line_id,
            measure=record.measure,
            quantity=record.quantity,
            unit=Unit(record.unit),
            route=Route(record.route),
            state=LineState(record.state),
            accepted_quantity=record.accepted_quantity,
            total=maybe_pounds(record.total_gbp),
        )


@strawberry.type(description="A report as it was recorded, with its lines valued.")
class Report:
    """A report."""

    organisation_id: strawberry.Private[UUID]
    rest_id: UUID = strawberry.field(description="The id by which the REST APIs know the report.")
    period_start: date = strawberry.field(description="The period's first day.")
    period_end: date = strawberry.field(description="The period's last day.")
    state: ReportState = strawberry.field(description="How far it has come.")
    nil_return: bool = strawberry.field(description="Whether there was nothing to report.")
    submitted_at: datetime = strawberry.field(description="When it was submitted.")
    lines: list[ReportLine] = strawberry.field(description="What was delivered.")
    data_status: DataStatus = strawberry.field(description="Whether the report is real or a sample.")

    @calls_together("Whose report it is.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation."""
        return await organisation_of(info.context, self.organisation_id)

    @classmethod
    def of(cls, record: contract.Report) -> Report:
        """The report that reporting-api recorded."""
        return cls(
            organisation_id=record.organisation_id,
            rest_id=record.id,
            period_start=record.period_start,
            period_end=record.period_end,
            state=ReportState(record.state),
            nil_return=record.nil_return,
            submitted_at=record.submitted_at,
            lines=[ReportLine.of(line) for line in record.lines],
            data_status=DataStatus(record.data_status),
        )
