"""What events of other services do here: promises enter the ledger, memberships the read copy.

`prepare` asks other services for whatever a page of events needs; `apply` then works in the transaction that
also moves the cursor, so that each event has its effect exactly once, and a replayed one none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.base import Contract, EventEnvelope
from cdp_common.contracts.commitments import (
    CommitmentLine,
    CommitmentsEnded,
    CommitmentsMade,
    CommitmentsNovated,
    CommitmentsVaried,
)
from cdp_common.contracts.organisations import OrganisationMerged
from cdp_common.contracts.partners import MembershipChanged
from cdp_common.db.database import Database
from cdp_common.db.merges import keep_merge
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.errors import Forbidden, NotFound
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.money import pence_from_gbp
from cdp_common.kernel.periods import Period
from reporting_api.domain.amounts import Amounts
from reporting_api.domain.changes import entries_of_novation, entries_of_variation
from reporting_api.domain.commitments import (
    Commitment,
    PromisedLine,
    ScheduledShare,
    entries_of_commitment,
    entries_of_ending,
)
from reporting_api.domain.entries import worst_status
from reporting_api.storage.commitments import (
    end_commitment,
    is_commitment_known,
    keep_commitment,
    keep_novation,
    keep_variation,
    standing_commitment,
)
from reporting_api.storage.contract_values import keep_commitment_value
from reporting_api.storage.copies import (
    MeasureCopy,
    keep_membership,
    keep_names,
    measures_known,
    place_known,
)
from reporting_api.storage.figures_changed import tell_figures_changed, tell_figures_of_organisation
from reporting_api.storage.ledger import append_entries, standing_entries, taken_back_after
from reporting_api.storage.obligations import keep_schedules, vary_schedules
from reporting_api.use_cases.gather import (
    PlaceUnknown,
    areas_of,
    measures_of,
    organisations_of,
    place_of,
    refresh_bands,
)

MADE = frozenset({"agreement.signed", "pledge.made", "plan.adopted"})
VARIED = frozenset({"agreement.varied", "plan.varied"})
NOVATED = "agreement.novated"
ENDED = frozenset({"agreement.terminated", "pledge.withdrawn", "plan.withdrawn"})
BANDING = "need_banding.published"
EVERY_PLACE = "*"  # bands for every place that has none of its own
MERGED = "organisation.merged"
MEMBERSHIP = frozenset({"membership.started", "membership.ended"})

Payload = TypeVar("Payload", bound=Contract)


class MeasureNotKnown(NotFound):
    """A commitment names a measure that toms-engine does not have, so that its theme is not known."""

    code = "measure_not_known"
    title = "The commitment's measure is not known"


class PoundsWithheld(Forbidden):
    """A commitment came without its pounds: this service's own client lacks the services' scope."""

    code = "pounds_withheld"
    title = "The commitment's pounds were withheld from this service"


class CommitmentNotKnown(NotFound):
    """An end was told of a commitment that was never told of."""

    code = "commitment_not_known"
    title = "The commitment is not known"


@dataclass(frozen=True)
class EventTaker:
    """Applies events of the other services' feeds."""

    db: Database
    toms: TomsClient
    partners: PartnersClient
    clock: Clock

    async def prepare(self, events: Iterable[EventEnvelope]) -> None:
        """Fetch measures, places and areas that the events name and that are not kept here yet.

        What cannot be found is left to `apply`, which sets the one event aside and lets the others go on.
        """
        events = list(events)
        for index, slug in sorted({_banded(event) for event in events if event.type == BANDING}):
            of_place = None if slug == EVERY_PLACE else slug
            await refresh_bands(self.db, self.toms, index, of_place, self.clock())
        if staying := {who for event in events if (who := _survivor(event)) is not None}:
            await organisations_of(self.db, self.partners, staying, self.clock())
        told = [payload for event in events if (payload := _promised(event)) is not None]
        lines = [line for promise in told for line in promise.lines]
        await measures_of(self.db, self.toms, {(line.edition_hash, line.measure) for line in lines})
        codes_by_place: dict[UUID, set[str]] = {}
        for promise in told:
            codes = {line.area_code for line in promise.lines if line.area_code is not None}
            codes_by_place.setdefault(promise.place_id, set()).update(codes)
        for place_id in sorted(place for place, codes in codes_by_place.items() if codes):
            with suppress(PlaceUnknown):
                place = await place_of(self.db, self.partners, place_id, self.clock())
                if place.need_index is not None:
                    await areas_of(self.db, self.toms, place.need_index, codes_by_place[place_id])

    async def apply(self, tx: AsyncConnection, event: EventEnvelope) -> None:
        """Do what one event asks for; events of other types pass by."""
        if event.type in MADE:
            await self._enter(tx, _read(event, CommitmentsMade))
        elif event.type in VARIED:
            await self._vary(tx, _read(event, CommitmentsVaried), event.aggregate_version)
        elif event.type == NOVATED:
            await self._novate(tx, _read(event, CommitmentsNovated), event.aggregate_version)
        elif event.type in ENDED:
            await self._end(tx, _read(event, CommitmentsEnded))
        elif event.type in MEMBERSHIP:
            await self._note_membership(tx, _read(event, MembershipChanged), event.aggregate_version)
        elif event.type == MERGED:
            merged = _read(event, OrganisationMerged)
            now = self.clock()
            await keep_merge(tx, merged.organisation_id, merged.survivor_id, now)
            await tell_figures_of_organisation(tx, merged.organisation_id, now)

    async def _enter(self, tx: AsyncConnection, made: CommitmentsMade) -> None:
        now = self.clock()
        known = await measures_known(tx, {(line.edition_hash, line.measure) for line in made.lines})
        place = await place_known(tx, made.place_id)
        commitment = _commitment(made, known, None if place is None else place.need_index)
        if not await keep_commitment(tx, commitment, now):
            return  # told of before: a replay has no second effect
        await keep_commitment_value(tx, made.source_id, 1, made.signed_on, _pence(made.value_gbp), now)
        await keep_schedules(tx, commitment.lines)
        names = {made.deliverer_id: made.deliverer_name}
        if made.commissioner_id is not None and made.commissioner_name is not None:
            names[made.commissioner_id] = made.commissioner_name
        await keep_names(tx, names, now)
        await append_entries(tx, entries_of_commitment(commitment, new_id, now))

    async def _vary(self, tx: AsyncConnection, varied: CommitmentsVaried, version: int) -> None:
        before = await standing_commitment(tx, varied.source_id)
        if before is None:
            raise CommitmentNotKnown("What was varied was never told of.")
        if before["version"] >= version:
            return  # taken in before: a replay has no second effect
        known = await measures_known(tx, {(line.edition_hash, line.measure) for line in varied.lines})
        place = await place_known(tx, varied.place_id)
        changed = _varied(before, varied, known, None if place is None else place.need_index)
        standing = await standing_entries(tx, varied.source_id)
        await keep_variation(tx, changed, version)
        worth, now = _pence(varied.value_gbp), self.clock()
        await keep_commitment_value(tx, varied.source_id, version, varied.effective_on, worth, now)
        entries = entries_of_variation(standing, changed, varied.effective_on, new_id, now)
        await vary_schedules(tx, changed.lines, varied.effective_on, [*standing, *entries])
        await append_entries(tx, entries)

    async def _novate(self, tx: AsyncConnection, novated: CommitmentsNovated, version: int) -> None:
        before = await standing_commitment(tx, novated.source_id)
        if before is None:
            raise CommitmentNotKnown("The agreement that was novated was never told of.")
        if before["version"] >= version:
            return  # taken in before: a replay has no second effect
        now, day = self.clock(), novated.effective_on
        standing = await standing_entries(tx, novated.source_id)
        await keep_names(tx, {novated.deliverer_id: novated.deliverer_name}, now)
        await keep_novation(tx, before, novated.deliverer_id, day, novated.reason, version)
        await append_entries(tx, entries_of_novation(standing, novated.deliverer_id, day, new_id, now))

    async def _end(self, tx: AsyncConnection, ended: CommitmentsEnded) -> None:
        if not await end_commitment(tx, ended.source_id, ended.effective_on, ended.reason):
            if not await is_commitment_known(tx, ended.source_id):
                raise CommitmentNotKnown("The commitment that ended was never told of.")
            return  # ended before: a replay has no second effect
        standing = await standing_entries(tx, ended.source_id)
        later = await taken_back_after(tx, ended.source_id, ended.effective_on)
        entries = entries_of_ending(standing, ended.effective_on, new_id, self.clock(), later)
        await append_entries(tx, entries)

    async def _note_membership(self, tx: AsyncConnection, changed: MembershipChanged, version: int) -> None:
        now = self.clock()
        row = {
            "membership_id": changed.membership_id,
            "version": version,
            "place_id": changed.place_id,
            "organisation_id": changed.organisation_id,
            "organisation_name": changed.organisation_name,
            "valid_from": changed.valid_from,
            "valid_to": changed.valid_to,
            "named_totals_agreed": changed.named_totals_agreed,
            "data_status": changed.data_status,
            "recorded_at": now,
        }
        await keep_membership(tx, row)
        await keep_names(tx, {changed.organisation_id: changed.organisation_name}, now)
        await tell_figures_changed(tx, changed.place_id, now)


