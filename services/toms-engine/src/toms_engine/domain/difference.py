"""What changed between two editions, part by part and field by field.

Licensed figures are told to nobody without the licence, and neither is whether they differ: an edition with
guessed figures would otherwise show which guess is right.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any, Literal

from cdp_common.kernel.exact import WORKING_DIGITS
from toms_engine.domain.canonical import Plain, plain
from toms_engine.domain.edition import Crosswalk, EditionContent, Proxy

ChangeKind = Literal["added", "removed", "changed", "withheld"]

_PERCENT_PLACES = Decimal("0.01")

# Where a part comes from says how the edition was made, not what it says.
_NOT_COMPARED = frozenset({"origin", "changed", "licence_framework"})
_FIGURES = frozenset({"central_gbp", "low_gbp", "high_gbp", "series", "derivation"})
_HEAD = (
    "framework", "edition", "title", "publisher", "licence", "description", "data_status", "effective_from",
    "effective_to", "counts_initial_spend", "parent_framework", "parent_edition", "derived_from",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs; of two numbers also by how much, and in percent of the old one."""

    field: str
    old: Plain
    new: Plain
    difference: Decimal | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PartChange:
    """One part that only one of the editions has, or that differs."""

    part: str
    code: str
    title: str
    change: ChangeKind
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of an edition: what a reader calls it, and its fields."""

    title: str
    values: Mapping[str, Any]
    is_withheld: bool = False


def differences(
    old: EditionContent, new: EditionContent, *, sees_old: bool, sees_new: bool
) -> list[PartChange]:
    """The changes from one edition to another, in the order of the new one; what is gone comes last.

    `sees_old` and `sees_new` say whether the reader holds the licences of all figures in the edition.
    """
    before, after = _parts(old, sees_figures=sees_old), _parts(new, sees_figures=sees_new)
    found: list[PartChange] = []
    for kind in after:
        found += _changes(kind, before[kind], after[kind])
    return found


def _changes(kind: str, before: Mapping[str, _Part], after: Mapping[str, _Part]) -> Iterator[PartChange]:
    for code, part in after.items():
        if code not in before:
            yield PartChange(kind, code, part.title, "added")
            continue
        changed = tuple(_fields(before[code].values, part.values))
        withheld = part.is_withheld or before[code].is_withheld
        if changed or withheld:
            yield PartChange(kind, code, part.title, "withheld" if withheld else "changed", changed)
    for code, part in before.items():
        if code not in after:
            yield PartChange(kind, code, part.title, "removed")


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[FieldChange]:
    for name in dict.fromkeys((*new, *old)):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        difference = percent = None
        if isinstance(before, Decimal) and isinstance(after, Decimal):
            difference, percent = after - before, _percent(before, after)
        yield FieldChange(name, plain(before), plain(after), difference, percent)


def _percent(old: Decimal, new: Decimal) -> Decimal | None:
    """The change in percent of the old number, to two decimals, half up; none of zero."""
    if old == 0:
        return None
    with localcontext(prec=WORKING_DIGITS):
        return ((new - old) * 100 / abs(old)).quantize(_PERCENT_PLACES, rounding=ROUND_HALF_UP)


# ------------------------------------------------------------------ the parts of an edition
def _parts(content: EditionContent, *, sees_figures: bool) -> dict[str, dict[str, _Part]]:
    """Every part of the edition by kind and code, in the order in which differences are told."""
    head = _Part(content.title, {name: getattr(content, name) for name in _HEAD})
    return {
        "edition": {"": head},
        "tag": {part.code: _part(part) for part in content.tags},
        "theme": {part.code: _part(part) for part in content.themes},
        "outcome": {part.code: _part(part) for part in content.outcomes},
        "measure": {part.code: _part(part) for part in content.measures},
        "proxy": {part.code: _proxy(part, sees_figures=sees_figures) for part in content.proxies},
        "multiplier": {
            f"{row.place}/{row.industry}": _Part(f"{row.industry} in {row.place}", _values(row))
            for row in content.multipliers
        },
        **_crosswalk_parts(content.crosswalks),
        "workstream": {part.code: _part(part) for part in content.workstreams},
        "target": {part.code: _part(part) for part in content.targets},
    }


def _crosswalk_parts(crosswalks: tuple[Crosswalk, ...]) -> dict[str, dict[str, _Part]]:
    """Crosswalks, their categories and their rows, each told by itself: a whole table says little."""
    heads, categories, rows = {}, {}, {}
    for crosswalk in crosswalks:
        scheme, values = crosswalk.scheme, _values(crosswalk)
        kept = {name: value for name, value in values.items() if name not in ("rows", "categories")}
        heads[scheme] = _Part(crosswalk.title, kept)
        for code, title in crosswalk.categories.items():
            categories[f"{scheme}/{code}"] = _Part(title, {"title": title})
        for row in crosswalk.rows:
            title = crosswalk.categories.get(row.category, row.category)
            rows[f"{scheme}/{row.measure}/{row.category}"] = _Part(title, {"share": row.share})
    return {"crosswalk": heads, "crosswalk_category": categories, "crosswalk_row": rows}


def _part(part: Any) -> _Part:
    return _Part(part.title, _values(part))


def _proxy(proxy: Proxy, *, sees_figures: bool) -> _Part:
    """A proxy with each figure of its series as a field of its own."""
    values = _values(proxy)
    if not (proxy.redistributable or sees_figures):
        return _Part(proxy.title, {name: values[name] for name in values if name not in _FIGURES}, True)
    series = values.pop("series")
    for point in series:
        for name in ("low_gbp", "central_gbp", "high_gbp"):
            values[f"series.{point.year}.{name}"] = getattr(point, name)
    return _Part(proxy.title, values)


def _values(part: Any) -> dict[str, Any]:
    """The fields of a part; those of a part within it are named with a dot."""
    found: dict[str, Any] = {}
    for field in fields(part):
        value = getattr(part, field.name)
        if field.name in _NOT_COMPARED:
            continue
        if is_dataclass(value):
            found |= {f"{field.name}.{name}": inner for name, inner in _values(value).items()}
        else:
            found[field.name] = value
    return found
