"""The OpenAPI document: problems on every operation, the OAuth 2 scheme with its scopes, optional tokens."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from cdp_common.clients.tokens import TOKEN_PATH
from cdp_common.web import once_header
from cdp_common.web.examples import Example, add_examples
from cdp_common.web.identity import ANY_SCOPE, SCHEME_NAME, maybe_caller, signed_caller
from cdp_common.web.problems import PROBLEM_MEDIA_TYPE, Problem

_SCHEMA_REF = "#/components/schemas/{model}"

_NEEDED_HEADERS: dict[str, dict[str, Any]] = {
    once_header.HEADER: {"type": "string", "title": once_header.HEADER, "pattern": once_header.KEY_PATTERN},
    "If-Match": {"type": "string", "title": "If-Match", "minLength": 1, "maxLength": 1000},
}

NOTHING_SAID: Mapping[str, str] = MappingProxyType({})
_SUBJECTS_OF_ALL = {
    "events": "What happened here, in order: the feed that others follow, and the types of its events.",
    "webhooks": "Calls to addresses of a client's own when something happens, and those that failed.",
    "health": "Whether the service lives and is ready, and which build it is.",
}

_LICENCE = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}

# Stated for every route: it also keeps the framework from describing its own form of refusal.
PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem (RFC 9457); `code` says which.",
        "content": {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": _SCHEMA_REF.format(model="Problem")}}},
    }
}


def install_openapi(
    app: FastAPI,
    issuer: str,
    examples: Sequence[Example] = (),
    subjects: Mapping[str, str] = NOTHING_SAID,
) -> None:
    """Make `app.openapi()` give the document described above, written once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, issuer, {**subjects, **_SUBJECTS_OF_ALL})
            add_examples(app.openapi_schema, examples)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the framework's documented way to extend it


def _document(app: FastAPI, issuer: str, subjects: Mapping[str, str]) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description or None,
        routes=app.routes,
        servers=[{"url": "/", "description": "The service that gives this document."}],
        license_info=_LICENCE,
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    described = Problem.model_json_schema(ref_template=_SCHEMA_REF)
    schemas.update(described.pop("$defs", {}))
    schemas["Problem"] = described
    scopes: set[str] = set()
    for operation, dependant in _operations(app, document):
        scopes.update(_settle_security(operation, dependant))
        _settle_headers(operation)
    used = _tags(document)
    document["tags"] = [{"name": tag, "description": about} for tag, about in subjects.items() if tag in used]
    document["tags"] += [{"name": tag} for tag in sorted(used - subjects.keys())]
    components["securitySchemes"] = {
        SCHEME_NAME: {
            "type": "oauth2",
            "description": "Access tokens of the platform's issuer, sent as `Authorization: Bearer <token>`.",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": f"{issuer}{TOKEN_PATH}",
                    "scopes": {scope: _meaning(scope) for scope in sorted(scopes)},
                }
            },
        }
    }
    return document


def _operations(app: FastAPI, document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Dependant]]:
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute) and route.include_in_schema:
            for method in route.methods or ():
                yield document["paths"][route.path_format][method.lower()], route.dependant


def _settle_security(operation: dict[str, Any], dependant: Dependant) -> set[str]:
    """Say where a token is optional; gives the scopes that the operation needs."""
    calls = set(_calls(dependant))
    if maybe_caller in calls and signed_caller not in calls:
        operation["security"] = [{}, {SCHEME_NAME: []}]
    if ANY_SCOPE in operation:
        operation["security"] = [{SCHEME_NAME: [scope]} for scope in operation.pop(ANY_SCOPE)]
    stated = operation.setdefault("security", [])  # an empty list says that nobody needs a token
    return {scope for requirement in stated for scope in requirement.get(SCHEME_NAME, [])}


def _tags(document: dict[str, Any]) -> set[str]:
    ways = (operation for path in document["paths"].values() for operation in path.values())
    return {tag for operation in ways for tag in operation.get("tags", ())}


def _settle_headers(operation: dict[str, Any]) -> None:
    """Say which headers must be there; because their absence has codes of its own, the framework does not."""
    for parameter in operation.get("parameters", ()):
        needed = _NEEDED_HEADERS.get(parameter["name"]) if parameter["in"] == "header" else None
        if needed is not None:
            parameter["required"] = True
            parameter["schema"] = needed


def _calls(dependant: Dependant) -> Iterator[Any]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)


def _meaning(scope: str) -> str:
    """`bids:write` in words, for the document's readers."""
    subject, _, verb = scope.partition(":")
    return f"{(verb or 'use').capitalize()} {subject.replace('_', ' ')}"
