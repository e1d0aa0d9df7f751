"""Many organisations are verified for the same identifier at once: one owns it, the others are told so.

Nobody retries, and the service has as few connections and as much patience as it has otherwise.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cdp_common.db.database import Database
from cdp_common.kernel.clock import FixedClock, utc_now
from cdp_common.testing.callers import http_client
from cdp_common.testing.plugin import MakeDatabase
from partners_api.main import CONNECTION_WAIT_S, create_app
from partners_api.settings import PACKAGE, SCHEMA, Settings
from tests.integration.partners_api.world import AUDIENCE, ISSUER, World
from tests.soak.scale import Scale

COMPANY = {"scheme": "GB-COH", "id": "01234567"}
VOUCHED = {"method": "vouched", "evidence": "register entry seen"}
CLAIMANTS = {False: 12, True: 1_000}
AT_ONCE = 50
"""Registrations before the rush."""


@pytest.fixture
async def world(make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[World]:
    """The service on a database of its own."""
    key = tmp_path / "secret.key"
    key.write_text(base64.urlsafe_b64encode(bytes(range(32))).decode(), encoding="ascii")
    settings = Settings(
        mode="sandbox",
        issuer=ISSUER,
        audience=AUDIENCE,
        secret_key_file=key,
        registrations_per_minute=100_000,
    )
    url = (await make_database(PACKAGE, SCHEMA)).engine.url
    database = Database(url, schema=SCHEMA, app_name="claims", pool_timeout_s=CONNECTION_WAIT_S)
    clock = FixedClock(utc_now())
    app = create_app(settings, database=database, clock=clock)
    async with http_client(app) as http:
        made = World(app, http, database, clock)
        await made.provision()
        yield made


async def test_of_all_who_claim_an_identifier_one_owns_it(
    world: World, scale: Scale, record_property: Any
) -> None:
    operator, count = await world.operator(), CLAIMANTS[scale.is_long]
    claimants = []
    for first in range(0, count, AT_ONCE):
        some = range(first, min(first + AT_ONCE, count))
        claimants += await asyncio.gather(
            *[world.registered(f"Claimant {n} Ltd", identifiers=[COMPANY]) for n in some]
        )
    began = time.monotonic()
    answers = await asyncio.gather(
        *[
            world.post(f"/v1/organisations/{each.organisation_id}/verification", VOUCHED, token=operator)
            for each in claimants
        ]
    )
    record_property("verifications at once", count)
    record_property("seconds", round(time.monotonic() - began, 1))

    assert Counter(answer.json().get("code", "verified") for answer in answers) == {
        "verified": 1,
        "identifier_owned": count - 1,
    }
    [owner] = [each for each, answer in zip(claimants, answers, strict=True) if answer.status_code == 201]
    found = (await world.get(f"/v1/organisations/{owner.organisation_id}")).json()
    assert (found["state"], found["identifiers"]) == ("verified", [COMPANY])
