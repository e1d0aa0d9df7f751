"""reporting-api's part of the graph: a place's collective value."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

import strawberry

from cdp_common.contracts import previews
from cdp_common.contracts import reporting as contract
from cdp_common.contracts.publications import Publication as PublicationRecord
from gateway.context import Context, Info
from gateway.loaders import ValueKey
from gateway.schema.enums import Basis, DataStatus, Granularity, GroupBy
from gateway.schema.fields import calls_together, computed
from gateway.schema.groupings import Grouping
from gateway.schema.money import SocialValue
from gateway.schema.previews import ExposedCells, PreviewedSections
from gateway.schema.prior_totals import StandingPriorTotal
from gateway.schema.records import as_shown, maybe_shown, said, shows
from gateway.selections import argument_value, selected_fields

if TYPE_CHECKING:
    from gateway.schema.publications import Publication

LazyPublication = Annotated["Publication", strawberry.lazy("gateway.schema.publications")]

GROUPING_FIELDS: Mapping[str, contract.GroupBy] = {
    "byTheme": "theme",
    "byOutcome": "outcome",
    "byMeasure": "measure",
    "byOrganisation": "organisation",
    "byArea": "area",
    "byNeedBand": "need_band",
    "byRoute": "route",
    "byCrosswalk": "crosswalk",
    "byPeriod": "period",
}
_WITHOUT = "null where the answer does not hold it."


@shows(contract.Timeliness, "Of the months that a place asks for, how many were reported in time.")
class Timeliness:
    """Timeliness."""

    asked_count: int = said("How many months were asked for.")
    on_time_count: int = said("How many of them were reported in time.")
    ratio: Decimal | None = said("In time ÷ asked for; null when nothing was asked.")


@strawberry.type(description="Who has reported of those who owe a report for the window.")
class Coverage:
    """Coverage by the quarterly minimum."""

    due_count: int = strawberry.field(description="How many reports are owed.")
    reported_count: int = strawberry.field(description="How many of them were given.")
    ratio: Decimal | None = strawberry.field(description="Given ÷ owed; null when nothing is owed.")
    due_value_ratio: Decimal | None = strawberry.field(
        description="The share of the due pounds whose deliverer has reported; null where nothing fell due."
    )
    missing_organisations: list[str] = strawberry.field(
        description="Who has not reported; empty in published figures."
    )
    timeliness: Timeliness | None = strawberry.field(
        description="Of the months that are asked for, how many were in time; null without a calendar."
    )


@strawberry.type(description="An edition of a measurement framework that figures in a total.")
class EditionUsed:
    """An edition with the years of its prices."""

    edition_hash: str = strawberry.field(description="The edition's hash.")
    label: str = strawberry.field(description="The edition for a reader.")
    price_years: list[int] = strawberry.field(description="The years whose prices the values are in.")


@strawberry.type(description="A place's collective value for a window, as known at a moment.")
class CollectiveValue:
    """The four figures with what surrounds them."""

    record: strawberry.Private[contract.CollectiveValue]
    groupings: strawberry.Private[Sequence[contract.Grouping]]
    publication_record: strawberry.Private[PublicationRecord | None]
    preview: strawberry.Private[previews.PublicationPreview | None]
    window_start: date = strawberry.field(description="The window's first day.")
    window_end: date = strawberry.field(description="The window's last day.")
    as_of: datetime = strawberry.field(description="The moment as known at which the figures stand.")

    @computed("Promised, over the whole life of what is in force.")
    def committed(self) -> SocialValue:
        """Promised."""
        return SocialValue.of(self.record.figures.committed)

    @computed("What of the promises falls due in the window.")
    def due(self) -> SocialValue:
        """Due."""
        return SocialValue.of(self.record.figures.due)

    @computed("Reported as delivered in the window.")
    def delivered(self) -> SocialValue:
        """Delivered."""
        return SocialValue.of(self.record.figures.delivered)

    @computed("Accepted by somebody independent of reporter and commissioner.")
    def validated(self) -> SocialValue:
        """Validated."""
        return SocialValue.of(self.record.figures.validated)

    @computed("Checked by the commissioner itself, which is not independent.")
    def confirmed(self) -> SocialValue:
        """Confirmed."""
        return SocialValue.of(self.record.confirmed)

    @computed("The promises signed in the window.")
    def signed_in_window(self) -> SocialValue:
        """Signed."""
        return SocialValue.of(self.record.signed_in_window)

    @computed("What of the delivered keeps a promise.")
    def delivered_against_commitment(self) -> SocialValue:
        """Delivered as promised."""
        return SocialValue.of(self.record.delivered_against_commitment)

    @computed("What of the delivered nobody had promised.")
    def delivered_uncommitted(self) -> SocialValue:
        """Delivered beyond promises."""
        return SocialValue.of(self.record.delivered_uncommitted)

    @computed("Of what was delivered against promises, the part beyond them; null in published figures.")
    def beyond_commitment(self) -> SocialValue | None:
        """Beyond what was promised."""
        found = self.record.beyond_commitment
        return None if found is None else SocialValue.of(found)

    @computed("How many lines of two reporters may count the same thing, and were not decided yet.")
    def open_conflicts(self) -> int:
        """Conflicts that are open."""
        return self.record.open_conflicts

    @computed("Of a preview: withheld cells of which publishing would tell too much; else empty.")
    def exposed(self) -> list[ExposedCells]:
        """What publishing could not hide."""
        found = [] if self.preview is None else self.preview.exposed
        return [as_shown(ExposedCells, one) for one in found]

    @computed("Of a preview: what publishing would state beside the figures; null for other figures.")
    def sections(self) -> PreviewedSections | None:
        """The further sections of a preview."""
        return None if self.preview is None else PreviewedSections(record=self.preview)

    @computed("Totals made elsewhere: they stand beside the four figures, in none of them.")
    def prior_totals(self) -> list[StandingPriorTotal]:
        """Made elsewhere."""
        return [as_shown(StandingPriorTotal, one) for one in self.record.prior_totals]

    delivery_ratio: Decimal | None = strawberry.field(
        description="Delivered against promises ÷ due; null when nothing was due."
    )
    coverage: Coverage = strawberry.field(description="Who has reported of those who owe a report.")
    editions: list[EditionUsed] = strawberry.field(description="The editions that figure in the totals.")
    data_status: DataStatus = strawberry.field(
        description="Whether all amounts are real or some are samples."
    )

    @calls_together("The publication that these figures are from; null for live figures.")
    async def publication(self, info: Info) -> LazyPublication | None:
        """The publication that answered."""
        from gateway.schema.publications import (
            Publication,  # a publication holds a value, and this its origin
        )

        found = self.publication_record
        if found is None and self.record.publication_number is not None:
            key = (self.record.place_id, self.record.publication_number)
            found = await info.context.loaders.publications_by_number.load(key)
        return None if found is None else Publication.of(found)

    @computed(f"The figures by theme; {_WITHOUT}")
    def by_theme(self) -> Grouping | None:
        """By theme."""
        return self._grouping("theme")

    @computed(f"The figures by outcome; {_WITHOUT}")
    def by_outcome(self) -> Grouping | None:
        """By outcome."""
        return self._grouping("outcome")

    @computed(f"The figures by measure; {_WITHOUT}")
    def by_measure(self) -> Grouping | None:
        """By measure."""
        return self._grouping("measure")

    @computed(f"The figures by organisation, on one basis; {_WITHOUT}")
    def by_organisation(
        self,
        basis: Annotated[
            Basis, strawberry.argument(description="Whether by who delivers or by who commissions.")
        ] = Basis.DELIVERED_BY,
    ) -> Grouping | None:
        """By organisation, never on both bases added."""
        return self._grouping("organisation", basis.value)

    @computed(f"The figures by small area; {_WITHOUT}")
    def by_area(self) -> Grouping | None:
        """By area."""
        return self._grouping("area")

    @computed(f"The figures by band of need, 'not placed' included; {_WITHOUT}")
    def by_need_band(self) -> Grouping | None:
        """By band of need."""
        return self._grouping("need_band")

    @computed(f"The figures by the route by which value arises; {_WITHOUT}")
    def by_route(self) -> Grouping | None:
        """By route."""
        return self._grouping("route")

    @computed(
        "The figures by the categories of another system: objectives, pillars, goals or missions. What a "
        f"measure is worth is divided by the shares of the edition that it was valued at; {_WITHOUT}"
    )
    def by_crosswalk(
        self,
        scheme: Annotated[
            str, strawberry.argument(description="The other system's code, as in a framework's crosswalks.")
        ],
    ) -> Grouping | None:
        """By the categories of another system."""
        return self._grouping("crosswalk", scheme=scheme)

    @computed(
        "The figures of each month, quarter or financial year of the window, at most sixty, the first and "
        "the last cut to it. What is committed stands as at the period's last day: it does not add up. "
        f"Without a role in the place: what was last published of exactly each period; {_WITHOUT}"
    )
    def by_period(
        self,
        granularity: Annotated[Granularity, strawberry.argument(description="How long the periods are.")],
    ) -> Grouping | None:
        """Period by period."""
        return self._grouping("period", granularity=granularity.value)

    def _grouping(
        self,
        by: contract.GroupBy,
        basis: str | None = None,
        scheme: str | None = None,
        granularity: str | None = None,
    ) -> Grouping | None:
        wanted = (by, basis, scheme, granularity)
        found = (one for one in self.groupings if _asked_as(one) == wanted)
        grouping = next(found, None)
        return None if grouping is None else Grouping.of(grouping, self.record.place_id)

    @classmethod
    def of(
        cls,
        record: contract.CollectiveValue,
        publication: PublicationRecord | None = None,
        groupings: Sequence[contract.Grouping] | None = None,
        preview: previews.PublicationPreview | None = None,
    ) -> CollectiveValue:
        """The figures that reporting-api states, alone or inside a publication.

        `groupings` takes the place of the answer's own where several answers hold them; `preview` is the same
        record where it is what publishing would show.
        """
        return cls(
            record=record,
            groupings=record.groupings if groupings is None else groupings,
            publication_record=publication,
            preview=preview,
            window_start=record.window_start,
            window_end=record.window_end,
            as_of=record.as_of,
            delivery_ratio=record.delivery_ratio,
            coverage=coverage_of(record.coverage),
            editions=[
                EditionUsed(edition_hash=one.edition_hash, label=one.label, price_years=list(one.price_years))
                for one in record.editions
            ],
            data_status=DataStatus(record.data_status),
        )


def coverage_of(record: contract.Coverage) -> Coverage:
    """The coverage that reporting-api states."""
    return Coverage(
        due_count=record.due_count,
        reported_count=record.reported_count,
        ratio=record.ratio,
        due_value_ratio=record.due_value_ratio,
        missing_organisations=list(record.missing_organisations),
        timeliness=maybe_shown(Timeliness, record.timeliness),
    )


async def collective_value_of(
    info: Info, place_id: UUID, start: date, end: date, as_of: datetime | None
) -> CollectiveValue:
    """A place's value with the groupings that the query selects, and no others, in one call.

    A call is on one basis: where a query asks for organisations on both, the other basis takes a second call.
    """
    groups, bases = _selected_groupings(info)
    first, *others = bases or [None]
    keys = [ValueKey(place_id, start, end, as_of, groups, first)]
    keys += [ValueKey(place_id, start, end, as_of, ("organisation",), basis) for basis in others]
    values = await _all_values(info.context, keys)
    return CollectiveValue.of(values[0], groupings=[grouping for one in values for grouping in one.groupings])


async def preview_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    from_: Annotated[date, strawberry.argument(name="from", description="The period's first day.")],
    to: Annotated[date, strawberry.argument(description="The period's last day.")],
) -> CollectiveValue | None:
    """The figures as a publication would have them, with every grouping."""
    record = await info.context.upstreams.reporting.ask(
        lambda api: api.preview_publication(parent.rest_id, from_=from_, to=to)
    )
    return CollectiveValue.of(record, preview=record)


async def _all_values(context: Context, keys: list[ValueKey]) -> list[contract.CollectiveValue]:
    return await asyncio.gather(*(context.loaders.values.load(key) for key in keys))


def _selected_groupings(info: Info) -> tuple[tuple[str, ...], list[contract.Basis | None]]:
    """The groupings that the query selects in the order of the table, and each basis that it names."""
    names: set[str] = set()
    bases: set[Basis] = set()
    with_argument: set[str] = set()
    for node in selected_fields(info):
        by = GROUPING_FIELDS.get(node.name.value)
        names.add(node.name.value)
        if by == "organisation":
            bases.add(_basis(argument_value(node, "basis", info.variable_values)))
        if by == "crosswalk":
            with_argument.add(f"crosswalk:{argument_value(node, 'scheme', info.variable_values)}")
        if by == "period":
            granularity = _granularity(argument_value(node, "granularity", info.variable_values))
            with_argument.add(f"period:{granularity.value}")
    plain = tuple(
        by for name, by in GROUPING_FIELDS.items() if name in names and by not in ("crosswalk", "period")
    )
    groups = (*plain, *sorted(with_argument))
    return groups, [cast("contract.Basis", basis.value) for basis in Basis if basis in bases]


def _granularity(stated: object) -> Granularity:
    """A granularity as the query writes it, or as a variable gives it."""
    return stated if isinstance(stated, Granularity) else Granularity[str(stated)]


def _asked_as(one: contract.Grouping) -> tuple[str, str | None, str | None, str | None]:
    """What a grouping was asked for by."""
    return one.by, one.basis, one.scheme, one.granularity


def _basis(stated: object) -> Basis:
    """A basis as the query writes it, or as a variable gives it."""
    if isinstance(stated, Basis):
        return stated
    return Basis.DELIVERED_BY if stated is None else Basis[str(stated)]


assert {by.value for by in GroupBy} == set(GROUPING_FIELDS.values())
