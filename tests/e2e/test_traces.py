"""What the processes write down: one trace through them all, and no secret anywhere."""

import json
import secrets
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

from cdp_tools.story.ending import LIVE_QUERY
from tests.e2e.refusals import Door, knock, problem
from tests.e2e.town import Town

WRITING_PATIENCE_S = 3


def lines(town: Town, service: str) -> Iterator[dict[str, Any]]:
    """A service's log, each line of which is a JSON object."""
    for line in town.environment.log(service).read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):  # the last one may be on its way
            yield json.loads(line)


def requests(town: Town, service: str, **marks: str) -> list[dict[str, Any]]:
    """The requests of these marks that a service answered; their lines follow just after the answers."""
    give_up_at = time.monotonic() + WRITING_PATIENCE_S
    while True:
        found = [
            line
            for line in lines(town, service)
            if line["event"] == "request" and marks.items() <= line.items()
        ]
        if found or time.monotonic() > give_up_at:
            return found
        time.sleep(0.05)


def routes(town: Town, service: str, trace_id: str) -> list[str]:
    """What a service was asked in a trace."""
    return [f"{line['method']} {line['route']}" for line in requests(town, service, trace_id=trace_id)]


def new_trace() -> tuple[str, str]:
    """A trace id, and the header that hands it on."""
    trace_id = secrets.token_hex(16)
    return trace_id, f"00-{trace_id}-{secrets.token_hex(8)}-01"


def test_one_trace_goes_from_the_gateway_to_reporting(town: Town) -> None:
    trace_id, header = new_trace()
    body = {
        "query": LIVE_QUERY,
        "variables": {"slug": "county-durham", "from": "2026-07-01", "to": "2026-09-30"},
    }
    token = town.party("livin").token()  # live figures: answered from no cache
    answer = knock(town, Door("gateway", "POST", "/graphql", body), token, traceparent=header)
    assert "errors" not in answer.json()
    assert routes(town, "gateway", trace_id) == ["POST /graphql"]
    assert routes(town, "reporting-api", trace_id) == ["GET /v1/places/{place_id}/collective-value"]


def test_one_trace_goes_from_procurement_to_the_engine(town: Town) -> None:
    trace_id, header = new_trace()
    agreement = {
        **town.scene.sample["agreements"][0]["agreement"],
        "reference": "NEVER-REGISTERED",
        "place_id": town.scene.place_id,
        "edition_hash": town.scene.edition_hash,
        "deliverer_organisation_id": town.party("dapplebeck").organisation_id,
        "lines": [{"measure": "OM-XX", "quantity": "1", "unit": "hours"}],
    }
    body = json.loads(json.dumps(agreement, default=str))
    door = Door("procurement-api", "POST", "/v1/agreements", body, needs_key=True)
    answer = knock(town, door, town.party("durham-county-council").token(), traceparent=header)
    problem(answer, 422, "valuation_refused")
    assert routes(town, "procurement-api", trace_id) == ["POST /v1/agreements"]
    assert "POST /v1/valuations" in routes(town, "toms-engine", trace_id)


def test_a_callers_request_id_is_in_the_answer_and_in_the_log(town: Town) -> None:
    mine = f"my-request-{secrets.token_hex(8)}"
    answer = knock(town, Door("charter-api", "GET", "/v1/charters"), None, X_Request_Id=mine)
    assert answer.headers["x-request-id"] == mine
    assert [line["status"] for line in requests(town, "charter-api", request_id=mine)] == [200]


def test_no_log_holds_a_secret_or_what_was_sent(town: Town) -> None:
    hidden = dict.fromkeys(client_secrets(town), "a client's secret")
    for one in town.told:
        if one.key is not None:
            hidden[one.key] = "an idempotency key"
        if one.path == "/oauth/token" and one.status == 200:
            hidden[one.answer["access_token"]] = "an access token"
            if assertion := parse_qs(one.sent.decode()).get("client_assertion"):
                hidden[assertion[0]] = "a client assertion"
    for bid in town.scene.sample["tender"]["bids"]:
        hidden |= {line["answer"]: "a bid's answer" for line in bid["lines"] if "answer" in line}
    hidden["Sample Signatory"] = "a person's name"
    for path in (town.environment.folder / "secrets").rglob("*.key"):
        hidden[path.read_text(encoding="ascii")] = "a service's key"
    assert len(hidden) > 100
    logs = [*town.environment.logs.glob("*.log"), town.environment.folder / "postgres" / "postgres.log"]
    assert len(logs) > 12
    for log in logs:
        text = log.read_text(encoding="utf-8")
        found = [what for secret, what in hidden.items() if secret in text]
        assert found == [], f"{log.name} holds {found}"


def client_secrets(town: Town) -> list[str]:
    found = [party.secret for party in town.scene.parties.values() if party.secret is not None]
    assert len(found) >= 20
    return found


def test_no_process_met_a_fault_of_its_own(town: Town) -> None:
    for service in town.environment.services:
        faults = [line for line in lines(town, service.name) if line["level"] in ("error", "critical")]
        assert faults == []
