"""GraphiQL: served whole from the package where a deployment wants it, and working in a real browser."""

import asyncio
import gzip
import json
import os
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from tests.integration.gateway import canned
from tests.integration.gateway.browser import BROWSER, browsing
from tests.integration.gateway.conftest import furnish
from tests.integration.gateway.world import (
    SERVICES,
    Call,
    CannedService,
    Carried,
    Network,
    World,
    running,
    settings_for,
)

from cdp_common.testing.callers import TokenMint
from gateway.graphiql.pages import EXAMPLES, MEDIA_TYPES
from gateway.main import create_app

LIVE = {"mode": "live", "issuer": "https://partners.test"}


async def test_the_page_loads_nothing_from_elsewhere(bare: World) -> None:
    page = await bare.http.get("/graphiql")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text.replace('href="data:,"', ""))
    assert sorted(loaded) == sorted(f"/graphiql/{name}" for name in MEDIA_TYPES)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http" not in policy


@pytest.mark.parametrize("name", MEDIA_TYPES)
async def test_each_file_is_there_compressed_or_not(bare: World, name: str) -> None:
    packed = await bare.http.get(f"/graphiql/{name}", headers={"Accept-Encoding": "gzip"})
    plain = await bare.http.get(f"/graphiql/{name}", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content != b""
    assert packed.headers["content-type"] == f"{MEDIA_TYPES[name]}; charset=utf-8"
    assert packed.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["pages.py", "NOTICE.md", "..%2Fmain.py", "graphiql.js.gz"])
async def test_nothing_else_of_the_package_is_served(bare: World, name: str) -> None:
    answer = await bare.http.get(f"/graphiql/{name}")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"mode": "sandbox"}, 200),
        (LIVE, 404),
        ({**LIVE, "graphiql": True}, 200),
        ({"mode": "sandbox", "graphiql": False}, 404),
    ],
)
async def test_a_deployment_says_whether_there_is_a_page(
    mint: TokenMint, changed: dict[str, Any], status: int
) -> None:
    async with running(mint, **changed) as world:
        assert (await world.http.get("/graphiql")).status_code == status
        assert (await world.http.get("/graphiql/start.js")).status_code == status


async def test_the_examples_are_answered(world: World) -> None:
    tabs = (await world.http.get("/graphiql/examples.json")).json()
    assert len(tabs) == len(EXAMPLES)
    for tab in tabs:
        variables = {**json.loads(tab["variables"]), "slug": "place-1"}
        if "$from" in tab["query"]:
            variables |= {"from": "2026-04-01", "to": "2026-06-30"}
        assert (await world.data(tab["query"], variables))["place"] is not None


def test_the_packed_script_is_the_one_beside_it() -> None:
    folder = Path(__file__).parents[3] / "services" / "gateway"
    packed = (folder / "src" / "gateway" / "graphiql" / "start.js.gz").read_bytes()
    assert gzip.decompress(packed) == (folder / "graphiql" / "start.js").read_bytes()


def canned_gateway(mint: TokenMint) -> FastAPI:
    """The gateway over services that know one place by any name."""
    calls: list[Call] = []
    services = {name: CannedService(name, calls) for name in SERVICES}
    network = Network(services)
    upstream = httpx2.AsyncClient(transport=network)
    app = create_app(settings_for(mint), http=upstream, carrier=Carried(upstream), verifier=mint.verifier())
    furnish(World(upstream, mint, network, services, app, calls))
    services["partners"].on("GET", "/v1/places", canned.page([canned.place()]))
    return app


@asynccontextmanager
async def listening(mint: TokenMint) -> AsyncIterator[str]:
    """The gateway on a real socket, by its address."""
    app = canned_gateway(mint)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as waiting:
        serving = asyncio.create_task(server.serve(sockets=[waiting]))
        try:
            yield f"http://127.0.0.1:{waiting.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


EDITORS = "[...document.querySelectorAll('.CodeMirror')].map(one => one.CodeMirror.getValue())"
TABS = "[...document.querySelectorAll('.graphiql-tab-button')].map(one => one.textContent)"
ANSWER = "document.querySelector('.graphiql-response .CodeMirror')?.CodeMirror.getValue() || ''"


@pytest.mark.skipif(
    BROWSER is None or "CDP_BROWSER" not in os.environ,
    reason="CDP_BROWSER is not set, or there is no Chromium",
)
async def test_in_a_browser_an_example_is_shown_and_answered(mint: TokenMint, tmp_path: Path) -> None:
    async with listening(mint) as url, browsing(f"{url}/graphiql", tmp_path) as page:
        for shown in ("query HomeTotals", '"slug": "county-durham"'):
            await page.until(f"{EDITORS}.some(text => text.includes({json.dumps(shown)}))")
        tabs = await page.value(TABS)
        assert tabs[: len(EXAMPLES)] == [name.title().replace("_", "") for name in EXAMPLES]
        await page.value("document.querySelector('.graphiql-execute-button').click()")
        answer = json.loads(await page.until(ANSWER))
        assert "errors" not in answer, answer
        assert answer["data"]["place"]["collectiveValue"]["coverage"]["dueCount"] == 4
        assert page.faults == []
