"""Scripts of allowed origins may ask and read; what others get, their browsers keep from them."""

from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from cdp_common.web.origins import ANSWERED_WITH, ASKED_WITH, across_origins
from cdp_common.web.settings import ServiceSettings

HUB = "https://hub.example"
LIVE: dict[str, Any] = {"mode": "live", "audience": "cdp-live", "issuer": "https://partners.example"}
BEFORE = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}


def browser(app: Any, **settings: Any) -> httpx2.AsyncClient:
    front = across_origins(app, ServiceSettings(**settings))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(front), base_url="http://test")


@pytest.mark.parametrize(
    "settings, origin, is_allowed",
    [
        ({**LIVE, "allowed_origins": f"https://other.example, {HUB}"}, HUB, True),
        ({**LIVE, "allowed_origins": HUB}, "https://hub.example.evil.example", False),
        ({**LIVE, "allowed_origins": HUB}, "http://hub.example", False),
        ({**LIVE, "allowed_origins": HUB}, "https://hub.example:8443", False),
        ({**LIVE, "allowed_origins": HUB}, "http://localhost:5173", False),
        ({**LIVE, "allowed_origins": HUB}, "null", False),
        (LIVE, HUB, False),
        ({}, "http://localhost:5173", True),
        ({}, "http://127.0.0.1:3000", True),
        ({}, "https://[::1]:8443", True),
        ({}, "http://localhost.evil.example", False),
        ({}, "http://localhost:5173.evil.example", False),
        ({}, HUB, False),
        ({"allowed_origins": HUB}, HUB, True),
    ],
)
async def test_an_origin_is_told_that_it_may_read_if_and_only_if_it_is_allowed(
    app, settings, origin, is_allowed
):
    async with browser(app, **settings) as client:
        answer = await client.get("/version", headers={"Origin": origin})
        asked = await client.options("/version", headers={"Origin": origin, **BEFORE})
    expected = origin if is_allowed else None
    assert answer.status_code == 200
    assert answer.headers.get("access-control-allow-origin") == expected
    assert asked.headers.get("access-control-allow-origin") == expected
    assert asked.is_success is is_allowed
    assert "access-control-allow-credentials" not in {*answer.headers, *asked.headers}


async def test_scripts_may_send_and_read_what_the_services_speak_with(app):
    async with browser(app, allowed_origins=HUB) as client:
        named = {"Origin": HUB, **BEFORE, "Access-Control-Request-Headers": ", ".join(ASKED_WITH).lower()}
        asked = await client.options("/v1/anything", headers=named)
        refused = await client.options(
            "/v1/anything", headers={**named, "Access-Control-Request-Headers": "x-surprise"}
        )
        answer = await client.get("/nowhere", headers={"Origin": HUB})
    assert (asked.status_code, refused.status_code) == (200, 400)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_path")
    assert answer.headers["access-control-expose-headers"] == ", ".join(ANSWERED_WITH)


async def test_shared_caches_are_told_that_answers_differ_by_origin(app):
    async with browser(app, allowed_origins=HUB) as client:
        for headers in ({}, {"Origin": HUB}, {"Origin": "https://other.example"}):
            answer = await client.get("/version", headers=headers)
            assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize(
    "origins",
    [
        "*",
        "hub.example",
        "https://hub.example/",
        "https://Hub.example",
        "ftp://a.example",
        "https://",
        "https://a@b.example",
    ],
)
def test_what_is_no_origin_stops_the_start(origins):
    with pytest.raises(ValidationError, match="is no origin"):
        ServiceSettings(allowed_origins=origins)


def test_live_allows_https_origins_alone():
    with pytest.raises(ValidationError, match="https origins alone"):
        ServiceSettings(**{**LIVE, "allowed_origins": "http://hub.example"})
