"""One activity is counted once by its reporter, however many commitments it supports.

What lines claim of an activity that they name is summed over what they count for: each commitment, a joint
project, or what is delivered without a commitment. The sum is the whole at most, over all reports of the
organisation that stand. And a pledge counts nothing that an agreement owes: who promised a measure both ways
names the activity of each such line, so that the sum can be held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError
from reporting_api.domain.commitments import AGREEMENT_KINDS, Kind
from reporting_api.domain.entries import Route
from reporting_api.domain.reports import OwedLine, ReportInvalid, ResolvedLine

_WHOLE = Decimal(1)


class ActivitySharesTaken(Conflict):
    """Another report claimed so much of an activity meanwhile that this one claims more than is left."""

    code = "activity_shares_taken"
    title = "The shares of an activity were claimed meanwhile"


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted once: an activity by its name, in one measure, for one group of people."""

    activity: str
    measure: str
    target_group: str | None = None


@dataclass(frozen=True, slots=True)
class Supported:
    """What a line counts for: a commitment line or a joint activity, else its route and commissioner."""

    promised_or_joint: UUID | None
    route: Route | None = None
    commissioner_id: UUID | None = None


Claims = Mapping[Counted, Mapping[Supported, Decimal]]
"""The share that is claimed of each activity for each thing that it supports."""

KeptClaims = dict[Counted, dict[Supported, Decimal]]
"""The same, to be added to."""

Promised = tuple[str, str | None]
"""What is promised: a measure, for a target group where the measure has any."""

NOTHING_CLAIMED: Claims = MappingProxyType({})


def supported_by(
    commitment_line_id: UUID | None, activity_id: UUID | None, route: Route, commissioner_id: UUID | None
) -> Supported:
    """What a line counts for."""
    named = commitment_line_id or activity_id
    return Supported(None, route, commissioner_id) if named is None else Supported(named)


def claim(claimed: KeptClaims, lines: Iterable[ResolvedLine]) -> None:
    """Add what lines claim: of lines for the same thing, the greatest share that one of them states."""
    for line in lines:
        if (said := _claim_of(line)) is not None:
            counted, supported, share = said
            shares = claimed.setdefault(counted, {})
            shares[supported] = max(share, shares.get(supported, Decimal(0)))


def together(one: Claims, other: Claims) -> KeptClaims:
    """The claims of two sets of lines as one: the greater share for each thing."""
    merged = {counted: dict(shares) for counted, shares in one.items()}
    for counted, shares in other.items():
        found = merged.setdefault(counted, {})
        for supported, share in shares.items():
            found[supported] = max(share, found.get(supported, Decimal(0)))
    return merged


def require_shares_hold(lines: Sequence[ResolvedLine], standing: Claims) -> None:
    """Refuse lines with which more than the whole of an activity is claimed, beside what stands."""
    claimed = {counted: dict(shares) for counted, shares in standing.items()}
    faults: list[FieldError] = []
    for index, line in enumerate(lines):
        if (said := _claim_of(line)) is None:
            continue
        counted, supported, share = said
        shares = claimed.setdefault(counted, {})
        raised = {**shares, supported: max(share, shares.get(supported, Decimal(0)))}
        total = sum(raised.values())
        if _is_too_much(raised, shares):
            message = (
                f"of {counted.activity} {total:f} would be claimed in {counted.measure}; what it counts for "
                "shares 1 at most, over all reports of the organisation"
            )
            faults.append(
                FieldError(f"/lines/{index}/attribution_share", "activity_shares_above_one", message)
            )
        else:
            claimed[counted] = raised
    if faults:
        raise ReportInvalid("Activities are claimed more than once; see errors.", errors=faults)


def require_shares_free(claimed: Claims, standing: Claims) -> None:
    """Refuse what claims more than the whole of an activity beside what stands by now."""
    merged = together(claimed, standing)
    for counted in claimed:
        if _is_too_much(merged[counted], standing.get(counted, {})):
            raise ActivitySharesTaken(
                f"Another report claims so much of {counted.activity} that this one would claim more than is "
                "left; try it again to see which line."
            )


def require_activities_named(
    lines: Sequence[ResolvedLine], owed: Mapping[UUID, OwedLine], promised_twice: frozenset[Promised]
) -> None:
    """Refuse lines on a measure owed by a pledge and by an agreement that do not name their activity."""
    faults = [
        FieldError(
            f"/lines/{index}/activity",
            "activity_missing",
            f"{line.stated.measure} is owed by a pledge and by an agreement: the line names its activity, "
            "which is not counted in full for both",
        )
        for index, line in unnamed_lines(lines, owed)
        if (line.stated.measure, line.target_group) in promised_twice
    ]
    if faults:
        raise ReportInvalid("A pledge counts nothing that an agreement owes; see errors.", errors=faults)


def unnamed_lines(
    lines: Sequence[ResolvedLine], owed: Mapping[UUID, OwedLine]
) -> Iterator[tuple[int, ResolvedLine]]:
    """The lines against pledges and agreements that name no activity, each with its place."""
    for index, line in enumerate(lines):
        promise = line.stated.commitment_line_id
        if promise is None or line.stated.activity is not None:
            continue
        if owed[promise].kind == "pledge" or owed[promise].kind in AGREEMENT_KINDS:
            yield index, line


def promised_both_ways(promises: Iterable[tuple[Promised, Kind]]) -> frozenset[Promised]:
    """What a pledge and an agreement both promise, of promises with the kinds of their commitments."""
    pledged: set[Promised] = set()
    agreed: set[Promised] = set()
    for promised, kind in promises:
        if kind == "pledge":
            pledged.add(promised)
        elif kind in AGREEMENT_KINDS:
            agreed.add(promised)
    return frozenset(pledged & agreed)


def _is_too_much(raised: Mapping[Supported, Decimal], before: Mapping[Supported, Decimal]) -> bool:
    """Whether more than the whole is claimed; what was claimed before this rule or a merger may stay."""
    total = sum(raised.values())
    return total > _WHOLE and total > sum(before.values())


def _claim_of(line: ResolvedLine) -> tuple[Counted, Supported, Decimal] | None:
    """What a line claims of the activity that it names; none where it names none."""
    stated = line.stated
    if stated.activity is None:
        return None
    supported = supported_by(
        stated.commitment_line_id, stated.activity_id, stated.route, line.commissioner_id
    )
    share = _WHOLE if stated.attribution_share is None else stated.attribution_share
    return Counted(stated.activity, stated.measure, line.target_group), supported, share
