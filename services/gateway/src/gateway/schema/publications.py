"""reporting-api's part of the graph: numbered publications, and how a measure's pounds came about."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry import federation

from cdp_common.contracts import bridges
from cdp_common.contracts import reporting as contract
from cdp_common.contracts.publications import Publication as PublicationRecord
from gateway.context import Context, Info
from gateway.schema.contract_ratios import ContractRatio
from gateway.schema.enums import Basis, Figure, GroupBy, Unit, described_value
from gateway.schema.fields import calls_together, computed, resolved
from gateway.schema.ledger import Bridge, bridge_entries_of_publication
from gateway.schema.money import Money, pounds
from gateway.schema.nodes import Node, node_id, parse_uuid
from gateway.schema.partners import place_of
from gateway.schema.proxies import ExplanationStep, Proxy
from gateway.schema.published_need import PublishedNeed
from gateway.schema.published_spend import PublishedSpend
from gateway.schema.records import as_shown, maybe_shown, said, shows
from gateway.schema.reporting import CollectiveValue
from gateway.schema.scalars import BigInt
from gateway.schema.targets import TargetProgress
from gateway.schema.toms import Measure, measure_of

if TYPE_CHECKING:
    from gateway.schema.places import Place

LazyPlace = Annotated["Place", strawberry.lazy("gateway.schema.places")]


@strawberry.type(description="One figure that a restatement changed.")
class PublicationChange:
    """A change against the publication that is restated."""

    figure: Figure = strawberry.field(description="Which figure.")
    before: Money = strawberry.field(description="What the restated publication said.")
    after: Money = strawberry.field(description="What this one says.")
    difference: Money = strawberry.field(description="After less before.")


@strawberry.type(description="The thresholds by which cells were withheld.")
class DisclosureRule:
    """The rule of disclosure control that a publication was made by."""

    minimum_organisations: int = strawberry.field(description="How many organisations a cell needs at least.")
    dominance_percent: Decimal = strawberry.field(
        description="How closely one contributor's amount must not be guessed, in per cent."
    )
    source: str = strawberry.field(description="Where the thresholds come from.")
    minimum_people: int | None = strawberry.field(
        description="How many people a count needs; null in publications made before people were counted."
    )


@strawberry.enum(description="A file of a publication.")
class PublicationFileKind(Enum):
    """A file."""

    HTML = described_value("html", "A page to be read (WCAG 2.2 AA).")
    CSV = described_value("csv", "The figures as a table.")
    PDF = described_value("pdf", "The page as a tagged PDF, where the deployment offers it.")
    SIGNATURE = described_value("signature", "A compact JWS over the publication.")


@strawberry.type(description="Where a file of a publication is served.")
class PublicationFile:
    """A file."""

    kind: PublicationFileKind = strawberry.field(description="Which file.")
    path: str = strawberry.field(description="Its path at reporting-api, without a host.")


@strawberry.type(description="How far a target was reached when a publication was made.")
class PublishedTarget:
    """A target in a publication."""

    code: str = strawberry.field(description="The target's code.")
    title: str = strawberry.field(description="The title.")
    unit: Unit = strawberry.field(description="What the number counts.")
    value: Decimal = strawberry.field(description="The number.")
    due: date = strawberry.field(description="The last day that counts.")
    progress: TargetProgress = strawberry.field(description="How far it was reached.")


@shows(bridges.CellChange, "A cell in which a restatement differs from what it restates.")
class CellChange:
    """A changed cell."""

    by: str = said("The dimension.", instead="Use `dimension`; it stays until 2027-11-30.")
    basis: str | None = said(
        "On which side organisations are grouped; null for other dimensions.",
        instead="Use `side`; it stays until 2027-11-30.",
    )
    scheme: str | None = said("The other system's code; null but in a grouping by crosswalk.")
    key: str = said("What the cell stands for: a code or an id.")
    label: str = said("The same for a reader.")
    figure: Figure = said("Which figure.")
    before: Money | None = said("What the restated publication said; null where withheld.", of="before_gbp")
    after: Money | None = said("What this one says; null where withheld.", of="after_gbp")

    @computed("The dimension.")
    def dimension(self) -> GroupBy:
        """By what."""
        return GroupBy(self.by)

    @computed("On which side organisations are grouped; null for other dimensions.")
    def side(self) -> Basis | None:
        """On which side."""
        return None if self.basis is None else Basis(self.basis)


@federation.type(keys=["id"], description="A frozen, numbered publication of a place's collective value.")
class Publication(Node):
    """A publication; a later number may restate its period, and says why."""

    record: strawberry.Private[PublicationRecord]
    rest_id: UUID = strawberry.field(description="The id by which the REST APIs know it.")
    number: int = strawberry.field(description="Its number in the place's series.")
    period_start: date = strawberry.field(description="The period's first day.")
    period_end: date = strawberry.field(description="The period's last day.")
    published_at: datetime = strawberry.field(description="When it was published.")
    restates: int | None = strawberry.field(
        description="The number of the publication that it takes the place of; null where it takes no "
        "other's place."
    )
    reason: str | None = strawberry.field(description="Why it restates; null where it restates nothing.")
    changes: list[PublicationChange] = strawberry.field(description="What the restatement changed.")
    content_sha256: str = strawberry.field(description="SHA-256 over the canonical JSON of the value.")
    ledger_position: BigInt = strawberry.field(description="The last ledger entry that is in it.")
    ledger_head: str = strawberry.field(description="The hash of the ledger's block that ends there.")
    disclosure: DisclosureRule = strawberry.field(description="By which thresholds cells were withheld.")
    licence: str = strawberry.field(description="The licence under which it may be used.")

    format: int = strawberry.field(
        description="What it states: from 2 on figures by need and contract, from 3 on payments."
    )

    bridge_entries = resolved(
        bridge_entries_of_publication, "Every ledger entry of its bridges; needs `reporting:read` and a role."
    )

    @calls_together("The place.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.record.place_id)

    @computed("How the totals of delivered and of validated came from the last ones, step by step.")
    def bridges(self) -> list[Bridge]:
        """The bridges."""
        return [as_shown(Bridge, one) for one in self.record.bridges]

    @computed("Of a restatement: the cells that differ, line by line.")
    def cell_changes(self) -> list[CellChange]:
        """The cells that differ."""
        return [as_shown(CellChange, one) for one in self.record.cell_changes]

    @computed(
        "Validated ÷ delivered, to four decimals; null where nothing was delivered, and in publications of "
        "format 1 to 3."
    )
    def validated_share(self) -> Decimal | None:
        """How much is validated."""
        return self.record.validated_share

    @computed("Where it stays for good; null in publications of format 1 to 3.")
    def url(self) -> str | None:
        """The permanent address."""
        return self.record.url

    @computed("How far the place's targets are reached at the period's end.")
    def targets(self) -> list[PublishedTarget]:
        """The targets."""
        return [
            PublishedTarget(
                code=one.code,
                title=one.title,
                unit=Unit(one.unit),
                value=one.value,
                due=one.due,
                progress=TargetProgress.of(one),
            )
            for one in self.record.targets
        ]

    @computed("How its value is spread by need, for each head; null in publications of format 1.")
    def need(self) -> PublishedNeed | None:
        """By need."""
        return None if self.record.need is None else PublishedNeed.of(self.record.need)

    @computed("Social value for each £ of the contracts in force; null in publications of format 1.")
    def contract_ratio(self) -> ContractRatio | None:
        """For each £ of contract."""
        return maybe_shown(ContractRatio, self.record.contract_ratio)

    @computed("What partners paid to suppliers; null in publications of format 1 and 2.")
    def spend(self) -> PublishedSpend | None:
        """Payments."""
        return maybe_shown(PublishedSpend, self.record.spend)

    @computed("Its files, for people and for verifying: where reporting-api serves them.")
    def files(self) -> list[PublicationFile]:
        """The files."""
        base = f"/v1/publications/{self.rest_id}/files"
        return [PublicationFile(kind=kind, path=f"{base}/{kind.value}") for kind in PublicationFileKind]

    @computed("The figures as they were frozen, with every grouping.")
    def value(self) -> CollectiveValue:
        """The frozen value."""
        return CollectiveValue.of(self.record.value, self.record)

    @classmethod
    def of(cls, record: PublicationRecord) -> Publication:
        """The publication that reporting-api froze."""
        return cls(
            id=node_id("Publication", record.id),
            record=record,
            rest_id=record.id,
            number=record.number,
            period_start=record.period_start,
            period_end=record.period_end,
            published_at=record.published_at,
            restates=record.restates,
            reason=record.reason,
            changes=[
                PublicationChange(
                    figure=Figure(change.figure),
                    before=pounds(change.before_gbp),
                    after=pounds(change.after_gbp),
                    difference=pounds(change.difference_gbp),
                )
                for change in record.changes
            ],
            content_sha256=record.content_sha256,
            ledger_position=BigInt(record.ledger_position),
            ledger_head=record.ledger_head,
            disclosure=DisclosureRule(
                minimum_organisations=record.disclosure.minimum_organisations,
                dominance_percent=record.disclosure.dominance_percent,
                source=record.disclosure.source,
                minimum_people=record.disclosure.minimum_people,
            ),
            licence=record.licence,
            format=record.format,
        )


@strawberry.type(description="Lines of one measure that were valued by the same factors.")
class PoundGroup:
    """Lines that share an explanation."""

    line_count: int = strawberry.field(description="How many lines.")
    counted_quantity: Decimal = strawberry.field(description="Their quantity, as far as it adds up.")
    social: Money = strawberry.field(description="Their social value.")
    local_economic: Money = strawberry.field(description="Their local economic value.")
    steps: list[ExplanationStep] = strawberry.field(
        description="How one unit of the measure is valued, up to rounding."
    )


@strawberry.type(description="How a measure's delivered pounds in a publication came about.")
class PoundExplanation:
    """From the published pounds down to the proxy's source."""

    publication_number: int = strawberry.field(description="The publication's number.")
    measure_code: str = strawberry.field(description="The measure's code.")
    measure_title: str = strawberry.field(description="The measure's title.")
    theme: str = strawberry.field(description="The theme's code.")
    unit: Unit = strawberry.field(description="What a quantity counts.")
    edition_hash: str = strawberry.field(description="The hash of the edition that values it.")
    framework: str = strawberry.field(description="The measurement framework's code.")
    edition: str = strawberry.field(description="The edition's code.")
    proxy: Proxy | None = strawberry.field(
        description="The proxy with its sources; null where it got its pounds by a multiplier."
    )
    total: Money = strawberry.field(description="The delivered pounds that are explained.")
    groups: list[PoundGroup] = strawberry.field(description="Their lines, by how they were valued.")

    @calls_together("The measure.")
    async def measure(self, info: Info) -> Measure | None:
        """The measure."""
        return await measure_of(info.context, self.edition_hash, self.measure_code)

    @classmethod
    def of(cls, record: contract.PoundExplanation) -> PoundExplanation:
        """The explanation that reporting-api gives."""
        return cls(
            publication_number=record.publication_number,
            measure_code=record.measure,
            measure_title=record.measure_title,
            theme=record.theme,
            unit=Unit(record.unit),
            edition_hash=record.edition_hash,
            framework=record.framework,
            edition=record.edition,
            proxy=None if record.proxy is None else Proxy.of(record.proxy),
            total=pounds(record.total_gbp),
            groups=[
                PoundGroup(
                    line_count=group.line_count,
                    counted_quantity=group.counted_quantity,
                    social=pounds(group.social_gbp),
                    local_economic=pounds(group.local_economic_gbp),
                    steps=[ExplanationStep.of(step) for step in group.steps],
                )
                for group in record.groups
            ],
        )


async def publication_of(context: Context, key: UUID) -> Publication | None:
    """A publication by its id."""
    record = await context.loaders.publications.load(key)
    return None if record is None else Publication.of(record)


async def publication_node(context: Context, key: str) -> Publication | None:
    """The publication of a node id."""
    return await publication_of(context, parse_uuid(key))
