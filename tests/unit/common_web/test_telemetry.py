"""Spans of requests: ids alone carry a trace on as the framework's own spans would."""

from __future__ import annotations

from collections.abc import Mapping

import httpx2
import pytest
from fastapi import FastAPI
from opentelemetry import propagate, trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, Sampler

from cdp_common.web.telemetry import request_spans

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


async def carried_on(
    provider: TracerProvider, monkeypatch: pytest.MonkeyPatch, headers: Mapping[str, str], *, alone: bool
) -> str:
    """What a request with these headers has its own calls say of its trace."""
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    telemetry, middleware = request_spans()
    assert bool(middleware) is alone
    app = FastAPI(telemetry=telemetry, middleware=middleware)

    @app.get("/")
    async def read() -> dict[str, str]:
        carrier: dict[str, str] = {}
        propagate.inject(carrier)
        return carrier

    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://service.test"
    ) as http:
        said = (await http.get("/", headers=headers)).json()
    assert not trace.get_current_span().get_span_context().is_valid
    return f"{said.get('baggage', '')} {said['traceparent']}"


@pytest.mark.parametrize(
    ("sampler", "alone", "flags"),
    [(ALWAYS_OFF, True, {"00", "02"}), (ALWAYS_ON, False, {"01", "03"})],
    ids=["ids alone", "recorded"],
)
async def test_a_request_carries_its_callers_trace_on_and_else_begins_one(
    sampler: Sampler, alone: bool, flags: set[str], monkeypatch: pytest.MonkeyPatch
):
    provider = TracerProvider(sampler=sampler)
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "baggage": "lot=7"}
    baggage, _, parent = (await carried_on(provider, monkeypatch, headers, alone=alone)).partition(" ")
    version, trace_id, span_id, flag = parent.split("-")
    assert (version, trace_id, baggage) == ("00", TRACE, "lot=7")
    assert span_id != PARENT
    assert flag in flags
    others = {await carried_on(provider, monkeypatch, {}, alone=alone) for _ in range(2)}
    assert len({one.split("-")[1] for one in others} | {TRACE}) == 3
