"""toms-engine's part of the graph: measurement frameworks, their editions and measures, areas of need."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import federation

from cdp_common.contracts import toms as contract
from gateway.context import Context, Info
from gateway.schema.crosswalks import Crosswalk, Outcome, Theme
from gateway.schema.enums import (
    Accumulation,
    Component,
    DataStatus,
    EditionState,
    NeedBand,
    NeedDomain,
    Unit,
    ValuationMethod,
    YearRule,
)
from gateway.schema.fields import calls_each, calls_together
from gateway.schema.nodes import (
    DEFAULT_PAGE_SIZE,
    After,
    Connection,
    First,
    Node,
    connect,
    measure_key_text,
    node_id,
    parse_measure_key,
    parse_uuid,
)
from gateway.schema.proxies import Proxy
from gateway.texts import as_code


@strawberry.type(description="Shares taken off gross value; null where the measure declares none.")
class Additionality:
    """What would have happened anyway, and what goes elsewhere."""

    deadweight: Decimal | None = strawberry.field(description="What would have happened anyway.")
    displacement: Decimal | None = strawberry.field(description="What is lost elsewhere in the area.")
    leakage: Decimal | None = strawberry.field(description="What benefits others than intended.")
    substitution: Decimal | None = strawberry.field(description="What replaces a like activity.")
    source: str = strawberry.field(description="Where the shares come from.")


@federation.type(keys=["id"], description="A measure of one edition: what is counted, and how it is valued.")
class Measure(Node):
    """A measure; a recorded value keeps the edition that it was valued at for ever."""

    edition_hash: str = strawberry.field(description="The hash of the edition that it belongs to.")
    framework: str = strawberry.field(description="The measurement framework's code.")
    edition: str = strawberry.field(description="The edition's code.")
    code: str = strawberry.field(description="The measure's code in its edition.")
    title: str = strawberry.field(description="The title.")
    guidance: str = strawberry.field(description="What counts and what does not.")
    theme: Theme = strawberry.field(description="The theme.")
    outcome: Outcome = strawberry.field(description="The outcome.")
    unit: Unit = strawberry.field(description="What a quantity counts.")
    decimals: int = strawberry.field(description="How many decimal places a quantity may have.")
    accumulation: Accumulation = strawberry.field(description="How quantities add up.")
    year_rule: YearRule = strawberry.field(description="In which years of a contract a quantity counts.")
    valuation: ValuationMethod = strawberry.field(description="How it gets its pounds.")
    component: Component | None = strawberry.field(
        description="Which component its pounds belong to; null when it carries none."
    )
    proxy: Proxy | None = strawberry.field(description="The proxy that values it.")
    additionality: Additionality | None = strawberry.field(description="What is taken off gross value.")
    drop_off: Decimal | None = strawberry.field(description="The share lost in each year after the first.")
    lasts_years: int = strawberry.field(description="For how many years the effect lasts.")
    excludes: list[str] = strawberry.field(
        description="Codes of measures that cannot be claimed for the same activity."
    )
    evidence: list[str] = strawberry.field(description="What evidence is asked for.")
    needs: list[NeedDomain] = strawberry.field(description="The domains of need that it answers.")
    objectives: list[str] = strawberry.field(description="Codes of the place's objectives that it serves.")
    negative_allowed: bool = strawberry.field(description="Whether a quantity may be negative.")
    maximum_per_line: Decimal | None = strawberry.field(description="The most that one line may state.")
    valid_from: date = strawberry.field(description="The first day on which it may be used.")
    valid_to: date | None = strawberry.field(description="The last day on which it may be used.")

    @classmethod
    def of(cls, record: contract.Measure) -> Measure:
        """The measure that toms-engine describes."""
        key = contract.MeasureKey(edition_hash=record.edition_hash, code=record.code)
        return cls(
            id=node_id("Measure", measure_key_text(key)),
            edition_hash=record.edition_hash,
            framework=record.framework,
            edition=record.edition,
            code=record.code,
            title=record.title,
            guidance=record.guidance,
            theme=Theme.of(record.theme),
            outcome=Outcome.of(record.outcome),
            unit=Unit(record.unit),
            decimals=record.decimals,
            accumulation=Accumulation(record.accumulation),
            year_rule=YearRule(record.year_rule),
            valuation=ValuationMethod(record.valuation),
            component=None if record.component is None else Component(record.component),
            proxy=None if record.proxy is None else Proxy.of(record.proxy),
            additionality=_additionality(record.additionality),
            drop_off=record.drop_off,
            lasts_years=record.lasts_years,
            excludes=list(record.excludes),
            evidence=list(record.evidence),
            needs=[NeedDomain(need) for need in record.needs],
            objectives=list(record.objectives),
            negative_allowed=record.negative_allowed,
            maximum_per_line=record.maximum_per_line,
            valid_from=record.valid_from,
            valid_to=record.valid_to,
        )


@federation.type(keys=["id"], description="An edition of a measurement framework; immutable once published.")
class Edition(Node):
    """An edition: codes, units and proxies may differ between editions."""

    rest_id: UUID = strawberry.field(description="The id by which the REST APIs know it.")
    framework: str = strawberry.field(description="The measurement framework's code.")
    code: str = strawberry.field(description="The edition's code.")
    title: str = strawberry.field(description="The title.")
    publisher: str = strawberry.field(description="Who publishes it.")
    licence: str = strawberry.field(description="Its licence.")
    data_status: DataStatus = strawberry.field(description="Whether it is for use or a sample.")
    state: EditionState = strawberry.field(description="Whether it may still change.")
    edition_hash: str = strawberry.field(description="SHA-256 of its whole content.")
    effective_from: date = strawberry.field(description="The first day on which it applies.")
    effective_to: date | None = strawberry.field(description="The last day on which it applies.")
    published_at: datetime | None = strawberry.field(description="When it was published.")
    measure_count: int = strawberry.field(description="How many measures it has.")
    description: str = strawberry.field(description="What it is for.")
    derived_from: str | None = strawberry.field(
        description="The hash of the edition that this one tailors; null when it stands alone."
    )
    counts_initial_spend: bool = strawberry.field(
        description="Whether local spend counts the contract price itself too."
    )
    themes: list[Theme] = strawberry.field(description="Its themes, in display order.")
    outcomes: list[Outcome] = strawberry.field(description="Its outcomes.")
    crosswalks: list[Crosswalk] = strawberry.field(description="Mappings to other systems' categories.")

    @calls_each("Its measures, in the order of the framework.")
    async def measures(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[Measure] | None:
        """A page of measures."""
        toms = info.context.upstreams.toms
        return await connect(
            lambda limit, cursor: toms.ask(
                lambda api: api.list_measures(self.rest_id, limit=limit, cursor=cursor)
            ),
            Measure.of,
            first,
            after,
        )

    @calls_together("One of its measures; null when it has none of the code.")
    async def measure(
        self, info: Info, code: Annotated[str, strawberry.argument(description="The measure's code.")]
    ) -> Measure | None:
        """A measure by its code."""
        return await measure_of(info.context, self.edition_hash, code)

    @classmethod
    def of(cls, record: contract.Edition) -> Edition:
        """The edition that toms-engine describes."""
        return cls(
            id=node_id("Edition", record.id),
            rest_id=record.id,
            framework=record.framework,
            code=record.edition,
            title=record.title,
            publisher=record.publisher,
            licence=record.licence,
            data_status=DataStatus(record.data_status),
            state=EditionState(record.state),
            edition_hash=record.edition_hash,
            effective_from=record.effective_from,
            effective_to=record.effective_to,
            published_at=record.published_at,
            measure_count=record.measure_count,
            description=record.description,
            derived_from=record.derived_from,
            counts_initial_spend=record.counts_initial_spend,
            themes=[Theme.of(theme) for theme in record.themes],
            outcomes=[Outcome.of(outcome) for outcome in record.outcomes],
            crosswalks=[Crosswalk.of(crosswalk) for crosswalk in record.crosswalks],
        )


@strawberry.type(description="A measurement framework with its editions.")
class Framework:
    """A measurement framework, as far as editions of it are there."""

    code: str = strawberry.field(description="The measurement framework's code.")
    edition: Edition | None = strawberry.field(
        description="The edition named in the query; null when none was named."
    )

    @calls_each("Its editions, by code.")
    async def editions(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[Edition] | None:
        """A page of editions."""
        toms = info.context.upstreams.toms
        return await connect(
            lambda limit, cursor: toms.ask(
                lambda api: api.list_editions(framework=self.code, limit=limit, cursor=cursor)
            ),
            Edition.of,
            first,
            after,
        )


@strawberry.type(description="A small area and its need, under one index of deprivation.")
class Area:
    """An area's band of need."""

    code: str = strawberry.field(description="The area's code.")
    name: str = strawberry.field(description="The area's name.")
    index: str = strawberry.field(description="The index of deprivation.")
    decile: int = strawberry.field(description="The decile; 1 is most deprived.")
    band: NeedBand = strawberry.field(description="The band of need that the place gives the decile.")


