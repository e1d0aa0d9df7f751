"""The published JSON Schema of framework packs, and the files in which a pack may be written."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import RootModel

from cdp_common.contracts.framework_packs import FrameworkPack

PACK_FILE = "pack"
PACK_FILES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        PACK_FILE: tuple(FrameworkPack.model_fields),
        "changes": ("changes", "additionality"),
        "measures": ("measures", "additionality"),
        "proxies": ("proxies", "sources"),
        "multipliers": ("multipliers", "sources"),
        "crosswalks": ("crosswalks", "sources"),
        "workstreams": ("workstreams", "targets", "sources"),
    }
)
"""The files of a pack's folder, without their endings, and the fields that each may hold."""


class PackSchema(RootModel[dict[str, Any]]):
    """The JSON Schema of framework packs, as it is served."""


_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NAME = "urn:county-durham-pound:framework-pack:1"
_OF_AN_EDITION = ("themes", "outcomes", "measures")


def framework_pack_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a framework pack, of a whole document and of each file of a folder.

    The schema of one file stands under `$defs` by its name, for example `#/$defs/measures.yaml`.
    """
    schema = FrameworkPack.model_json_schema()
    properties = schema["properties"]
    files = {f"{name}.yaml": _file(name, fields, properties) for name, fields in PACK_FILES.items()}
    return {
        "$schema": _DIALECT,
        "$id": _NAME,
        **schema,
        "title": "Framework pack",
        # A whole edition states its structure; a tailoring inherits it.
        "if": {"properties": {"tailors": {"type": "null"}}},
        "then": {
            "required": list(_OF_AN_EDITION),
            "properties": {name: {"minItems": 1} for name in _OF_AN_EDITION},
        },
        "$defs": {**schema["$defs"], **files},
    }


def _file(name: str, fields: tuple[str, ...], properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "description": f"The file `{name}.yaml` of a pack's folder.",
        "type": "object",
        "additionalProperties": False,
        "properties": {field: properties[field] for field in fields},
    }
