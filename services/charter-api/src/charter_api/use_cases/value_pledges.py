"""Pricing the measurable parts of pledges through toms-engine, before any transaction is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cdp_common.clients.toms import TomsClient
from cdp_common.clients.upstream import UpstreamProblem
from cdp_common.clients.valuing import value_for_caller
from cdp_common.contracts.charter import PledgeDraft, PledgeTarget
from cdp_common.contracts.commitments import CommitmentLine
from cdp_common.contracts.toms import Edition, ValuationLine, ValuationRequest, ValuedLine
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import Period
from charter_api.domain.charter import PledgesUnsound

MAX_LINES = 1_000
"""What toms-engine values in one call."""


async def value_pledges(
    toms: TomsClient, drafts: Mapping[str, PledgeDraft], promised_on: date
) -> list[CommitmentLine | None]:
    """One commitment line per pledge with a target, None for the others.

    `drafts` go by the JSON pointer at which each stands in the caller's document. A promise older than the
    edition it is counted in is valued as if it had been made on the edition's first day.
    """
    return await value_promises(toms, {at: Promise(draft, promised_on) for at, draft in drafts.items()})


@dataclass(frozen=True)
class Promise:
    """A pledge, and the day on which it was made."""

    draft: PledgeDraft
    promised_on: date


async def value_promises(toms: TomsClient, promises: Mapping[str, Promise]) -> list[CommitmentLine | None]:
    """The same for pledges of several days, with as few calls as there are editions and thousands."""
    lines: list[CommitmentLine | None] = [None] * len(promises)
    places = list(promises)
    targets = [
        (index, promise, promise.draft.target)
        for index, promise in enumerate(promises.values())
        if promise.draft.target is not None
    ]
    for edition_hash in sorted({target.edition_hash for _, _, target in targets}):
        wanted = [item for item in targets if item[2].edition_hash == edition_hash]
        edition = await _known_edition(toms, edition_hash, f"{places[wanted[0][0]]}/target/edition_hash")
        for start in range(0, len(wanted), MAX_LINES):
            part = wanted[start : start + MAX_LINES]
            valuation = await value_for_caller(
                toms,
                ValuationRequest(
                    edition_hash=edition_hash,
                    lines=[_line(*item, edition.effective_from) for item in part],
                ),
                [f"{places[index]}/target" for index, _, _ in part],
            )
            for (index, promise, target), valued in zip(part, valuation.lines, strict=True):
                lines[index] = _commitment(promise.draft, target, valuation.method_version, valued)
    return lines


def _commitment(
    draft: PledgeDraft, target: PledgeTarget, method_version: str, valued: ValuedLine
) -> CommitmentLine:
    return CommitmentLine(
        line_id=new_id(),
        measure=target.measure,
        edition_hash=target.edition_hash,
        method_version=method_version,
        unit=target.unit,
        quantity=target.quantity,
        target_group=target.target_group,
        headcount=target.headcount,
        counted_quantity=valued.counted_quantity,
        social_gbp=valued.social_gbp,
        local_economic_gbp=valued.local_economic_gbp,
        low_gbp=valued.low_gbp,
        high_gbp=valued.high_gbp,
        fiscal_gbp=valued.fiscal_gbp,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        schedule=target.schedule,
        area_code=target.area_code,
        industry=target.industry,
        licensed_framework=valued.licensed_framework,
    )


async def _known_edition(toms: TomsClient, edition_hash: str, pointer: str) -> Edition:
    try:
        return await toms.get_edition_by_hash(edition_hash)
    except UpstreamProblem as problem:
        if problem.status != 404:
            raise
        words = "No published edition has this hash."
        raise PledgesUnsound(words, errors=[FieldError(pointer, "edition_unknown", words)]) from problem


def _line(index: int, promise: Promise, target: PledgeTarget, effective_from: date) -> ValuationLine:
    draft = promise.draft
    return ValuationLine(
        ref=str(index),
        measure=target.measure,
        quantity=target.quantity,
        unit=target.unit,
        period_start=draft.starts_on,
        period_end=draft.ends_on,
        place=draft.place_slug,
        industry=target.industry,
        target_group=target.target_group,
        headcount=target.headcount,
        contract_years=Period(draft.starts_on, draft.ends_on).years,
        committed_on=max(promise.promised_on, effective_from),
    )
