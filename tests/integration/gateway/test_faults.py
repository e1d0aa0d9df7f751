"""A service that refuses or is down leaves a typed error beside what the others answer."""

import time
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.integration.gateway import canned
from tests.integration.gateway.conftest import furnish
from tests.integration.gateway.world import Call, Refused, World, running

from cdp_common.testing.callers import TokenMint

VALUE_PATH = f"/v1/places/{canned.PLACE}/collective-value"
MIXED = """{ place(slug: "place-1") { name
  collectiveValue(from: "2026-04-01", to: "2026-06-30") { asOf }
  tenders { edges { node { title } } } } }"""


async def test_a_service_that_is_down_leaves_the_rest_and_a_typed_error(world: World) -> None:
    world.network.down.add("reporting")
    response = await world.post(MIXED)
    answer = response.json()
    assert response.status_code == 200
    assert answer["data"]["place"]["name"] == "Place 1"
    assert answer["data"]["place"]["collectiveValue"] is None
    assert len(answer["data"]["place"]["tenders"]["edges"]) == 2
    [error] = answer["errors"]
    assert error["path"] == ["place", "collectiveValue"]
    assert error["extensions"] == {
        "code": "upstream_unavailable",
        "service": "reporting-api",
        "requestId": response.headers["x-request-id"],
    }
    assert "reporting.test" not in response.text


async def test_a_service_that_never_answers_is_given_up_within_its_budget(mint: TokenMint) -> None:
    async with running(mint, upstream_budget_s=0.3) as world:
        furnish(world)
        world.network.silent.add("reporting")
        started = time.perf_counter()
        answer = await world.ask(MIXED)
        assert time.perf_counter() - started < 2
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["upstream_unavailable"]
        assert answer["data"]["place"]["name"] == "Place 1"


async def test_a_silent_service_is_waited_for_once_in_a_request(mint: TokenMint) -> None:
    async with running(mint, upstream_budget_s=0.3) as world:
        furnish(world)
        world.network.silent.add("procurement")
        world.network.silent.add("reporting")
        query = """{ place(slug: "place-1") { name tenders { edges { node { title } } }
          publications { edges { node { number } } }
          collectiveValue(from: "2026-04-01", to: "2026-06-30") { asOf } } }"""
        started = time.perf_counter()
        answer = await world.ask(query)
        assert time.perf_counter() - started < 2
        assert len(answer["errors"]) == 3
        assert {error["extensions"]["service"] for error in answer["errors"]} == {
            "procurement-api",
            "reporting-api",
        }


async def test_the_next_request_asks_a_service_that_was_given_up_again(mint: TokenMint) -> None:
    async with running(mint, upstream_budget_s=0.3) as world:
        furnish(world)
        world.network.silent.add("partners")
        query = '{ tender(ocid: "ocds-1") { title buyer { legalName } } }'
        first = await world.ask(query)
        assert first["data"]["tender"] == {"title": "Tender 1", "buyer": None}
        world.network.silent.clear()
        second = await world.data(query)
        assert second["tender"]["buyer"] == {"legalName": "Organisation 01"}


async def test_all_services_down_gives_an_answer_all_the_same(world: World) -> None:
    world.network.down |= set(world.services)
    answer = await world.ask('{ place(slug: "place-1") { name } __typename }')
    assert answer["data"] == {"place": None, "__typename": "Query"}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["upstream_unavailable"]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "not_published"),
        (403, "scope_missing"),
        (403, "role_missing"),
        (409, "bids_sealed"),
        (422, "crosswalk_unknown"),
        (501, "not_offered"),
    ],
)
async def test_the_code_of_a_refusal_passes_through(world: World, status: int, code: str) -> None:
    world.on("reporting", "GET", VALUE_PATH, Refused(status, code, "Said by the service."))
    response = await world.post(MIXED)
    [error] = response.json()["errors"]
    assert error["message"] == "Said by the service."
    assert error["extensions"] == {
        "code": code,
        "service": "reporting-api",
        "requestId": response.headers["x-request-id"],
    }
    assert response.json()["data"]["place"]["name"] == "Place 1"


async def test_faults_of_the_input_pass_through_with_their_places(world: World) -> None:
    faults = [{"pointer": "?as_of", "code": "as_of_in_future", "message": "must not lie in the future"}]
    world.on("reporting", "GET", VALUE_PATH, Refused(422, "as_of_in_future", errors=faults))
    [error] = (await world.ask(MIXED))["errors"]
    assert error["extensions"]["errors"] == faults


