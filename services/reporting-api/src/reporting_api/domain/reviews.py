"""Validation: who may judge a report, and what a judgement does to each of its lines.

Four eyes: nobody judges its own report, one it submitted for another, or an activity it has a share in.
Whoever is neither the reporter nor the commissioner of a line makes it `validated`; the commissioner's own
check makes it `confirmed`, once and whatever it accepts. That is not independent: it decides nothing of the
report, and a validation may follow.

A report that is returned or rejected does not stand: what it entered is reversed. A returned one counts again
when its correction is submitted; a rejected one frees the period for another report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, Forbidden, InvalidInput
from reporting_api.domain.reports import LineState, ReportState

Outcome = Literal["validated", "returned", "rejected"]


class ReviewNotIndependent(Forbidden):
    """The reviewer had a hand in what it would judge."""

    code = "review_not_independent"
    title = "Nobody judges its own report"


class ReviewInvalid(InvalidInput):
    """The review breaks a rule; `errors` lists every fault."""

    code = "review_invalid"
    title = "The review is not valid"


class ReportNotReviewable(Conflict):
    """The report's state does not allow this review."""

    code = "report_not_reviewable"
    title = "The report cannot be reviewed in its state"


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who reviews: the organisation acted for, the client's own, and the person where one signed in."""

    organisation_id: UUID
    acted_by: UUID
    person_id: UUID | None
    merged: frozenset[UUID] = frozenset()
    """Records that were merged into those of either organisation."""

    @property
    def organisations(self) -> frozenset[UUID]:
        """The organisations that count as the reviewer, by all of their records."""
        return self.merged | {self.organisation_id, self.acted_by}


@dataclass(frozen=True, slots=True)
class ReviewedLine:
    """A line as it stands before the review."""

    line_id: UUID
    quantity: Decimal
    state: LineState
    commissioner_id: UUID | None
    partners: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class ReviewedReport:
    """A report as it stands before the review: who had a hand in it, and of its lines those judged."""

    state: ReportState
    organisation_id: UUID
    acted_by: UUID
    person_ids: frozenset[UUID]
    """The persons who submitted it, or what it corrects."""
    reviewer_id: UUID | None
    """Who has it under review."""
    has_lines: bool
    lines: Mapping[UUID, ReviewedLine]


@dataclass(frozen=True, slots=True)
class RestOfLines:
    """The lines that a review accepts without naming them: how many, and who has a share in them.

    A line that the reviewer's own organisation commissioned is `confirmed` once; there is nothing to add.
    """

    commissioned_count: int
    """Of lines that the reviewer commissioned itself."""
    other_count: int
    partners: frozenset[UUID]

    @property
    def count(self) -> int:
        """How many lines they are."""
        return self.commissioned_count + self.other_count


@dataclass(frozen=True, slots=True)
class LineJudgement:
    """What the reviewer says of one line."""

    line_id: UUID
    accepted_quantity: Decimal


