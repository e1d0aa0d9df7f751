"""A thousand published tables of pounds, one after another: no protected cell is told within a tenth."""

from __future__ import annotations

from typing import Any

import pytest

from tests.soak.scale import Scale
from tests.unit.reporting_api.money_samples import programmes
from tests.unit.reporting_api.test_money_protection import broken, share_beside

SEEDS = 13
LOTS = 10
"""Each seed gives two programmes of four publications: 1,040 tables, in lots for several workers."""


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("lot", range(LOTS))
def test_no_protected_cell_of_any_table_can_be_told_and_the_tables_stay_useful(
    lot: int, scale: Scale, record_property: Any
):
    if not scale.is_long:
        pytest.skip("takes minutes a lot; a few tables are attacked by the unit tests")
    found = [programme for n in range(SEEDS) for programme in programmes(1000 + lot * SEEDS + n)]
    assert [problem for programme in found for problem in broken(programme)] == []
    share = share_beside(found)
    record_property("share_of_cells_withheld_beside", share)
    assert share <= 0.15
