"""The bridge: how the total up to a period's end came from the last published one, step by step, to the
penny.

Every entry of the ledger that is in this total and was not in the last one belongs to one step. What is in a
total is what the ledger held at the publication's position, for periods up to the latest end published so
far; both only grow, so that nothing is ever in the last total and not in this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from reporting_api.domain.disclosure import DisclosureRule, is_group_safe

StepName = Literal[
    "new_delivery", "late_reports", "validation_changes", "corrections", "editions", "membership", "together"
]
STEPS: tuple[StepName, ...] = (
    "new_delivery",
    "late_reports",
    "validation_changes",
    "corrections",
    "editions",
    "membership",
    "together",
)
BridgeFigure = Literal["delivered", "validated"]
BRIDGED: tuple[BridgeFigure, ...] = ("delivered", "validated")

_REVIEWS = frozenset({"review", "return", "rejection"})


@dataclass(frozen=True, slots=True)
class Movement:
    """Entries of one organisation and measure that came in since the last publication, of one kind."""

    figure: BridgeFigure
    organisation_id: UUID
    measure: str
    edition_hash: str
    source_kind: str
    is_correcting: bool
    """Whether they are of a report that was put in another's place."""
    is_new: bool
    """Whether their periods end after the last published one."""
    changes_edition: bool
    """Whether a correction took the measure from one edition to another."""
    entries: int
    pence: int


@dataclass(frozen=True, slots=True)
class StepLine:
    """What one organisation's entries of one measure add to a step."""

    organisation_id: UUID
    measure: str
    edition_hash: str
    entries: int
    pence: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the lines that may be named, and the pence of all others together."""

    name: StepName
    lines: tuple[StepLine, ...]
    unnamed_pence: int

    @property
    def pence(self) -> int:
        """Lines and unnamed together."""
        return sum(line.pence for line in self.lines) + self.unnamed_pence


def step_of(movement: Movement) -> StepName:
    """The step that entries belong to."""
    if movement.changes_edition:
        return "editions"
    if movement.source_kind == "correction" or movement.is_correcting:
        return "corrections"
    if movement.source_kind in _REVIEWS and not (movement.is_new and movement.source_kind == "review"):
        return "validation_changes"
    return "new_delivery" if movement.is_new else "late_reports"


def bridge_steps(
    movements: Iterable[Movement],
    figure: BridgeFigure,
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> list[Step]:
    """The steps of a figure's bridge as the public may see them.

    Organisations that agreed are named, with what each measure adds. What the others add to a step shows as
    one sum where that is safe, and else in the step `together`, with that of other such steps.
    """
    by_step: dict[StepName, list[Movement]] = {name: [] for name in STEPS}
    for movement in movements:
        if movement.figure == figure:
            by_step[step_of(movement)].append(movement)
    steps, pooled = [], 0
    for name in STEPS[:-1]:
        unnamed = [one for one in by_step[name] if one.organisation_id not in agreed]
        pence = sum(one.pence for one in unnamed)
        if not is_group_safe({"pence": _contributions(unnamed)}, agreed, rule):
            pooled += pence
            pence = 0
        named = [one for one in by_step[name] if one.organisation_id in agreed]
        steps.append(Step(name, _lines(named), pence))
    return [*steps, Step("together", (), pooled)]


def through_day(period_ends: Sequence[date]) -> date | None:
    """The latest end published so far; none before the first publication."""
    return max(period_ends, default=None)


def _contributions(movements: Iterable[Movement]) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for one in movements:
        found[one.organisation_id] = found.get(one.organisation_id, 0) + one.pence
    return found


def _lines(movements: Iterable[Movement]) -> tuple[StepLine, ...]:
    sums: dict[tuple[UUID, str, str], tuple[int, int]] = {}
    for one in movements:
        key = (one.organisation_id, one.measure, one.edition_hash)
        entries, pence = sums.get(key, (0, 0))
        sums[key] = (entries + one.entries, pence + one.pence)
    return tuple(
        StepLine(who, measure, edition, entries, pence)
        for (who, measure, edition), (entries, pence) in sorted(sums.items())
    )
