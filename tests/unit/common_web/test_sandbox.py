"""Failures on demand: in the sandbox each as documented, in live not even there."""

import sys
from typing import Any

import pytest

from cdp_common.testing.callers import http_client
from cdp_common.web.app import create_service
from cdp_common.web.settings import ServiceSettings
from cdp_common.web.webhooks.rehearsal import RehearsingSender

MODULES = ("cdp_common.web.sandbox", "cdp_common.web.webhooks.rehearsal", "procurement_api.api.sandbox")


def service(mode, token_mint):
    settings = ServiceSettings(mode=mode, issuer="https://id.test", audience=f"cdp-{mode}")
    return create_service(
        settings,
        name="sample-api",
        title="Sample API",
        version="1",
        routers=[],
        database=None,
        package=None,
        verifier=token_mint.verifier(),
    )


@pytest.mark.parametrize(
    "scenario, status, code, headers",
    [
        (
            "rate_limited",
            429,
            "too_many_requests",
            {
                "retry-after": "7",
                "ratelimit": '"sandbox";r=0;t=7',
                "ratelimit-policy": '"sandbox";q=10;w=60',
            },
        ),
        ("validation_rejected", 422, "invalid_input", {}),
        ("temporarily_unavailable", 503, "temporarily_unavailable", {"retry-after": "2"}),
        ("idempotency_in_progress", 409, "idempotency_in_progress", {"retry-after": "1"}),
        ("something_else", 400, "sandbox_scenario_unknown", {}),
    ],
)
async def test_the_sandbox_fails_as_the_scenario_says(token_mint, scenario, status, code, headers):
    async with http_client(service("sandbox", token_mint)) as client:
        answer = await client.get("/version", headers={"Sandbox-Scenario": scenario})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert {name: answer.headers[name] for name in headers} == headers
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
        assert (await client.get("/version")).status_code == 200


async def test_live_does_what_is_asked_and_does_not_import_the_scenarios(token_mint, monkeypatch):
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    async with http_client(service("live", token_mint)) as client:
        answer = await client.get("/version", headers={"Sandbox-Scenario": "rate_limited"})
        assert answer.status_code == 200
    assert not set(MODULES) & set(sys.modules)


async def test_a_webhook_that_asks_to_be_gone_is_taken_as_gone_and_is_not_sent():
    sender = RehearsingSender(ServiceSettings(mode="sandbox"))
    delivery: Any = {"id": 1, "url": "https://hooks.example.org/in?sandbox-scenario=webhook_gone"}
    outcome = await sender.send(delivery)
    await sender.close()
    assert (outcome.status, outcome.is_gone) == (410, True)
