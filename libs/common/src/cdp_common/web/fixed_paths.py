"""A resource at a path of its own keeps its own methods where a path with parameters would match as well."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from cdp_common.web.requests import route_of


class FixedPaths:
    """The dependency that `create_service` puts before every route.

    `/v1/plans/batch` is no plan named "batch": `GET` of it is answered 405 and not as `/v1/plans/{plan_id}`.
    """

    def __init__(self) -> None:
        self._fixed: frozenset[str] | None = None

    async def __call__(self, request: Request) -> None:
        """Refuse a request to a fixed path that only a path with parameters has a method for."""
        path = request.scope["path"]
        if getattr(route_of(request.scope), "path", path) != path and path in self._paths(request.app):
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED)

    def _paths(self, app: FastAPI) -> frozenset[str]:
        if self._fixed is None:  # the routes of an application are all there when the first request comes
            paths = (each.path for each in iter_route_contexts(app.routes))
            self._fixed = frozenset(path for path in paths if path is not None and "{" not in path)
        return self._fixed