def _additionality(record: contract.Additionality | None) -> Additionality | None:
    if record is None:
        return None
    return Additionality(
        deadweight=record.deadweight,
        displacement=record.displacement,
        leakage=record.leakage,
        substitution=record.substitution,
        source=record.source,
    )


async def measure_of(context: Context, edition_hash: str, code: str) -> Measure | None:
    """A measure of an edition, together with whatever others are asked for at the same time."""
    known = as_code(code)
    if known is None:
        return None
    record = await context.loaders.measures.load(contract.MeasureKey(edition_hash=edition_hash, code=known))
    return None if record is None else Measure.of(record)


async def area_of(context: Context, index: str, code: str) -> Area | None:
    """An area's need, together with whatever others are asked for at the same time."""
    known = as_code(code)
    record = None if known is None else await context.loaders.areas.load((index, known))
    if record is None:
        return None
    return Area(
        code=record.code,
        name=record.name,
        index=record.index,
        decile=record.decile,
        band=NeedBand(record.band),
    )


async def measure_node(context: Context, key: str) -> Measure | None:
    """The measure of a node id."""
    wanted = parse_measure_key(key)
    return await measure_of(context, wanted.edition_hash, wanted.code)


async def edition_node(context: Context, key: str) -> Edition | None:
    """The edition of a node id."""
    record = await context.loaders.editions.load(parse_uuid(key))
    return None if record is None else Edition.of(record)
