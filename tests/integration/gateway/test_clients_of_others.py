"""Subscriptions through the clients that front ends use, graphql-ws and graphql-sse, where installed."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.integration.gateway.test_subscriptions import FIGURES, TENDERS, WEBHOOKS, served

from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import TokenMint
from gateway import sockets

NODE = shutil.which("node")
PROGRAM = Path(__file__).parents[2] / "node" / "subscribe.mjs"
CLIENTS = ("graphql-sse", "graphql-ws")

pytestmark = pytest.mark.skipif(
    NODE is None or not (PROGRAM.parent / "node_modules" / "graphql-ws").exists(),
    reason="`npm ci --prefix tests/node` has not been run",
)


async def listening(url: str, authorization: str, *subscriptions: str) -> asyncio.subprocess.Process:
    address = url.replace("/graphql/stream", sockets.SOCKET_PATH).replace("http://", "ws://")
    asked = json.dumps(subscriptions)
    assert NODE is not None
    return await asyncio.create_subprocess_exec(
        NODE, PROGRAM, url, address, authorization, asked, stdout=asyncio.subprocess.PIPE
    )


async def heard(program: asyncio.subprocess.Process) -> dict[tuple[str, str], Any]:
    """What each client was answered, by its name and the subscription."""
    told, _ = await asyncio.wait_for(program.communicate(), 30)
    return {(one["name"], one["query"]): one["answer"] for one in json.loads(told)}


async def test_both_clients_hear_all_three_subscriptions(mint: TokenMint) -> None:
    async with served(mint) as (_, url, feeds):
        headers = mint.headers(org=new_id())
        program = await listening(url, headers["Authorization"], FIGURES, TENDERS, WEBHOOKS)
        failed = {
            "webhook_id": str(new_id()),
            "delivery_id": str(new_id()),
            "event_type": "signature.signed",
            "event_position": 7,
            "last_status": 500,
        }
        # Whoever begins to listen a moment later hears the next one.
        for _ in range(100):
            feeds["procurement"].tell("tender.awarded")
            feeds["reporting"].tell("publication.published")
            feeds["charter"].tell("webhook.failed", headers["Authorization"], data=failed)
            await asyncio.sleep(0.2)
            if program.returncode is not None:
                break
        answers = await heard(program)
    assert len(answers) == 6
    for client in CLIENTS:
        changed = answers[client, FIGURES]["data"]["collectiveValueChanged"]
        assert changed == {"cause": "publication.published", "place": {"name": "Place 1"}}
        tender = answers[client, TENDERS]["data"]["tenderStateChanged"]
        assert (tender["cause"], tender["tender"]["title"]) == ("tender.awarded", "Tender 1")
        webhook = answers[client, WEBHOOKS]["data"]["webhookFailed"]
        assert (webhook["service"], webhook["lastStatus"]) == ("charter-api", 500)


async def test_both_clients_are_told_why_there_is_nothing_to_hear(mint: TokenMint) -> None:
    invalid, query = "subscription { nothing }", "{ places { pageInfo { hasNextPage } } }"
    async with served(mint) as (_, url, _):
        authorization = mint.headers(org=new_id())["Authorization"]
        answers = await heard(await listening(url, authorization, invalid, query))
        refused = await heard(await listening(url, "Bearer nobody", FIGURES))
    for client in CLIENTS:
        for asked, code in ((invalid, "document_invalid"), (query, "operation_not_offered")):
            answer = answers[client, asked]
            errors = answer.get("refused") or answer["errors"]
            assert [one["extensions"]["code"] for one in errors] == [code], (client, answer)
        assert "refused" in refused[client, FIGURES], refused
