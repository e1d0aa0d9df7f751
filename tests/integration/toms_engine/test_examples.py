"""The examples of the OpenAPI document do what they show: each is sent as it stands, one after the other."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator
from tests.contract.descriptions import committed, operations_of
from tests.integration.toms_engine.world import World

from cdp_common.web.examples import Example, add_examples, read_examples

EXAMPLES = read_examples("toms_engine.api")
DOCUMENT = committed("toms-engine")
OPERATIONS = {operation.id: operation for operation in operations_of(DOCUMENT)}

SHOWN_ID = "01a20000-0000-7000-8000-000000000001"
"""Stands in the examples for whatever id the edition is given."""


class Story:
    """The examples told to the service, each with what the earlier ones made."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._given_id = SHOWN_ID
        self._etag = ""

    async def told(self, example: Example) -> httpx2.Response:
        """The answer to an example's request."""
        operation = OPERATIONS[example.operation]
        path = operation.path.format(**{name: self._real(value) for name, value in example.path.items()})
        body = {"json": json.loads(self._real(json.dumps(example.body)))} if example.body is not None else {}
        answer = await self._world.http.request(
            operation.method, path, params=example.query, headers=self._headers(example), **body
        )
        if example.operation == "import_framework":
            self._given_id, self._etag = answer.json()["id"], answer.headers["ETag"]
        return answer

    def shown(self, answer: httpx2.Response) -> Any:
        """The answer's body as an example shows it."""
        return json.loads(answer.text.replace(self._given_id, SHOWN_ID))

    def _real(self, text: str) -> str:
        return text.replace(SHOWN_ID, self._given_id)

    def _headers(self, example: Example) -> dict[str, str]:
        parameters = OPERATIONS[example.operation].parameters
        headers = self._world.writer("valuations:run")
        if "Idempotency-Key" in parameters:
            headers["Idempotency-Key"] = f"example-{example.name}-0123456789"
        if "If-Match" in parameters:
            headers["If-Match"] = self._etag
        return headers


async def test_every_example_is_answered_as_it_shows(world: World):
    story = Story(world)
    for example in EXAMPLES:
        answer = await story.told(example)
        assert answer.status_code == example.status, f"{example.name}: {answer.text}"
        assert_shows(example.answer, story.shown(answer), example.name)


def assert_shows(shown: Any, answered: Any, where: str) -> None:
    """Whether an answer holds all that an example shows; it may hold more, as later versions do."""
    if isinstance(shown, dict):
        assert isinstance(answered, dict), where
        for name, value in shown.items():
            assert name in answered, f"{where}/{name}"
            assert_shows(value, answered[name], f"{where}/{name}")
    elif isinstance(shown, list):
        assert isinstance(answered, list), where
        assert len(answered) == len(shown), where
        for index, (one, other) in enumerate(zip(shown, answered, strict=True)):
            assert_shows(one, other, f"{where}/{index}")
    elif not where.endswith("/request_id"):
        assert answered == shown, where


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_has_the_form_that_its_operation_describes(example: Example):
    described = OPERATIONS[example.operation].described
    answers = described["responses"]
    answer = answers.get(str(example.status), answers["default"])
    require_form(next(iter(answer["content"].values()))["schema"], example.answer)
    if example.body is not None:
        require_form(described["requestBody"]["content"]["application/json"]["schema"], example.body)
    for parameter in described.get("parameters", ()):
        shown = parameter.get("examples", {}).get(example.name)
        if shown is not None:
            require_form(parameter["schema"], shown["value"])


def require_form(schema: dict[str, Any], value: Any) -> None:
    """Refuse a value that is not of the form."""
    Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(value)


def test_the_document_shows_the_examples_with_body_and_answer():
    [valued] = [example for example in EXAMPLES if example.name == "jobs-of-a-contract"]
    described = OPERATIONS["value_lines"].described
    shown = described["requestBody"]["content"]["application/json"]["examples"][valued.name]
    assert shown == {"summary": valued.summary, "value": valued.body}
    answered = described["responses"]["200"]["content"]["application/json"]["examples"][valued.name]
    assert answered["value"] == valued.answer


def test_examples_are_told_apart_by_name():
    names = [example.name for example in EXAMPLES]
    assert len(set(names)) == len(names)


def test_an_example_of_no_operation_is_refused():
    stray = Example(operation="nothing", name="stray", summary="Of nothing.", answer={})
    with pytest.raises(LookupError, match="there is no operation nothing"):
        add_examples({"paths": {}}, [stray])
