"""Deciles of an index of deprivation and the bands of need that a place cuts them into."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from cdp_common.kernel.errors import FieldError
from toms_engine.domain.errors import NeedIndexRefused

Band = Literal["severe", "high", "mild", "low"]

BANDS: tuple[Band, ...] = ("severe", "high", "mild", "low")
"""From most to least deprived."""

DECILES = 10


@dataclass(frozen=True, slots=True)
class BandCut:
    """A band and the highest decile that belongs to it."""

    band: Band
    highest_decile: int


@dataclass(frozen=True, slots=True)
class BandSpan:
    """The deciles of one band, both ends included."""

    band: Band
    lowest_decile: int
    highest_decile: int


@dataclass(frozen=True, slots=True)
class Area:
    """One small area of an index and its rank; rank 1 is most deprived."""

    code: str
    name: str
    place: str
    rank: int


def decile(rank: int, area_count: int) -> int:
    """The decile of a rank among `area_count` areas: ten times the rank over the count, rounded up."""
    return -(-DECILES * rank // area_count)


def band_spans(cuts: Sequence[BandCut]) -> tuple[BandSpan, ...]:
    """The deciles of each band; the last band takes all that the others leave."""
    spans, lowest = [], 1
    for cut in cuts[:-1]:
        spans.append(BandSpan(cut.band, lowest, cut.highest_decile))
        lowest = cut.highest_decile + 1
    return (*spans, BandSpan(cuts[-1].band, lowest, DECILES))


def require_index_holds(cuts: Sequence[BandCut], areas: Sequence[Area], area_count: int) -> None:
    """Refuse a part of an index with faults, all of them at once."""
    faults = [*cut_faults(cuts), *_area_faults(areas, area_count)]
    if faults:
        raise NeedIndexRefused("Nothing was stored; every fault is listed.", errors=faults)


def cut_faults(cuts: Sequence[BandCut]) -> Iterator[FieldError]:
    """What is wrong with the cuts of a place: none at all, out of order, or not rising."""
    if not cuts:
        yield FieldError("/bands", "bands_missing", "at least one band is needed")
    for index, (before, cut) in enumerate(pairwise(cuts), start=1):
        if BANDS.index(cut.band) <= BANDS.index(before.band):
            words = "bands run from severe to low, each at most once"
            yield FieldError(f"/bands/{index}/band", "bands_disordered", words)
        if cut.highest_decile <= before.highest_decile:
            words = "each band reaches beyond the one before"
            yield FieldError(f"/bands/{index}/highest_decile", "bands_disordered", words)


def _area_faults(areas: Iterable[Area], area_count: int) -> Iterator[FieldError]:
    seen: set[str] = set()
    for index, area in enumerate(areas):
        if area.code in seen:
            yield FieldError(f"/areas/{index}/code", "code_duplicate", "the area stands above")
        seen.add(area.code)
        if area.rank > area_count:
            words = "a rank is at most the number of areas"
            yield FieldError(f"/areas/{index}/rank", "rank_beyond_area_count", words)
