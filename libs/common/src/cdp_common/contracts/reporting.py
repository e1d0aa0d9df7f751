"""Contracts of reporting-api: reports, validation, collective value, publications."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import (
    Code,
    Contract,
    DataStatus,
    DecimalText,
    GbpText,
    Sha256,
    ShareText,
    ShortText,
    Slug,
    Url,
)
from cdp_common.contracts.commitments import Route
from cdp_common.contracts.licensed import Licensed
from cdp_common.contracts.prior_totals import PriorTotalShown
from cdp_common.contracts.toms import ExplanationStep, Proxy, Unit

ReportState = Literal["submitted", "under_review", "returned", "validated", "rejected", "superseded"]
LineState = Literal["reported", "validated", "confirmed", "rejected"]
GroupBy = Literal[
    "theme", "outcome", "measure", "organisation", "area", "need_band", "route", "crosswalk", "period"
]
Granularity = Literal["month", "quarter", "financial_year"]
"""Calendar months and quarters, and years from 1 April to 31 March."""
Basis = Literal["delivered_by", "commissioned_by"]
EvidenceLevel = Literal["declared", "documented", "inspected"]
LedgerSource = Literal[
    "commitment",
    "variation",
    "novation",
    "termination",
    "report",
    "review",
    "return",
    "rejection",
    "correction",
]
"""What an entry of a ledger came of."""


# ------------------------------------------------------------------ reports
class AreaShare(Contract):
    """The share of a line that landed in one small area.

    Where a line is stated, a ward or a postcode without its space may stand for the small areas that they
    are; what is recorded names the areas alone.
    """

    area_code: Code
    share: ShareText


class Evidence(Contract):
    """Evidence by reference: a stored file by its id, or where a document is; and what it hashes to.

    With an address the hash is stated: nothing is submitted without it. A draft may still lack it, and so may
    what was reported before it was asked for. That of a stored file is known, and may be left out.
    """

    title: ShortText
    url: Url | None = None
    evidence_id: UUID | None = None  # of a file that the organisation has uploaded; instead of an address
    sha256: Sha256 | None = None  # of what lies at the address; of a stored file, as it is kept


class ReportLineDraft(Contract):
    """One delivered quantity."""

    measure: Code
    edition_hash: Sha256 | None = None  # needed without a commitment; a commitment pins its own
    quantity: DecimalText
    unit: Unit
    denominator: DecimalText | None = None
    route: Route
    commissioner_id: UUID | None = None  # funder of a grant reported without a commitment
    commitment_line_id: UUID | None = None
    activity_id: UUID | None = None
    # What others may have had a part in: under the same name it is looked for in their reports.
    activity: Code | None = None
    areas: Annotated[list[AreaShare], Field(max_length=50)] = []  # what is left of 1 is 'not placed'
    industry: Code | None = None
    attribution_share: ShareText | None = None
    started_on: date | None = None  # when the job or outcome began: "first year only" is computed from it
    headcount: Annotated[int, Field(ge=1, le=10_000_000)] | None = None  # FTE never exceed headcount × years
    # One of the measure's target groups, where it has any; may be left out where the commitment names it.
    target_group: Code | None = None
    evidence: Annotated[list[Evidence], Field(max_length=20)] = []
    attests_contract_only: bool = False  # "relates only to this contract and period"
    attests_commitment: bool = False  # "relates to a commitment in this contract"
    note: Annotated[str, Field(max_length=2000)] = ""


class ReportDraft(Contract):
    """An organisation's report of one period; a nil return has no lines and says so."""

    place_id: UUID
    place_slug: Slug
    period_start: date
    period_end: date
    nil_return: bool = False
    lines: Annotated[list[ReportLineDraft], Field(max_length=1000)] = []
    # The reporter agrees that publications name its own totals of this period.
    named_totals_agreed: bool = False
    # The area in which "local" is meant, in words and code; without it, the place that is reported to.
    local_area: ShortText | None = None
    data_status: DataStatus = "actual"


