"""The lines that a review does not name are accepted as they were reported, portion by portion.

Nobody is asked for their value: what was reported whole is worth what it was worth then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.reporting import RestReview
from cdp_common.kernel.identifiers import new_id
from reporting_api.domain.activities import JointActivity
from reporting_api.domain.entries import Entry
from reporting_api.domain.landing import DeliveredFigure, entries_of_delivery
from reporting_api.domain.reviews import (
    LineDecision,
    LineJudgement,
    RestOfLines,
    ReviewedLine,
    Reviewer,
    decide_line,
)
from reporting_api.storage.activities import activities_by_ids
from reporting_api.storage.copies import measures_known
from reporting_api.storage.ledger import append_entries
from reporting_api.storage.ledger_rows import amounts_of
from reporting_api.storage.reports import (
    accept_as_reported,
    add_review_lines,
    undecided_from,
    undecided_lines,
)
from reporting_api.use_cases.accepted_lines import areas_of_lines, delivered_as_stored, landings_as_stored

PORTION_LINES = 2_000


async def rest_of_lines(
    tx: AsyncConnection, report_id: UUID, named: Collection[UUID], reviewer: Reviewer
) -> RestOfLines:
    """The lines that are left beside those named: how many, and who has a share in them."""
    own, others, joint = await undecided_lines(tx, report_id, named, reviewer.organisations)
    activities = await activities_by_ids(tx, joint)
    partners = frozenset(partner for rows in activities.values() for partner in rows.joint.partners)
    return RestOfLines(own, others, partners)


async def accept_rest(
    tx: AsyncConnection,
    report: RowMapping,
    reviewer: Reviewer,
    rest: RestReview,
    named: Collection[UUID],
    review_id: UUID,
    now: datetime,
) -> None:
    """Write for each line left what the review makes of it, and enter it in the ledger."""
    first = 0
    organisations = reviewer.organisations
    while lines := await undecided_from(tx, report["id"], named, organisations, first, PORTION_LINES):
        activities = await activities_by_ids(tx, {line["activity_id"] for line in lines} - {None})
        joint = {activity_id: rows.joint for activity_id, rows in activities.items()}
        decisions = [_decided(line, reviewer) for line in lines]
        for state in ("validated", "confirmed"):
            accepted = [one.line_id for one in decisions if one.state == state]
            await accept_as_reported(tx, accepted, state, _text_of(rest))
        await add_review_lines(tx, [_said(one, rest, review_id) for one in decisions])
        await append_entries(tx, await _entries(tx, report, lines, decisions, joint, now))
        first = lines[-1]["ordinal"] + 1


def _text_of(rest: RestReview) -> dict[str, str]:
    """What a line keeps of the review beside its decision."""
    return {
        "review_reason": rest.reason,
        "review_method": rest.method,
        "evidence_level": rest.evidence_level,
    }


def _decided(line: RowMapping, reviewer: Reviewer) -> LineDecision:
    stands = ReviewedLine(
        line["line_id"], line["quantity"], line["state"], line["commissioner_id"], frozenset()
    )
    return decide_line(stands, reviewer, LineJudgement(line["line_id"], line["quantity"]))


def _said(decision: LineDecision, rest: RestReview, review_id: UUID) -> dict[str, object]:
    return {
        "review_id": review_id,
        "line_id": decision.line_id,
        "accepted_quantity": decision.accepted_quantity,
        "state": decision.state,
        "reason": rest.reason,
        "method": rest.method,
        "evidence_level": rest.evidence_level,
    }


async def _entries(
    tx: AsyncConnection,
    report: RowMapping,
    lines: Sequence[RowMapping],
    decisions: Sequence[LineDecision],
    activities: Mapping[UUID, JointActivity],
    now: datetime,
) -> list[Entry]:
    """What the ledger says of the lines; measures and areas are read once for all of them."""
    measures = await measures_known(tx, {(line["edition_hash"], line["measure"]) for line in lines})
    areas = await areas_of_lines(tx, lines)
    entries: list[Entry] = []
    for line, decision in zip(lines, decisions, strict=True):
        delivered = delivered_as_stored(
            report,
            line,
            measures[line["edition_hash"], line["measure"]],
            landings_as_stored(line, report["place_slug"], areas),
            activities,
            line["method_version"],
        )
        figure: DeliveredFigure = "confirmed" if decision.state == "confirmed" else "validated"
        entries += entries_of_delivery(
            delivered, figure, line["counted_quantity"], amounts_of(line), "review", new_id, now
        )
    return entries
