"""GraphiQL: a page to try queries on, served whole from this package; nothing of it comes from elsewhere."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from cdp_common.kernel.errors import NotFound
from gateway.queries import example_queries

GRAPHIQL_PATH: Final = "/graphiql"

MEDIA_TYPES: Mapping[str, str] = {
    "graphiql.css": "text/css",
    "graphiql.js": "text/javascript",
    "react-dom.js": "text/javascript",
    "react.js": "text/javascript",
    "start.js": "text/javascript",
}
"""Everything that the page loads; each file is kept compressed."""

# What the page opens with. Members' own ids are of a deployment, so the partner's page is not among them.
EXAMPLES: Final = ("home_totals", "totals_by_objective", "members", "register", "tender_board")
_VARIABLES: Mapping[str, str] = {"slug": "county-durham", "from": "2026-07-01", "to": "2026-09-30"}

# The page runs its own scripts alone, and asks nobody but this gateway. The editor sets styles as it goes.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The graph of the County Durham Pound</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/graphiql/graphiql.css">
</head>
<body>
<div id="graphiql"><noscript>This page needs scripts; the schema is in the documentation too.</noscript></div>
<script src="/graphiql/react.js"></script>
<script src="/graphiql/react-dom.js"></script>
<script src="/graphiql/graphiql.js"></script>
<script src="/graphiql/start.js"></script>
</body>
</html>
"""

router = APIRouter(include_in_schema=False)


class PageFileNotFound(NotFound):
    """The page has no such file."""

    code = "page_file_not_found"
    title = "The page has no such file"


@router.get(GRAPHIQL_PATH)
async def get_graphiql() -> Response:
    """The page."""
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
    return Response(_PAGE, headers=headers, media_type="text/html; charset=utf-8")


@router.get(f"{GRAPHIQL_PATH}/examples.json")
async def get_graphiql_examples() -> Response:
    """What the page opens with: documents with variables that the sandbox answers."""
    return Response(_examples(), headers={"Cache-Control": "no-cache"}, media_type="application/json")


@router.get(f"{GRAPHIQL_PATH}/{{name}}")
async def get_graphiql_file(
    request: Request, name: Annotated[str, Path(description="The file's name.", max_length=100)]
) -> Response:
    """One of the page's files."""
    if name not in MEDIA_TYPES:
        raise PageFileNotFound("The page has no such file.")
    headers = {"Cache-Control": "public, max-age=3600", "Vary": "Accept-Encoding"}
    content = _compressed(name)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        content = gzip.decompress(content)
    return Response(content, headers=headers, media_type=f"{MEDIA_TYPES[name]}; charset=utf-8")


@cache
def _compressed(name: str) -> bytes:
    return files("gateway.graphiql").joinpath(f"{name}.gz").read_bytes()


@cache
def _examples() -> bytes:
    tabs = []
    for name in EXAMPLES:
        document = example_queries()[name]
        used = {key: value for key, value in _VARIABLES.items() if f"${key}" in document}
        tabs.append({"query": document, "variables": json.dumps(used, indent=2)})
    return json.dumps(tabs).encode()
