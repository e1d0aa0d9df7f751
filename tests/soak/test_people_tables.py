"""A thousand published tables of people, consecutive ones included: no small count of any can be told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.soak.scale import Scale
from tests.unit.reporting_api.people_samples import publications
from tests.unit.reporting_api.test_people_protection import broken, share_beside

PROGRAMMES = 25
LOTS = 10
"""Each programme has four publications, which makes a thousand of them; in lots, for several workers."""


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("lot", range(LOTS))
def test_no_small_count_of_any_table_can_be_told_and_the_tables_stay_useful(
    lot: int, scale: Scale, record_property: Any
):
    if not scale.is_long:
        pytest.skip("takes minutes a lot; four tables are attacked by the unit tests")
    published = []
    for seed in range(1000 + lot * PROGRAMMES, 1000 + (lot + 1) * PROGRAMMES):
        found = list(publications(seed))
        assert [problem for one in found for problem in broken(one)] == [], seed
        published.extend(found)
    share = share_beside(published)
    record_property("share_of_cells_withheld_beside", share)
    assert share <= 0.15
