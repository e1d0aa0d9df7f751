"""Preparing a report's lines before any transaction is open: judged, placed in the framework, valued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.reporting import ReportLineDraft
from cdp_common.contracts.toms import Edition, ValuationLine
from cdp_common.db.database import Database
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.periods import Period
from reporting_api.domain.activities import JointActivity, PartnerShare
from reporting_api.domain.amounts import Amounts
from reporting_api.domain.entries import DataStatus, worst_status
from reporting_api.domain.landing import DeliveredLine, landings_of
from reporting_api.domain.reports import (
    AreaShare,
    OwedLine,
    ReportInvalid,
    ResolvedLine,
    StatedLine,
    Surroundings,
    require_measures_hold,
    resolve_lines,
)
from reporting_api.domain.shared_activities import (
    NOTHING_CLAIMED,
    Claims,
    promised_both_ways,
    require_activities_named,
    require_shares_hold,
    together,
    unnamed_lines,
)
from reporting_api.storage.activities import activities_by_ids
from reporting_api.storage.commitments import owed_lines
from reporting_api.storage.copies import AreaCopy, MeasureCopy, PlaceCopy
from reporting_api.storage.shared_activities import standing_claims
from reporting_api.storage.template_rows import open_commitments
from reporting_api.use_cases.gather import areas_of, editions_asked, measures_of, organisations_of
from reporting_api.use_cases.line_evidence import LineEvidence, evidence_of_lines
from reporting_api.use_cases.line_values import values_by_call, values_in_bulk
from reporting_api.use_cases.locate_lines import locate_lines


@dataclass(frozen=True, slots=True)
class ReportScope:
    """Whose report of what it is that lines are prepared for."""

    organisation_id: UUID
    place: PlaceCopy
    period: Period
    nil_return: bool
    named_totals_agreed: bool
    data_status: DataStatus
    local_area: str | None = None
    """In which "local" is meant; none for the place."""


@dataclass(frozen=True, slots=True)
class EarlierLines:
    """What the earlier lines of the same report say of activities: their measures, and what is claimed."""

    measured: Mapping[str, frozenset[str]]
    claims: Claims


NO_EARLIER = EarlierLines({}, NOTHING_CLAIMED)


@dataclass(frozen=True, slots=True)
class ValuedReportLine:
    """A line that passed every rule, with its value."""

    draft: ReportLineDraft
    evidence: LineEvidence
    resolved: ResolvedLine
    measure: MeasureCopy
    method_version: str
    counted_quantity: Decimal
    amounts: Amounts
    committed_on: date | None
    deliverers: tuple[PartnerShare, ...]
    place_of_area: Mapping[str, str] | None
    data_status: DataStatus

    def delivered(self, line_id: UUID, report_id: UUID, scope: ReportScope) -> DeliveredLine:
        """The line as its ledger entries repeat it."""
        stated = self.resolved.stated
        return DeliveredLine(
            line_id=line_id,
            report_id=report_id,
            place_id=scope.place.id,
            period=scope.period,
            measure=self.measure.reference(self.method_version),
            route=stated.route,
            commissioner_id=self.resolved.commissioner_id,
            commitment_line_id=stated.commitment_line_id,
            activity_id=stated.activity_id,
            deliverers=self.deliverers,
            landings=landings_of(stated.areas, self.place_of_area, scope.place.slug),
            area_index=scope.place.need_index,
            data_status=self.data_status,
        )


async def value_report(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    scope: ReportScope,
    drafts: Sequence[ReportLineDraft],
    now: datetime,
    *,
    earlier: EarlierLines = NO_EARLIER,
    in_bulk: bool = False,
) -> list[ValuedReportLine]:
    """The lines of a report, judged against what was promised and valued; refused with every fault found.

    Lines of a file come in portions: `earlier` is what the ones before say, and `in_bulk` says that they are
    more than one valuation takes.
    """
    owed, activities = await _surroundings(db, drafts)
    around = Surroundings(scope.place.id, scope.organisation_id, scope.period, owed, activities)
    resolved = resolve_lines(scope.nil_return, _all_stated(drafts, in_bulk=in_bulk), around)
    await _require_counted_once(db, scope, resolved, owed, earlier.claims)
    evidence = await evidence_of_lines(db, scope.organisation_id, drafts)
    await _require_commissioners(db, partners, resolved, now)
    keys = {(line.edition_hash, line.stated.measure) for line in resolved}
    measures = await measures_of(db, toms, keys)
    require_measures_hold(
        resolved, {key: measure.known for key, measure in measures.items()}, earlier.measured
    )
    resolved = await locate_lines(db, toms, scope.place, resolved)
    place_of_area = await _places_of_areas(db, toms, scope.place, resolved)
    committed_on = await _committed_on(toms, resolved, owed)
    inputs = [
        valuation_line(str(index), line, draft, scope, signed_on)
        for index, (line, draft, signed_on) in enumerate(zip(resolved, drafts, committed_on, strict=True))
    ]
    hashes = [line.edition_hash for line in resolved]
    valued = await (values_in_bulk if in_bulk else values_by_call)(toms, hashes, inputs)
    return [
        ValuedReportLine(
            draft=draft,
            evidence=rests_on,
            resolved=line,
            measure=measures[line.edition_hash, line.stated.measure],
            method_version=value.method_version,
            counted_quantity=value.counted_quantity,
            amounts=value.amounts,
            committed_on=signed_on,
            deliverers=_deliverers(line, scope, activities),
            place_of_area=place_of_area,
            data_status=_status(line, scope, owed, activities, measures),
        )
        for draft, rests_on, line, signed_on, value in zip(
            drafts, evidence, resolved, committed_on, valued, strict=True
        )
    ]


async def _require_counted_once(
    db: Database,
    scope: ReportScope,
    lines: Sequence[ResolvedLine],
    owed: Mapping[UUID, OwedLine],
    claimed: Claims,
) -> None:
    """Refuse what would count an activity more than once, or for a pledge what an agreement owes."""
    activities = {line.stated.activity for line in lines if line.stated.activity is not None}
    has_unnamed = any(unnamed_lines(lines, owed))
    if not activities and not has_unnamed:
        return
    async with db.begin() as tx:
        promised = []
        if has_unnamed:
            promised = await open_commitments(tx, scope.place.id, scope.organisation_id, scope.period)
        standing = await standing_claims(
            tx,
            scope.organisation_id,
            activities,
            except_place_id=scope.place.id,
            except_period=scope.period,
        )
    both_ways = promised_both_ways(((row["measure"], row["target_group"]), row["kind"]) for row in promised)
    require_activities_named(lines, owed, both_ways)
    # What this file claims of other activities than those of the portion need not be looked at.
    earlier = {counted: shares for counted, shares in claimed.items() if counted.activity in activities}
    require_shares_hold(lines, together(standing, earlier))


async def _surroundings(
    db: Database, drafts: Sequence[ReportLineDraft]
) -> tuple[dict[UUID, OwedLine], dict[UUID, JointActivity]]:
    line_ids = {draft.commitment_line_id for draft in drafts if draft.commitment_line_id is not None}
    activity_ids = {draft.activity_id for draft in drafts if draft.activity_id is not None}
    async with db.begin() as tx:
        owed = await owed_lines(tx, line_ids)
        activities = await activities_by_ids(tx, activity_ids)
    return owed, {activity_id: rows.joint for activity_id, rows in activities.items()}


def _all_stated(drafts: Sequence[ReportLineDraft], *, in_bulk: bool) -> list[StatedLine]:
    """The lines as they are judged; of a file, those that say the same again have been left out before."""
    if in_bulk:
        return [_stated(draft, str(index)) for index, draft in enumerate(drafts)]
    return [_stated(draft, draft.model_dump_json()) for draft in drafts]


def _stated(draft: ReportLineDraft, content: str) -> StatedLine:
    return StatedLine(
        measure=draft.measure,
        edition_hash=draft.edition_hash,
        quantity=draft.quantity,
        denominator=draft.denominator,
        unit=draft.unit,
        route=draft.route,
        commissioner_id=draft.commissioner_id,
        commitment_line_id=draft.commitment_line_id,
        activity_id=draft.activity_id,
        activity=draft.activity,
        areas=tuple(AreaShare(area.area_code, area.share) for area in draft.areas),
        attribution_share=draft.attribution_share,
        target_group=draft.target_group,
        attests_contract_only=draft.attests_contract_only,
        attests_commitment=draft.attests_commitment,
        content=content,
    )


async def _require_commissioners(
    db: Database, partners: PartnersClient, lines: Sequence[ResolvedLine], now: datetime
) -> None:
    """Refuse commissioners that nobody knows; those of commitments are known from their agreement."""
    stated = {
        index: line.stated.commissioner_id
        for index, line in enumerate(lines)
        if line.stated.commissioner_id is not None and line.stated.commitment_line_id is None
    }
    if not stated:
        return
    known = await organisations_of(db, partners, set(stated.values()), now)
    faults = [
        FieldError(f"/lines/{index}/commissioner_id", "organisation_unknown", "no organisation has this id")
        for index, commissioner_id in stated.items()
        if commissioner_id not in known
    ]
    if faults:
        raise ReportInvalid("Commissioners are not known; see errors.", errors=faults)


async def _places_of_areas(
    db: Database, toms: TomsClient, place: PlaceCopy, lines: Sequence[ResolvedLine]
) -> dict[str, str] | None:
    """In which place each area lies, for the areas that the place's index holds; none without an index."""
    if place.need_index is None:
        return None
    codes = {area.area_code for line in lines for area in line.stated.areas}
    found: dict[str, AreaCopy] = await areas_of(db, toms, place.need_index, codes)
    return {code: area.place_slug for code, area in found.items()}