def _banded(event: EventEnvelope) -> tuple[str, str]:
    """The index and the place whose bands an event tells of."""
    return str(event.data.get("index", "")), str(event.data.get("place", ""))


def _survivor(event: EventEnvelope) -> UUID | None:
    """The record that stays when two are merged; none when the event tells of something else."""
    try:
        return _read(event, OrganisationMerged).survivor_id if event.type == MERGED else None
    except ValidationError:
        return None


def _promised(event: EventEnvelope) -> CommitmentsMade | CommitmentsVaried | None:
    """The promises that an event tells of; none when it tells of something else, or of nothing readable."""
    try:
        if event.type in MADE:
            return _read(event, CommitmentsMade)
        return _read(event, CommitmentsVaried) if event.type in VARIED else None
    except ValidationError:
        return None


def _read(event: EventEnvelope, payload: type[Payload]) -> Payload:
    """What the event carries; fields that a newer service sends beside it are passed over."""
    return payload.model_validate(event.data, extra="ignore")


def _commitment(
    made: CommitmentsMade, known: Mapping[tuple[str, str], MeasureCopy], need_index: str | None
) -> Commitment:
    measures = _measures(made.lines, known)
    return Commitment(
        source_id=made.source_id,
        kind=made.kind,
        reference=made.reference,
        title=made.title,
        place_id=made.place_id,
        deliverer_id=made.deliverer_id,
        commissioner_id=made.commissioner_id,
        signed_on=made.signed_on,
        period=Period(made.starts_on, made.ends_on),
        data_status=worst_status(made.data_status, *(measure.data_status for measure in measures)),
        lines=_lines(made.lines, measures, need_index),
    )


