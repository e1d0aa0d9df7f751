"""What a query costs: exactly so many calls to the services."""

from datetime import date
from typing import Any

import pytest
from tests.integration.gateway import canned
from tests.integration.gateway.world import Call, Refused, World

from cdp_common.contracts.bridges import CellChange
from gateway.schema.nodes import node_id

VALUE_PATH = f"/v1/places/{canned.PLACE}/collective-value"
WINDOW = '(from: "2026-04-01", to: "2026-06-30")'


async def test_thirty_rows_of_a_kind_cost_one_call(world: World) -> None:
    signatories = [canned.signatory(number) for number in range(1, 31)]
    world.on("charter", "GET", "/v1/signatories", canned.page(signatories))
    data = await world.data(
        """{ place(slug: "place-1") { signatories(first: 30) { edges { node {
        organisation { legalName } place { name } pledges { commitment { measure { title } } } } } } } }"""
    )
    rows = data["place"]["signatories"]["edges"]
    assert len(rows) == 30
    assert rows[29]["node"]["organisation"] == {"legalName": "Organisation 30"}
    assert sorted(world.paths()) == [
        "charter GET /v1/signatories",
        "partners GET /v1/places",
        "partners POST /v1/organisations/batch",
        "partners POST /v1/places/batch",
        "toms POST /v1/measures/batch",
    ]
    asked = {call.path: call.body for call in world.calls}
    assert len(asked["/v1/organisations/batch"]["ids"]) == 30
    assert asked["/v1/places/batch"]["ids"] == [str(canned.PLACE)]
    assert asked["/v1/measures/batch"]["keys"] == [{"edition_hash": canned.HASH, "code": "M1"}]


async def test_thirty_tenders_share_the_call_for_their_buyers(world: World) -> None:
    tenders = [canned.tender(number) for number in range(1, 31)]
    world.on("procurement", "GET", "/v1/tenders", canned.page(tenders))
    data = await world.data(
        """{ place(slug: "place-1") { tenders(first: 30) { edges { node {
        buyer { legalName } measures { measure { title } } } } } } }"""
    )
    assert len(data["place"]["tenders"]["edges"]) == 30
    assert len(world.calls) == 4


async def test_thirty_references_of_a_kind_cost_one_call(world: World) -> None:
    references = [
        {"__typename": "Organisation", "id": node_id("Organisation", canned.uid("organisation", number))}
        for number in range(1, 31)
    ]
    data = await world.data(
        """query($references: [_Any!]!) { _entities(representations: $references) {
        ... on Organisation { legalName } } }""",
        {"references": references},
    )
    assert data["_entities"][29] == {"legalName": "Organisation 30"}
    assert world.paths() == ["partners POST /v1/organisations/batch"]


async def test_only_the_selected_groupings_are_asked_for_in_one_call(world: World) -> None:
    data = await world.data(
        f"""query($no: Boolean! = false) {{ place(slug: "place-1") {{ collectiveValue{WINDOW} {{
        ...groups byArea @include(if: $no) {{ additive }} byOutcome @skip(if: true) {{ additive }} }} }} }}
        fragment groups on CollectiveValue {{ again: byTheme {{ by }} byTheme {{ additive }}
          ... {{ byRoute {{ by }} }} ...groups2 }}
        fragment groups2 on CollectiveValue {{ byNeedBand {{ by basis }} }}"""
    )
    assert data["place"]["collectiveValue"] == {
        "again": {"by": "THEME"},
        "byTheme": {"additive": True},
        "byRoute": {"by": "ROUTE"},
        "byNeedBand": {"by": "NEED_BAND", "basis": None},
    }
    asked = [call for call in world.calls if call.service == "reporting"]
    assert [call.query["group_by"] for call in asked] == ["theme,need_band,route"]
    assert "basis" not in asked[0].query


async def test_figures_without_groupings_ask_for_none(world: World) -> None:
    await world.data(f'{{ place(slug: "place-1") {{ collectiveValue{WINDOW} {{ asOf }} }} }}')
    assert [call.query for call in world.calls if call.service == "reporting"] == [
        {"from": "2026-04-01", "to": "2026-06-30"}
    ]


@pytest.mark.parametrize(
    ("argument", "variables", "basis"),
    [
        ("", None, "delivered_by"),
        ("(basis: COMMISSIONED_BY)", None, "commissioned_by"),
        ("(basis: $basis)", {"basis": "COMMISSIONED_BY"}, "commissioned_by"),
        ("(basis: $basis)", {}, "delivered_by"),
    ],
)
async def test_organisations_are_asked_for_on_the_basis_that_is_selected(
    world: World, argument: str, variables: dict[str, Any] | None, basis: str
) -> None:
    declared = "" if variables is None else "query($basis: Basis! = DELIVERED_BY) "
    data = await world.data(
        f"""{declared}{{ place(slug: "place-1") {{ collectiveValue{WINDOW} {{
        byOrganisation{argument} {{ basis cells {{ label }} }} }} }} }}""",
        variables,
    )
    grouping = data["place"]["collectiveValue"]["byOrganisation"]
    assert grouping["basis"] == basis.upper()
    assert grouping["cells"][0]["label"] == f"Organisation 01 {basis}"
    asked = [call.query for call in world.calls if call.service == "reporting"]
    assert [(query["group_by"], query["basis"]) for query in asked] == [("organisation", basis)]


