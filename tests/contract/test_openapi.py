"""What holds for every operation of every REST service, read from its own description and tried on it."""

from pathlib import Path

import httpx2
import pytest
import yaml
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
    "partners-api": 135,
    "toms-engine": 47,
    "procurement-api": 77,
    "charter-api": 39,
    "reporting-api": 106,
}

# Lists that are not paged: so many as there are feeds that the service reads.
WHOLE_LISTS = {"list_feeds"}

# As committed, which is as generated: test_snapshots compares the two, and every worker reads this.
OPERATIONS_BY_SERVICE = {service: operations_of(committed(service)) for service in REST_SERVICES}


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
    assert routes == {(operation.method, operation.path) for operation in OPERATIONS_BY_SERVICE[service]}


@pytest.mark.parametrize("service", REST_SERVICES)
def test_what_needs_no_token_stands_on_the_list_with_its_reason(service: str):
    opened = {operation.id for operation in OPERATIONS_BY_SERVICE[service] if operation.is_open}
    assert opened == set(PUBLIC[service])
    assert all(PUBLIC[service].values())


# The operations of a service are one test's work: as tests of their own, two thousand, they took longer to
# collect, hand out and report than to try. Every assertion names the operation.
@pytest.mark.parametrize("service", REST_SERVICES)
async def test_without_a_token_there_is_no_answer(service: str):
    signed = [operation for operation in OPERATIONS_BY_SERVICE[service] if not operation.is_open]
    assert signed
    for operation in signed:
        assert_refused(await called(application(service), operation, {}), "token_missing", operation.id)


@pytest.mark.parametrize("service", REST_SERVICES)
async def test_a_token_that_is_none_is_refused_even_where_none_is_needed(service: str):
    taking = [operation for operation in OPERATIONS_BY_SERVICE[service] if operation.takes_tokens]
    assert taking
    for operation in taking:
        answer = await called(application(service), operation, {"Authorization": "Basic bm9ib2R5Og=="})
        assert_refused(answer, "token_invalid", operation.id)


@pytest.mark.parametrize("service", REST_SERVICES)
def test_a_signed_operation_names_its_scope_or_says_why_any_token_will_do(service: str):
    for operation in OPERATIONS_BY_SERVICE[service]:
        required = [] if operation.is_open else operation.described["security"]
        assert all(scopes for one in required for scopes in one.values()), operation.id


@pytest.mark.parametrize("service", REST_SERVICES)
def test_every_operation_says_what_it_does_and_how_it_refuses(service: str):
    for operation in OPERATIONS_BY_SERVICE[service]:
        described = operation.described
        assert described["description"].strip().endswith((".", ".)")), operation.id
        assert described["tags"], operation.id
        [(media_type, refusal)] = described["responses"]["default"]["content"].items()
        assert media_type == "application/problem+json", operation.id
        assert refusal["schema"] == {"$ref": "#/components/schemas/Problem"}, operation.id


@pytest.mark.parametrize("service", REST_SERVICES)
def test_every_subject_says_what_it_is_about_and_an_operation_stands_under_one(service: str):
    description = committed(service)
    ways = [way for path in description["paths"].values() for way in path.values() if isinstance(way, dict)]
    assert all(len(way["tags"]) == 1 for way in ways)
    assert all(tag["description"].endswith(".") for tag in description["tags"])
    assert {tag["name"] for tag in description["tags"]} == {tag for way in ways for tag in way["tags"]}


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
    operations = OPERATIONS_BY_SERVICE[service]
    assert {(operation.method, operation.path): operation.id for operation in operations} == names
    assert len({operation.id for operation in operations}) == len(operations)


@pytest.mark.parametrize("service", REST_SERVICES)
def test_lists_are_paged_in_one_way(service: str):
    for operation in OPERATIONS_BY_SERVICE[service]:
        # A release package is a page in the form that OCDS gives it.
        is_list = (operation.answer_schema() or "").startswith(("Page_", "ReleasePackage"))
        if not is_list or operation.id in WHOLE_LISTS:
            assert "cursor" not in operation.parameters, operation.id
            continue
        assert operation.method == "GET", operation.id
        assert operation.id.startswith("list_")
        assert {"limit", "cursor"} <= set(operation.parameters), operation.id
        limit = operation.parameters["limit"]
        assert (limit["in"], limit["required"]) == ("query", False), operation.id
        bounds = limit["schema"]
        assert (bounds["minimum"], bounds["maximum"], bounds["default"]) == (1, 100, 20), operation.id


@pytest.mark.parametrize("service", REST_SERVICES)
def test_parameters_and_paths_are_in_the_platforms_form(service: str):
    for operation in OPERATIONS_BY_SERVICE[service]:
        assert operation.path.startswith(("/v1/", "/oauth/", "/.well-known/", "/health/", "/version"))
        for name, parameter in operation.parameters.items():
            if parameter["in"] != "header":
                assert name == name.lower(), operation.id
                assert name.replace("_", "").isalnum(), operation.id


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
        assert_refused(answer, "token_missing", operation.id)


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


def assert_refused(answer: httpx2.Response, code: str, operation: str) -> None:
    """Whether an operation's answer is a refusal for want of a good token, in the form of a problem."""
    assert answer.status_code == 401, f"{operation}: {answer.text}"
    assert answer.headers["content-type"] == "application/problem+json", operation
    assert answer.headers["www-authenticate"].startswith('Bearer realm="cdp"'), operation
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (401, code), operation
