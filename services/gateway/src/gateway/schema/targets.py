"""reporting-api's targets: numbers to be reached by a day, and how far they are reached."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import strawberry

from cdp_common.contracts import framework_packs as packs
from cdp_common.contracts import targets as contract
from gateway.context import Info
from gateway.schema.enums import Accumulation, DataStatus, Unit, Withheld, described_value
from gateway.schema.fields import calls_together
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, connect
from gateway.schema.proxies import Source
from gateway.schema.records import as_shown, maybe_shown, said, shows


@strawberry.enum(description="Whether a target is to be reached or kept to.")
class Aim(Enum):
    """What a target asks for."""

    AT_LEAST = described_value("at_least", "At least as much.")
    AT_MOST = described_value("at_most", "At most as much.")


@strawberry.enum(description="Whether a target holds.")
class TargetState(Enum):
    """Whether a target holds."""

    OPEN = described_value("open", "It holds.")
    WITHDRAWN = described_value("withdrawn", "It was withdrawn.")


@strawberry.enum(description="How a target stands.")
class TargetStanding(Enum):
    """How a target stands."""

    NO_DATA = described_value("no_data", "Nothing counts yet.")
    REACHED = described_value("reached", "As much as is aimed at, or kept to until the last day.")
    ON_TRACK = described_value("on_track", "At the present rate it will be reached.")
    BEHIND = described_value("behind", "At the present rate it will not be reached, or no rate is known.")
    WITHIN = described_value("within", "At the present rate it will be kept to.")
    EXCEEDED = described_value("exceeded", "More than the most already.")
    MISSED = described_value("missed", "The last day is past, and it was not reached.")


@strawberry.type(description="How much counts towards a target, by one figure.")
class Achieved:
    """How far."""

    quantity: Decimal | None = strawberry.field(description="How much; null when nothing counts yet.")
    share: Decimal | None = strawberry.field(
        description="Of the way to the target; 1 is all of it; null when there is no quantity."
    )
    forecast: Decimal | None = strawberry.field(
        description="On the last day, at the present rate; null when there is no present rate."
    )
    standing: TargetStanding = strawberry.field(description="How the target stands by it.")

    @classmethod
    def of(cls, record: contract.Achieved | None) -> Achieved | None:
        """The figure that reporting-api works out."""
        if record is None:
            return None
        return cls(
            quantity=record.quantity,
            share=record.share,
            forecast=record.forecast,
            standing=TargetStanding(record.standing),
        )


@strawberry.type(description="How far a target is reached: live with a role in the place, else as published.")
class TargetProgress:
    """Progress."""

    as_of: datetime = strawberry.field(description="The moment that it is of.")
    through: date | None = strawberry.field(
        description="The last day that what counts reaches to; null when nothing counts yet."
    )
    delivered: Achieved | None = strawberry.field(description="By what was delivered; null if withheld.")
    validated: Achieved | None = strawberry.field(description="By what was validated; null if withheld.")
    withheld: Withheld | None = strawberry.field(description="Why the figures are withheld; null if not.")
    publication_number: int | None = strawberry.field(
        description="The publication that it is of; null for live figures."
    )

    @classmethod
    def of(cls, record: contract.TargetProgress) -> TargetProgress:
        """The progress that reporting-api works out."""
        return cls(
            as_of=record.as_of,
            through=record.through,
            delivered=Achieved.of(record.delivered),
            validated=Achieved.of(record.validated),
            withheld=None if record.withheld is None else Withheld(record.withheld),
            publication_number=record.publication_number,
        )


@shows(packs.Baseline, "Where a number stood before the work that a target is set for.")
class TargetBaseline:
    """A baseline."""

    value: Decimal = said("The value.")
    taken_on: date = said("The day on which it was taken.")


@shows(contract.TargetMeasure, "A measure that counts towards a target.")
class TargetMeasure:
    """A measure of a target."""

    edition_hash: str = said("The hash of its edition.")
    code: str = said("The measure's code.")
    title: str = said("The title.")


@shows(contract.TargetVersion, "What a target was from one version on.")
class TargetVersion:
    """A version of a target."""

    version: int = said("The version.")
    title: str = said("The title.")
    value: Decimal = said("The number.")
    due: date = said("The last day that counts.")
    baseline: TargetBaseline | None = said("Where it stood before; null where that is not known.")
    source: Source = said("Where it is known from.")
    note: str | None = said("What to bear in mind; null where nothing is said.")
    state: TargetState = said("Whether it holds.")
    reason: str | None = said("Why it was changed; null of the first version.")
    recorded_at: datetime = said("When it was recorded.")


@strawberry.type(description="A number to be reached by a day; it need not carry pounds.")
class Target:
    """A target."""

    rest_id: UUID = strawberry.field(description="The id by which the REST APIs know it.")
    code: str = strawberry.field(description="The code, unique in the place.")
    title: str = strawberry.field(description="The title.")
    unit: Unit = strawberry.field(description="What the number counts.")
    value: Decimal = strawberry.field(description="The number.")
    aim: Aim = strawberry.field(description="Whether it is the least or the most.")
    due: date = strawberry.field(description="The last day that counts.")
    workstream: str | None = strawberry.field(
        description="The workstream that it belongs to; null where it belongs to none."
    )
    counts_people: bool = strawberry.field(description="Whether it counts people: small numbers are withheld")
    state: TargetState = strawberry.field(description="Whether it holds.")
    version: int = strawberry.field(description="How often it was set, this one included.")
    data_status: DataStatus = strawberry.field(description="Whether it is real or a sample.")
    accumulation: Accumulation = strawberry.field(description="How quantities add up.")
    counted_from: date | None = strawberry.field(
        description="The first day that counts; null: since the programme began."
    )
    baseline: TargetBaseline | None = strawberry.field(
        description="Where it stood before; null where that is not known."
    )
    source: Source = strawberry.field(description="Where the target is known from.")
    note: str | None = strawberry.field(description="What to bear in mind; null where nothing is said.")
    measures: list[TargetMeasure] = strawberry.field(description="The measures that count towards it.")
    earlier: list[TargetVersion] = strawberry.field(description="Its earlier versions, the newest first.")

    @calls_together("How far it is reached.")
    async def progress(self, info: Info) -> TargetProgress | None:
        """Progress."""
        record = await info.context.loaders.target_progress.load(self.rest_id)
        return None if record is None else TargetProgress.of(record)

    @classmethod
    def of(cls, record: contract.PlaceTarget) -> Target:
        """The target that reporting-api describes."""
        return cls(
            rest_id=record.id,
            code=record.code,
            title=record.title,
            unit=Unit(record.unit),
            value=record.value,
            aim=Aim(record.aim),
            due=record.due,
            workstream=record.workstream,
            counts_people=record.counts_people,
            state=TargetState(record.state),
            version=record.version,
            data_status=DataStatus(record.data_status),
            accumulation=Accumulation(record.accumulation),
            counted_from=record.counted_from,
            baseline=maybe_shown(TargetBaseline, record.baseline),
            source=Source.of(record.source),
            note=record.note,
            measures=[as_shown(TargetMeasure, one) for one in record.measures],
            earlier=[as_shown(TargetVersion, one) for one in record.earlier],
        )


async def targets_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    workstream: Annotated[
        str | None, strawberry.argument(description="Only those of this workstream, by its code.")
    ] = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[Target] | None:
    """A page of the place's targets by code."""
    reporting = info.context.upstreams.reporting
    return await connect(
        lambda limit, cursor: reporting.ask(
            lambda api: api.list_targets(parent.rest_id, workstream=workstream, limit=limit, cursor=cursor)
        ),
        Target.of,
        first,
        after,
    )
