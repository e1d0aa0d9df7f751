"""reporting-api's part of the graph: a place's value at one constant edition, live."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, cast

import strawberry

from cdp_common.contracts import value_at_edition as contract
from cdp_common.contracts.reporting import ValueFigure
from gateway.context import Info
from gateway.schema.enums import DataStatus, described_value
from gateway.schema.fields import calls_together, computed
from gateway.schema.money import SocialValue
from gateway.schema.records import as_shown, said, shows
from gateway.schema.toms import Measure, measure_of


@strawberry.enum(description="Why something recorded has no value at another edition.")
class NotRevaluedBecause(Enum):
    """Why there is none."""

    NOT_IN_EDITION = described_value("not_in_edition", "The edition has no such measure.")
    COUNTED_DIFFERENTLY = described_value(
        "counted_differently", "It counts the measure in another unit or by another rule."
    )
    LICENSED = described_value("licensed", "The unit value is licensed, and the reader lacks the licence.")
    INDUSTRY_UNKNOWN = described_value(
        "industry_unknown", "Local spend that was promised before its industry was kept."
    )
    NOT_VALUED = described_value("not_valued", "The edition cannot value it; `fault` says why.")


@shows(contract.MeasureAtEdition, "What was recorded of a measure at an edition, and at the one asked for.")
class MeasureAtEdition:
    """A measure."""

    code: str = said("The measure's code.", of="measure")
    title: str = said("What it is called in the edition of the record.")
    unit: str = said("What it is counted in.")
    recorded_edition_hash: str = said("The edition of the record.")
    counted_quantity: Decimal | None = said("How much of it counts; null where that is licensed.")
    not_revalued: NotRevaluedBecause | None = said("Why it has no value there; null where it has one.")
    fault: str | None = said("The code of what stands in the way; null but with NOT_VALUED.")

    @calls_together("The measure as the edition of the record has it.")
    async def measure(self, info: Info) -> Measure | None:
        """The measure."""
        record = cast("contract.MeasureAtEdition", self)
        return await measure_of(info.context, record.recorded_edition_hash, record.measure)

    @computed("What is recorded; null where that is licensed.")
    def recorded(self) -> SocialValue | None:
        """As recorded."""
        return _maybe(cast("contract.MeasureAtEdition", self).recorded)

    @computed("What it is worth at the edition asked for; null where that cannot be said.")
    def at_edition(self) -> SocialValue | None:
        """At the edition."""
        return _maybe(cast("contract.MeasureAtEdition", self).at_edition)

    @computed("At the edition less recorded; null where one of them is.")
    def difference(self) -> SocialValue | None:
        """The difference."""
        return _maybe(cast("contract.MeasureAtEdition", self).difference)


@shows(contract.FigureAtEdition, "One of the four figures as recorded, and at the edition asked for.")
class FigureAtEdition:
    """A figure."""

    revalued_share: Decimal | None = said(
        "What is recorded of what has a value there ÷ all that is recorded; null where that is nothing."
    )
    measures: list[MeasureAtEdition] = said("By measure and edition of the record.")

    @computed("The figure as it stands, of all measures.")
    def recorded(self) -> SocialValue:
        """As recorded."""
        return SocialValue.of(cast("contract.FigureAtEdition", self).recorded)

    @computed("What is recorded of those measures alone that have a value at the edition.")
    def recorded_of_revalued(self) -> SocialValue:
        """As recorded, in part."""
        return SocialValue.of(cast("contract.FigureAtEdition", self).recorded_of_revalued)

    @computed("What these are worth at the edition.")
    def at_edition(self) -> SocialValue:
        """At the edition."""
        return SocialValue.of(cast("contract.FigureAtEdition", self).at_edition)

    @computed("At the edition less what is recorded of the same.")
    def difference(self) -> SocialValue:
        """The difference."""
        return SocialValue.of(cast("contract.FigureAtEdition", self).difference)


@shows(
    contract.ValueAtEdition,
    "The four figures of a window at one constant edition, beside those that are recorded. Live.",
    without={"place_id": "the parent"},
)
class ValueAtEdition:
    """Value at an edition."""

    window_start: date = said("The window's first day.")
    window_end: date = said("The window's last day.")
    as_of: datetime = said("The moment as of which the figures are known.")
    edition_hash: str = said("The edition at which all of it is valued.")
    framework: str = said("The measurement framework that it is an edition of.")
    edition: str = said("The edition's code.")
    edition_title: str = said("The edition's title.")
    committed: FigureAtEdition = said("Promises in force on the window's last day, their whole life.")
    due: FigureAtEdition = said("What of promises falls due in the window.")
    delivered: FigureAtEdition = said("Reported as delivered in the window.")
    validated: FigureAtEdition = said("Accepted by somebody independent.")
    data_status: DataStatus = said("Whether amounts are real or samples.")


async def value_at_edition_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    from_: Annotated[date, strawberry.argument(name="from", description="The window's first day.")],
    to: Annotated[date, strawberry.argument(description="The window's last day.")],
    edition_hash: Annotated[str, strawberry.argument(description="The edition to value all of it at.")],
    as_of: Annotated[
        datetime | None,
        strawberry.argument(description="As known at this moment; without it as known now."),
    ] = None,
) -> ValueAtEdition | None:
    """The figures."""
    record = await info.context.upstreams.reporting.ask(
        lambda api: api.get_value_at_edition(
            parent.rest_id, since=from_, until=to, edition_hash=edition_hash, as_of=as_of
        )
    )
    return as_shown(ValueAtEdition, record)


def _maybe(figure: ValueFigure | None) -> SocialValue | None:
    return None if figure is None else SocialValue.of(figure)
