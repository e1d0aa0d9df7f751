"""From where a reporter says that a line landed to small areas: a postcode is one, a ward is its areas.

The share of a ward is split over its areas by how many people live in them, where that is known of all, else
in equal parts. What the line keeps is the areas alone: a postcode may lead to somebody's door.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from cdp_common.kernel.errors import FieldError
from reporting_api.domain.reports import AreaShare, ReportInvalid, ResolvedLine

MAX_AREAS_A_LINE = 200
_SHARE_DECIMALS = 18
"""As many as a share that is stated may have."""


@dataclass(frozen=True, slots=True)
class WardPart:
    """An area of a ward, and how many people live there, if that is known."""

    area_code: str
    population: int | None


@dataclass(frozen=True, slots=True)
class Located:
    """The small areas of codes that are none themselves."""

    postcodes: Mapping[str, tuple[str, ...]]
    """The areas in one of which each postcode lies; none, where the index does not hold them."""
    wards: Mapping[str, tuple[WardPart, ...]]
    """All areas of each ward that the index holds whole."""


NOTHING_LOCATED = Located({}, {})


def codes_of(lines: Iterable[ResolvedLine]) -> set[str]:
    """Every code by which lines say where they landed."""
    return {area.area_code for line in lines for area in line.stated.areas}


def located_lines(
    lines: Sequence[ResolvedLine], known: Collection[str], located: Located
) -> list[ResolvedLine]:
    """The lines with small areas only; refused where one cannot be told, or where they are too many.

    `known` are the areas of the index among their codes.
    """
    faults: list[FieldError] = []
    found: list[ResolvedLine] = []
    for index, line in enumerate(lines):
        if all(area.area_code in known for area in line.stated.areas):
            found.append(line)  # most lines, of which a file may have a hundred thousand
            continue
        parts: list[AreaShare] = []
        for position, area in enumerate(line.stated.areas):
            try:
                parts += _parts_of(area, known, located)
            except _NotLocated as fault:
                where = f"/lines/{index}/areas/{position}/area_code"
                faults.append(FieldError(where, fault.code, fault.message))
        areas = _together(parts)
        if len(areas) > MAX_AREAS_A_LINE:
            message = f"comes to {len(areas)} small areas; {MAX_AREAS_A_LINE} at most"
            faults.append(FieldError(f"/lines/{index}/areas", "areas_too_many", message))
        found.append(replace(line, stated=replace(line.stated, areas=areas)))
    if faults:
        raise ReportInvalid("It is not clear where lines landed; see errors.", errors=faults)
    return found


class _NotLocated(Exception):
    """A code leads to no small area, or to none for certain."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def _parts_of(area: AreaShare, known: Collection[str], located: Located) -> list[AreaShare]:
    if area.area_code in known:
        return [area]
    candidates = located.postcodes.get(area.area_code, ())
    if len(candidates) > 1:
        message = f"lies in one of several areas; name the one: {', '.join(candidates)}"
        raise _NotLocated("area_unclear", message)
    if candidates:
        return [AreaShare(candidates[0], area.share)]
    if ward := located.wards.get(area.area_code):
        shares = _split(area.share, _weights(ward))
        return [
            AreaShare(part.area_code, share) for part, share in zip(ward, shares, strict=True) if share > 0
        ]
    raise _NotLocated("area_unknown", "the index has no such area")


def _weights(ward: Sequence[WardPart]) -> list[int]:
    people = [part.population for part in ward]
    known = [count for count in people if count is not None]
    return known if len(known) == len(people) and sum(known) > 0 else [1] * len(people)


def _split(share: Decimal, weights: Sequence[int]) -> list[Decimal]:
    """Parts of a share by weights, cut to the decimals that shares have; the last takes what is left."""
    scaled, whole = int(share.scaleb(_SHARE_DECIMALS)), sum(weights)
    parts = [scaled * weight // whole for weight in weights]
    last = max(index for index, weight in enumerate(weights) if weight > 0)
    parts[last] += scaled - sum(parts)
    return [Decimal(part).scaleb(-_SHARE_DECIMALS).normalize() for part in parts]


def _together(areas: Iterable[AreaShare]) -> tuple[AreaShare, ...]:
    """Each area once, with all that landed there."""
    shares: dict[str, Decimal] = {}
    for area in areas:
        shares[area.area_code] = shares.get(area.area_code, Decimal(0)) + area.share
    return tuple(AreaShare(code, share) for code, share in shares.items())
