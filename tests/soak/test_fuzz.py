"""No request makes a service stumble: it does what was asked, or it refuses as it says that it refuses."""

from __future__ import annotations

import asyncio
import json
import socket
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from cdp_common.testing.databases import TestDatabases
from tests.soak.answers import faults_of
from tests.soak.api import Operation
from tests.soak.described import Depth, checked, served
from tests.soak.known import Known, furnish
from tests.soak.mesh import REST_SERVICES, Mesh, mesh
from tests.soak.requests import NOBODY, Request, Requests
from tests.soak.scale import Scale

CALLERS = ("manager",) * 5 + ("operator", "bidder", "bidder", "service", NOBODY)
"""Who asks, by how often: the one with every right comes furthest."""

API = Path(__file__).resolve().parents[2] / "docs" / "api"


@dataclass(frozen=True)
class Scene:
    """The five services with one of everything in them."""

    mesh: Mesh
    known: Known


@pytest.fixture(scope="module")
async def scene(databases: TestDatabases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """The services, cut off from the network: whatever host a request names, nobody knows it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", _here_alone)
        async with mesh(databases, tmp_path_factory.mktemp("fuzz") / "state") as running:
            yield Scene(running, await furnish(running))


def _here_alone(
    host: Any, *arguments: Any, real: Any = socket.getaddrinfo, **options: Any
) -> list[tuple[Any, ...]]:
    if host != "127.0.0.1":
        raise socket.gaierror(socket.EAI_NONAME, "not known here")
    found: list[tuple[Any, ...]] = real(host, *arguments, **options)
    return found


@pytest.mark.parametrize("service", [service.name for service in REST_SERVICES])
async def test_no_request_makes_a_service_stumble(
    service: str, scene: Scene, scale: Scale, record_property: Any
):
    document = json.loads((API / f"{service}.openapi.json").read_text(encoding="utf-8"))
    requests = Requests(document, scene.known.values, scene.known.bodies, CALLERS)
    findings: dict[str, str] = {}
    statuses: Counter[int] = Counter()
    loop = asyncio.get_running_loop()

    @seed(scale.seed)
    @settings(
        max_examples=scale.examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # what a request does stays done: the same one, made smaller, is another
        suppress_health_check=list(HealthCheck),
    )
    @given(requests.strategy())
    def attempt(request: Request) -> None:
        sending = send(scene, service, request)
        response = asyncio.run_coroutine_threadsafe(sending, loop).result()
        statuses[response.status_code] += 1
        for fault in faults_of(request.operation, response):
            findings.setdefault(f"{request.operation.id} {fault}", f"{request}\n{response.text[:500]}")

    await asyncio.to_thread(attempt)
    record_property(f"{service}: answers by status", dict(sorted(statuses.items())))
    assert not findings, "\n\n".join(f"{what}: {how}" for what, how in findings.items())
    assert statuses.total() >= scale.examples
    assert any(status < 300 for status in statuses)


@pytest.mark.parametrize("service", [service.name for service in REST_SERVICES])
async def test_schemathesis_finds_nothing(service: str, scene: Scene, scale: Scale, record_property: Any):
    document = json.loads((API / f"{service}.openapi.json").read_text(encoding="utf-8"))
    ids = sorted(way["operationId"] for ways in document["paths"].values() for way in ways.values())
    drawn = scale.chance("schemathesis", service).sample(ids, min(scale.operations, len(ids)))
    tokens, loop = scene.known.voices["manager"].tokens, asyncio.get_running_loop()
    assert tokens is not None

    def token() -> str:
        return asyncio.run_coroutine_threadsafe(tokens.token(), loop).result()

    async with served(scene.mesh.applications[service]) as address:
        depth = Depth(scale.seed, scale.examples_of_each_operation, drawn, in_depth=scale.is_long)
        measured = await asyncio.to_thread(checked, document, address, token, depth)
    record_property(f"{service}: requests of schemathesis to {len(drawn)} operations", measured.requests)
    assert not measured.findings, "\n\n".join(f"{what}\n{how}" for what, how in measured.findings.items())
    assert measured.requests >= len(drawn)


async def send(scene: Scene, service: str, request: Request) -> httpx2.Response:
    """The answer to a request."""
    address = scene.mesh.environment.addresses[service]
    headers = list(request.headers)
    if request.caller != NOBODY and not any(name == b"Authorization" for name, _ in headers):
        tokens = scene.known.voices[request.caller].tokens
        assert tokens is not None
        headers.append((b"Authorization", f"Bearer {await tokens.token()}".encode()))
    if request.etag_of is not None:
        signed = [header for header in headers if header[0] == b"Authorization"]
        read = await scene.mesh.http.get(f"{address}{request.etag_of}", headers=signed)
        headers.append((b"If-Match", read.headers.get("etag", "").encode()))
    query = f"?{request.query}" if request.query else ""
    return await scene.mesh.http.request(
        request.operation.method, f"{address}{request.path}{query}", content=request.body, headers=headers
    )


PROBLEM_TYPE = {"content-type": "application/problem+json"}
SAID = {**PROBLEM_TYPE, "x-request-id": "1"}
REFUSED = {
    "type": "t",
    "title": "T",
    "status": 404,
    "detail": "d",
    "instance": "/",
    "code": "c",
    "request_id": "1",
}


@pytest.mark.parametrize(
    ("response", "faults"),
    [
        (httpx2.Response(404, json=REFUSED, headers=SAID), []),
        (httpx2.Response(503, json={**REFUSED, "status": 503}, headers=SAID), []),
        (httpx2.Response(200, text="Traceback", headers=SAID), []),
        (httpx2.Response(500, json={**REFUSED, "status": 500}, headers=SAID), ["answers 500"]),
        (httpx2.Response(404, json={**REFUSED, "status": 400}, headers=SAID), ["answers 404 and says 400"]),
        (httpx2.Response(404, text="x", headers=SAID), ["answers 404 with what is no JSON"]),
        (
            httpx2.Response(404, json={"status": 404}, headers=SAID),
            ["answers 404 without code, detail, instance, request_id, title, type"],
        ),
        (httpx2.Response(404, html="<p>", headers={"x-request-id": "1"}), ["answers 404 as text/html"]),
        (httpx2.Response(404, json=REFUSED, headers=PROBLEM_TYPE), ["names no request"]),
        (
            httpx2.Response(404, json={**REFUSED, "detail": "Traceback"}, headers=SAID),
            ["shows its inside: Traceback"],
        ),
    ],
)
def test_what_no_answer_may_be_is_seen(response: httpx2.Response, faults: list[str]):
    described: dict[str, Any] = {"responses": {"default": {"content": {"application/problem+json": {}}}}}
    assert list(faults_of(Operation("get_it", "GET", "/v1/it", described), response)) == faults
