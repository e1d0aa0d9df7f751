"""Pounds in the graph: always an exact amount beside its currency."""

from __future__ import annotations

from decimal import Decimal

import strawberry

from cdp_common.contracts.commitments import CommitmentLine
from cdp_common.contracts.reporting import ValueFigure
from gateway.schema.enums import LicensedPart


@strawberry.type(description="An amount of money.")
class Money:
    """An amount with its currency."""

    amount: Decimal = strawberry.field(description="The amount, exact, in whole units of the currency.")
    currency: str = strawberry.field(description="The currency's ISO 4217 code.")


@strawberry.type(description="Social and local economic value: both components and their sum.")
class SocialValue:
    """One figure in pounds."""

    total: Money = strawberry.field(description="Social plus local economic value.")
    social: Money | None = strawberry.field(
        description="The social component; null where it would give a licensed unit value away."
    )
    local_economic: Money | None = strawberry.field(
        description="The local economic component; null where it would give a licensed unit value away."
    )
    low: Money | None = strawberry.field(
        description="The total at the low ends of the sources' ranges; null unless every line has a range."
    )
    high: Money | None = strawberry.field(
        description="The total at the high ends of the sources' ranges; null unless every line has a range."
    )
    fiscal: Money = strawberry.field(description="How much of the total is public money saved.")
    licensed: LicensedPart = strawberry.field(
        description="What it holds of value whose unit values are licensed."
    )

    @classmethod
    def of(cls, figure: ValueFigure) -> SocialValue:
        """A figure as reporting-api states it."""
        return cls(
            total=pounds(figure.total_gbp),
            social=maybe_pounds(figure.social_gbp),
            local_economic=maybe_pounds(figure.local_economic_gbp),
            low=maybe_pounds(figure.low_gbp),
            high=maybe_pounds(figure.high_gbp),
            fiscal=pounds(figure.fiscal_gbp),
            licensed=LicensedPart(figure.licensed),
        )

    @classmethod
    def of_line(cls, line: CommitmentLine) -> SocialValue | None:
        """What one promised quantity is worth; nothing where a licence keeps that from the reader."""
        if line.social_gbp is None or line.local_economic_gbp is None or line.fiscal_gbp is None:
            return None
        return cls(
            total=pounds(line.social_gbp + line.local_economic_gbp),
            social=pounds(line.social_gbp),
            local_economic=pounds(line.local_economic_gbp),
            low=maybe_pounds(line.low_gbp),
            high=maybe_pounds(line.high_gbp),
            fiscal=pounds(line.fiscal_gbp),
            licensed=LicensedPart.NONE if line.licensed_framework is None else LicensedPart.INCLUDED,
        )


def pounds(amount: Decimal) -> Money:
    """Pounds sterling."""
    return Money(amount=amount, currency="GBP")


def maybe_pounds(amount: Decimal | None) -> Money | None:
    """Pounds sterling, or nothing where nothing is known."""
    return None if amount is None else pounds(amount)
