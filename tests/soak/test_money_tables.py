"""A thousand published tables of pounds, one after another: no protected cell is told within a tenth."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.soak.scale import Scale
from tests.unit.reporting_api.money_samples import OF_RANGE, programmes
from tests.unit.reporting_api.test_money_protection import broken, categories_beside, share_beside

SEEDS = 13
LOTS = 10
"""Each seed gives two programmes of four publications: 1,040 tables, in lots for several workers."""


TOO_LONG = "takes minutes a lot; a few tables are attacked by the unit tests"


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("lot", range(LOTS))
def test_no_protected_cell_of_any_table_can_be_told(lot: int, scale: Scale):
    if not scale.is_long:
        pytest.skip(TOO_LONG)
    for seed in range(1000 + lot * SEEDS, 1000 + (lot + 1) * SEEDS):
        for programme in programmes(seed):
            assert broken(replace(programme, categories=())) == [], seed
        uneven = programmes(seed, uneven_ranges=True)
        assert [problem for one in uneven for problem in broken(replace(one, categories=()), OF_RANGE)] == []


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("lot", range(LOTS))
def test_no_categories_tell_more(lot: int, scale: Scale):
    if not scale.is_long:
        pytest.skip(TOO_LONG)
    for seed in range(1000 + lot * SEEDS, 1000 + (lot + 1) * SEEDS):
        assert broken(next(programmes(seed))) == [], seed


@pytest.mark.timeout(7200)
def test_the_tables_stay_useful(scale: Scale, record_property: Any):
    if not scale.is_long:
        pytest.skip(TOO_LONG)
    seeds = range(1000, 1000 + LOTS * SEEDS)
    found = [programme for seed in seeds for programme in programmes(seed)]
    share, of_categories = share_beside(found), categories_beside(found)
    record_property("share_of_cells_withheld_beside", share)
    record_property("share_of_categories_withheld_beside", of_categories)
    assert share <= 0.15
    assert of_categories <= 0.26  # one in four, so that a change for the worse is seen
