"""One activity is counted once: where lines of a bid claim it twice, toms-engine would value neither."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cdp_common.kernel.errors import FieldError
from procurement_api.domain.contract_period import ContractPeriod


@dataclass(frozen=True)
class Claim:
    """What one line counts of an activity."""

    index: int
    activity: str
    measure: str
    target_group: str | None
    life: ContractPeriod


def activity_faults(claims: Sequence[Claim], excludes: Mapping[str, frozenset[str]]) -> Iterator[FieldError]:
    """The claims that exclude each other, or that count the same thing on the same day."""
    by_activity: dict[str, list[Claim]] = {}
    for claim in claims:
        by_activity.setdefault(claim.activity, []).append(claim)
    for together in by_activity.values():
        if len(together) > 1:
            yield from _exclusion_faults(together, excludes)
            yield from _repeat_faults(together)


def _exclusion_faults(
    together: Sequence[Claim], excludes: Mapping[str, frozenset[str]]
) -> Iterator[FieldError]:
    present = {claim.measure for claim in together}
    for claim in together:
        clash = sorted(excludes.get(claim.measure, frozenset()) & present)
        if clash:
            words = f"{claim.measure} and {clash[0]} do not count the same activity."
            yield FieldError(f"/lines/{claim.index}/measure", "measures_exclude_each_other", words)


def _repeat_faults(together: Sequence[Claim]) -> Iterator[FieldError]:
    by_count: dict[tuple[str, str | None], list[Claim]] = {}
    for claim in together:
        by_count.setdefault((claim.measure, claim.target_group), []).append(claim)
    for same in by_count.values():
        for index in sorted(_overlapping(same)):
            words = "Another line of this measure counts the same activity on the same day."
            yield FieldError(f"/lines/{index}/activity", "activity_shares_above_one", words)


def _overlapping(claims: Sequence[Claim]) -> set[int]:
    found: set[int] = set()
    longest: Claim | None = None
    for claim in sorted(claims, key=_starts_on):
        if longest is not None and claim.life.starts_on <= longest.life.ends_on:
            found |= {claim.index, longest.index}
        if longest is None or claim.life.ends_on > longest.life.ends_on:
            longest = claim
    return found


def _starts_on(claim: Claim) -> date:
    return claim.life.starts_on
