"""Services that answer whatever their committed documents describe, each with an example of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.contract.descriptions import REST_SERVICES, Document, committed, operations_of
from tests.integration.gateway.world import Call, World

KEY = "0190f3a0-0000-7000-8000-000000000001"
"""The id of everything in these answers."""
TEXTS = {"uuid": KEY, "date": "2026-09-30", "date-time": "2026-09-30T12:00:00Z"}
DIGEST = "ab" * 32
NO_FURTHER_PAGE = {"next": None}
RELEASE = {"id": "r", "date": "2026-09-30T12:00:00Z", "tag": ["tender"]}
"""What every release of the open contracting data standard states, of which our schemas say nothing."""
SAME_KEY_EVERYWHERE = {"slug": "place-1", "place": "place-1", "measure": "M1", "code": "M1", "key": KEY}


def answer_by_documents(world: World) -> None:
    """Have all five services answer their reads."""
    for service in REST_SERVICES:
        name = service.partition("-")[0]
        routes = list(_routes(committed(service)))
        world.services[name].otherwise = _otherwise(routes)


def _otherwise(routes: list[tuple[str, re.Pattern[str], Any]]) -> Callable[[Call], tuple[int, Any]]:
    def answer(call: Call) -> tuple[int, Any]:
        found = (
            example for method, path, example in routes if method == call.method and path.match(call.path)
        )
        return 200, next(found)

    return answer


def _routes(document: Document) -> Iterator[tuple[str, re.Pattern[str], Any]]:
    # Paths without parameters come first: `/v1/areas/geojson` is no area.
    for operation in sorted(operations_of(document), key=lambda one: one.path.count("{")):
        content = operation.described["responses"].get("200", {}).get("content", {})
        schema = content.get("application/json", {"schema": {"type": "string"}}).get("schema", {})
        path = re.compile(re.sub(r"\{[^}]+\}", "[^/]+", operation.path) + "$")
        yield operation.method, path, example_of(schema, document["components"]["schemas"])


def example_of(schema: Document, schemas: Document, name: str = "", depth: int = 0) -> Any:
    """Something that the schema describes; a list holds one thing, and what may be null is there."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, name, depth + 1)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            options = [one for one in schema[several] if one.get("type") != "null"]
            return None if depth > 12 else example_of(options[0], schemas, name, depth + 1)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    if kind == "object":
        return _object(schema, schemas, depth)
    if kind == "array":
        return [] if depth > 12 else [example_of(schema["items"], schemas, name, depth + 1)]
    if kind == "string":
        return _text(schema, name)
    return {"integer": 1, "number": 1, "boolean": True}.get(str(kind))


def _object(schema: Document, schemas: Document, depth: int) -> Any:
    if schema.get("additionalProperties") is True:
        return dict(RELEASE)
    stated = {
        name: example_of(one, schemas, name, depth + 1) for name, one in schema.get("properties", {}).items()
    }
    return {**stated, **NO_FURTHER_PAGE} if {"items", "next"} == set(stated) else stated


def _text(schema: Document, name: str) -> str:
    if "format" in schema:
        return TEXTS.get(schema["format"], "text")
    if "examples" in schema:
        return str(schema["examples"][0])
    if "64}" in schema.get("pattern", ""):
        return DIGEST if schema["pattern"].startswith("^[0-9a-f]{64}") else "M1"
    return SAME_KEY_EVERYWHERE.get(name, "text")