class ReportLine(ReportLineDraft, Licensed):
    """A line as recorded, valued, with its state; without the licence that they need its pounds are null."""

    line_id: UUID
    counted_quantity: DecimalText
    social_gbp: GbpText | None
    local_economic_gbp: GbpText | None
    total_gbp: GbpText | None
    state: LineState
    accepted_quantity: DecimalText | None
    validated_gbp: GbpText | None
    review_reason: str | None
    review_method: str | None = None  # how it was reviewed, and on what evidence; null until then
    evidence_level: EvidenceLevel | None = None


class BeyondCommitment(Contract):
    """A promised line of which more was delivered, by the end of the period, than was promised."""

    commitment_line_id: UUID
    committed_quantity: DecimalText
    delivered_quantity: DecimalText
    beyond_quantity: DecimalText


class Report(Contract):
    """A report with its valued lines."""

    id: UUID
    place_id: UUID
    organisation_id: UUID
    organisation_name: str
    period_start: date
    period_end: date
    state: ReportState
    nil_return: bool
    named_totals_agreed: bool
    local_area: str  # in which "local" is meant, as stated; else the place's short name
    submitted_at: datetime
    supersedes: UUID | None
    correction_reason: str | None
    lines: list[ReportLine]  # of a report of more than a thousand, the first thousand
    line_count: int
    beyond_commitments: list[BeyondCommitment] = []  # of the commitments that it reports on
    # Licensed lines that are not shown: another organisation's, to a reader without the licence.
    lines_withheld: int = 0
    version: int
    data_status: DataStatus


class LineReview(Contract):
    """A validator's decision on one line: the accepted quantity is at most the reported one."""

    line_id: UUID
    accepted_quantity: DecimalText
    reason: ShortText
    method: ShortText
    evidence_level: EvidenceLevel


class RestReview(Contract):
    """That every line which is not named and not decided yet is accepted as it was reported."""

    reason: ShortText
    method: ShortText
    evidence_level: EvidenceLevel


class Review(Contract):
    """A validator's decision on a report. Lines not named stay as reported, unless the rest is accepted."""

    outcome: Literal["validated", "returned", "rejected"]
    reason: ShortText
    lines: Annotated[list[LineReview], Field(max_length=1000)] = []
    rest: RestReview | None = None


class Correction(Contract):
    """A reporter's correction: the whole new content; the earlier report is reversed and stays readable."""

    reason: ShortText
    nil_return: bool = False
    lines: Annotated[list[ReportLineDraft], Field(max_length=1000)] = []
    local_area: ShortText | None = None  # without it, that of the report that it corrects


# ------------------------------------------------------------------ collective value
LicensedPart = Literal["none", "included", "as_first_published", "left_out"]
"""What a figure holds of value that rests on licensed figures which the reader may not see.

- none: there is no such value behind it;
- included: it is in the total, and so many contributors are that it gives no unit value away;
- as_first_published: included as an earlier publication of the period had it, because the change since then
  would give one away;
- left_out: it is not in the figure.
"""


class ValueFigure(Contract):
    """One of the four figures: both components and their sum; low and high where every line has a range.

    Where licensed value is included, low and high are null and fiscal is that of the rest; the components are
    null where they alone would give a licensed unit value away.
    """

    total_gbp: GbpText
    social_gbp: GbpText | None
    local_economic_gbp: GbpText | None
    low_gbp: GbpText | None
    high_gbp: GbpText | None
    fiscal_gbp: GbpText
    licensed: LicensedPart = "none"


class FourFigures(Contract):
    """Committed, due, delivered, validated: four figures, never one."""

    committed: ValueFigure
    due: ValueFigure
    delivered: ValueFigure
    validated: ValueFigure


class Timeliness(Contract):
    """Of the months that a place asks for beside the quarterly minimum, how many were reported in time."""

    asked_count: int
    on_time_count: int
    ratio: DecimalText | None  # null when nothing was asked


class Coverage(Contract):
    """Who has reported of those who owe a report for the window (quarterly minimum)."""

    due_count: int
    reported_count: int
    ratio: DecimalText | None  # null when nothing was due
    due_value_ratio: DecimalText | None = (
        None  # share of the due pounds whose deliverer has reported that day
    )
    missing_organisations: list[str]  # empty in public figures
    timeliness: Timeliness | None = None  # null where the place has set no calendar


