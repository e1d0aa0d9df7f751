"""A draft through the graph: for whoever sends its token, never kept, never given to anybody else."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.contract.descriptions import committed
from tests.integration.gateway.documents_as_answers import example_of
from tests.integration.gateway.world import Call, Refused, Ticks, World, running

from cdp_common.testing.callers import TokenMint

QUERY = "{ hubPreview { restId state title bodyHtml images { url } videos { title } expiresAt } }"
PATH = "/v1/hub-previews"


@pytest.fixture
async def keeping(mint: TokenMint) -> AsyncIterator[World]:
    """A gateway that keeps answers to the public, over a service with two drafts."""
    schemas = committed("partners-api")["components"]["schemas"]
    draft = example_of(schemas["HubPreview"], schemas)

    def answer(call: Call) -> tuple[int, Any]:
        if call.preview_token not in ("anna", "bert"):
            return Refused(404, "preview_not_found")(call)
        return 200, {**draft, "title": f"for {call.preview_token}"}

    async with running(mint, Ticks(), public_answer_s=5) as world:
        world.on("partners", "GET", PATH, answer)
        yield world


async def test_each_token_shows_its_own_draft_and_nobody_else_sees_one(keeping: World) -> None:
    async def asked(token: str | None, **more: str) -> tuple[Any, str | None, str]:
        headers = {**more} if token is None else {**more, "Preview-Token": token}
        response = await keeping.post(QUERY, headers=headers)
        assert "etag" not in response.headers
        assert "Preview-Token" in response.headers["vary"]
        answer = response.json()
        [code] = [one["extensions"]["code"] for one in answer.get("errors", ())] or [None]
        shown = (answer["data"]["hubPreview"] or {}).get("title")
        return shown, code, response.headers["cache-control"]

    anna, bert = ("for anna", None, "no-store"), ("for bert", None, "no-store")
    missing = (None, "preview_token_missing", "no-cache")
    unknown = (None, "preview_not_found", "no-store")
    # At once, one after another, and again: what was answered a moment ago answers nobody else.
    together = await asyncio.gather(*(asked(who) for who in ("anna", "bert", None, "anna", "cleo")))
    assert together == [anna, bert, missing, anna, unknown]
    for who, expected in (("bert", bert), ("anna", anna), (None, missing), ("cleo", unknown)):
        assert await asked(who) == expected
    assert (await asked(""))[:2] == missing[:2]
    signed = await asked("anna", **keeping.mint.headers())
    assert signed == ("for anna", None, "private, no-store")
    calls = [call for call in keeping.calls if call.path == PATH]
    assert {call.preview_token for call in calls} == {"anna", "bert", "cleo"}
    assert {call.forwarded_for for call in calls} == {"127.0.0.1"}
    # What is the same for everybody is not kept either where the header is there, nor given from what is.
    public = await keeping.post("{ __typename }")
    assert public.headers["cache-control"] == "public, max-age=5"
    own = await keeping.post("{ __typename }", headers={"Preview-Token": "anna"})
    assert (own.headers["cache-control"], own.json()) == ("no-store", public.json())
    by_address = await keeping.http.get(
        "/graphql", params={"query": QUERY}, headers={"Preview-Token": "bert"}
    )
    assert by_address.json()["data"]["hubPreview"]["title"] == "for bert"
    assert by_address.headers["cache-control"] == "no-store"
