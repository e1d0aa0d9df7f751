"""Between an edition's content and its rows; both ways lose nothing, so the hash can be taken again."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping

from toms_engine.domain.canonical import plain
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

_MEASURE_FIELDS = tuple(field.name for field in fields(Measure))
_PROXY_FIELDS = tuple(field.name for field in fields(Proxy))
_EDITION_JSON = ("tags", "themes", "outcomes", "crosswalks", "multipliers", "workstreams", "targets")
_EDITION_FIELDS = tuple(
    field.name
    for field in fields(EditionContent)
    if field.name not in (*_EDITION_JSON, "measures", "proxies")
)
_MEASURE_LISTS = ("excludes", "target_groups", "evidence", "needs", "objectives", "tags", "changed")
_SHARES = ("deadweight", "displacement", "leakage", "substitution")

Row = Mapping[str, Any] | RowMapping
"""A row of the database or a JSON document in one."""


def edition_values(content: EditionContent) -> dict[str, Any]:
    """The columns of `editions` that come from the content."""
    values = {name: getattr(content, name) for name in _EDITION_FIELDS}
    documents = {name: plain(getattr(content, name)) for name in _EDITION_JSON}
    return {**values, **documents, "measure_count": len(content.measures)}


def measure_values(position: int, measure: Measure) -> dict[str, Any]:
    """The columns of `measures`."""
    values = {name: getattr(measure, name) for name in _MEASURE_FIELDS}
    lists = {name: list(values[name]) for name in _MEASURE_LISTS}
    return {**values, **lists, "additionality": plain(measure.additionality), "position": position}


def proxy_values(position: int, proxy: Proxy) -> dict[str, Any]:
    """The columns of `proxies`."""
    values = {name: getattr(proxy, name) for name in _PROXY_FIELDS}
    documents = {"sources": plain(proxy.sources), "series": plain(proxy.series)}
    return {**values, **documents, "position": position}


def content_of(edition: Row, measures: Iterable[Row], proxies: Iterable[Row]) -> EditionContent:
    """The content of an edition from its row and those of its measures and proxies, in order."""
    return EditionContent(
        **{name: edition[name] for name in _EDITION_FIELDS},
        tags=tuple(Tag(**tag) for tag in edition["tags"]),
        themes=tuple(Theme(**theme) for theme in edition["themes"]),
        outcomes=tuple(Outcome(**outcome) for outcome in edition["outcomes"]),
        crosswalks=tuple(crosswalk_of(document) for document in edition["crosswalks"]),
        multipliers=tuple(multiplier_of(document) for document in edition["multipliers"]),
        workstreams=tuple(workstream_of(document) for document in edition["workstreams"]),
        targets=tuple(target_of(document) for document in edition["targets"]),
        measures=tuple(_measure(row) for row in measures),
        proxies=tuple(_proxy(row) for row in proxies),
    )


def _measure(row: Row) -> Measure:
    values = {name: row[name] for name in _MEASURE_FIELDS}
    lists = {name: tuple(values[name]) for name in _MEASURE_LISTS}
    return Measure(**{**values, **lists, "additionality": _additionality(row["additionality"])})


def _proxy(row: Row) -> Proxy:
    values = {name: row[name] for name in _PROXY_FIELDS}
    return Proxy(
        **{
            **values,
            "sources": tuple(source_of(document) for document in row["sources"]),
            "series": tuple(_series_point(document) for document in row["series"]),
        }
    )


def source_of(document: Row) -> Source:
    """A source from its JSON form."""
    published_on = document.get("published_on")
    return Source(**{**document, "published_on": date.fromisoformat(published_on) if published_on else None})


def _series_point(document: Row) -> SeriesPoint:
    return SeriesPoint(**{name: _number(name, value) for name, value in document.items()})


def _number(name: str, value: Any) -> Any:
    return Decimal(value) if name.endswith("_gbp") else value


def _additionality(document: Row | None) -> Additionality | None:
    if document is None:
        return None
    shares = {name: Decimal(document[name]) for name in _SHARES if name in document}
    return Additionality(source=document["source"], **shares)


def crosswalk_of(document: Row) -> Crosswalk:
    """A crosswalk from its JSON form."""
    rows = tuple(
        CrosswalkRow(row["measure"], row["category"], Decimal(row["share"])) for row in document["rows"]
    )
    source = document.get("source")
    known = {**document, "rows": rows, "source": source_of(source) if source is not None else None}
    return Crosswalk(**known)


def workstream_of(document: Row) -> Workstream:
    """A workstream from its JSON form."""
    return Workstream(**{**document, "measures": tuple(document.get("measures", ()))})


def target_of(document: Row) -> Target:
    """A target from its JSON form."""
    counted_from, baseline = document.get("counted_from"), document.get("baseline")
    known = {
        **document,
        "value": Decimal(document["value"]),
        "due": date.fromisoformat(document["due"]),
        "source": source_of(document["source"]),
        "counted_from": date.fromisoformat(counted_from) if counted_from is not None else None,
        "baseline": _baseline(baseline) if baseline is not None else None,
    }
    return Target(**known)


def _baseline(document: Row) -> Baseline:
    return Baseline(Decimal(document["value"]), date.fromisoformat(document["taken_on"]))


def multiplier_of(document: Row) -> Multiplier:
    """A local multiplier from its JSON form."""
    known = {
        **document,
        "multiplier": Decimal(document["multiplier"]),
        "source": source_of(document["source"]),
    }
    return Multiplier(**known)
