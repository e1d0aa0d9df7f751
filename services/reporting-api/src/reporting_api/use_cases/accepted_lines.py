"""What accepted quantities are worth: as reported where all of it was accepted, else valued anew by toms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.toms import TomsClient
from cdp_common.clients.valuing import value_for_caller
from cdp_common.contracts.toms import ValuationLine, ValuationRequest
from cdp_common.db.database import Database
from cdp_common.kernel.periods import Period
from reporting_api.domain.activities import JointActivity, PartnerShare
from reporting_api.domain.amounts import Amounts
from reporting_api.domain.landing import DeliveredLine, Landing, landings_of
from reporting_api.domain.reports import AreaShare
from reporting_api.domain.reviews import LineDecision
from reporting_api.storage.copies import AreaCopy, MeasureCopy, areas_known, measures_known
from reporting_api.storage.ledger_rows import amounts_of
from reporting_api.use_cases.line_values import LineValue, value_of


@dataclass(frozen=True, slots=True)
class AcceptedLine:
    """The accepted part of a line: where it landed and what it is worth."""

    delivered: DeliveredLine
    counted_quantity: Decimal
    amounts: Amounts


async def accepted_lines(
    db: Database,
    toms: TomsClient,
    report: RowMapping,
    lines: Mapping[UUID, RowMapping],
    activities: Mapping[UUID, JointActivity],
    decisions: Sequence[LineDecision],
) -> dict[UUID, AcceptedLine]:
    """The lines of which something was accepted, by their id."""
    accepted = {line.line_id: line.accepted_quantity for line in decisions if line.state != "rejected"}
    values = await _values(toms, report, lines, accepted)
    async with db.begin() as tx:
        keys = {(lines[line_id]["edition_hash"], lines[line_id]["measure"]) for line_id in accepted}
        measures = await measures_known(tx, keys)
        areas = await areas_of_lines(tx, [lines[line_id] for line_id in accepted])
    return {
        line_id: AcceptedLine(
            delivered_as_stored(
                report,
                lines[line_id],
                measures[lines[line_id]["edition_hash"], lines[line_id]["measure"]],
                landings_as_stored(lines[line_id], report["place_slug"], areas),
                activities,
                values[line_id].method_version,
            ),
            values[line_id].counted_quantity,
            values[line_id].amounts,
        )
        for line_id in accepted
    }


def stored_valuation_line(ref: str, report: RowMapping, line: RowMapping, quantity: Decimal) -> ValuationLine:
    """The inputs with which a stored line was valued, for this quantity of it."""
    return ValuationLine(
        ref=ref,
        measure=line["measure"],
        quantity=quantity,
        unit=line["unit"],
        denominator=line["denominator"],
        period_start=report["period_start"],
        period_end=report["period_end"],
        place=report["place_slug"],
        industry=line["industry"],
        attribution_share=line["attribution_share"],
        started_on=line["started_on"],
        headcount=line["headcount"],
        target_group=line["target_group"],
        committed_on=line["committed_on"],
    )


AreasByIndex = Mapping[str, Mapping[str, AreaCopy]]
"""Areas by the index of deprivation and by their code in it."""


async def areas_of_lines(tx: AsyncConnection, lines: Iterable[RowMapping]) -> AreasByIndex:
    """The areas that stored lines name, read once for all of them."""
    codes: dict[str, set[str]] = {}
    for line in lines:
        if line["area_index"] is not None:
            codes.setdefault(line["area_index"], set()).update(one["area_code"] for one in line["areas"])
    return {index: await areas_known(tx, index, found) for index, found in codes.items()}


def landings_as_stored(line: RowMapping, place_slug: str, areas: AreasByIndex) -> tuple[Landing, ...]:
    """Where a stored line landed, by the areas kept when it was reported."""
    shares = [AreaShare(area["area_code"], Decimal(area["share"])) for area in line["areas"]]
    if line["area_index"] is None:
        return landings_of(shares, None, place_slug)
    known = areas[line["area_index"]]
    places = {share.area_code: known[share.area_code].place_slug for share in shares}
    return landings_of(shares, places, place_slug)


async def _values(
    toms: TomsClient,
    report: RowMapping,
    lines: Mapping[UUID, RowMapping],
    accepted: Mapping[UUID, Decimal],
) -> dict[UUID, LineValue]:
    values: dict[UUID, LineValue] = {}
    changed: dict[str, list[UUID]] = {}
    for line_id, quantity in accepted.items():
        line = lines[line_id]
        if quantity == line["quantity"]:
            values[line_id] = LineValue(line["method_version"], line["counted_quantity"], amounts_of(line))
        else:
            changed.setdefault(line["edition_hash"], []).append(line_id)
    pointers = {line_id: f"/lines/{index}" for index, line_id in enumerate(accepted)}
    for edition_hash, line_ids in sorted(changed.items()):
        request = ValuationRequest(
            edition_hash=edition_hash,
            lines=[
                stored_valuation_line(str(line_id), report, lines[line_id], accepted[line_id])
                for line_id in line_ids
            ],
        )
        valuation = await value_for_caller(toms, request, [pointers[line_id] for line_id in line_ids])
        for line_id, valued in zip(line_ids, valuation.lines, strict=True):
            values[line_id] = value_of(valued, valuation.method_version)
    return values


def delivered_as_stored(
    report: RowMapping,
    line: RowMapping,
    measure: MeasureCopy,
    landings: tuple[Landing, ...],
    activities: Mapping[UUID, JointActivity],
    method_version: str,
) -> DeliveredLine:
    """A stored line as its ledger entries repeat it."""
    activity_id = line["activity_id"]
    own = (PartnerShare(report["organisation_id"], Decimal(1)),)
    return DeliveredLine(
        line_id=line["line_id"],
        report_id=report["id"],
        place_id=report["place_id"],
        period=Period(report["period_start"], report["period_end"]),
        measure=measure.reference(method_version),
        route=line["route"],
        commissioner_id=line["commissioner_id"],
        commitment_line_id=line["commitment_line_id"],
        activity_id=activity_id,
        deliverers=own if activity_id is None else activities[activity_id].shares,
        landings=landings,
        area_index=line["area_index"],
        data_status=line["data_status"],
    )
