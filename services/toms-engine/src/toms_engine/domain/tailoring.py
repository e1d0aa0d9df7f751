"""Tailoring: an edition made from a parent edition by selecting, adding and openly changing.

The result stands by itself: it holds everything that it needs, and says of each part where it comes from.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from toms_engine.domain.edition import (
    Additionality,
    Crosswalk,
    EditionContent,
    Measure,
    Multiplier,
    Outcome,
    Proxy,
    Theme,
    YearRule,
)

Part = TypeVar("Part", Proxy, Multiplier, Measure, Crosswalk)
Named = TypeVar("Named", bound=Theme | Outcome)


@dataclass(frozen=True, slots=True)
class Revaluation:
    """An inherited measure valued otherwise than by its parent, and why."""

    reason: str
    proxy: str | None = None
    year_rule: YearRule | None = None
    additionality: Additionality | None = None

    @property
    def changes(self) -> dict[str, Any]:
        """The fields of the measure that it sets."""
        return _given(self, ("proxy", "year_rule", "additionality"))


@dataclass(frozen=True, slots=True)
class MeasureChange:
    """What changes in one inherited measure; a field that is None stays as it was."""

    measure: str
    guidance: str | None = None
    evidence: tuple[str, ...] | None = None
    needs: tuple[str, ...] | None = None
    objectives: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    also_excludes: tuple[str, ...] = ()
    revalued: Revaluation | None = None

    @property
    def texts(self) -> dict[str, Any]:
        """The fields that it sets and that do not touch any value."""
        return _given(self, ("guidance", "evidence", "needs", "objectives", "tags"))


@dataclass(frozen=True, slots=True)
class Tailoring:
    """Which parent a pack tailors, what it takes over and what it changes there."""

    framework: str
    edition: str
    edition_hash: str | None = None
    measures: tuple[str, ...] | None = None
    """The measures taken over; none given means all but `without`."""
    without: tuple[str, ...] = ()
    crosswalks: tuple[str, ...] | None = None
    changes: tuple[MeasureChange, ...] = ()

    def takes_over(self, code: str) -> bool:
        """Whether a measure of the parent is taken over."""
        return code not in self.without if self.measures is None else code in self.measures


def tailored(
    own: EditionContent, tailoring: Tailoring, parent: EditionContent, parent_hash: str
) -> EditionContent:
    """The edition that tailors `parent`, where `own` holds what the pack itself adds.

    An inherited outcome or theme under which no measure stands is left out, as is a proxy that prices none.
    """
    measures = _measures(own, tailoring, parent)
    outcomes = _used(parent.outcomes, {measure.outcome for measure in measures}, own.outcomes)
    themes = _used(parent.themes, {outcome.theme for outcome in outcomes}, own.themes)
    proxies = _proxies(own, parent, {measure.proxy for measure in measures if measure.proxy is not None})
    tags = {tag.code: tag for tag in (*parent.tags, *own.tags)}
    worn = {code for measure in measures for code in measure.tags} | {tag.code for tag in own.tags}
    return replace(
        own,
        derived_from=parent_hash,
        parent_framework=parent.framework,
        parent_edition=parent.edition,
        measures=measures,
        outcomes=outcomes,
        themes=themes,
        proxies=proxies,
        multipliers=_multipliers(own, parent),
        crosswalks=_crosswalks(own, tailoring, parent, {measure.code for measure in measures}),
        tags=tuple(tag for code, tag in tags.items() if code in worn),
    )


def changed_measure(measure: Measure, change: MeasureChange | None) -> Measure:
    """A measure of the parent as the tailoring has it, saying what differs."""
    if change is None:
        return replace(measure, origin="inherited", changed=(), revalued_because=None)
    revalued = change.revalued
    new = {**change.texts, **(revalued.changes if revalued is not None else {})}
    if change.also_excludes:
        new["excludes"] = tuple(dict.fromkeys((*measure.excludes, *change.also_excludes)))
    differing = tuple(name for name, value in new.items() if getattr(measure, name) != value)
    return replace(
        measure,
        **new,
        origin="tailored" if differing else "inherited",
        changed=differing,
        revalued_because=revalued.reason if revalued is not None else None,
    )


def _measures(own: EditionContent, tailoring: Tailoring, parent: EditionContent) -> tuple[Measure, ...]:
    changes = {change.measure: change for change in tailoring.changes}
    inherited = [
        changed_measure(measure, changes.get(measure.code))
        for measure in parent.measures
        if tailoring.takes_over(measure.code)
    ]
    kept = {measure.code for measure in (*inherited, *own.measures)}
    gone = {measure.code for measure in parent.measures} - kept
    return (
        # An exclusion of a measure that was left out has nothing to exclude.
        *(replace(m, excludes=tuple(code for code in m.excludes if code not in gone)) for m in inherited),
        *_added(own.measures),
    )


def _proxies(own: EditionContent, parent: EditionContent, used: set[str]) -> tuple[Proxy, ...]:
    inherited = (
        replace(
            proxy,
            origin="inherited",
            # Licensed figures stay under the licence of the framework that they come from.
            licence_framework=None if proxy.redistributable else proxy.licence_framework or parent.framework,
        )
        for proxy in parent.proxies
        if proxy.code in used
    )
    return (*inherited, *_added(own.proxies))


def _multipliers(own: EditionContent, parent: EditionContent) -> tuple[Multiplier, ...]:
    """The parent's, those of a place and industry that the pack states again replaced where they stand."""
    stated = {(row.place, row.industry): row for row in own.multipliers}
    inherited = {(row.place, row.industry) for row in parent.multipliers}
    return (
        *(
            replace(stated[key], origin="tailored") if key in stated else replace(row, origin="inherited")
            for row in parent.multipliers
            for key in [(row.place, row.industry)]
        ),
        *_added(row for row in own.multipliers if (row.place, row.industry) not in inherited),
    )


def _crosswalks(
    own: EditionContent, tailoring: Tailoring, parent: EditionContent, measures: set[str]
) -> tuple[Crosswalk, ...]:
    stated = {crosswalk.scheme: crosswalk for crosswalk in own.crosswalks}
    wanted = tailoring.crosswalks
    inherited = [
        _crosswalk(crosswalk, stated.get(crosswalk.scheme), measures)
        for crosswalk in parent.crosswalks
        if wanted is None or crosswalk.scheme in wanted or crosswalk.scheme in stated
    ]
    known = {crosswalk.scheme for crosswalk in inherited}
    return (*inherited, *_added(found for found in own.crosswalks if found.scheme not in known))


def _crosswalk(old: Crosswalk, stated: Crosswalk | None, measures: set[str]) -> Crosswalk:
    """The parent's mapping of the measures taken over; what the pack maps itself replaces their rows."""
    kept = [row for row in old.rows if row.measure in measures]
    if stated is None:
        return replace(old, rows=tuple(kept), origin="inherited")
    mapped = {row.measure for row in stated.rows}
    return replace(
        stated,
        categories={**old.categories, **stated.categories},
        rows=(*(row for row in kept if row.measure not in mapped), *stated.rows),
        additive=stated.additive if stated.additive is not None else old.additive,
        source=stated.source or old.source,
        note=stated.note or old.note,
        origin="tailored",
    )


def _added(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(replace(part, origin="added") for part in parts)


def _used(inherited: Iterable[Named], used: set[str], own: Iterable[Named]) -> tuple[Named, ...]:
    """The parent's parts that are used, then the pack's own."""
    return (*(part for part in inherited if part.code in used), *own)


def _given(holder: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(holder, name)) is not None}