@pytest.mark.parametrize(
    ("field", "pointer"),
    [
        ("place(slug: $text)", "?slug"),
        ("organisation(identifier: $text)", "?identifier"),
        ("tender(ocid: $text)", "?ocid"),
    ],
)
async def test_an_argument_that_no_address_holds_is_refused_as_shorter_ones_and_nobody_is_asked(
    world: World, field: str, pointer: str
) -> None:
    response = await world.post(
        f"query($text: String!) {{ {field} {{ __typename }} }}", {"text": "x" * 100_000}
    )
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "invalid_input"
    assert [(one["pointer"], one["code"]) for one in error["extensions"]["errors"]] == [(pointer, "too_long")]
    assert world.calls == []


async def test_an_overloaded_service_says_when_to_come_back(world: World) -> None:
    world.on("reporting", "GET", VALUE_PATH, Refused(429, "rate_limited"))
    [error] = (await world.ask(MIXED))["errors"]
    assert error["extensions"]["code"] == "upstream_unavailable"


async def test_an_answer_outside_its_contract_is_told_apart(world: World) -> None:
    world.on("reporting", "GET", VALUE_PATH, {"figures": "many"})
    [error] = (await world.ask(MIXED))["errors"]
    assert error["extensions"]["code"] == "upstream_malformed"
    assert "many" not in str(error)


async def test_a_batch_that_fails_fails_its_rows_alone(world: World) -> None:
    world.on("partners", "POST", "/v1/organisations/batch", Refused(500, "internal_error"))
    answer = await world.ask(
        """{ place(slug: "place-1") { signatories { edges { node {
        organisationName organisation { id } } } } } }"""
    )
    nodes = [edge["node"] for edge in answer["data"]["place"]["signatories"]["edges"]]
    assert [node["organisationName"] for node in nodes] == ["Organisation 01", "Organisation 02"]
    assert [node["organisation"] for node in nodes] == [None, None]
    assert [error["path"][-1] for error in answer["errors"]] == ["organisation", "organisation"]


async def test_a_fault_of_ours_says_nothing_but_the_request_and_is_logged_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("gateway.schema.partners.Organisation.of", broken)
    with capture_logs() as lines:
        response = await world.post(
            '{ place(slug: "place-1") { signatories { edges { node { organisation { id } } } } } }'
        )
    errors = response.json()["errors"]
    assert len(errors) == 2
    assert {error["message"] for error in errors} == {"Something went wrong on our side."}
    assert {error["extensions"]["code"] for error in errors} == {"internal_error"}
    assert "secret" not in response.text
    faults = [line for line in lines if line["event"] == "graph_fault"]
    assert [line["count"] for line in faults] == [2]


async def test_refusals_are_not_logged_as_faults(world: World) -> None:
    world.on("reporting", "GET", VALUE_PATH, Refused(404, "not_published"))
    with capture_logs() as lines:
        await world.ask(MIXED)
        await world.ask("{ nonsense }")
    assert [line["event"] for line in lines if line["log_level"] == "error"] == []


@pytest.mark.parametrize(
    "representation",
    [
        {},
        {"__typename": "Place"},
        {"__typename": "Place", "id": 7},
        {"__typename": "Nothing", "id": "Tm90aGluZzox"},
        {"__typename": "Place", "id": "T3JnYW5pc2F0aW9uOjE="},
        {"id": "x"},
        "text",
    ],
)
async def test_a_reference_that_names_nothing_is_an_error_of_its_own(
    world: World, representation: Any
) -> None:
    good = {
        "__typename": "Organisation",
        "id": "T3JnYW5pc2F0aW9uOjAxODkwMDAwLTAwNmYtNzA3Mi04MDAwLTAwMDAwMDAwMDAwMQ==",
    }
    answer = await world.ask(
        """query($r: [_Any!]!) { _entities(representations: $r) { ... on Organisation { legalName } } }""",
        {"r": [good, representation]},
    )
    assert answer["data"]["_entities"] == [{"legalName": "Organisation 01"}, None]
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["id_invalid"]


async def test_calls_carry_the_id_of_the_request(world: World) -> None:
    await world.ask(MIXED, headers={"X-Request-Id": "portal-1"})
    assert {call.request_id for call in world.calls} == {"portal-1"}


async def test_an_index_that_a_place_does_not_name_leaves_its_areas_unknown(world: World) -> None:
    def places(_: Call) -> tuple[int, Any]:
        return 200, canned.batch([canned.place(need_index=None)])

    world.on("partners", "POST", "/v1/places/batch", places)
    data = await world.data(
        """{ place(slug: "place-1") { collectiveValue(from: "2026-04-01", to: "2026-06-30") {
        byArea { cells { area { band } } } } } }"""
    )
    assert [cell["area"] for cell in data["place"]["collectiveValue"]["byArea"]["cells"]] == [None, None]