def _varied(
    before: RowMapping,
    varied: CommitmentsVaried,
    known: Mapping[tuple[str, str], MeasureCopy],
    need_index: str | None,
) -> Commitment:
    """The commitment with the lines that a variation changes or adds."""
    measures = _measures(varied.lines, known)
    kept = ("source_id", "kind", "reference", "title", "place_id", "signed_on")
    parties = ("deliverer_id", "commissioner_id")
    return Commitment(
        **{name: before[name] for name in (*kept, *parties)},
        period=Period(before["starts_on"], varied.ends_on),
        data_status=worst_status(before["data_status"], *(measure.data_status for measure in measures)),
        lines=_lines(varied.lines, measures, need_index),
    )


def _measures(
    lines: Sequence[CommitmentLine], known: Mapping[tuple[str, str], MeasureCopy]
) -> list[MeasureCopy]:
    missing = [line.measure for line in lines if (line.edition_hash, line.measure) not in known]
    if missing:
        raise MeasureNotKnown(f"toms-engine has no measure {missing[0]} in the edition that the line names.")
    return [known[line.edition_hash, line.measure] for line in lines]


def _lines(
    lines: Sequence[CommitmentLine], measures: Sequence[MeasureCopy], need_index: str | None
) -> tuple[PromisedLine, ...]:
    return tuple(_line(line, measure, need_index) for line, measure in zip(lines, measures, strict=True))


def _line(line: CommitmentLine, measure: MeasureCopy, need_index: str | None) -> PromisedLine:
    return PromisedLine(
        line_id=line.line_id,
        measure=measure.reference(line.method_version),
        unit=line.unit,
        quantity=line.quantity,
        counted_quantity=line.counted_quantity,
        amounts=_amounts(line),
        period=Period(line.starts_on, line.ends_on),
        schedule=tuple(ScheduledShare(part.due_on, part.share) for part in line.schedule),
        area_code=line.area_code,
        area_index=need_index if line.area_code is not None else None,
        target_group=line.target_group,
        industry=line.industry,
    )


def _pence(gbp: Decimal | None) -> int | None:
    return None if gbp is None else pence_from_gbp(gbp)


def _amounts(line: CommitmentLine) -> Amounts:
    if line.social_gbp is None or line.local_economic_gbp is None or line.fiscal_gbp is None:
        raise PoundsWithheld("A commitment came without its pounds.")
    return Amounts(
        pence_from_gbp(line.social_gbp),
        pence_from_gbp(line.local_economic_gbp),
        pence_from_gbp(line.fiscal_gbp),
        None if line.low_gbp is None else pence_from_gbp(line.low_gbp),
        None if line.high_gbp is None else pence_from_gbp(line.high_gbp),
    )
