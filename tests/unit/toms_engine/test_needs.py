"""Deciles and bands of need."""

import pytest

from toms_engine.domain.errors import NeedIndexRefused
from toms_engine.domain.needs import Area, BandCut, BandSpan, band_spans, decile, require_index_holds

# The default cuts: severe is decile 1, high 2 to 3, mild 4 to 5, low the rest.
CUTS = (BandCut("severe", 1), BandCut("high", 3), BandCut("mild", 5), BandCut("low", 10))

AREAS_2019 = 32_844  # English Indices of Deprivation 2019, lower-layer super output areas
AREAS_2025 = 33_755


@pytest.mark.parametrize(
    ("rank", "count", "expected"),
    [
        (1, AREAS_2019, 1),
        (3284, AREAS_2019, 1),
        (3285, AREAS_2019, 2),
        (8550, AREAS_2019, 3),  # County Durham 006B in the official file: rank 8,550, decile 3
        (4263, AREAS_2019, 2),  # County Durham 006A: rank 4,263, decile 2
        (29_559, AREAS_2019, 9),
        (29_560, AREAS_2019, 10),
        (32_844, AREAS_2019, 10),
        (3375, AREAS_2025, 1),
        (3376, AREAS_2025, 2),
        (33_755, AREAS_2025, 10),
    ],
)
def test_the_decile_is_ten_times_the_rank_over_the_count_rounded_up(rank, count, expected):
    assert decile(rank, count) == expected


def test_the_bands_cover_all_deciles():
    assert band_spans(CUTS) == (
        BandSpan("severe", 1, 1),
        BandSpan("high", 2, 3),
        BandSpan("mild", 4, 5),
        BandSpan("low", 6, 10),
    )


def test_the_last_band_takes_the_rest():
    assert band_spans((BandCut("severe", 2), BandCut("low", 4))) == (
        BandSpan("severe", 1, 2),
        BandSpan("low", 3, 10),
    )


def faults(cuts=CUTS, areas=(), count=AREAS_2019):
    with pytest.raises(NeedIndexRefused) as refused:
        require_index_holds(cuts, areas, count)
    return [(error.pointer, error.code) for error in refused.value.errors]


def test_cuts_run_from_severe_to_low_in_rising_deciles():
    assert faults(()) == [("/bands", "bands_missing")]
    assert faults((BandCut("high", 3), BandCut("severe", 3))) == [
        ("/bands/1/band", "bands_disordered"),
        ("/bands/1/highest_decile", "bands_disordered"),
    ]
    assert faults((BandCut("high", 3), BandCut("high", 4))) == [("/bands/1/band", "bands_disordered")]


def test_areas_stand_once_and_rank_within_the_count():
    areas = [Area("E01020638", "A", "county-durham", 101), Area("E01020638", "B", "county-durham", 100)]
    assert faults(areas=areas, count=100) == [
        ("/areas/0/rank", "rank_beyond_area_count"),
        ("/areas/1/code", "code_duplicate"),
    ]
