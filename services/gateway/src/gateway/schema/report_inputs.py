"""A report as it is submitted through the graph."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import strawberry

from gateway.schema.enums import DataStatus, Unit
from gateway.schema.writing_enums import Route


@strawberry.input(description="The share of a line that landed in one small area.")
class AreaShareInput:
    """A share."""

    area_code: str = strawberry.field(
        description="The small area, or a ward or a postcode without its space, of which the areas are kept."
    )
    share: Decimal = strawberry.field(description="The share, between 0 and 1; the rest is not placed.")


@strawberry.input(description="Evidence by reference.")
class EvidenceInput:
    """A piece of evidence."""

    title: str = strawberry.field(description="What it is.")
    url: str | None = strawberry.field(
        default=None, description="Where it is kept, unless it is stored here."
    )
    evidence_id: UUID | None = strawberry.field(
        default=None,
        description="The id of a file that the organisation has uploaded, in place of an address.",
    )
    sha256: str | None = strawberry.field(
        default=None,
        description="The SHA-256 of it: needed with an address, known of a stored file.",
    )


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
    activity: str | None = strawberry.field(
        default=None, description="The reporter's own name of what was done: what it names is counted once."
    )
    areas: list[AreaShareInput] = strawberry.field(default_factory=list, description="Where it landed.")
    industry: str | None = strawberry.field(default=None, description="The industry's code, for local spend.")
    attribution_share: Decimal | None = strawberry.field(
        default=None, description="The reporter's own share of it; all unless stated."
    )
    started_on: date | None = strawberry.field(default=None, description="When the job or outcome began.")
    headcount: int | None = strawberry.field(default=None, description="How many people the posts are.")
    target_group: str | None = strawberry.field(
        default=None,
        description="The group of people, where the measure has any; a commitment settles its own.",
    )
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
    local_area: str | None = strawberry.field(
        default=None, description="The area in which 'local' is meant, in words and code; null for the place."
    )
    data_status: DataStatus = strawberry.field(
        default=DataStatus.ACTUAL, description="Whether the report is real or a sample."
    )