async def test_both_bases_take_a_second_call_for_organisations_alone(world: World) -> None:
    data = await world.data(
        f"""{{ place(slug: "place-1") {{ collectiveValue{WINDOW} {{ byTheme {{ by }}
        delivered: byOrganisation(basis: DELIVERED_BY) {{ basis }}
        commissioned: byOrganisation(basis: COMMISSIONED_BY) {{ basis }} }} }} }}"""
    )
    value = data["place"]["collectiveValue"]
    assert value["delivered"] == {"basis": "DELIVERED_BY"}
    assert value["commissioned"] == {"basis": "COMMISSIONED_BY"}
    asked = [call.query for call in world.calls if call.service == "reporting"]
    assert sorted((query["group_by"], query["basis"]) for query in asked) == [
        ("organisation", "commissioned_by"),
        ("theme,organisation", "delivered_by"),
    ]


async def test_crosswalks_of_several_schemes_are_asked_for_in_the_same_call(world: World) -> None:
    data = await world.data(
        f"""query($scheme: String!) {{ place(slug: "place-1") {{ collectiveValue{WINDOW} {{
        byTheme {{ scheme editionsWithout }}
        goals: byCrosswalk(scheme: $scheme) {{ by scheme title additive editionsWithout }}
        objectives: byCrosswalk(scheme: "objectives") {{
          scheme cells {{ key label suppressed figures {{ due {{ total {{ amount }} }} }} }} }} }} }} }}""",
        {"scheme": "goals"},
    )
    value = data["place"]["collectiveValue"]
    assert value["byTheme"] == {"scheme": None, "editionsWithout": []}
    assert value["goals"] == {
        "by": "CROSSWALK",
        "scheme": "goals",
        "title": "Scheme goals",
        "additive": False,
        "editionsWithout": [canned.HASH],
    }
    first, withheld = value["objectives"]["cells"]
    assert first["figures"]["due"]["total"]["amount"] == "1000.00"
    assert (first["key"], withheld["suppressed"], withheld["figures"]) == ("O1", True, None)
    asked = [call for call in world.calls if call.service == "reporting"]
    assert [call.query["group_by"] for call in asked] == ["theme,crosswalk:goals,crosswalk:objectives"]


async def test_periods_are_asked_for_in_the_same_call(world: World) -> None:
    data = await world.data(
        f"""query($length: Granularity!) {{ place(slug: "place-1") {{ collectiveValue{WINDOW} {{
        byTheme {{ granularity cells {{ periodStart }} }}
        byPeriod(granularity: MONTH) {{ by granularity additive
          cells {{ label periodStart periodEnd suppressed withheld
            figures {{ due {{ total {{ amount }} }} }} }} }}
        again: byPeriod(granularity: $length) {{ granularity }} }} }} }}""",
        {"length": "FINANCIAL_YEAR"},
    )
    value = data["place"]["collectiveValue"]
    assert value["byTheme"] == {"granularity": None, "cells": [{"periodStart": None}] * 2}
    assert value["again"] == {"granularity": "FINANCIAL_YEAR"}
    shown, missing = value["byPeriod"].pop("cells")
    assert value["byPeriod"] == {"by": "PERIOD", "granularity": "MONTH", "additive": False}
    assert shown == {
        "label": "April 2026",
        "periodStart": "2026-04-01",
        "periodEnd": "2026-04-30",
        "suppressed": False,
        "withheld": None,
        "figures": {"due": {"total": {"amount": "1000.00"}}},
    }
    assert (missing["periodEnd"], missing["withheld"], missing["figures"]) == (
        "2026-05-31",
        "NOT_PUBLISHED",
        None,
    )
    asked = [call.query["group_by"] for call in world.calls if call.service == "reporting"]
    assert asked == ["theme,period:financial_year,period:month"]


async def test_a_publication_holds_its_crosswalks(world: World) -> None:
    data = await world.data(
        """{ place(slug: "place-1") { publications(first: 2) { edges { node { value {
        held: byCrosswalk(scheme: "objectives") { title }
        other: byCrosswalk(scheme: "x") { title } } } } } } }"""
    )
    edge, _ = data["place"]["publications"]["edges"]
    assert edge["node"]["value"] == {"held": {"title": "Scheme objectives"}, "other": None}


