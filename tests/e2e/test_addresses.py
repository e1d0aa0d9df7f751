"""Who comes through the graph is limited by the own address; nobody chooses under which one to count."""

import re
import time

import httpx2

from cdp_common.kernel.identifiers import new_id
from tests.e2e.town import Town

FIRST, SECOND = "203.0.113.1", "198.51.100.2"
ASKED, MOST = 12, 60
IDEA = """mutation($input: PostIdeaInput!, $key: String!) {
  postIdea(input: $input, idempotencyKey: $key) { userErrors { code } } }"""


def post_ideas(town: Town, http: httpx2.Client, address: str) -> None:
    """Somebody behind this client says so often, through the gateway, to send for this address."""
    for _ in range(ASKED):
        stated = {"placeId": str(new_id()), "title": "Ovens", "text": "Share ovens."}
        answer = http.post(
            town.url("gateway", "/graphql"),
            json={"query": IDEA, "variables": {"input": stated, "key": str(new_id())}},
            headers={"X-Forwarded-For": address},
        ).json()
        assert answer["data"]["postIdea"]["userErrors"][0]["code"] == "place_not_found", answer


def left_of(town: Town, http: httpx2.Client, address: str) -> int:
    """How much an address has left at partners-api, after one request more."""
    answer = http.post(
        town.url("partners-api", f"/v1/places/{new_id()}/ideas"),
        json={"kind": "idea", "title": "Ovens", "text": "Share ovens."},
        headers={"X-Forwarded-For": address, "Idempotency-Key": str(new_id())},
    )
    found = re.search(r"r=(\d+)", answer.headers["ratelimit"])
    assert found is not None
    return int(found[1])


def test_addresses_behind_the_gateway_are_limited_apart_and_a_stranger_cannot_name_another(town: Town):
    # The gateway believes this machine's proxies (127.0.0.1), and partners-api believes the gateway.
    began = time.monotonic()
    # What a caller writes into the header stands before what the proxy adds.
    post_ideas(town, town.http, f"192.0.2.9, {FIRST}")
    of_first = left_of(town, town.http, FIRST)

    assert of_first <= MOST - ASKED - 1 + (time.monotonic() - began)  # one comes back each second
    assert left_of(town, town.http, "192.0.2.9") == MOST - 1

    began = time.monotonic()
    transport = httpx2.HTTPTransport(local_address="127.0.0.2")
    with httpx2.Client(transport=transport, trust_env=False) as stranger:
        post_ideas(town, stranger, SECOND)
        of_stranger = left_of(town, stranger, SECOND)

    assert of_stranger <= MOST - ASKED - 1 + (time.monotonic() - began)
    assert left_of(town, town.http, SECOND) == MOST - 1
