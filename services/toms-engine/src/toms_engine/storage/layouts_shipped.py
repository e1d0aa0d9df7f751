"""The layouts of official files: those that this build ships, and those of the operator's folder."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from toms_engine.domain.edition import Source
from toms_engine.domain.lookup_layout import LookupLayout, Vintage
from toms_engine.domain.need_layout import Denominator, NeedLayout, PublishedCheck, Ranking
from toms_engine.domain.needs import BandCut

DEFAULT_BANDS = "bands-default.json"
NEED_FILES = "need-files"
LOOKUPS = "lookups"
MAX_LAYOUT_BYTES = 1024 * 1024


class LayoutUnusable(Exception):
    """A layout file cannot be used; the text says which and why."""


@dataclass(frozen=True)
class DefaultBands:
    """The cuts for every place that has published none."""

    version: int
    source: str
    cuts: tuple[BandCut, ...]


@dataclass(frozen=True)
class NeedLayouts:
    """The layouts of indices' files and of lookups by name, and the default cuts."""

    by_name: Mapping[str, NeedLayout]
    lookups: Mapping[str, LookupLayout]
    default_bands: DefaultBands


def need_layouts(folder: Path | None = None) -> NeedLayouts:
    """What this build ships under `layouts`, and what a folder of the operator's adds in the same form.

    Raises `LayoutUnusable` when a file does not fit the form or two have one name.
    """
    found: dict[str, NeedLayout] = {}
    for name, document in _documents(NEED_FILES, folder):
        layout = _checked(name, document)
        if layout.layout in found:
            raise LayoutUnusable(f"{name}: there are two layouts {layout.layout}")
        found[layout.layout] = layout
    lookups: dict[str, LookupLayout] = {}
    for name, document in _documents(LOOKUPS, folder):
        lookup = _checked_lookup(name, document)
        if lookup.layout in lookups:
            raise LayoutUnusable(f"{name}: there are two layouts {lookup.layout}")
        lookups[lookup.layout] = lookup
    return NeedLayouts(found, lookups, _default_bands(_shipped(DEFAULT_BANDS)))


def _documents(kind: str, folder: Path | None) -> Iterator[tuple[str, dict[str, Any]]]:
    shipped = files("toms_engine.storage") / "layouts" / kind
    for entry in sorted(shipped.iterdir(), key=lambda entry: entry.name):
        yield entry.name, json.loads(entry.read_text(encoding="utf-8"))
    for path in sorted((folder / kind).glob("*.json")) if folder is not None else ():
        if path.stat().st_size > MAX_LAYOUT_BYTES:
            raise LayoutUnusable(f"{path}: a layout has at most {MAX_LAYOUT_BYTES} bytes")
        try:
            yield str(path), json.loads(path.read_text(encoding="utf-8"))
        except ValueError as fault:
            raise LayoutUnusable(f"{path}: not JSON in UTF-8") from fault


def _checked(name: str, document: dict[str, Any]) -> NeedLayout:
    try:
        layout = need_layout(document)
        layout.headers()
        if missing := {f"{one.code}.rank" for one in layout.rankings} - set(layout.column_keys()):
            raise ValueError(f"no header for {', '.join(sorted(missing))}")
    except (KeyError, TypeError, ValueError, ArithmeticError) as fault:
        raise LayoutUnusable(f"{name}: {fault!r}") from fault
    if not layout.rankings or layout.rankings[0].kind != "overall":
        raise LayoutUnusable(f"{name}: the overall ranking comes first")
    return layout


def _checked_lookup(name: str, document: dict[str, Any]) -> LookupLayout:
    try:
        layout = lookup_layout(document)
        if missing := layout.required - layout.columns.keys():
            raise ValueError(f"no header for {', '.join(sorted(missing))}")
    except (KeyError, TypeError, ValueError) as fault:
        raise LayoutUnusable(f"{name}: {fault!r}") from fault
    return layout


def lookup_layout(document: Mapping[str, Any]) -> LookupLayout:
    """A lookup's layout from its document; raises as `need_layout` does."""
    return LookupLayout(
        **{
            **document,
            "source": Source(**document["source"]),
            "columns": {key: tuple(names) for key, names in document["columns"].items()},
            "required": frozenset(document["required"]),
            "vintages": tuple(Vintage(one["vintage"], tuple(one["names"])) for one in document["vintages"]),
            "no_area_codes": frozenset(document["no_area_codes"]),
        }
    )


def need_layout(document: Mapping[str, Any]) -> NeedLayout:
    """A layout from its document.

    Raises `KeyError`, `TypeError` or `ValueError` when it does not fit the form.
    """
    return NeedLayout(
        **{
            **document,
            "source": Source(**document["source"]),
            "weights_source": Source(**document["weights_source"]),
            "columns": {key: tuple(names) for key, names in document["columns"].items()},
            "forms": {key: tuple(names) for key, names in document.get("forms", {}).items()},
            "rankings": tuple(ranking(one) for one in document["rankings"]),
            "denominators": tuple(
                Denominator(**{**one, "names": tuple(one["names"])}) for one in document["denominators"]
            ),
            "checks": tuple(
                PublishedCheck(**{**one, "expected": tuple(one["expected"])}) for one in document["checks"]
            ),
        }
    )


def ranking(document: Mapping[str, Any]) -> Ranking:
    """A ranking from its document."""
    weight = document.get("weight_percent")
    changes = {
        "names": tuple(document.get("names", ())),
        "columns": {part: tuple(names) for part, names in document.get("columns", {}).items()},
        "weight_percent": None if weight is None else Decimal(weight),
    }
    return Ranking(**{**document, **changes})


def _default_bands(document: Mapping[str, Any]) -> DefaultBands:
    cuts = tuple(BandCut(cut["band"], cut["highest_decile"]) for cut in document["bands"])
    return DefaultBands(document["version"], document["source"], cuts)


def _shipped(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        (files("toms_engine.storage") / "layouts" / name).read_text(encoding="utf-8")
    )
    return document
