"""From what a pack says on the wire to the domain's own edition; names give way to what they stand for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from cdp_common.contracts import framework_packs as wire
from cdp_common.contracts.toms import Additionality as WireAdditionality
from cdp_common.contracts.toms import Source as WireSource
from cdp_common.kernel.errors import FieldError
from toms_engine.domain.edition import (
    Additionality,
    Baseline,
    Crosswalk,
    CrosswalkRow,
    EditionContent,
    Measure,
    Multiplier,
    Outcome,
    Proxy,
    SeriesPoint,
    Source,
    Tag,
    Target,
    Theme,
    Workstream,
)
from toms_engine.domain.tailoring import MeasureChange, Revaluation, Tailoring

# What only helps to write a pack: named parts, and the tailoring, which leaves its traces in the edition.
_NOT_CONTENT = ("sources", "additionality", "tailors", "changes")


def unknown_names(pack: wire.FrameworkPack) -> list[FieldError]:
    """Names in the pack under which it holds no source or no additionality factors."""
    sources, factors = _references(pack)
    return [
        *_unknown(sources, pack.sources, "the pack's sources hold nothing under this name"),
        *_unknown(factors, pack.additionality, "the pack's additionality holds nothing under this name"),
    ]


def content_of_pack(pack: wire.FrameworkPack) -> EditionContent:
    """What the pack itself states: the whole edition, or what a tailoring adds. Its names are known."""
    fields = {name: value for name, value in _members(pack).items() if name not in _NOT_CONTENT}
    return EditionContent(
        **{
            **fields,
            "tags": tuple(Tag(code, title) for code, title in pack.tags.items()),
            "themes": tuple(Theme(**_members(theme)) for theme in pack.themes),
            "outcomes": tuple(Outcome(**_members(outcome)) for outcome in pack.outcomes),
            "measures": tuple(_measure(pack, measure) for measure in pack.measures),
            "proxies": tuple(_proxy(pack, proxy) for proxy in pack.proxies),
            "multipliers": tuple(_multiplier(pack, row) for row in pack.multipliers),
            "crosswalks": tuple(_crosswalk(pack, crosswalk) for crosswalk in pack.crosswalks),
            "workstreams": tuple(_workstream(stream) for stream in pack.workstreams),
            "targets": tuple(_target(pack, target) for target in pack.targets),
        }
    )


def tailoring_of_pack(pack: wire.FrameworkPack) -> Tailoring | None:
    """How the pack tailors its parent; none for a whole edition. Its names are known."""
    if pack.tailors is None:
        return None
    given = pack.tailors
    return Tailoring(
        framework=given.framework,
        edition=given.edition,
        edition_hash=given.edition_hash,
        measures=_chosen(given.measures),
        without=tuple(given.without),
        crosswalks=_chosen(given.crosswalks),
        changes=tuple(_change(pack, change) for change in pack.changes),
    )


def table_places(pack: wire.FrameworkPack) -> dict[str, str]:
    """For crosswalks written as tables: each row's pointer as in a list, and its place in the table."""
    return {
        f"/crosswalks/{index}/rows/{position}": f"/crosswalks/{index}/rows/{row.measure}/{row.category}"
        for index, crosswalk in enumerate(pack.crosswalks)
        if isinstance(crosswalk.rows, Mapping)
        for position, row in enumerate(_rows(crosswalk))
    }


# ------------------------------------------------------------------ names
def _references(
    pack: wire.FrameworkPack,
) -> tuple[Iterable[tuple[str, object]], Iterable[tuple[str, object]]]:
    """Where the pack refers to sources and to additionality factors, by pointer."""
    sources: list[tuple[str, object]] = [
        (f"/proxies/{index}/sources/{position}", source)
        for index, proxy in enumerate(pack.proxies)
        for position, source in enumerate(proxy.sources)
    ]
    sources += [(f"/multipliers/{index}/source", row.source) for index, row in enumerate(pack.multipliers)]
    sources += [(f"/crosswalks/{index}/source", found.source) for index, found in enumerate(pack.crosswalks)]
    sources += [(f"/targets/{index}/source", target.source) for index, target in enumerate(pack.targets)]
    factors: list[tuple[str, object]] = [
        (f"/measures/{index}/additionality", measure.additionality)
        for index, measure in enumerate(pack.measures)
    ]
    factors += [
        (f"/changes/{index}/revalued/additionality", change.revalued.additionality)
        for index, change in enumerate(pack.changes)
        if change.revalued is not None
    ]
    return sources, factors


