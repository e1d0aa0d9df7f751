"""The published figures that shipped proxies rest on, typed in once more, and what each proxy must come to.

Nothing here reads a pack. The sums use fractions, so that they are exact until the one rounding that a
derivation names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from math import floor

PENNY = Decimal("0.01")
MILLIONTH = Decimal("0.000001")
FULL_TIME_WEEK_HOURS = 35

Range = tuple[Decimal | None, Decimal, Decimal | None]
"""Low, central and high £ per unit."""


@dataclass(frozen=True)
class Expected:
    """What a proxy must say: its price year, kind, inputs as written in the derivation, and its values."""

    price_year: int
    component: str
    value_type: str
    inputs: tuple[str, ...]
    value: Range | None = None
    series: Mapping[int, Range] = field(default_factory=dict)


def half_up(value: Fraction, step: Decimal) -> Decimal:
    """A positive value rounded to whole steps, half a step up."""
    return floor(value / Fraction(step) + Fraction(1, 2)) * step


# DESNZ, November 2023, Table 3, carbon values in £ per tonne CO2e, 2022 prices: low, central, high.
CARBON = {
    2024: ("134.48", "268.97", "403.45"),
    2025: ("136.53", "273.06", "409.60"),
    2026: ("138.61", "277.22", "415.83"),
    2030: ("147.25", "294.50", "441.75"),
}
CARBON_YEARS = range(2024, 2031)
CAR_KG_PER_KILOMETRE = Fraction("0.16725")  # DESNZ conversion factors 2025, average car, unknown fuel
KILOMETRES_PER_MILE = Fraction("1.609344")
CAR_KG_PER_MILE = half_up(CAR_KG_PER_KILOMETRE * KILOMETRES_PER_MILE, Decimal("0.00001"))

NATIONAL_LIVING_WAGE_2025 = Fraction("12.21")  # HM Government, 21 and over, April 2025
MEDIAN_HOURLY_PAY_2025 = Fraction("17.96")  # Office for National Statistics, ASHE 2025 provisional

# HM Treasury, December 2025, calendar years, 2024 = 100.
GDP_DEFLATOR = {
    2012: "71.9294",
    2015: "75.1536",
    2019: "81.1085",
    2020: "85.2137",
    2021: "85.6358",
    2022: "90.5005",
    2023: "96.2507",
    2024: "100",
}


def carbon_value(year: int, column: int) -> Decimal:
    """£ per tonne: as published, or between 2026 and 2030 at their constant yearly rate, to the penny.

    The rate is the fourth root of a fraction: the only value here that no fraction holds, so it is worked out
    with fifty digits and rounded once.
    """
    if year in CARBON:
        return Decimal(CARBON[year][column])
    first, last = Decimal(CARBON[2026][column]), Decimal(CARBON[2030][column])
    with localcontext(prec=50):
        yearly_growth = (last / first).sqrt().sqrt()
        return (first * yearly_growth ** (year - 2026)).quantize(PENNY, rounding=ROUND_HALF_UP)


def _carbon_range(year: int) -> Range:
    return carbon_value(year, 0), carbon_value(year, 1), carbon_value(year, 2)


def _car_range(year: int) -> Range:
    low, central, high = (
        half_up(Fraction(CAR_KG_PER_MILE) * Fraction(carbon_value(year, column)) / 1000, MILLIONTH)
        for column in range(3)
    )
    return low, central, high


def _training_week() -> Range:
    week = NATIONAL_LIVING_WAGE_2025 * FULL_TIME_WEEK_HOURS
    high = half_up(MEDIAN_HOURLY_PAY_2025 * FULL_TIME_WEEK_HOURS, PENNY)
    return half_up(week * 3 / 5, PENNY), half_up(week, PENNY), high


def _published(price_year: int, component: str, value_type: str, figure: str) -> Expected:
    """A figure taken over as it was published, and written with its thousands in the derivation."""
    value = Decimal(figure.replace(",", ""))
    return Expected(price_year, component, value_type, (f"£{figure}",), (None, value, None))


EXPECTED: Mapping[str, Expected] = {
    # Annual Survey of Hours and Earnings 2025, median annual pay in County Durham
    "local-fte-year": _published(2025, "local_economic", "economic", "29,718"),
    "paid-hour": _published(2025, "social", "resource_cost", "17.96"),
    # GMCA Unit Cost Database v1.4, in the prices of the year that each cost states
    "claimant-jsa-year": _published(2012, "social", "fiscal", "9,800"),
    "claimant-esa-year": _published(2012, "social", "fiscal", "8,632"),
    "claimant-income-support-year": _published(2012, "social", "fiscal", "7,570"),
    "neet-18-24-year": _published(2010, "social", "fiscal", "4,257"),
    "rough-sleeper-year": _published(2010, "social", "fiscal", "7,900"),
    "youth-first-time-entrant": _published(2008, "social", "fiscal", "3,152"),
    "prison-year": _published(2013, "social", "fiscal", "33,785"),
    # Green Book: a pound of resources is a pound
    "pound-given": _published(2026, "social", "resource_cost", "1"),
    # HM Treasury wellbeing guidance, July 2021
    "wellby": Expected(
        2019,
        "social",
        "wellbeing",
        ("£10,000", "£13,000", "£16,000"),
        (Decimal(10000), Decimal(13000), Decimal(16000)),
    ),
    "paid-training-week": Expected(
        2025, "social", "resource_cost", ("£12.21", "£17.96", "× 35", "3 ÷ 5"), _training_week()
    ),
    "carbon-tonne": Expected(
        2022,
        "social",
        "environmental",
        tuple(figure for row in CARBON.values() for figure in row),
        series={year: _carbon_range(year) for year in CARBON_YEARS},
    ),
    "car-mile": Expected(
        2022,
        "social",
        "environmental",
        ("0.26916", "0.16725"),
        series={year: _car_range(year) for year in CARBON_YEARS},
    ),
}
"""Every proxy that a shipped pack may hold, unless the pack is a synthetic sample."""

MULTIPLIERS: Mapping[tuple[str, str], Decimal] = {
    # ONS input-output tables 2023 made local by location quotients, Type I
    ("county-durham", "construction"): Decimal("1.25"),
    ("county-durham", "manufacturing"): Decimal("1.21"),
    ("county-durham", "public-administration"): Decimal("1.17"),
    ("county-durham", "retail"): Decimal("1.10"),
    ("county-durham", "ict"): Decimal("1.04"),
    ("county-durham", "professional"): Decimal("1.04"),
}
