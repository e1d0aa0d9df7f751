"""Where a line lands and who delivered it: entries that sum to the line, less what is elsewhere."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reporting_api.builders import COUNCIL, MEASURE, NOW, PLACE, amounts, ids

from cdp_common.kernel.periods import Period
from reporting_api.domain.activities import PartnerShare
from reporting_api.domain.landing import (
    DeliveredLine,
    Landing,
    entries_of_delivery,
    landings_of,
    reversals_of,
)
from reporting_api.domain.reports import AreaShare

LINE = DeliveredLine(
    line_id=UUID(int=40),
    report_id=UUID(int=41),
    place_id=PLACE,
    period=Period(date(2026, 7, 1), date(2026, 9, 30)),
    measure=MEASURE,
    route="own_activity",
    commissioner_id=None,
    commitment_line_id=None,
    activity_id=None,
    deliverers=(PartnerShare(COUNCIL, Decimal(1)),),
    landings=(Landing(None, Decimal(1)),),
    area_index="imd",
    data_status="actual",
)


def test_what_is_left_of_one_is_not_placed():
    areas = (AreaShare("A", Decimal("0.3")), AreaShare("B", Decimal("0.5")))
    assert landings_of(areas, {"A": "durham", "B": "essex"}, "durham") == (
        Landing("A", Decimal("0.3")),
        Landing("B", Decimal("0.5"), is_elsewhere=True),
        Landing(None, Decimal("0.2")),
    )
    whole = (AreaShare("A", Decimal(1)),)
    assert landings_of(whole, None, "durham") == (Landing("A", Decimal(1)),)
    assert landings_of((), None, "durham") == (Landing(None, Decimal(1)),)


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.decimals("0.001", "1", places=3), min_size=1, max_size=8),
    st.lists(st.decimals("0.001", "1", places=3), min_size=1, max_size=8),
)
def test_entries_sum_to_the_line_over_partners_and_areas(pence, partners, areas):
    line = replace(
        LINE,
        deliverers=tuple(PartnerShare(UUID(int=index), share) for index, share in enumerate(partners)),
        landings=tuple(Landing(f"A{index}", share) for index, share in enumerate(areas)),
    )
    entries = entries_of_delivery(line, "delivered", Decimal(7), amounts(pence), "report", ids(), NOW)
    assert len(entries) == len(partners) * len(areas)
    assert sum(entry.amounts.social_pence for entry in entries) == pence
    assert sum(entry.counted_quantity for entry in entries) == Decimal(7)


def test_what_landed_elsewhere_gives_no_entry():
    line = replace(LINE, landings=(Landing("A", Decimal("0.4")), Landing("B", Decimal("0.6"), True)))
    [entry] = entries_of_delivery(line, "validated", Decimal(10), amounts(101), "review", ids(), NOW)
    assert (entry.amounts.social_pence, entry.counted_quantity) == (40, Decimal(4))
    assert (entry.figure, entry.area_code, entry.area_index) == ("validated", "A", "imd")
    assert entry.effective_on == date(2026, 9, 30)


def test_reversals_cancel_and_name_what_they_take_back():
    entries = entries_of_delivery(LINE, "delivered", Decimal(3), amounts(100), "report", ids(), NOW)
    [taken_back] = reversals_of(entries, "correction", ids(9000), NOW)
    assert taken_back.amounts.social_pence == -100
    assert (taken_back.reverses, taken_back.source_kind) == (entries[0].id, "correction")
    assert taken_back.effective_on == entries[0].effective_on