async def _committed_on(
    toms: TomsClient, lines: Sequence[ResolvedLine], owed: Mapping[UUID, OwedLine]
) -> list[date | None]:
    """The day of each line's promise, on which its measure has to be valid; none without a promise.

    One older than its edition counts as made on the edition's first day, as it did when it was valued. A
    contract may be signed after the last day of the edition that was pinned when its tender was published.
    """
    promises = [
        None if line.stated.commitment_line_id is None else owed[line.stated.commitment_line_id]
        for line in lines
    ]
    pinned = {promise.edition_hash for promise in promises if promise is not None}
    editions = await editions_asked(toms, pinned)
    return [
        None if promise is None else _day_within(editions[promise.edition_hash], promise.signed_on)
        for promise in promises
    ]


def _day_within(edition: Edition, day: date) -> date:
    """The day, or the first or last one on which the edition holds where it lies before or after."""
    day = max(day, edition.effective_from)
    return day if edition.effective_to is None else min(day, edition.effective_to)


def valuation_line(
    ref: str, line: ResolvedLine, draft: ReportLineDraft, scope: ReportScope, committed_on: date | None
) -> ValuationLine:
    """The inputs with which a line is valued; each of them was checked as part of the report."""
    return ValuationLine.model_construct(
        ref=ref,
        measure=draft.measure,
        quantity=draft.quantity,
        unit=draft.unit,
        denominator=draft.denominator,
        period_start=scope.period.start,
        period_end=scope.period.end,
        place=scope.place.slug,
        industry=draft.industry,
        attribution_share=draft.attribution_share,
        started_on=draft.started_on,
        headcount=draft.headcount,
        target_group=line.target_group,
        committed_on=committed_on,
    )


def _deliverers(
    line: ResolvedLine, scope: ReportScope, activities: Mapping[UUID, JointActivity]
) -> tuple[PartnerShare, ...]:
    if line.stated.activity_id is not None:
        return activities[line.stated.activity_id].shares
    return (PartnerShare(scope.organisation_id, Decimal(1)),)


def _status(
    line: ResolvedLine,
    scope: ReportScope,
    owed: Mapping[UUID, OwedLine],
    activities: Mapping[UUID, JointActivity],
    measures: Mapping[tuple[str, str], MeasureCopy],
) -> DataStatus:
    statuses = [scope.data_status, measures[line.edition_hash, line.stated.measure].data_status]
    if line.stated.commitment_line_id is not None:
        statuses.append(owed[line.stated.commitment_line_id].data_status)
    if line.stated.activity_id is not None:
        statuses.append(activities[line.stated.activity_id].data_status)
    return worst_status(*statuses)
