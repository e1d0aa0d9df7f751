"""Figures by one dimension: cells, and what a cell stands for."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import strawberry

from cdp_common.contracts import reporting as contract
from gateway.context import Info
from gateway.errors import IdInvalid
from gateway.schema.areas import Area, area_of
from gateway.schema.enums import Basis, Granularity, GroupBy, Withheld
from gateway.schema.fields import calls_together, computed
from gateway.schema.money import SocialValue
from gateway.schema.nodes import parse_uuid
from gateway.schema.partners import Organisation, organisation_of
from gateway.schema.records import as_shown, said, shows


@shows(contract.FourFigures, "Committed, due, delivered, validated: four figures, never one.")
class FourFigures:
    """The four figures."""

    committed: SocialValue = said("Promised, over the whole life of what is in force.")
    due: SocialValue = said("What of the promises falls due in the window.")
    delivered: SocialValue = said("Reported as delivered in the window.")
    validated: SocialValue = said("Accepted by somebody independent of reporter and commissioner.")

    @classmethod
    def of(cls, record: contract.FourFigures) -> FourFigures:
        """The figures that reporting-api states."""
        return as_shown(cls, record)


@strawberry.type(description="One row of a grouping.")
class ValueCell:
    """A cell; a suppressed one has no figures."""

    by: strawberry.Private[GroupBy]
    place_id: strawberry.Private[UUID]
    key: str = strawberry.field(description="What the cell stands for: a code or an id.")
    label: str = strawberry.field(description="The same for a reader.")
    suppressed: bool = strawberry.field(description="Whether disclosure control or a licence withholds it.")
    withheld: Withheld | None = strawberry.field(
        description="Why the figures are withheld; null where they are shown."
    )
    figures: FourFigures | None = strawberry.field(description="The figures; null when they are withheld.")

    @computed("The period's first day, in a grouping by period; null otherwise.")
    def period_start(self) -> date | None:
        """The first day of the period that the cell stands for."""
        return None if self.by is not GroupBy.PERIOD else date.fromisoformat(self.key.partition("/")[0])

    @computed("The period's last day, in a grouping by period; null otherwise.")
    def period_end(self) -> date | None:
        """The last day of the period that the cell stands for."""
        return None if self.by is not GroupBy.PERIOD else date.fromisoformat(self.key.partition("/")[2])

    @calls_together("The organisation, in a grouping by organisation; null otherwise.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation that the cell stands for."""
        if self.by is not GroupBy.ORGANISATION:
            return None
        try:
            key = parse_uuid(self.key)
        except IdInvalid:
            return None  # the cell of what no organisation commissioned
        return await organisation_of(info.context, key)

    @calls_together("The area under the index that the place uses, in a grouping by area; null otherwise.")
    async def area(self, info: Info) -> Area | None:
        """The area that the cell stands for."""
        if self.by is not GroupBy.AREA:
            return None
        place = await info.context.loaders.places.load(self.place_id)
        if place is None or place.need_index is None:
            return None
        return await area_of(info.context, place.need_index, self.key)


@strawberry.type(description="The four figures by one dimension.")
class Grouping:
    """A grouping with its cells."""

    by: GroupBy = strawberry.field(description="The dimension.")
    basis: Basis | None = strawberry.field(
        description="On which side organisations are grouped; null in other groupings."
    )
    scheme: str | None = strawberry.field(
        description="The code of the other system; null in other groupings than by crosswalk."
    )
    title: str | None = strawberry.field(
        description="The title of the other system; null in other groupings than by crosswalk."
    )
    granularity: Granularity | None = strawberry.field(
        description="How long the periods are; null in other groupings than by period."
    )
    editions_without: list[str] = strawberry.field(
        description="Hashes of editions that do not know the other system; their value is not mapped."
    )
    additive: bool = strawberry.field(description="Whether the cells sum to the total.")
    cells: list[ValueCell] = strawberry.field(description="The cells, in a fixed order: no league.")

    @classmethod
    def of(cls, record: contract.Grouping, place_id: UUID) -> Grouping:
        """The grouping that reporting-api states."""
        by = GroupBy(record.by)
        return cls(
            by=by,
            basis=None if record.basis is None else Basis(record.basis),
            scheme=record.scheme,
            title=record.title,
            granularity=None if record.granularity is None else Granularity(record.granularity),
            editions_without=list(record.editions_without),
            additive=record.additive,
            cells=[
                ValueCell(
                    by=by,
                    place_id=place_id,
                    key=cell.key,
                    label=cell.label,
                    suppressed=cell.suppressed,
                    withheld=None if cell.withheld is None else Withheld(cell.withheld),
                    figures=None if cell.figures is None else FourFigures.of(cell.figures),
                )
                for cell in record.cells
            ],
        )
