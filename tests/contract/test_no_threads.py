"""Nothing that a request needs is run in a thread: what waits does so on the loop, the rest is short."""

import inspect
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from tests.contract.descriptions import REST_SERVICES, application


def in_threads(dependant: Dependant) -> set[str]:
    """The callables under a route that the framework would give to its thread pool."""
    found = {name for each in dependant.dependencies for name in in_threads(each)}
    call = dependant.call
    if call is not None and not _is_on_the_loop(call):
        found.add(getattr(call, "__qualname__", type(call).__qualname__))
    return found


def _is_on_the_loop(call: Any) -> bool:
    ways = (inspect.iscoroutinefunction, inspect.isasyncgenfunction)
    return any(way(call) or way(type(call).__call__) for way in ways)


@pytest.mark.parametrize("service", REST_SERVICES)
def test_no_route_or_dependency_goes_through_the_thread_pool(service: str):
    routes = [context.original_route for context in iter_route_contexts(application(service).routes)]
    names = {name for route in routes if isinstance(route, APIRoute) for name in in_threads(route.dependant)}
    assert names == set()


def test_a_plain_function_under_a_route_is_found():
    def plain() -> int:
        return 1

    async def route(given: Annotated[int, Depends(plain)]) -> int:
        return given

    app = FastAPI()
    app.get("/")(route)
    [found] = [context.original_route for context in iter_route_contexts(app.routes) if context.path == "/"]
    assert isinstance(found, APIRoute)
    assert {name.rpartition(".")[2] for name in in_threads(found.dependant)} == {"plain"}
