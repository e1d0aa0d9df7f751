"""The OpenAPI document tells the truth about problems, tokens and names."""

import pytest


@pytest.fixture
def document(app):
    return app.openapi()


def operations(document):
    return {
        operation["operationId"]: operation
        for path in document["paths"].values()
        for operation in path.values()
    }


def test_it_is_openapi_3_1_and_named_as_the_service_is(document):
    assert document["openapi"].startswith("3.1.")
    assert document["info"] == {
        "title": "Sample API",
        "version": "1.0.0",
        "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
    }
    assert [server["url"] for server in document["servers"]] == ["/"]


def test_operations_are_named_after_their_functions(document):
    assert sorted(operations(document)) == [
        "echo",
        "get_bid",
        "get_broken",
        "get_busy",
        "get_caller",
        "get_crooked",
        "get_late",
        "get_liveness",
        "get_me",
        "get_readiness",
        "get_version",
        "import_lines",
        "list_bids",
        "make_offer",
        "name_something",
        "register_supporter",
        "replace_bid",
        "submit_bid",
    ]


def test_every_tag_is_declared_once(document):
    used = {tag for operation in operations(document).values() for tag in operation.get("tags", ())}
    assert [tag["name"] for tag in document["tags"]] == sorted(used)


def test_every_operation_may_answer_with_a_problem(document):
    for operation in operations(document).values():
        content = operation["responses"]["default"]["content"]
        assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        assert "422" not in operation["responses"]


def test_the_frameworks_own_form_of_refusal_does_not_appear(document):
    assert not {"HTTPValidationError", "ValidationError"} & set(document["components"]["schemas"])
    assert document["components"]["schemas"]["Problem"]["required"] == [
        "type",
        "title",
        "status",
        "detail",
        "instance",
        "code",
        "request_id",
    ]


def test_security_states_the_scopes_and_where_a_token_is_optional(document):
    stated = {name: operation.get("security") for name, operation in operations(document).items()}
    assert stated["submit_bid"] == [{"oauth2": ["bids:write"]}]
    assert stated["get_me"] == [{"oauth2": ["a:read", "b:read"]}]
    assert stated["get_caller"] == [{}, {"oauth2": []}]
    assert stated["register_supporter"] == [{}, {"oauth2": []}]
    for open_to_all in ("get_liveness", "get_readiness", "get_version", "list_bids"):
        assert stated[open_to_all] == []


def test_the_scheme_names_the_token_endpoint_and_every_scope(document):
    assert document["components"]["securitySchemes"]["oauth2"]["flows"] == {
        "clientCredentials": {
            "tokenUrl": "https://id.test/oauth/token",
            "scopes": {"a:read": "Read a", "b:read": "Read b", "bids:write": "Write bids"},
        }
    }


async def test_the_document_and_its_page_are_served(client, document):
    assert (await client.get("/openapi.json")).json() == document
    assert "swagger" in (await client.get("/docs")).text.lower()
    assert (await client.get("/redoc")).status_code == 404


async def test_health_and_version_of_a_service_without_database(client):
    assert (await client.get("/health/live")).json() == {"status": "live"}
    assert (await client.get("/health/ready")).json() == {"status": "ready"}
    assert (await client.get("/version")).json() == {
        "service": "sample-api",
        "build": "2026.11.1",
        "mode": "sandbox",
        "revision": None,
    }
