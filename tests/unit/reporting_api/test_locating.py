"""From postcodes and wards to small areas: shares stay exact, and nothing is picked."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.unit.reporting_api.test_shared_activities import claiming

from reporting_api.domain.locating import MAX_AREAS_A_LINE, Located, WardPart, located_lines
from reporting_api.domain.reports import AreaShare, ReportInvalid, ResolvedLine

WARD = (WardPart("A", 1000), WardPart("B", 2000), WardPart("C", 0))
PLACES = Located(
    postcodes={"DH11AA": ("A",), "DH11AB": ("A", "B"), "DH11AC": ()},
    wards={
        "W": WARD,
        "HALVES": (WardPart("A", 10), WardPart("B", None), WardPart("C", 5)),
        "EMPTY": (WardPart("A", 0), WardPart("B", 0)),
    },
)


def landing(*areas: tuple[str, str]) -> ResolvedLine:
    shares = tuple(AreaShare(code, Decimal(share)) for code, share in areas)
    line = claiming(None)
    return replace(line, stated=replace(line.stated, areas=shares))


def landed(*areas: tuple[str, str]) -> dict[str, str]:
    [line] = located_lines([landing(*areas)], {"A", "B"}, PLACES)
    return {area.area_code: format(area.share, "f") for area in line.stated.areas}


def faults(*areas: tuple[str, str]) -> list[tuple[str, str]]:
    with pytest.raises(ReportInvalid) as refused:
        located_lines([landing(), landing(*areas)], {"A", "B"}, PLACES)
    return [(fault.pointer, fault.code) for fault in refused.value.errors]


def test_a_postcode_is_its_area_and_what_lands_in_one_area_is_one_share():
    assert landed(("DH11AA", "0.25"), ("B", "0.5"), ("A", "0.25")) == {"A": "0.50", "B": "0.5"}
    assert landed() == {}


def test_a_ward_is_split_by_people_where_all_are_counted_and_else_in_equal_parts():
    assert landed(("W", "0.3")) == {"A": "0.1", "B": "0.2"}
    third = "0.333333333333333333"
    assert landed(("HALVES", "1")) == {"A": third, "B": third, "C": "0.333333333333333334"}
    assert landed(("EMPTY", "1")) == {"A": "0.5", "B": "0.5"}
    smallest = "0.000000000000000001"
    assert landed(("W", smallest)) == {"B": smallest}


def test_what_leads_to_no_area_or_to_several_is_refused_where_it_was_stated():
    assert faults(("W", "0.5"), ("DH11AB", "0.1"), ("DH11AC", "0.1"), ("X", "0.1")) == [
        ("/lines/1/areas/1/area_code", "area_unclear"),
        ("/lines/1/areas/2/area_code", "area_unknown"),
        ("/lines/1/areas/3/area_code", "area_unknown"),
    ]


def test_a_line_comes_to_two_hundred_areas_and_no_more():
    def ward(name: str, count: int) -> tuple[WardPart, ...]:
        return tuple(WardPart(f"{name}{number}", None) for number in range(count))

    many = Located({}, {"M": ward("M", MAX_AREAS_A_LINE - 1)})
    whole = landing(("M", "0.9"), ("A", "0.1"))
    [line] = located_lines([whole], {"A"}, many)
    assert len(line.stated.areas) == MAX_AREAS_A_LINE
    assert sum(area.share for area in line.stated.areas) == 1
    with pytest.raises(ReportInvalid) as refused:
        located_lines([landing(("M", "0.8"), ("A", "0.1"), ("B", "0.1"))], {"A", "B"}, many)
    assert [(fault.pointer, fault.code) for fault in refused.value.errors] == [
        ("/lines/0/areas", "areas_too_many")
    ]
