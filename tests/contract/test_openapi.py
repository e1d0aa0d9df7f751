"""What holds for every operation of every REST service, read from its own description and tried on it."""

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
import yaml
from _pytest.mark import ParameterSet
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from tests.contract.descriptions import (
    REST_SERVICES,
    Operation,
    application,
    committed,
    operations_of,
)

PUBLIC: dict[str, dict[str, str]] = yaml.load(
    (Path(__file__).parent / "public_operations.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
)

# A route that comes or goes is seen here: count what is meant to be there, do not copy what a failure prints.
OPERATIONS = {
    "partners-api": 127,
    "toms-engine": 46,
    "procurement-api": 75,
    "charter-api": 37,
    "reporting-api": 105,
}

# Lists that are not paged: so many as there are feeds that the service reads.
WHOLE_LISTS = {"list_feeds"}

# As committed, which is as generated: test_snapshots compares the two, and every worker reads this.
OPERATIONS_BY_SERVICE = {service: operations_of(committed(service)) for service in REST_SERVICES}


def each(wanted: Callable[[Operation], bool]) -> list[ParameterSet]:
    """One case for each operation of that kind."""
    return [
        pytest.param(service, operation, id=f"{service}-{operation.id}")
        for service, operations in OPERATIONS_BY_SERVICE.items()
        for operation in operations
        if wanted(operation)
    ]


EVERY_OPERATION = each(lambda operation: True)
SIGNED_OPERATIONS = each(lambda operation: not operation.is_open)
TOKEN_OPERATIONS = each(lambda operation: operation.takes_tokens)


@pytest.mark.parametrize("service", REST_SERVICES)
def test_a_service_has_as_many_operations_as_are_meant_to_be_there(service: str):
    assert len(OPERATIONS_BY_SERVICE[service]) == OPERATIONS[service]


@pytest.mark.parametrize("service", REST_SERVICES)
def test_no_route_hides_from_the_description(service: str):
    app = application(service)
    routes = {
        (method, route.path_format)
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute)
        for method in route.methods or ()
    }
    described = {(operation.method, operation.path) for operation in operations_of(app.openapi())}
    assert routes == described


@pytest.mark.parametrize("service", REST_SERVICES)
def test_what_needs_no_token_stands_on_the_list_with_its_reason(service: str):
    opened = {operation.id for operation in OPERATIONS_BY_SERVICE[service] if operation.is_open}
    assert opened == set(PUBLIC[service])
    assert all(PUBLIC[service].values())


@pytest.mark.parametrize("service, operation", SIGNED_OPERATIONS)
async def test_without_a_token_there_is_no_answer(service: str, operation: Operation):
    answer = await called(application(service), operation, {})
    assert_refused(answer, "token_missing")


@pytest.mark.parametrize("service, operation", TOKEN_OPERATIONS)
async def test_a_token_that_is_none_is_refused_even_where_none_is_needed(service: str, operation: Operation):
    answer = await called(application(service), operation, {"Authorization": "Basic bm9ib2R5Og=="})
    assert_refused(answer, "token_invalid")


@pytest.mark.parametrize("service, operation", SIGNED_OPERATIONS)
def test_a_signed_operation_names_its_scope_or_says_why_any_token_will_do(service: str, operation: Operation):
    assert all(scopes for requirement in operation.described["security"] for scopes in requirement.values())


@pytest.mark.parametrize("service, operation", EVERY_OPERATION)
def test_every_operation_says_what_it_does_and_how_it_refuses(service: str, operation: Operation):
    described = operation.described
    assert described["description"].strip().endswith((".", ".)"))
    assert described["tags"]
    [(media_type, refusal)] = described["responses"]["default"]["content"].items()
    assert media_type == "application/problem+json"
    assert refusal["schema"] == {"$ref": "#/components/schemas/Problem"}


@pytest.mark.parametrize("service", REST_SERVICES)
def test_no_description_mentions_the_frameworks_own_refusal(service: str):
    document = committed(service)
    assert "422" not in {status for o in operations_of(document) for status in o.described["responses"]}
    assert not {"HTTPValidationError", "ValidationError"} & set(document["components"]["schemas"])
    assert "Problem" in document["components"]["schemas"]


@pytest.mark.parametrize("service", REST_SERVICES)
def test_operation_ids_are_the_names_of_the_functions_and_occur_once(service: str):
    app = application(service)
    names = {
        (method, route.path_format): route.original_route.endpoint.__name__
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute)
        for method in route.methods or ()
    }
    operations = operations_of(app.openapi())
    assert {(operation.method, operation.path): operation.id for operation in operations} == names
    assert len({operation.id for operation in operations}) == len(operations)


@pytest.mark.parametrize("service, operation", EVERY_OPERATION)
def test_lists_are_paged_in_one_way(service: str, operation: Operation):
    # A release package is a page in the form that OCDS gives it.
    is_list = (operation.answer_schema() or "").startswith(("Page_", "ReleasePackage"))
    if not is_list or operation.id in WHOLE_LISTS:
        assert "cursor" not in operation.parameters
        return
    assert operation.method == "GET"
    assert operation.id.startswith("list_")
    assert {"limit", "cursor"} <= set(operation.parameters)
    limit = operation.parameters["limit"]
    assert (limit["in"], limit["required"]) == ("query", False)
    bounds = limit["schema"]
    assert (bounds["minimum"], bounds["maximum"], bounds["default"]) == (1, 100, 20)


@pytest.mark.parametrize("service, operation", EVERY_OPERATION)
def test_parameters_and_paths_are_in_the_platforms_form(service: str, operation: Operation):
    assert operation.path.startswith(("/v1/", "/oauth/", "/.well-known/", "/health/", "/version"))
    for name, parameter in operation.parameters.items():
        if parameter["in"] != "header":
            assert name == name.lower()
            assert name.replace("_", "").isalnum()


async def test_an_operation_that_forgot_its_caller_is_found():
    app = FastAPI()

    @app.get("/v1/secrets")
    async def list_secrets() -> list[str]:
        """Everything."""
        return ["secret"]

    [operation] = operations_of(app.openapi())
    assert operation.is_open
    assert operation.id not in PUBLIC["partners-api"]
    answer = await called(app, operation, {})
    with pytest.raises(AssertionError):
        assert_refused(answer, "token_missing")


async def called(app: FastAPI, operation: Operation, headers: dict[str, str]) -> httpx2.Response:
    """The answer to a call with dummy parameters and an empty body."""
    path = operation.path
    for name, parameter in operation.parameters.items():
        if parameter["in"] == "path":
            is_id = parameter["schema"].get("format") == "uuid"
            path = path.replace(f"{{{name}}}", "01a20000-0000-7000-8000-000000000001" if is_id else "x")
    assert "{" not in path
    body: dict[str, str] | None = {} if "requestBody" in operation.described else None
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service.test") as client:
        return await client.request(operation.method, path, json=body, headers=headers)


def assert_refused(answer: httpx2.Response, code: str) -> None:
    """Whether it is a refusal for want of a good token, in the form of a problem."""
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith('Bearer realm="cdp"')
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (401, code)