async def test_a_grouping_that_the_answer_does_not_hold_is_null(world: World) -> None:
    world.on("reporting", "GET", VALUE_PATH, canned.as_json(canned.value(groupings=[])))
    data = await world.data(
        f'{{ place(slug: "place-1") {{ collectiveValue{WINDOW} {{ byTheme {{ by }} }} }} }}'
    )
    assert data["place"]["collectiveValue"] == {"byTheme": None}


async def test_the_members_of_a_place_share_the_call_for_their_figures(world: World) -> None:
    data = await world.data(
        f"""{{ place(slug: "place-1") {{ members {{ edges {{ node {{ organisation {{ legalName }}
        figures{WINDOW} {{ committed {{ total {{ amount }} }} }} }} }} }} }} }}"""
    )
    first, second = [edge["node"] for edge in data["place"]["members"]["edges"]]
    assert first["figures"] == {"committed": {"total": {"amount": "1000.00"}}}
    assert second["figures"] is None
    assert sorted(world.paths()) == [
        "partners GET /v1/places",
        f"partners GET /v1/places/{canned.PLACE}/memberships",
        f"reporting GET {VALUE_PATH}",
    ]
    asked = world.calls[-1].query
    assert (asked["group_by"], asked["basis"]) == ("organisation", "delivered_by")


async def test_coverage_stands_beside_members_figures_out_of_the_same_call(world: World) -> None:
    data = await world.data(
        f"""{{ place(slug: "place-1") {{ members {{ edges {{ node {{
        figures{WINDOW} {{ due {{ licensed }} }}
        coverage{WINDOW} {{ dueCount reportedCount ratio }} }} }} }} }} }}"""
    )
    nodes = [edge["node"] for edge in data["place"]["members"]["edges"]]
    assert [node["coverage"] for node in nodes] == [
        {"dueCount": 4, "reportedCount": 3, "ratio": "0.75"},
        {"dueCount": 4, "reportedCount": 3, "ratio": "0.75"},
    ]
    assert len(world.calls) == 3


async def test_a_publication_says_how_much_is_validated_and_where_it_stays(world: World) -> None:
    path = f"/v1/publications/{canned.PUBLICATION}"
    change = CellChange(
        by="organisation",
        basis="delivered_by",
        scheme=None,
        key="k",
        label="K",
        figure="due",
        before_gbp=None,
        after_gbp=None,
    )
    stated = {"validated_share": "0.5000", "url": f"https://reporting.example{path}"}
    newer = canned.as_json(canned.publication(2).model_copy(update={"cell_changes": [change]}))
    world.on("reporting", "GET", path, {**newer, **stated})
    query = f"""{{ publication(id: "{canned.PUBLICATION}") {{ validatedShare url
        cellChanges {{ by basis dimension side }} }} }}"""
    assert (await world.data(query))["publication"] == {
        "validatedShare": "0.5000",
        "url": stated["url"],
        "cellChanges": [
            {
                "by": "organisation",
                "basis": "delivered_by",
                "dimension": "ORGANISATION",
                "side": "DELIVERED_BY",
            }
        ],
    }


async def test_a_members_figures_are_of_the_window_and_the_basis_that_are_asked_for(world: World) -> None:
    data = await world.data(
        """query($node: ID!, $basis: Basis!, $from: Date!) { node(id: $node) { ... on Membership {
        figures(from: $from, to: "2026-06-30", asOf: "2026-07-01T00:00:00Z", basis: $basis) {
          due { total { amount } } } } } }""",
        {
            "node": node_id("Membership", canned.uid("membership", 1)),
            "basis": "COMMISSIONED_BY",
            "from": "2026-04-01",
        },
    )
    assert data["node"]["figures"] == {"due": {"total": {"amount": "1000.00"}}}
    assert world.calls[-1].query == {
        "from": "2026-04-01",
        "to": "2026-06-30",
        "as_of": "2026-07-01T00:00:00+00:00",
        "group_by": "organisation",
        "basis": "commissioned_by",
    }


async def test_the_memberships_of_thirty_organisations_cost_one_call(world: World) -> None:
    members = [canned.membership(number) for number in range(1, 31)]
    earlier = canned.membership(31).model_copy(
        update={"organisation": members[1].organisation, "valid_from": date(2021, 1, 1)}
    )
    world.on("partners", "GET", f"/v1/places/{canned.PLACE}/memberships", canned.page(members))
    world.on("partners", "GET", "/v1/memberships", canned.page([*members, earlier]))
    data = await world.data(
        """{ place(slug: "place-1") { members(first: 30) { edges { node { organisation {
        memberships { validFrom place { name } } now: memberships(asOf: "2026-11-23") { role } } } } } } }"""
    )
    nodes = [edge["node"]["organisation"] for edge in data["place"]["members"]["edges"]]
    assert len(nodes) == 30
    assert nodes[0]["memberships"] == [{"validFrom": "2022-09-29", "place": {"name": "Place 1"}}]
    assert [one["validFrom"] for one in nodes[1]["memberships"]] == ["2021-01-01", "2022-09-29"]
    asked = [call for call in world.calls if call.path == "/v1/memberships"]
    assert [(len(call.organisations), call.query.get("as_of")) for call in asked] == [
        (30, None),
        (30, "2026-11-23"),
    ]
    assert len(world.calls) == 5


