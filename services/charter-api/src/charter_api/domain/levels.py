"""The levels at which a charter version may be signed: what a version may offer, and who reaches which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cdp_common.kernel.errors import Conflict, FieldError
from charter_api.domain.charter import CharterUnsound, SignatureUnsound


class LevelUnchanged(Conflict):
    """The signature is at this level already."""

    code = "level_unchanged"
    title = "The signature is at this level already"


@dataclass(frozen=True)
class Level:
    """A level of a charter version, and the least that whoever signs at it promises."""

    code: str
    order: int
    """1 is the first; who signs at a higher one promises no less."""
    least_pledges: int
    least_objectives: int
    """How many of the place's objectives the pledges fall under."""
    least_targets: int
    """How many of the pledges are measurable."""


@dataclass(frozen=True)
class PledgeMade:
    """What the rules need of a pledge made: its objective, and whether it has a target."""

    objective: str
    has_target: bool


def require_levels_hold(levels: Sequence[Level], objectives: Iterable[str]) -> None:
    """Refuse levels of one code or order, a higher one that asks less, and what no pledges could reach."""
    faults = [*_repeated(levels), *_descending(levels)]
    offered = len(set(objectives))
    for index, level in enumerate(levels):
        if level.least_objectives > offered:
            words = f"The charter's pledges fall under {offered} objectives."
            faults.append(FieldError(f"/levels/{index}/least_objectives", "level_unreachable", words))
    if faults:
        raise CharterUnsound("The charter's levels do not hold.", errors=faults)


def _repeated(levels: Sequence[Level]) -> list[FieldError]:
    faults = []
    for index, level in enumerate(levels):
        earlier = levels[:index]
        if any(one.code == level.code for one in earlier):
            words = "Each level of a charter has its own code."
            faults.append(FieldError(f"/levels/{index}/code", "code_repeated", words))
        if any(one.order == level.order for one in earlier):
            words = "Each level of a charter has its own place in their order."
            faults.append(FieldError(f"/levels/{index}/order", "order_repeated", words))
    return faults


def _descending(levels: Sequence[Level]) -> list[FieldError]:
    ordered = sorted(enumerate(levels), key=lambda numbered: numbered[1].order)
    return [
        FieldError(f"/levels/{index}/{name}", "level_asks_less", "A higher level asks no less than a lower.")
        for (_, lower), (index, higher) in pairwise(ordered)
        for name in ("least_pledges", "least_objectives", "least_targets")
        if getattr(higher, name) < getattr(lower, name)
    ]


def require_level_reached(
    code: str | None, levels: Mapping[str, Level], pledges: Sequence[PledgeMade]
) -> None:
    """Refuse a signature without a level where the version has some, at an unknown one, or at one that asks
    for more than is pledged."""
    if code is None:
        if levels:
            raise _refused("level_missing", f"The charter is signed at one of {', '.join(levels)}.")
        return
    if code not in levels:
        raise _refused("level_unknown", "The charter version has no such level.")
    level = levels[code]
    promised = {
        "pledges": (len(pledges), level.least_pledges),
        "objectives": (len({pledge.objective for pledge in pledges}), level.least_objectives),
        "measurable pledges": (sum(pledge.has_target for pledge in pledges), level.least_targets),
    }
    short = [f"{asked} {what} ({made} made)" for what, (made, asked) in promised.items() if made < asked]
    if short:
        raise _refused("level_unearned", f"The level asks for at least {', '.join(short)}.")


def require_other_level(wanted: str, present: str | None) -> None:
    """Refuse a change to the level that a signature is at."""
    if wanted == present:
        raise LevelUnchanged(f"The signature is at {wanted}.")


def _refused(code: str, words: str) -> SignatureUnsound:
    return SignatureUnsound("The signature does not hold.", errors=[FieldError("/level", code, words)])
