"""Values that fit a schema of an OpenAPI document, those at its borders among them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from cdp_common.kernel.identifiers import new_id
from tests.soak.api import Document
from tests.soak.hostile import DATES, DECIMALS, LONGEST_TEXT, TIMES, Values, anything, short_texts

MOST_ITEMS = 3
_DECIMAL = "[0-9]{1,18}"
"""What the pattern of every decimal holds."""
_SINGULAR = {"ids": "place_id", "codes": "area_code", "event_types": "event_type"}


class Fitting:
    """Draws values by schema; under a name that the scene knows, mostly a value that exists."""

    def __init__(self, document: Document, values: Values) -> None:
        self._schemas: Document = document["components"]["schemas"]
        self._values = values
        self._named: dict[str, SearchStrategy[Any]] = {}

    def value(self, schema: Document, name: str = "") -> SearchStrategy[Any]:
        """Values of a schema, for a field or parameter of this name."""
        fitting = self._fitting(schema, name)
        if name not in self._values:
            return fitting
        existing = st.sampled_from(self._values[name])
        return st.one_of(existing, existing, existing, fitting)

    def _fitting(self, schema: Document, name: str) -> SearchStrategy[Any]:
        if "$ref" in schema:
            return self._of_name(schema["$ref"].rpartition("/")[2])
        if "anyOf" in schema:
            return st.one_of(*[self.value(one, name) for one in schema["anyOf"]])
        if "enum" in schema or "const" in schema:
            return st.sampled_from(schema.get("enum") or [schema["const"]])
        kind = schema.get("type")
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            return self._array(schema, name)
        simple: dict[Any, SearchStrategy[Any]] = {
            "string": _string(schema),
            "integer": _integer(schema),
            "number": st.floats(),
            "boolean": st.booleans(),
            "null": st.none(),
        }
        return simple.get(kind, anything)

    def _of_name(self, name: str) -> SearchStrategy[Any]:
        if name not in self._named:
            self._named[name] = st.deferred(lambda: self._fitting(self._schemas[name], ""))
        return self._named[name]

    def _object(self, schema: Document) -> SearchStrategy[Document]:
        properties = {name: self.value(stated, name) for name, stated in schema.get("properties", {}).items()}
        if not properties:
            return st.dictionaries(short_texts, anything, max_size=3)
        required = set(schema.get("required", []))
        return st.fixed_dictionaries(
            {name: fitting for name, fitting in properties.items() if name in required},
            optional={name: fitting for name, fitting in properties.items() if name not in required},
        )

    def _array(self, schema: Document, name: str) -> SearchStrategy[list[Any]]:
        least = int(schema.get("minItems", 0))
        most = min(int(schema.get("maxItems", MOST_ITEMS)), max(MOST_ITEMS, least))
        items = self.value(schema.get("items", {}), _SINGULAR.get(name, name))
        return st.lists(items, min_size=least, max_size=most)


def _string(schema: Document) -> SearchStrategy[str]:
    match schema.get("format"):
        case "uuid":
            return st.uuids().map(str) | st.builds(lambda: str(new_id()))
        case "date":
            return st.sampled_from(DATES) | st.dates().map(str)
        case "date-time":
            return st.sampled_from(TIMES) | st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
    if "pattern" in schema:
        fitting: SearchStrategy[str] = st.from_regex(str(schema["pattern"]), fullmatch=True)
        return fitting | st.sampled_from(DECIMALS) if _DECIMAL in schema["pattern"] else fitting
    least = int(schema.get("minLength", 0))
    return st.text(min_size=least, max_size=max(least, min(int(schema.get("maxLength", 40)), LONGEST_TEXT)))


def _integer(schema: Document) -> SearchStrategy[int]:
    least, most = schema.get("minimum"), schema.get("maximum")
    borders = [border for border in (least, most) if border is not None]
    return st.integers(least, most) | st.sampled_from(borders) if borders else st.integers()