class ValueCell(Contract):
    """One row of a grouping. A suppressed cell has no figures; `withheld` says why."""

    key: str
    label: str
    figures: FourFigures | None
    suppressed: bool = False
    withheld: Literal["disclosure", "licensed", "not_published"] | None = None


class Grouping(Contract):
    """The four figures by one dimension."""

    by: GroupBy
    basis: Basis | None = None  # by organisation only
    scheme: Code | None = None  # by crosswalk only: the other system, and its title
    title: str | None = None
    # By period only: whose keys are `first day/last day`; what is committed stands at each period's end.
    granularity: Granularity | None = None
    # By crosswalk only: editions with lines that do not know the scheme, whose value is not mapped.
    editions_without: list[Sha256] = []
    additive: bool  # whether the cells sum to the total
    cells: list[ValueCell]


class EditionUsed(Contract):
    """An edition that figures in a total."""

    edition_hash: Sha256
    label: str
    price_years: list[int]


class CollectiveValue(Contract):
    """A place's collective value for a window, as known at an instant."""

    place_id: UUID
    window_start: date
    window_end: date
    as_of: datetime
    publication_number: int | None  # null for live figures
    figures: FourFigures
    signed_in_window: ValueFigure
    delivered_against_commitment: ValueFigure
    delivered_uncommitted: ValueFigure
    # Of what was delivered against commitments, the part beyond what they promise; null in public.
    beyond_commitment: ValueFigure | None = None
    open_conflicts: int = 0  # lines of two reporters that may count the same thing, not resolved yet
    confirmed: ValueFigure  # checked by the commissioner itself: not independent
    delivery_ratio: DecimalText | None  # delivered against commitments ÷ due
    coverage: Coverage
    groupings: list[Grouping]
    editions: list[EditionUsed]
    prior_totals: list[PriorTotalShown] = []  # made elsewhere: shown beside the figures, in none of them
    data_status: DataStatus


class PoundGroup(Contract):
    """Lines of one measure that were valued by the same factors."""

    line_count: int
    counted_quantity: DecimalText
    social_gbp: GbpText
    local_economic_gbp: GbpText
    steps: list[ExplanationStep]  # of one unit of the measure, up to rounding


class PoundExplanation(Contract):
    """How a measure's delivered pounds in a publication came about, down to the proxy's source."""

    publication_number: int
    measure: Code
    measure_title: str
    theme: str
    unit: Unit
    edition_hash: Sha256
    framework: str
    edition: str
    proxy: Proxy | None
    total_gbp: GbpText
    groups: list[PoundGroup]


class LedgerEntry(Contract):
    """One append-only entry of a place's ledger; those of licensed measures go to holders of the licence."""

    id: UUID
    position: int | None  # null until sequenced
    place_id: UUID
    figure: Literal["committed", "due", "delivered", "confirmed", "validated"]
    deliverer_id: UUID
    commissioner_id: UUID | None
    route: Route
    activity_id: UUID | None = None  # the joint activity that it is part of
    commitment_line_id: UUID | None = None  # the promised line that it states or is held against
    measure: Code
    theme: Code
    outcome: Code
    edition_hash: Sha256
    method_version: str  # of the arithmetic that valued it
    effective_on: date
    period_start: date
    period_end: date
    area_code: str | None
    area_index: str | None = None  # the index, and so the vintage, that the area's code is of
    counted_quantity: DecimalText
    social_gbp: GbpText
    local_economic_gbp: GbpText
    fiscal_gbp: GbpText  # of which public money saved
    low_gbp: GbpText | None = None  # where the proxy has a range
    high_gbp: GbpText | None = None
    data_status: DataStatus
    source_kind: LedgerSource
    source_id: UUID  # the agreement, pledge, plan or report that made it
    source_line_id: UUID  # the line of it
    reverses: UUID | None
    recorded_at: datetime
    target_group: str | None = None  # of the line that it comes from; null where that names none


class FeedState(Contract):
    """How far a consumer has read one service's feed, and what it had to set aside."""

    source: Annotated[str, Field(examples=["procurement-api"])]  # the name of a service
    position: int
    parked_aggregates: int
