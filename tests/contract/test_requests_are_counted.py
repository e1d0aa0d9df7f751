"""Every operation counts its callers' requests and says so; a new one does it by being there."""

import httpx2
import pytest
from tests.contract.descriptions import REST_SERVICES, application, committed, operations_of

STRANGER = ("203.0.113.9", 1)
UNCOUNTED = {
    "submit_bid": "one that is refused for its haste may come too late",
    "replace_bid": "one that is refused for its haste may come too late",
}


@pytest.mark.parametrize("service", REST_SERVICES)
async def test_every_operation_says_how_many_requests_are_left(service: str):
    operations = [one for one in operations_of(committed(service)) if not one.is_health]
    transport = httpx2.ASGITransport(app=application(service), client=STRANGER, raise_app_exceptions=False)
    silent = set()
    async with httpx2.AsyncClient(transport=transport, base_url="http://stranger.test") as client:
        for operation in operations:
            answer = await client.request(operation.method, operation.path.replace("{", "").replace("}", ""))
            if not {"ratelimit", "ratelimit-policy"} <= answer.headers.keys():
                silent.add(operation.id)
    assert silent == {operation.id for operation in operations} & UNCOUNTED.keys()
