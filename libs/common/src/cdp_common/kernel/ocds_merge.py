"""Merging OCDS releases of one contracting process into what they say together (OCDS 1.1, "Merging").

Objects merge member by member and null takes a member away. Lists whose items all have an `id` merge item by
item; other lists, and those that the standard marks with `wholeListMerge`, are replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

WHOLE_LISTS = frozenset(
    {"additionalClassifications", "additionalIdentifiers", "criteria", "deliveryAddresses", "numbers"}
)
"""Lists of objects that are replaced whole although their items may have ids: `wholeListMerge` in the release
schema 1.1.5, in the extensions that the platform's releases use, and in its own."""

_OF_ONE_RELEASE = ("ocid", "id", "date", "tag")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

Release = Mapping[str, Any]


def compiled_release(releases: Sequence[Release]) -> dict[str, Any]:
    """The compiled release of all releases of one process, which may come in any order; at least one."""
    ordered = in_order(releases)
    ocid, date = ordered[-1]["ocid"], ordered[-1].get("date")
    compiled: dict[str, Any] = {"ocid": ocid, "id": f"{ocid}-{date}", "date": date, "tag": ["compiled"]}
    return compiled | merged_content(ordered)


def merged_content(ordered: Iterable[Release]) -> dict[str, Any]:
    """What releases, oldest first, say together, without what belongs to a single one (id, date, tag)."""
    content: dict[str, Any] = {}
    for release in ordered:
        said = {name: part for name, part in release.items() if name not in _OF_ONE_RELEASE}
        content = _merged(content, said)
    return content


def in_order(releases: Iterable[Release]) -> list[Release]:
    """The releases by their dates, oldest first; of equal dates in the order given.

    A date without an offset is taken as UTC, one that cannot be read is the earliest.
    """
    return sorted(releases, key=_dated)


def _dated(release: Release) -> datetime:
    text = release.get("date")
    try:
        date = datetime.fromisoformat(text) if isinstance(text, str) else _LONG_AGO
    except ValueError:
        return _LONG_AGO
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def _merged(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(earlier)
    for name, said in later.items():
        known = result.get(name)
        if said is None:
            result.pop(name, None)
        elif isinstance(said, Mapping):
            result[name] = _merged(known if isinstance(known, Mapping) else {}, said)
        elif _has_ids(name, said):
            result[name] = _merged_by_id(known if known and _has_ids(name, known) else [], said)
        else:
            result[name] = said
    return result


def _merged_by_id(earlier: Sequence[Any], later: Sequence[Any]) -> list[Any]:
    items: dict[Any, Any] = {}
    for item in (*earlier, *later):
        items[item["id"]] = _merged(items.get(item["id"], {}), item)
    return list(items.values())


def _has_ids(name: str, value: object) -> bool:
    if name in WHOLE_LISTS or not isinstance(value, list) or not value:
        return False
    return all(isinstance(item, Mapping) and isinstance(item.get("id"), str | int) for item in value)
