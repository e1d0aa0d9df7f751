"""The graph composed with another subgraph, and queried through a federation gateway that is not ours."""

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.integration.gateway.test_graphiql import canned_gateway

from cdp_common.testing.callers import TokenMint

NODE = shutil.which("node")
FOLDER = Path(__file__).parents[2] / "performance" / "graph" / "node"
START_S = 30

HUB_SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { hubVersion: String! }
type Place @key(fields: "id") { id: ID! headline: String! }
"""


async def hub(request: Request) -> JSONResponse:
    """Another subgraph: it adds a headline to places."""
    asked = json.loads(await request.body())
    if "_service" in asked["query"]:
        return JSONResponse({"data": {"_service": {"sdl": HUB_SDL}}})
    headlines = [
        {"__typename": "Place", "headline": f"About {one['id']}"}
        for one in asked["variables"]["representations"]
    ]
    return JSONResponse({"data": {"_entities": headlines}})


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """An application on a real socket, by its address."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as waiting:
        task = asyncio.create_task(server.serve(sockets=[waiting]))
        try:
            yield f"http://127.0.0.1:{waiting.getsockname()[1]}/graphql"
        finally:
            server.should_exit = True
            await task


async def run(*command: str) -> int:
    """A program's exit status."""
    program = await asyncio.create_subprocess_exec(*command)
    return await program.wait()


@pytest.mark.skipif(
    NODE is None or not (FOLDER / "node_modules").exists(),
    reason="`npm ci --prefix tests/performance/graph/node` has not been run",
)
async def test_another_gateway_joins_our_graph_with_another_one(mint: TokenMint, tmp_path: Path) -> None:
    assert NODE is not None
    composed = str(tmp_path / "supergraph.graphql")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(serving(canned_gateway(mint)))
        other = await stack.enter_async_context(
            serving(Starlette(routes=[Route("/graphql", hub, methods=["POST"])]))
        )
        assert await run(NODE, str(FOLDER / "compose.mjs"), composed, f"cdp={ours}", f"hub={other}") == 0
        gateway = await asyncio.create_subprocess_exec(NODE, str(FOLDER / "apollo.mjs"), str(port), composed)
        try:
            answer = await _asked(f"http://127.0.0.1:{port}/", '{ place(slug: "x") { id name headline } }')
        finally:
            gateway.terminate()
            await gateway.wait()
    place = answer["data"]["place"]
    assert (place["name"], place["headline"]) == ("Place 1", f"About {place['id']}")


async def _asked(url: str, query: str) -> dict[str, Any]:
    async with httpx2.AsyncClient() as http, asyncio.timeout(START_S):
        while True:
            try:
                response = await http.post(url, json={"query": query})
            except httpx2.TransportError:
                await asyncio.sleep(0.1)  # it is still starting
                continue
            answer: dict[str, Any] = response.json()
            return answer
