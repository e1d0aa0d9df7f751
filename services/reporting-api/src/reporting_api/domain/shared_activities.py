"""One activity is counted once by its reporter, however many commitments it supports.

What lines claim of an activity that they name is summed over what they count for: each commitment, a joint
project, or what is delivered without a commitment. On no day is the sum more than the whole, over all reports
of the organisation that stand: a commitment claims its share for its life, so that what follows an ended one
may have the whole again. And a pledge counts nothing that an agreement owes: who promised a measure both ways
names the activity of each such line, so that the sum can be held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError
from cdp_common.kernel.periods import Period
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


@dataclass(frozen=True, slots=True)
class Claim:
    """A share of an activity, and the days for which it is claimed."""

    share: Decimal
    days: frozenset[Period]

    def and_also(self, other: Claim) -> Claim:
        """Both claims for one thing: the greater share, for the days of either."""
        return Claim(max(self.share, other.share), self.days | other.days)

    def is_on(self, day: date) -> bool:
        """Whether it is claimed for the day."""
        return any(period.start <= day <= period.end for period in self.days)


Claims = Mapping[Counted, Mapping[Supported, Claim]]
"""What is claimed of each activity for each thing that it supports."""

KeptClaims = dict[Counted, dict[Supported, Claim]]
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
            add_claim(claimed, *said)


def add_claim(claimed: KeptClaims, counted: Counted, supported: Supported, said: Claim) -> None:
    """Add one claim to those that are made for the same thing."""
    shares = claimed.setdefault(counted, {})
    shares[supported] = said.and_also(shares[supported]) if supported in shares else said


def together(one: Claims, other: Claims) -> KeptClaims:
    """The claims of two sets of lines as one."""
    merged = {counted: dict(shares) for counted, shares in one.items()}
    for counted, shares in other.items():
        for supported, said in shares.items():
            add_claim(merged, counted, supported, said)
    return merged


def require_shares_hold(lines: Sequence[ResolvedLine], standing: Claims) -> None:
    """Refuse lines with which more than the whole of an activity is claimed, beside what stands."""
    claimed = {counted: dict(shares) for counted, shares in standing.items()}
    faults: list[FieldError] = []
    for index, line in enumerate(lines):
        if (said := _claim_of(line)) is None:
            continue
        counted, supported, own = said
        shares = claimed.setdefault(counted, {})
        before = shares.get(supported, own)
        raised = {**shares, supported: own.and_also(before)}
        if raised == shares:
            continue
        if _is_too_much(raised, shares):
            message = (
                f"of {counted.activity} {_most(raised):f} would be claimed in {counted.measure} for the same "
                "days; what it counts for shares 1 at most, over all reports of the organisation"
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


def _is_too_much(raised: Mapping[Supported, Claim], before: Mapping[Supported, Claim]) -> bool:
    """Whether more than the whole is claimed; what was claimed before this rule or a merger may stay."""
    most = _most(raised)
    return most > _WHOLE and most > _most(before)


def _most(claims: Mapping[Supported, Claim]) -> Decimal:
    """The largest sum of shares that is claimed for one day; it is reached on a day on which one begins."""
    begin = {period.start for said in claims.values() for period in said.days}
    sums = (sum(said.share for said in claims.values() if said.is_on(day)) for day in begin)
    return Decimal(max(sums, default=0))


def _claim_of(line: ResolvedLine) -> tuple[Counted, Supported, Claim] | None:
    """What a line claims of the activity that it names; none where it names none."""
    stated = line.stated
    if stated.activity is None:
        return None
    supported = supported_by(
        stated.commitment_line_id, stated.activity_id, stated.route, line.commissioner_id
    )
    share = _WHOLE if stated.attribution_share is None else stated.attribution_share
    counted = Counted(stated.activity, stated.measure, line.target_group)
    return counted, supported, Claim(share, frozenset(line.days))
