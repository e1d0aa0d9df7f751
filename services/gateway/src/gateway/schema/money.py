"""Pounds in the graph: always an exact amount beside its currency."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

import strawberry

from cdp_common.contracts.commitments import CommitmentLine
from cdp_common.contracts.reporting import ValueFigure
from gateway.schema.enums import LicensedPart
from gateway.schema.fields import computed
from gateway.schema.records import as_shown, said, shows


@strawberry.type(description="An amount of money.")
class Money:
    """Pounds: the exact amount itself stands for it, and nothing is made of it before it is selected."""

    @computed("The amount, exact, in whole units of the currency.")
    def amount(self) -> Decimal:
        """The amount."""
        return cast("Decimal", self)

    @computed("The currency's ISO 4217 code.")
    def currency(self) -> str:
        """The currency."""
        return "GBP"


@shows(ValueFigure, "Social and local economic value: both components and their sum.")
class SocialValue:
    """One figure in pounds; each of its amounts is made when it is selected."""

    total: Money = said("Social plus local economic value.", of="total_gbp")
    social: Money | None = said(
        "The social component; null where it would give a licensed unit value away.", of="social_gbp"
    )
    local_economic: Money | None = said(
        "The local economic component; null where it would give a licensed unit value away.",
        of="local_economic_gbp",
    )
    low: Money | None = said(
        "The total at the low ends of the sources' ranges; null unless every line has a range.", of="low_gbp"
    )
    high: Money | None = said(
        "The total at the high ends of the sources' ranges; null unless every line has a range.",
        of="high_gbp",
    )
    fiscal: Money = said("How much of the total is public money saved.", of="fiscal_gbp")
    licensed: LicensedPart = said("What it holds of value whose unit values are licensed.")

    @classmethod
    def of(cls, figure: ValueFigure) -> SocialValue:
        """A figure as reporting-api states it."""
        return as_shown(cls, figure)

    @classmethod
    def of_line(cls, line: CommitmentLine) -> SocialValue | None:
        """What one promised quantity is worth; nothing where a licence keeps that from the reader."""
        if line.social_gbp is None or line.local_economic_gbp is None or line.fiscal_gbp is None:
            return None
        figure = ValueFigure(
            total_gbp=line.social_gbp + line.local_economic_gbp,
            social_gbp=line.social_gbp,
            local_economic_gbp=line.local_economic_gbp,
            low_gbp=line.low_gbp,
            high_gbp=line.high_gbp,
            fiscal_gbp=line.fiscal_gbp,
            licensed="none" if line.licensed_framework is None else "included",
        )
        return as_shown(cls, figure)


def pounds(amount: Decimal) -> Money:
    """Pounds sterling."""
    return cast("Money", amount)


def maybe_pounds(amount: Decimal | None) -> Money | None:
    """Pounds sterling, or nothing where nothing is known."""
    return cast("Money | None", amount)
