"""Coming late on demand: refused with a signed word, and no bid is opened early by it."""

import sys
from datetime import UTC, datetime

from fastapi import Request
from tests.integration.procurement_api.world import World, bid_of, refused

from cdp_common.kernel.identifiers import new_id
from procurement_api.main import create_app
from procurement_api.settings import Settings


async def test_a_bid_comes_late_on_demand_and_nothing_is_kept_or_opened(world: World):
    tender, bidder = await world.published(), world.party("Bidder")
    path = f"/v1/tenders/{tender['id']}"
    await world.submitted(tender, bidder)
    before = await world.state()
    late = {"Authorization": f"Bearer {world.other.token}", "Sandbox-Scenario": "deadline_passed"}
    keyed = {**late, "Idempotency-Key": str(new_id())}
    answer = await world.http.post(f"{path}/bids", json=bid_of(world.other), headers=keyed)
    assert refused(answer) == (409, "tender_closed")
    assert b'"refused":"tender_closed"' in await world.signed(answer.json()["refusal_jws"])
    early = {**keyed, "Authorization": f"Bearer {world.buyer.token}"}
    assert refused(await world.http.post(f"{path}/open", headers=early)) == (409, "deadline_not_passed")
    assert await world.state() == before


def test_live_knows_no_such_demand(settings: Settings, monkeypatch):
    monkeypatch.delitem(sys.modules, "procurement_api.api.sandbox", raising=False)
    live = settings.model_copy(update={"mode": "live", "ocid_prefix": "ocds-abc123-"})
    app = create_app(live, clock=lambda: datetime(2026, 11, 2, tzinfo=UTC))
    late = Request({"type": "http", "app": app, "headers": [(b"sandbox-scenario", b"deadline_passed")]})
    assert app.state.time_of(late) == datetime(2026, 11, 2, tzinfo=UTC)
    assert "procurement_api.api.sandbox" not in sys.modules