@pytest.mark.parametrize(
    ("declared", "selection", "questions"),
    [
        ("", "...F", 1),
        ("", f"... on Membership {{ a: figures{WINDOW} {{ due {{ total {{ amount }} }} }} ...F }}", 1),
        (
            '($from: Date! = "2026-01-01", $at: DateTime)',
            f'figures{WINDOW} {{ __typename }} b: figures(from: $from, to: "2026-06-30", asOf: $at) {{ due '
            "{ licensed } }",
            2,
        ),
        ("($no: Boolean!)", f"figures{WINDOW} @include(if: $no) {{ __typename }}", 0),
        ("($no: Boolean!)", f"figures{WINDOW} @skip(if: $no) {{ __typename }}", 1),
    ],
)
async def test_however_the_figures_are_selected_each_question_is_asked_once(
    world: World, declared: str, selection: str, questions: int
) -> None:
    fragment = f"fragment F on Membership {{ figures{WINDOW} {{ committed {{ total {{ amount }} }} }} }}"
    await world.data(
        f"""query{declared} {{ place(slug: "place-1") {{ members {{ edges {{ node {{
        id {selection} }} }} }} }} }} {fragment if "...F" in selection else ""}""",
        {"no": False},
    )
    assert len([call for call in world.calls if call.service == "reporting"]) == questions


async def test_figures_that_cannot_be_had_are_an_error_at_each_member_and_the_rest_is_answered(
    world: World,
) -> None:
    world.on("reporting", "GET", VALUE_PATH, Refused(404, "not_published", "Not yet."))
    answer = await world.ask(
        f"""{{ place(slug: "place-1") {{ members {{ edges {{ node {{ organisation {{ legalName }}
        figures{WINDOW} {{ __typename }} }} }} }} }} }}"""
    )
    edges = answer["data"]["place"]["members"]["edges"]
    assert [edge["node"]["organisation"]["legalName"][-2:] for edge in edges] == ["01", "02"]
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["not_published"] * 2
    assert [call.service for call in world.calls].count("reporting") == 1


async def test_the_same_question_asked_twice_is_asked_once(world: World) -> None:
    data = await world.data(
        f"""{{ a: place(slug: "place-1") {{ collectiveValue{WINDOW} {{ asOf }} }}
        b: place(slug: "place-1") {{ collectiveValue{WINDOW} {{ asOf }} }} }}"""
    )
    assert data["a"] == data["b"]
    assert world.paths() == ["partners GET /v1/places", f"reporting GET {VALUE_PATH}"]


async def test_the_answering_publication_costs_one_more_call_only_where_it_is_selected(world: World) -> None:
    query = f"""{{ place(slug: "place-1") {{ collectiveValue{WINDOW} {{
    publication {{ number value {{ publication {{ number }} byTheme {{ by }} }} }} }} }} }}"""
    data = await world.data(query)
    assert data["place"]["collectiveValue"]["publication"]["value"] == {
        "publication": {"number": 2},
        "byTheme": {"by": "THEME"},
    }
    assert len(world.calls) == 3


async def test_an_older_publication_is_found_on_a_later_page(world: World) -> None:
    path = f"/v1/places/{canned.PLACE}/publications"

    def publications(call: Call) -> tuple[int, Any]:
        if call.query.get("cursor") == "older":
            return 200, canned.page([canned.publication(1)])
        return 200, canned.page([canned.publication(2)], f"{path}?limit=10&cursor=older")

    world.on("reporting", "GET", path, publications)
    data = await world.data('{ publication(place: "place-1", number: 1) { number reason } }')
    assert data["publication"] == {"number": 1, "reason": None}
    assert [call.query.get("cursor") for call in world.calls if call.path == path] == [None, "older"]


async def test_an_edition_is_found_on_a_later_page(world: World) -> None:
    def editions(call: Call) -> tuple[int, Any]:
        if call.query.get("cursor") == "more":
            return 200, canned.page([canned.edition(1, "2026")])
        return 200, canned.page([canned.edition(2, "2025")], "/v1/editions?cursor=more")

    world.on("toms", "GET", "/v1/editions", editions)
    data = await world.data('{ framework(code: "open-measures", edition: "2026") { edition { code } } }')
    assert data["framework"]["edition"] == {"code": "2026"}
    assert len(world.calls) == 2
