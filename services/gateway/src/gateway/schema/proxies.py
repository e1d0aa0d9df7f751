"""Where pounds come from: proxies, their sources, and the steps of a valuation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import strawberry

from cdp_common.contracts import toms as contract
from gateway.schema.enums import Component, DiscountRate, Origin, ValueType
from gateway.schema.money import Money, maybe_pounds, pounds


@strawberry.type(description="Where a figure comes from, exactly enough to check it again.")
class Source:
    """A published source."""

    publisher: str = strawberry.field(description="Who published it.")
    title: str = strawberry.field(description="The publication's title.")
    edition: str = strawberry.field(description="Its edition or date.")
    locator: str = strawberry.field(description="Page, table or cell.")
    url: str = strawberry.field(description="Where it can be read.")
    published_on: date | None = strawberry.field(
        description="The day of publication; null where it states none."
    )

    @classmethod
    def of(cls, record: contract.Source) -> Source:
        """The source that toms-engine names."""
        return cls(
            publisher=record.publisher,
            title=record.title,
            edition=record.edition,
            locator=record.locator,
            url=record.url,
            published_on=record.published_on,
        )


@strawberry.type(description="A proxy's value in one year of delivery.")
class SeriesPoint:
    """One year of a series."""

    year: int = strawberry.field(description="The year of delivery.")
    low: Money | None = strawberry.field(
        description="The low end of the source's range; null where the source gives none."
    )
    central: Money = strawberry.field(description="The value that is used.")
    high: Money | None = strawberry.field(
        description="The high end of the source's range; null where the source gives none."
    )


@strawberry.type(description="Pounds for one unit of a measure, with derivation and sources.")
class Proxy:
    """A proxy; its values are null where its licence does not let them be shown."""

    code: str = strawberry.field(description="The proxy's code in its edition.")
    title: str = strawberry.field(description="The title.")
    component: Component = strawberry.field(description="Which component its pounds belong to.")
    value_type: ValueType = strawberry.field(description="What kind of value it stands for.")
    central: Money | None = strawberry.field(
        description="Pounds for one unit; null where the licence withholds it or `series` gives it by year."
    )
    low: Money | None = strawberry.field(
        description="The low end of the source's range; null where the source gives none, or where the "
        "licence keeps it."
    )
    high: Money | None = strawberry.field(
        description="The high end of the source's range; null where the source gives none, or where the "
        "licence keeps it."
    )
    series: list[SeriesPoint] = strawberry.field(description="Values by year of delivery.")
    price_year: int = strawberry.field(description="The year whose prices it is in.")
    derivation: str | None = strawberry.field(
        description="Formula and inputs, so that it can be redone; null where the source gives the value "
        "itself, or where the licence keeps it."
    )
    sources: list[Source] = strawberry.field(description="Where it comes from.")
    licence: str = strawberry.field(description="Its licence.")
    redistributable: bool = strawberry.field(description="Whether the licence lets its values be shown.")
    discount_rate: DiscountRate = strawberry.field(
        description="At which rate later years count, where a valuation asks for discounting."
    )
    valid_from: date = strawberry.field(description="The first day on which it may be used.")
    valid_to: date | None = strawberry.field(
        description="The last day on which it may be used; null while there is no last day."
    )
    origin: Origin | None = strawberry.field(
        description="Where a tailored edition has it from; null in others."
    )
    licence_framework: str | None = strawberry.field(
        description="Whose licence shows an inherited proxy's figures; null: the edition's own framework's."
    )

    @classmethod
    def of(cls, record: contract.Proxy) -> Proxy:
        """The proxy that toms-engine describes."""
        return cls(
            code=record.code,
            title=record.title,
            component=Component(record.component),
            value_type=ValueType(record.value_type),
            central=maybe_pounds(record.central_gbp),
            low=maybe_pounds(record.low_gbp),
            high=maybe_pounds(record.high_gbp),
            series=_series(record.series),
            price_year=record.price_year,
            derivation=record.derivation,
            sources=[Source.of(source) for source in record.sources],
            licence=record.licence,
            redistributable=record.redistributable,
            discount_rate=DiscountRate(record.discount_rate),
            valid_from=record.valid_from,
            valid_to=record.valid_to,
            origin=None if record.origin is None else Origin(record.origin),
            licence_framework=record.licence_framework,
        )


@strawberry.type(description="One adjustment of a valuation: the running result × factor ÷ divisor.")
class ExplanationStep:
    """A step, in the order in which it was applied."""

    rule: str = strawberry.field(description="The rule applied, for example `proxy` or `deadweight`.")
    text: str = strawberry.field(description="The step in words.")
    factor: Decimal | None = strawberry.field(
        description="What the running result is multiplied by; null for none."
    )
    divisor: Decimal | None = strawberry.field(
        description="What the running result is divided by; null for none."
    )
    result: Decimal = strawberry.field(description="The running result after this step, for reading.")
    unit: str = strawberry.field(description="The result's unit: the measure's, or GBP.")
    source: Source | None = strawberry.field(
        description="Where the factor comes from; null where the step needs none."
    )

    @classmethod
    def of(cls, record: contract.ExplanationStep) -> ExplanationStep:
        """The step of an explanation."""
        return cls(
            rule=record.rule,
            text=record.text,
            factor=record.factor,
            divisor=record.divisor,
            result=record.result,
            unit=record.unit,
            source=None if record.source is None else Source.of(record.source),
        )


def _series(points: Sequence[contract.SeriesPoint]) -> list[SeriesPoint]:
    return [
        SeriesPoint(
            year=point.year,
            low=maybe_pounds(point.low_gbp),
            central=pounds(point.central_gbp),
            high=maybe_pounds(point.high_gbp),
        )
        for point in points
    ]
