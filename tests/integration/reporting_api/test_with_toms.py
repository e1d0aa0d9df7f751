"""Reporting with the real toms-engine beside it: the same pounds from report to explanation."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import httpx2
import pytest
from tests.integration.reporting_api.conftest import Answering, running
from tests.integration.reporting_api.neighbours import Neighbours
from tests.integration.reporting_api.world import World, codes
from tests.integration.toms_engine.packs import need_index, pack
from tests.integration.toms_engine.world import World as TomsWorld

from cdp_common.contracts.reporting import PoundExplanation
from cdp_common.kernel.clock import FixedClock
from cdp_common.testing.callers import AUDIENCE, ISSUER, TokenMint, http_client
from cdp_common.testing.plugin import MakeDatabase
from toms_engine.main import create_app as create_toms
from toms_engine.settings import Settings as TomsSettings

TOMS_PORT = 8102


@pytest.fixture
async def toms(make_database: MakeDatabase) -> AsyncIterator[TomsWorld]:
    """A toms-engine with a database of its own."""
    clock = FixedClock(datetime(2026, 11, 22, 10, 0, tzinfo=UTC))
    mint = TokenMint(clock=clock)
    db = await make_database("toms_engine", "toms")
    settings = TomsSettings(mode="sandbox", issuer=ISSUER, audience=AUDIENCE)
    app = create_toms(settings, database=db, verifier=mint.verifier(), clock=clock)
    async with http_client(app) as http:
        yield TomsWorld(http, db, mint, clock, app)


@pytest.fixture
async def both(
    toms: TomsWorld, make_database: MakeDatabase, secret_key_file: Path
) -> AsyncIterator[tuple[World, TomsWorld]]:
    """reporting-api that asks that toms-engine."""

    def beside(neighbours: Neighbours) -> Answering:
        async def answer(request: httpx2.Request) -> httpx2.Response:
            if request.url.port != TOMS_PORT:
                return await neighbours.answer(request)
            headers = {**toms.valuer(), "content-type": "application/json"}
            path = request.url.raw_path.decode()
            return await toms.http.request(request.method, path, content=request.content, headers=headers)

        return answer

    db = await make_database("reporting_api", "reporting")
    async with running(db, secret_key_file, beside) as world:
        world.neighbours.need_index = "imd-sample"
        yield world, toms


async def test_pounds_are_the_engines_from_report_to_explanation(both: tuple[World, TomsWorld]):
    world, toms = both
    edition = (await toms.published(pack()))["edition_hash"]
    await toms.load_index(need_index())
    hours = {"edition_hash": edition, "measure": "M1", "unit": "hours", "route": "own_activity"}
    spend = {"edition_hash": edition, "measure": "M2", "unit": "gbp_spent", "route": "own_activity"}
    areas = [{"area_code": "E01", "share": "0.5"}, {"area_code": "E04", "share": "0.25"}]
    for org, quantity in ((world.council, "10.5"), (world.charity, "20"), (world.college, "30.25")):
        await world.report(
            org,
            {**hours, "quantity": quantity, "areas": areas},
            {**spend, "quantity": "1000.10", "industry": "construction"},
        )
    value = await world.value(group_by="theme,need_band")
    # 17.96 less a deadweight of 0.20 is 14.368 an hour; a pound spent in construction adds 0.25.
    assert value.figures.delivered.social_gbp == Decimal("872.85")  # 150.86 + 287.36 + 434.63
    assert value.figures.delivered.local_economic_gbp == Decimal("750.09")  # three times 250.03
    assert value.groupings[0].cells[0].label == "Second theme"
    assert value.editions[0].label == "Family measures (2026)"
    bands = {
        cell.key: cell.figures.delivered.social_gbp or Decimal(0)
        for cell in value.groupings[1].cells
        if cell.figures
    }
    assert bands["severe"] + bands["low"] + bands["not_placed"] == Decimal("872.85")
    publication = await world.publish()
    answer = await world.http.get(f"/v1/publications/{publication.id}/explanations/M1")
    assert answer.status_code == 200, answer.text
    explanation = PoundExplanation.model_validate_json(answer.content)
    assert explanation.total_gbp == Decimal("872.85")
    [group] = explanation.groups
    assert group.counted_quantity == Decimal("60.75")
    assert [(step.rule, step.factor, step.result) for step in group.steps] == [
        ("quantity", Decimal(1), Decimal(1)),
        ("proxy", Decimal("17.96"), Decimal("17.96")),
        ("deadweight", Decimal("0.80"), Decimal("14.368")),
    ]
    spent = await world.http.get(f"/v1/publications/{publication.id}/explanations/M2")
    assert PoundExplanation.model_validate_json(spent.content).total_gbp == Decimal("750.09")


async def test_what_the_engine_refuses_points_at_the_reports_line(both: tuple[World, TomsWorld]):
    world, toms = both
    edition = (await toms.published(pack()))["edition_hash"]
    spend = {"edition_hash": edition, "measure": "M2", "unit": "gbp_spent", "route": "own_activity"}
    draft = world.report_draft(
        {**spend, "quantity": "1", "industry": "construction"},
        {**spend, "quantity": "1", "industry": "fishing"},
    )
    answer = await world.try_report(world.council, draft)
    assert answer.status_code == 422, answer.text
    assert [pointer.split("/")[:3] for pointer, _ in codes(answer)] == [["", "lines", "1"]]
    assert await world.count("reports") == 0


async def test_less_accepted_is_valued_by_the_engine(both: tuple[World, TomsWorld]):
    world, toms = both
    edition = (await toms.published(pack()))["edition_hash"]
    hours = {"edition_hash": edition, "measure": "M1", "unit": "hours", "route": "own_activity"}
    report = await world.report(world.council, {**hours, "quantity": "10.5"})
    reviewed = await world.review(report, {0: "3.3"})
    assert reviewed.lines[0].validated_gbp == Decimal("47.41")  # 47.4144
