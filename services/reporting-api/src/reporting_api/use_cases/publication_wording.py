"""How a publication's page and table write pounds, quantities, days and what is absent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from cdp_common.contracts.reporting import ValueFigure


def pounds(amount: object) -> str:
    """Pounds to the penny with separators, a true minus before them."""
    if amount is None:
        return "not shown"
    return f"£{amount:,.2f}".replace("£-", "−£")


def quantity(amount: object) -> str:
    """A quantity as it is."""
    return "not known" if amount is None else f"{amount:,f}"


def percent(share: Decimal) -> str:
    """A share to a tenth of a per cent."""
    return f"{share * 100:.1f} %"


def day(of: date) -> str:
    """A day in words."""
    return f"{of.day} {of:%B %Y}"


def amounts(figure: ValueFigure | None) -> list[object]:
    """Total, components, range and fiscal part of a figure for a table; all empty where it is withheld."""
    if figure is None:
        return [""] * 6
    found = (
        figure.total_gbp,
        figure.social_gbp,
        figure.local_economic_gbp,
        figure.low_gbp,
        figure.high_gbp,
        figure.fiscal_gbp,
    )
    return ["" if amount is None else format(amount, "f") for amount in found]
