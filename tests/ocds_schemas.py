"""The official OCDS schemas and the reference implementation of merging, for checking what is published.

The schemas lie in a folder beside the repository; tests that need them are skipped where it is absent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator, FormatChecker
from ocdsmerge import Merger  # type: ignore[import-untyped]  # ocdsmerge says nothing of its types
from referencing import Registry
from referencing.jsonschema import DRAFT4

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parents[1]
SHARED = next(
    (folder for folder in (ROOT.parent / "shared", ROOT.parent.parent / "shared") if folder.is_dir()),
    ROOT.parent / "shared",
)
OCDS = SHARED / "data" / "ocds"
_SCHEMA = OCDS / "schema"
_STANDARD = "https://standard.open-contracting.org/schema/1__1__5"
# In the order in which packages name them; our own comes last.
_PATCHES = (
    "eu_profile/profile/release-schema.json",
    "ext/ocds_metrics_extension/release-schema.json",
    "ext/ocds_bid_extension/release-schema.json",
    "ext/ocds_uk_extension/release-schema.json",
)


def schemas_missing() -> bool:
    """Whether the folder of schemas is absent."""
    return not (_SCHEMA / "release-schema.json").is_file()


@dataclass(frozen=True)
class Schemas:
    """The release schema with every extension applied, and the packages' schemas that refer to it."""

    release: Json
    release_package: Json
    record_package: Json


def schemas_with(own_extension: Json) -> Schemas:
    """The official schemas with the extensions that the platform's packages name."""
    return _schemas(json.dumps(own_extension))


@cache
def _schemas(own_extension: str) -> Schemas:
    release = _read("release-schema.json")
    for patch in (*map(_read, _PATCHES), json.loads(own_extension)):
        release = _patched(release, patch)
    return Schemas(release, _read("release-package-schema.json"), _read("record-package-schema.json"))


def check_package(schemas: Schemas, package: Mapping[str, Any]) -> list[str]:
    """Where a release or record package does not hold to the schemas, times included; empty when it does."""
    registry: Registry[Any] = Registry().with_resources(
        (f"{_STANDARD}/{name}", DRAFT4.create_resource(schema))
        for name, schema in (
            ("release-schema.json", schemas.release),
            ("versioned-release-validation-schema.json", _read("versioned-release-validation-schema.json")),
        )
    )
    schema = schemas.record_package if "records" in package else schemas.release_package
    checker = Draft4Validator(schema, registry=registry, format_checker=_times_checked())
    return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(package)]


def _times_checked() -> FormatChecker:
    """A checker of times alone: with a date, a time and an offset (RFC 3339)."""
    checker = FormatChecker([])
    checker.checks("date-time", raises=ValueError)(_is_time)
    return checker


def _is_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def _read(name: str) -> Json:
    schema: Json = json.loads((_SCHEMA / name).read_text(encoding="utf-8"))
    return schema


def _patched(target: Any, patch: Any) -> Any:
    """JSON Merge Patch (RFC 7396), by which OCDS extensions change the release schema."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, part in patch.items():
        if part is None:
            result.pop(name, None)
        else:
            result[name] = _patched(result.get(name), part)
    return result


def merged_by_reference(schemas: Schemas, releases: Sequence[Json]) -> Json:
    """The compiled release that ocdsmerge, the reference implementation, makes of the releases."""
    compiled: Json = Merger(schemas.release).create_compiled_release(list(releases))
    return compiled