def _unknown(
    references: Iterable[tuple[str, object]], known: Mapping[str, object], words: str
) -> Iterator[FieldError]:
    for pointer, reference in references:
        if isinstance(reference, str) and reference not in known:
            yield FieldError(pointer, "name_unknown", words)


def _source(pack: wire.FrameworkPack, source: WireSource | str) -> Source:
    return Source(**_members(pack.sources[source] if isinstance(source, str) else source))


def _additionality(pack: wire.FrameworkPack, factors: WireAdditionality | str | None) -> Additionality | None:
    if factors is None:
        return None
    return Additionality(**_members(pack.additionality[factors] if isinstance(factors, str) else factors))


# ------------------------------------------------------------------ parts
def _members(model: BaseModel) -> dict[str, Any]:
    """The model's own members; those that are models stay models."""
    return dict(model)


def _measure(pack: wire.FrameworkPack, measure: wire.PackMeasure) -> Measure:
    return Measure(
        **{
            **_members(measure),
            "additionality": _additionality(pack, measure.additionality),
            "excludes": tuple(measure.excludes),
            "target_groups": tuple(measure.target_groups),
            "evidence": tuple(measure.evidence),
            "needs": tuple(measure.needs),
            "objectives": tuple(measure.objectives),
            "tags": tuple(measure.tags),
        }
    )


def _proxy(pack: wire.FrameworkPack, proxy: wire.PackProxy) -> Proxy:
    return Proxy(
        **{
            **_members(proxy),
            "sources": tuple(_source(pack, source) for source in proxy.sources),
            "series": tuple(SeriesPoint(**_members(point)) for point in proxy.series),
        }
    )


def _multiplier(pack: wire.FrameworkPack, row: wire.LocalMultiplier) -> Multiplier:
    return Multiplier(**{**_members(row), "source": _source(pack, row.source)})


def _crosswalk(pack: wire.FrameworkPack, crosswalk: wire.PackCrosswalk) -> Crosswalk:
    source = _source(pack, crosswalk.source) if crosswalk.source is not None else None
    return Crosswalk(**{**_members(crosswalk), "rows": tuple(_rows(crosswalk)), "source": source})


def _rows(crosswalk: wire.PackCrosswalk) -> Iterator[CrosswalkRow]:
    if not isinstance(crosswalk.rows, Mapping):
        yield from (CrosswalkRow(**_members(row)) for row in crosswalk.rows)
        return
    for measure, shares in crosswalk.rows.items():
        for category, share in shares.items():
            yield CrosswalkRow(measure, category, share)


def _workstream(stream: wire.Workstream) -> Workstream:
    return Workstream(**{**_members(stream), "measures": tuple(stream.measures)})


def _target(pack: wire.FrameworkPack, target: wire.PackTarget) -> Target:
    baseline = Baseline(**_members(target.baseline)) if target.baseline is not None else None
    return Target(**{**_members(target), "source": _source(pack, target.source), "baseline": baseline})


# ------------------------------------------------------------------ tailoring
def _chosen(given: str | list[str]) -> tuple[str, ...] | None:
    return None if isinstance(given, str) else tuple(given)


def _listed(given: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(given)


def _change(pack: wire.FrameworkPack, change: wire.MeasureChange) -> MeasureChange:
    return MeasureChange(
        measure=change.measure,
        guidance=change.guidance,
        evidence=_listed(change.evidence),
        needs=_listed(change.needs),
        objectives=_listed(change.objectives),
        tags=_listed(change.tags),
        also_excludes=tuple(change.also_excludes),
        revalued=_revaluation(pack, change.revalued) if change.revalued is not None else None,
    )


def _revaluation(pack: wire.FrameworkPack, given: wire.Revaluation) -> Revaluation:
    additionality = _additionality(pack, given.additionality)
    return Revaluation(**{**_members(given), "additionality": additionality})
