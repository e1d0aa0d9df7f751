"""The gateway against the audits of graphql-http, the protocol's own reference, where they are installed."""

import asyncio
import json
import shutil
import socket
from pathlib import Path

import httpx2
import pytest
import uvicorn
from tests.integration.gateway.world import settings_for

from cdp_common.testing.callers import TokenMint
from gateway.main import create_app

NODE = shutil.which("node")
PROGRAM = Path(__file__).parents[2] / "node" / "audit.mjs"


@pytest.mark.skipif(
    NODE is None or not (PROGRAM.parent / "node_modules").exists(),
    reason="`npm ci --prefix tests/node` has not been run",
)
async def test_the_audits_of_graphql_over_http_find_no_error(mint: TokenMint) -> None:
    app = create_app(settings_for(mint), http=httpx2.AsyncClient(), verifier=mint.verifier())
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/graphql"
        assert NODE is not None
        audit = await asyncio.create_subprocess_exec(NODE, PROGRAM, url, stdout=asyncio.subprocess.PIPE)
        told, _ = await audit.communicate()
        server.should_exit = True
        await serving
    found = json.loads(told)
    assert len(found) > 50
    assert [one for one in found if one["status"] == "error"] == []
