"""Parts of OCDS 1.1 releases that every service writes alike: times, periods, values, observations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

Part = dict[str, Any]

UNIT_SCHEME = "CDP"
"""The list that units are taken from: the platform's own (docs/ocds.md)."""

_UNIT_NAMES = {
    "fte_years": "full-time equivalent years",
    "hours": "hours",
    "attendee_hours": "attendee hours",
    "weeks": "weeks",
    "gbp_invested": "pounds sterling invested",
    "gbp_spent": "pounds sterling spent",
    "tco2e": "tonnes of CO2 equivalent",
    "miles": "miles",
    "count": "number",
    "percentage": "per cent",
    "text": "text",
}


def number(value: Decimal) -> int | Decimal:
    """The value as a JSON number is best written: no trailing zeros, no exponent, whole where it is whole."""
    shortest = Decimal(format(value.normalize(), "f"))
    return int(shortest) if shortest == shortest.to_integral_value() else shortest


def moment(value: datetime) -> str:
    """A time as OCDS writes it: RFC 3339 in UTC, to the millisecond."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def first_moment(value: date) -> str:
    """The first second of a day."""
    return f"{value.isoformat()}T00:00:00Z"


def last_moment(value: date) -> str:
    """The last second of a day."""
    return f"{value.isoformat()}T23:59:59Z"


def period(starts_on: date, ends_on: date) -> Part:
    """A period of whole days, both included."""
    return {"startDate": first_moment(starts_on), "endDate": last_moment(ends_on)}


def pounds(amount: Decimal) -> Part:
    """An OCDS value in pounds sterling."""
    return {"amount": number(amount), "currency": "GBP"}


def present(part: Mapping[str, Any]) -> Part:
    """The part without members that say nothing: null, an empty text, object or list."""
    return {name: value for name, value in part.items() if value not in (None, "", {}, [])}


def observation(id_: str, quantity: Decimal, unit: str, starts_on: date, ends_on: date) -> Part:
    """A quantity over a period; money is a value, everything else a measure with its unit."""
    stated = {"value": pounds(quantity)} if unit.startswith("gbp_") else {"measure": number(quantity)}
    return {
        "id": id_,
        "period": period(starts_on, ends_on),
        **stated,
        "unit": {"scheme": UNIT_SCHEME, "id": unit, "name": _UNIT_NAMES.get(unit, unit)},
    }
