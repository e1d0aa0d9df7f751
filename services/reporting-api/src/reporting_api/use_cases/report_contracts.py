"""Reports and activities as they go out on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import RowMapping

from cdp_common.contracts.activities import Activity, ActivityPartner
from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.reporting import AreaShare, BeyondCommitment, Evidence, Report, ReportLine
from cdp_common.kernel.licence import sees_figures
from cdp_common.kernel.money import gbp_from_pence
from cdp_common.web.caller import Caller
from reporting_api.storage.activities import ActivityRows


def plain(value: Decimal) -> Decimal:
    """The same number without the zeros that storing it has added."""
    return value.normalize()


def activity_answer(rows: ActivityRows) -> Activity:
    """A joint activity with its partners in the order in which they were stated."""
    return Activity(
        id=rows.activity["id"],
        place_id=rows.activity["place_id"],
        title=rows.activity["title"],
        partners=[
            ActivityPartner(
                organisation_id=row["organisation_id"],
                share=plain(row["share"]),
                confirmed_at=row["confirmed_at"],
            )
            for row in rows.shares
        ],
        confirmed=rows.joint.is_confirmed,
        version=rows.activity["version"],
        data_status=rows.activity["data_status"],
    )


def report_answer(
    report: RowMapping,
    lines: Sequence[RowMapping],
    caller: Caller,
    *,
    line_count: int,
    beyond: Sequence[BeyondCommitment] = (),
) -> Report:
    """A report with its valued lines, as the caller may see them.

    Without the licence a reporter sees its own licensed lines without pounds. Others do not see them at all:
    whoever knew every reporter's quantities could work unit values out from published totals.
    """
    seen = _visible(report, lines, caller)
    answer = _report(report, seen, withheld=len(lines) - len(seen), line_count=line_count)
    if beyond:
        answer = answer.model_copy(update={"beyond_commitments": list(beyond)})
    return for_reader(answer, caller.scopes)


def lines_seen(report: RowMapping, lines: Sequence[RowMapping], caller: Caller) -> list[ReportLine]:
    """Lines of a report as the caller may see them."""
    return [for_reader(_line(line), caller.scopes) for line in _visible(report, lines, caller)]


def _visible(report: RowMapping, lines: Sequence[RowMapping], caller: Caller) -> list[RowMapping]:
    return [
        line
        for line in lines
        if report["organisation_id"] == caller.org or sees_figures(line["licensed_framework"], caller.scopes)
    ]


def _report(report: RowMapping, lines: Sequence[RowMapping], *, withheld: int, line_count: int) -> Report:
    return Report(
        id=report["id"],
        place_id=report["place_id"],
        organisation_id=report["organisation_id"],
        organisation_name=report["organisation_name"],
        period_start=report["period_start"],
        period_end=report["period_end"],
        state=report["state"],
        nil_return=report["nil_return"],
        named_totals_agreed=report["named_totals_agreed"],
        local_area=report["local_area"] or report["place_slug"],
        submitted_at=report["submitted_at"],
        supersedes=report["supersedes"],
        correction_reason=report["correction_reason"],
        lines=[_line(row) for row in lines],
        line_count=line_count,
        lines_withheld=withheld,
        version=report["version"],
        data_status=report["data_status"],
    )


def _line(row: RowMapping) -> ReportLine:
    accepted, validated = row["accepted_quantity"], row["validated_pence"]
    return ReportLine(
        measure=row["measure"],
        edition_hash=row["edition_hash"],
        quantity=plain(row["quantity"]),
        unit=row["unit"],
        denominator=None if row["denominator"] is None else plain(row["denominator"]),
        route=row["route"],
        commissioner_id=row["commissioner_id"],
        commitment_line_id=row["commitment_line_id"],
        activity_id=row["activity_id"],
        activity=row["activity"],
        areas=[AreaShare.model_validate(area) for area in row["areas"]],
        industry=row["industry"],
        attribution_share=None if row["attribution_share"] is None else plain(row["attribution_share"]),
        started_on=row["started_on"],
        headcount=row["headcount"],
        target_group=row["target_group"],
        evidence=[Evidence.model_validate(evidence) for evidence in row["evidence"]],
        attests_contract_only=row["attests_contract_only"],
        attests_commitment=row["attests_commitment"],
        note=row["note"],
        line_id=row["line_id"],
        counted_quantity=plain(row["counted_quantity"]),
        social_gbp=gbp_from_pence(row["social_pence"]),
        local_economic_gbp=gbp_from_pence(row["local_pence"]),
        total_gbp=gbp_from_pence(row["social_pence"] + row["local_pence"]),
        state=row["state"],
        accepted_quantity=None if accepted is None else plain(accepted),
        validated_gbp=None if validated is None else gbp_from_pence(validated),
        review_reason=row["review_reason"],
        review_method=row["review_method"],
        evidence_level=row["evidence_level"],
        licensed_framework=row["licensed_framework"],
    )
