"""toms-engine's part of the graph: measurement frameworks, their editions and measures, areas of need."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, cast
from uuid import UUID

import strawberry
from strawberry import federation

from cdp_common.contracts import toms as contract
from gateway.context import Context, Info
from gateway.schema.crosswalks import Crosswalk, Outcome, Theme
from gateway.schema.editions import (
    TailoredFrom,
    changes_of_edition,
    multipliers_of_edition,
    proxies_of_edition,
    workstreams_of_edition,
)
from gateway.schema.enums import (
    Accumulation,
    Component,
    DataStatus,
    EditionState,
    NeedDomain,
    Origin,
    Unit,
    ValuationMethod,
    YearRule,
)
from gateway.schema.fields import calls_each, calls_together, resolved
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
from gateway.schema.records import as_shown
from gateway.texts import as_code


@strawberry.type(description="Shares taken off gross value; null where the measure declares none.")
class Additionality:
    """What would have happened anyway, and what goes elsewhere."""

    deadweight: Decimal | None = strawberry.field(
        description="What would have happened anyway; null where none is declared."
    )
    displacement: Decimal | None = strawberry.field(
        description="What is lost elsewhere in the area; null where none is declared."
    )
    leakage: Decimal | None = strawberry.field(
        description="What benefits others than intended; null where none is declared."
    )
    substitution: Decimal | None = strawberry.field(
        description="What replaces a like activity; null where none is declared."
    )
    source: str = strawberry.field(description="Where the shares come from.")


OnlyOf = Annotated[str | None, strawberry.argument(description="Only those of this code.")]


@strawberry.type(description="What a tag of measures stands for.")
class Tag:
    """A tag."""

    code: str = strawberry.field(description="The tag's code.")
    title: str = strawberry.field(description="What it stands for.")


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
    proxy: Proxy | None = strawberry.field(
        description="The proxy that values it; null where it gets no pounds, or by a multiplier."
    )
    additionality: Additionality | None = strawberry.field(
        description="What is taken off gross value; null where it declares none."
    )
    drop_off: Decimal | None = strawberry.field(
        description="The share lost in each year after the first; null where none is declared."
    )
    lasts_years: int = strawberry.field(description="For how many years the effect lasts.")
    excludes: list[str] = strawberry.field(
        description="Codes of measures that cannot be claimed for the same activity."
    )
    evidence: list[str] = strawberry.field(description="What evidence is asked for.")
    needs: list[NeedDomain] = strawberry.field(description="The domains of need that it answers.")
    objectives: list[str] = strawberry.field(description="Codes of the place's objectives that it serves.")
    negative_allowed: bool = strawberry.field(description="Whether a quantity may be negative.")
    maximum_per_line: Decimal | None = strawberry.field(
        description="The most that one line may state; null where there is no such limit."
    )
    valid_from: date = strawberry.field(description="The first day on which it may be used.")
    valid_to: date | None = strawberry.field(
        description="The last day on which it may be used; null while there is no last day."
    )
    target_groups: list[str] = strawberry.field(
        description="Groups of people of which a line names one, where the measure is about such."
    )
    tags: list[str] = strawberry.field(description="Its tags; the edition says what they stand for.")
    origin: Origin | None = strawberry.field(
        description="Where a tailored edition has it from; null in others."
    )
    changed: list[str] = strawberry.field(
        description="Of a tailored measure: the fields that differ from the parent edition's."
    )
    revalued_because: str | None = strawberry.field(
        description="Why its value differs from the parent edition's; null where it does not."
    )

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
            target_groups=list(record.target_groups),
            tags=list(record.tags),
            origin=None if record.origin is None else Origin(record.origin),
            changed=list(record.changed),
            revalued_because=record.revalued_because,
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
    effective_to: date | None = strawberry.field(
        description="The last day on which it applies; null while there is no last day."
    )
    published_at: datetime | None = strawberry.field(description="When it was published; null for a draft.")
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
    tags: list[Tag] = strawberry.field(description="What the tags of its measures stand for.")
    tailors: TailoredFrom | None = strawberry.field(
        description="The edition that this one tailors, by name; null when it stands alone."
    )

    proxies = resolved(proxies_of_edition, "Its proxies, in the order of the framework.")
    multipliers = resolved(multipliers_of_edition, "Its local multipliers, in the order of the framework.")
    workstreams = resolved(workstreams_of_edition, "Its workstreams, and their numeric targets.")
    changes = resolved(changes_of_edition, "What changed from another edition to this one.")

    @calls_each("Its measures, in the order of the framework.")
    async def measures(
        self,
        info: Info,
        theme: OnlyOf = None,
        outcome: OnlyOf = None,
        tag: OnlyOf = None,
        unit: Annotated[Unit | None, strawberry.argument(description="Only those in this unit.")] = None,
        need: Annotated[
            NeedDomain | None, strawberry.argument(description="Only those that answer this need.")
        ] = None,
        valuation: Annotated[
            ValuationMethod | None, strawberry.argument(description="Only those that get pounds so.")
        ] = None,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
    ) -> Connection[Measure] | None:
        """A page of measures."""
        toms = info.context.upstreams.toms
        return await connect(
            lambda limit, cursor: toms.ask(
                lambda api: api.list_measures(
                    self.rest_id,
                    theme=theme,
                    outcome=outcome,
                    tag=tag,
                    unit=None if unit is None else cast("contract.Unit", unit.value),
                    need=None if need is None else cast("contract.NeedDomain", need.value),
                    valuation=None if valuation is None else valuation.value,
                    limit=limit,
                    cursor=cursor,
                )
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
            tags=[Tag(code=code, title=title) for code, title in record.tags.items()],
            tailors=None if record.tailors is None else as_shown(TailoredFrom, record.tailors),
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


async def measure_node(context: Context, key: str) -> Measure | None:
    """The measure of a node id."""
    wanted = parse_measure_key(key)
    return await measure_of(context, wanted.edition_hash, wanted.code)


async def edition_node(context: Context, key: str) -> Edition | None:
    """The edition of a node id."""
    record = await context.loaders.editions.load(parse_uuid(key))
    return None if record is None else Edition.of(record)
