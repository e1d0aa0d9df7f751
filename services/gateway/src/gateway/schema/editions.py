"""An edition in parts, and compared with another one: multipliers, workstreams, targets, changes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, cast

import strawberry

from cdp_common.contracts import editions as contract
from cdp_common.contracts import framework_packs as packs
from cdp_common.contracts import toms
from gateway.context import Info
from gateway.schema.enums import Component, Origin, Unit, described_value
from gateway.schema.fields import computed
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, connect, uuid_of
from gateway.schema.proxies import Proxy, Source
from gateway.schema.records import as_shown, page_of, said, shows
from gateway.schema.targets import Aim, TargetBaseline
from gateway.texts import json_bytes


@strawberry.enum(description="A part of an edition.")
class EditionPart(Enum):
    """A part."""

    EDITION = described_value("edition", "What holds for the edition as a whole.")
    TAG = described_value("tag", "A tag of measures.")
    THEME = described_value("theme", "A theme.")
    OUTCOME = described_value("outcome", "An outcome.")
    MEASURE = described_value("measure", "A measure.")
    PROXY = described_value("proxy", "A proxy.")
    MULTIPLIER = described_value("multiplier", "A local multiplier.")
    CROSSWALK = described_value("crosswalk", "A crosswalk.")
    CROSSWALK_CATEGORY = described_value("crosswalk_category", "A category of a crosswalk.")
    CROSSWALK_ROW = described_value("crosswalk_row", "A measure's share in a category.")
    WORKSTREAM = described_value("workstream", "A workstream.")
    TARGET = described_value("target", "A numeric target.")


@strawberry.enum(description="How a part of an edition differs from another edition's.")
class ChangeKind(Enum):
    """How a part differs."""

    ADDED = described_value("added", "Only the newer edition has it.")
    REMOVED = described_value("removed", "Only the older edition has it.")
    CHANGED = described_value("changed", "It differs.")
    WITHHELD = described_value("withheld", "Whether licensed figures differ is not told without the licence.")


@shows(contract.Multiplier, "The output multiplier of one industry in one place.")
class Multiplier:
    """A multiplier."""

    place: str = said("The place's short name.")
    industry: str = said("The industry's code.")
    multiplier: Decimal = said("Pounds of local output for each pound spent there.")
    source: Source = said("Where it comes from.")
    derivation: str = said("How it was worked out.")
    component: Component = said("Which component its pounds belong to.")
    origin: Origin | None = said("Where a tailored edition has it from; null in others.")


@shows(packs.Workstream, "A programme of work of an edition.")
class Workstream:
    """A workstream."""

    code: str = said("The workstream's code.")
    title: str = said("The title.")
    description: str | None = said("What is done; null where nothing is said.")
    measures: list[str] = said("Codes of the measures in which its progress is read.")


@shows(contract.Target, "A number to be reached by a day, as an edition states it.")
class EditionTarget:
    """A target of an edition."""

    code: str = said("The target's code.")
    title: str = said("The title.")
    measure: str = said("The measure's code.")
    workstream: str | None = said("The workstream's code; null for none.")
    value: Decimal = said("The number.")
    unit: Unit = said("What it counts.")
    aim: Aim = said("Whether it is the least or the most.")
    counted_from: date | None = said("The first day that counts; null: since the programme began.")
    due: date = said("The last day that counts.")
    baseline: TargetBaseline | None = said("Where the measure stood before; null where not known.")
    source: Source = said("Where it is known from.")
    note: str | None = said("What to bear in mind; null where nothing is said.")


@shows(contract.Workstreams, "The programmes of work of an edition and their numeric targets.")
class Workstreams:
    """Workstreams with targets."""

    edition_hash: str = said("The hash of the edition.")
    workstreams: list[Workstream] = said("The workstreams.")
    targets: list[EditionTarget] = said("The targets.")


@shows(contract.FieldChange, "One field that differs between two editions.")
class FieldChange:
    """A change of a field; old and new are written as JSON, since a field may hold anything."""

    old: strawberry.Private[Any]
    new: strawberry.Private[Any]
    field: str = said("The field.")
    difference: Decimal | None = said("Of numbers: new less old; null for others.")
    percent: Decimal | None = said(
        "Of numbers: the difference in per cent of the old; null for others, and where the old number is 0."
    )

    @computed("The older edition's value as JSON; null where it has none.")
    def old_json(self) -> str | None:
        """The old value."""
        return _json(self.old)

    @computed("The newer edition's value as JSON; null where it has none.")
    def new_json(self) -> str | None:
        """The new value."""
        return _json(self.new)


@shows(contract.PartChange, "One part of an edition that differs from another edition's.")
class PartChange:
    """A change of a part."""

    part: EditionPart = said("Which part.")
    code: str = said(
        "Its code; of a crosswalk's row scheme/measure/category, of a multiplier place/industry."
    )
    title: str = said("The title.")
    change: ChangeKind = said("How it differs.")
    fields: list[FieldChange] = said("The fields that differ.")


@shows(toms.TailoredFrom, "The published edition that another one tailors.")
class TailoredFrom:
    """A parent edition."""

    framework: str = said("The measurement framework's code.")
    edition: str = said("The edition's code.")
    edition_hash: str = said("The edition's hash.")


def _json(value: Any) -> str | None:
    return None if value is None else json_bytes(value).decode()


async def proxies_of_edition(
    parent: strawberry.Parent[Any], info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
) -> Connection[Proxy] | None:
    """A page of proxies."""
    toms_engine = info.context.upstreams.toms
    return await connect(
        lambda limit, cursor: toms_engine.ask(
            lambda api: api.list_proxies(parent.rest_id, limit=limit, cursor=cursor)
        ),
        Proxy.of,
        first,
        after,
    )


async def multipliers_of_edition(
    parent: strawberry.Parent[Any],
    info: Info,
    place: Annotated[str | None, strawberry.argument(description="Only of the place of this slug.")] = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[Multiplier] | None:
    """A page of multipliers."""
    return await page_of(
        Multiplier,
        info.context.upstreams.toms,
        lambda api, page: api.list_multipliers(parent.rest_id, place=place, **page),
        first,
        after,
    )


async def workstreams_of_edition(parent: strawberry.Parent[Any], info: Info) -> Workstreams | None:
    """The workstreams."""
    record = await info.context.upstreams.toms.ask(lambda api: api.get_workstreams(parent.rest_id))
    return as_shown(Workstreams, record)


async def changes_of_edition(
    parent: strawberry.Parent[Any],
    info: Info,
    against: Annotated[strawberry.ID, strawberry.argument(description="The other edition, by its id.")],
    part: Annotated[EditionPart | None, strawberry.argument(description="Only parts of this kind.")] = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[PartChange] | None:
    """A page of what changed from the other edition to this one."""
    other = uuid_of(against, "Edition")
    wanted = None if part is None else cast("contract.EditionPart", part.value)
    return await page_of(
        PartChange,
        info.context.upstreams.toms,
        lambda api, page: api.list_edition_changes(parent.rest_id, against=other, part=wanted, **page),
        first,
        after,
    )