@dataclass(frozen=True, slots=True)
class LineDecision:
    """What becomes of a line."""

    line_id: UUID
    accepted_quantity: Decimal
    state: Literal["validated", "confirmed", "rejected"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of the report and of the lines judged."""

    state: ReportState
    lines: tuple[LineDecision, ...]

    @property
    def withdraws(self) -> bool:
        """Whether what the report entered in the ledger is taken back."""
        return self.state in ("returned", "rejected")


class ReportUnderReview(Conflict):
    """Another validator's organisation has the report under review."""

    code = "report_under_review"
    title = "The report is under review"


def require_takeable(report: ReviewedReport, reviewer: Reviewer) -> None:
    """Refuse to take a report under review that is one's own, that another has, or that is decided."""
    _require_independent(report, reviewer, ())
    require_not_held(report, reviewer)
    if report.state != "submitted":
        raise ReportNotReviewable(f"A report that is {report.state} cannot be taken under review.")


def require_not_held(report: ReviewedReport, reviewer: Reviewer) -> None:
    """Refuse where another organisation has the report under review."""
    if report.state == "under_review" and report.reviewer_id != reviewer.organisation_id:
        raise ReportUnderReview("Another validator has this report under review.")


def decide_review(
    report: ReviewedReport,
    reviewer: Reviewer,
    outcome: Outcome,
    judgements: Sequence[LineJudgement],
    rest: RestOfLines | None = None,
) -> Decision:
    """What the review does; refused where the reviewer, the state or a quantity does not allow it.

    `rest` are the lines that it accepts as reported without naming them, where it says so.
    """
    _require_independent(report, reviewer, judgements, rest)
    require_not_held(report, reviewer)
    _require_reviewable(report.state, outcome)
    faults = list(_faults(report, reviewer, outcome, judgements, rest))
    if faults:
        raise ReviewInvalid("The review breaks rules; see errors.", errors=faults)
    if outcome != "validated":
        return Decision(outcome, ())
    decided = tuple(decide_line(report.lines[item.line_id], reviewer, item) for item in judgements)
    # A commissioner's own check leaves the report open to an independent one.
    commissioned_count = 0 if rest is None else rest.commissioned_count
    is_judged = rest is not None and rest.other_count > 0
    only_confirmed = (
        not is_judged
        and bool(decided or commissioned_count)
        and all(line.state == "confirmed" for line in decided)
    )
    return Decision(report.state if only_confirmed else "validated", decided)


def _require_independent(
    report: ReviewedReport,
    reviewer: Reviewer,
    judgements: Sequence[LineJudgement],
    rest: RestOfLines | None = None,
) -> None:
    involved = {report.organisation_id, report.acted_by}
    if rest is not None:
        involved |= rest.partners
    for judgement in judgements:
        line = report.lines.get(judgement.line_id)
        involved |= line.partners if line is not None else frozenset()
    if involved & reviewer.organisations:
        raise ReviewNotIndependent("The reviewer's organisation reported this, or has a share in it.")
    if reviewer.person_id in report.person_ids:
        raise ReviewNotIndependent("The person who submitted a report does not review it.")


def _require_reviewable(state: ReportState, outcome: Outcome) -> None:
    # A validated report may still have lines that wait for a judgement; it cannot be sent back any more.
    allowed: tuple[ReportState, ...] = (
        ("submitted", "under_review", "validated")
        if outcome == "validated"
        else ("submitted", "under_review")
    )
    if state not in allowed:
        raise ReportNotReviewable(f"A report that is {state} cannot be {outcome}.")


def _faults(
    report: ReviewedReport,
    reviewer: Reviewer,
    outcome: Outcome,
    judgements: Sequence[LineJudgement],
    rest: RestOfLines | None,
) -> Iterator[FieldError]:
    if outcome != "validated":
        if judgements:
            yield FieldError("/lines", "lines_not_expected", f"a report is {outcome} as a whole")
        if rest is not None:
            yield FieldError("/rest", "lines_not_expected", f"a report is {outcome} as a whole")
        return
    if report.has_lines and not judgements and rest is None:
        yield FieldError("/lines", "lines_missing", "name the lines that are accepted")
    if rest is not None and rest.count == 0 and not judgements:
        yield FieldError("/rest", "lines_missing", "no line is left that could be accepted")
    seen: set[UUID] = set()
    for index, judgement in enumerate(judgements):
        if judgement.line_id in seen:
            yield FieldError(f"/lines/{index}/line_id", "repeated", "a line is judged once")
        seen.add(judgement.line_id)
        yield from _line_faults(f"/lines/{index}", report.lines.get(judgement.line_id), reviewer, judgement)


def _line_faults(
    pointer: str, line: ReviewedLine | None, reviewer: Reviewer, judgement: LineJudgement
) -> Iterator[FieldError]:
    if line is None:
        yield FieldError(f"{pointer}/line_id", "line_unknown", "the report has no such line")
        return
    is_confirmed_by_reviewer = line.state == "confirmed" and line.commissioner_id in reviewer.organisations
    if line.state not in ("reported", "confirmed") or is_confirmed_by_reviewer:
        yield FieldError(f"{pointer}/line_id", "line_decided", f"the line is {line.state} already")
    accepted = judgement.accepted_quantity
    if accepted > line.quantity:
        message = "the accepted quantity is at most the reported one"
        yield FieldError(f"{pointer}/accepted_quantity", "more_than_reported", message)
    elif line.quantity >= 0 and accepted < 0:
        yield FieldError(f"{pointer}/accepted_quantity", "out_of_range", "must not be negative")


def decide_line(line: ReviewedLine, reviewer: Reviewer, judgement: LineJudgement) -> LineDecision:
    """What becomes of a line whose judgement holds."""
    accepted = judgement.accepted_quantity
    if line.commissioner_id in reviewer.organisations:
        return LineDecision(line.line_id, accepted, "confirmed")
    return LineDecision(line.line_id, accepted, "rejected" if accepted == 0 != line.quantity else "validated")
