"""Examples of requests and answers, shown in the OpenAPI document and run by the tests as they stand.

A service keeps them in `examples.json` beside its routes, in an order in which they can be done one after the
other: what one makes, the next one uses. Whatever they name is invented and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

EXAMPLES_FILE = "examples.json"
_JSON = "application/json"


class Example(BaseModel):
    """One call of one operation, and what it is answered."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    operation: str
    name: str
    summary: str
    path: dict[str, str] = {}
    query: dict[str, str | int] = {}
    body: Any = None
    status: int = 200
    answer: Any


_EXAMPLES = TypeAdapter(tuple[Example, ...])


def read_examples(package: str) -> tuple[Example, ...]:
    """The examples that lie in a package."""
    return _EXAMPLES.validate_json((files(package) / EXAMPLES_FILE).read_bytes())


def add_examples(document: dict[str, Any], examples: Sequence[Example]) -> None:
    """Put the examples where an OpenAPI document has them: at bodies, parameters and answers.

    Raises LookupError for an example of an operation that the document does not describe.
    """
    described = {operation["operationId"]: operation for operation in _operations(document)}
    for example in examples:
        operation = described.get(example.operation)
        if operation is None:
            raise LookupError(f"there is no operation {example.operation}")
        if example.body is not None:
            _add(operation["requestBody"]["content"][_JSON], example, example.body)
        places: dict[str, Mapping[str, str | int]] = {"path": example.path, "query": example.query}
        for parameter in operation.get("parameters", ()):
            stated = places.get(parameter["in"], {})
            if parameter["name"] in stated:
                _add(parameter, example, stated[parameter["name"]])
        _add(_answer(operation, example.status), example, example.answer)


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        yield from item.values()


def _answer(operation: dict[str, Any], status: int) -> dict[str, Any]:
    """The place of a status' answer; refusals share the one of every problem."""
    responses: dict[str, Any] = operation["responses"]
    answer = responses.get(str(status), responses["default"])
    content: dict[str, Any] = next(iter(answer["content"].values()))
    return content


def _add(place: dict[str, Any], example: Example, value: Any) -> None:
    place.setdefault("examples", {})[example.name] = {"summary": example.summary, "value": value}
