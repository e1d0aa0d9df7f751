"""Every field of the root answers, joined from the services."""

from typing import Any

from tests.integration.gateway import canned
from tests.integration.gateway.world import World

from cdp_tools.story.ending import COLLECTIVE_QUERY, LATEST_QUERY, LIVE_QUERY, POUND_QUERY
from gateway.schema.nodes import node_id

WINDOW = {"slug": "place-1", "from": "2026-04-01", "to": "2026-06-30"}


async def test_a_place_is_found_by_its_short_name(world: World) -> None:
    data = await world.data(
        """{ place(slug: "place-1") { id restId slug name gssCode needIndex source createdAt
        objectives { code title description } commitments { description } phases { code }
        priorTotals { label amount { amount currency } periodText publisher methodText
          validatedBy url note } } }"""
    )
    place = data["place"]
    assert place["id"] == node_id("Place", canned.PLACE)
    assert place["restId"] == str(canned.PLACE)
    assert place["objectives"] == [{"code": "O1", "title": "More jobs for local people", "description": None}]
    assert place["commitments"] == [{"description": "Together."}]
    assert place["priorTotals"][0]["amount"] == {"amount": "305000000.00", "currency": "GBP"}
    assert place["createdAt"] == "2026-07-20T09:30:00Z"


async def test_an_unknown_short_name_is_null_without_an_error(world: World) -> None:
    assert await world.data('{ place(slug: "nowhere") { name } }') == {"place": None}


async def test_places_come_as_a_connection(world: World) -> None:
    data = await world.data("{ places(first: 5) { edges { node { slug } } pageInfo { hasNextPage } } }")
    assert [edge["node"] for edge in data["places"]["edges"]] == [{"slug": "place-1"}]
    assert data["places"]["pageInfo"] == {"hasNextPage": False}
    assert world.calls[0].query == {"limit": "5"}


async def test_members_of_a_day_keep_the_order_of_the_service(world: World) -> None:
    data = await world.data(
        """{ place(slug: "place-1") { members(asOf: "2026-07-01", first: 2) { edges { node {
        role validFrom validTo assumed namedTotalsAgreed source endSource organisation { legalName kind }
        place { name } } } } } }"""
    )
    nodes = [edge["node"] for edge in data["place"]["members"]["edges"]]
    assert [node["organisation"]["legalName"] for node in nodes] == ["Organisation 01", "Organisation 02"]
    assert [node["role"] for node in nodes] == ["LEAD", "PARTNER"]
    assert nodes[0]["place"] == {"name": "Place 1"}
    listed = next(call for call in world.calls if call.path.endswith("/memberships"))
    assert listed.query == {"as_of": "2026-07-01", "limit": "2"}


async def test_an_organisation_is_found_by_each_of_its_names(world: World) -> None:
    ids = [node_id("Organisation", canned.uid("organisation")), str(canned.uid("organisation"))]
    for value in ids:
        data = await world.data(
            "query($id: ID!) { organisation(id: $id) { legalName isSme isVcse identifiers { text } } }",
            {"id": value},
        )
        assert data["organisation"] == {
            "legalName": "Organisation 01",
            "isSme": True,
            "isVcse": None,
            "identifiers": [{"text": "GB-COH:00000001"}],
        }
    data = await world.data('{ organisation(identifier: "GB-COH:00000001") { legalName } }')
    assert data["organisation"] == {"legalName": "Organisation 01"}
    assert world.calls[-1].query == {"identifier": "GB-COH:00000001", "limit": "1"}
    data = await world.data('{ organisation(identifier: "GB-COH:00000009") { legalName } }')
    assert data["organisation"] is None


async def test_an_organisation_is_named_in_exactly_one_way(world: World) -> None:
    for arguments in ("", '(id: "x", identifier: "GB-COH:1")'):
        answer = await world.ask(f"{{ organisation{arguments} {{ legalName }} }}")
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["one_argument_needed"]
    assert world.calls == []


async def test_a_framework_shows_the_edition_that_is_named_and_lists_all(world: World) -> None:
    data = await world.data(
        """{ framework(code: "open-measures", edition: "2026") { code
        edition { code title measureCount themes { code } outcomes { theme }
          crosswalks { scheme categories { code title } rows { measure category share } }
          measures(first: 10) { edges { node { code unit proxy { central { amount } sources { url } } } } }
          measure(code: "M1") { title theme { title } } }
        editions { edges { node { code } } } } }"""
    )
    edition = data["framework"]["edition"]
    assert edition["code"] == "2026"
    assert edition["crosswalks"][0]["rows"] == [{"measure": "M1", "category": "G1", "share": "1"}]
    assert edition["measures"]["edges"][0]["node"]["unit"] == "HOURS"
    assert edition["measures"]["edges"][0]["node"]["proxy"]["central"] == {"amount": "17.96"}
    assert edition["measure"] == {"title": "Volunteering", "theme": {"title": "Communities"}}
    assert [edge["node"]["code"] for edge in data["framework"]["editions"]["edges"]] == ["2025", "2026"]


async def test_a_framework_without_the_edition_that_is_named_is_null(world: World) -> None:
    data = await world.data('{ framework(code: "open-measures", edition: "1999") { code } }')
    assert data["framework"] is None


async def test_a_framework_without_an_edition_named_asks_for_nothing_more_than_is_selected(
    world: World,
) -> None:
    data = await world.data('{ framework(code: "open-measures") { code edition { code } } }')
    assert data["framework"] == {"code": "open-measures", "edition": None}
    assert world.calls == []


TENDER = """ { title state bidCount value { amount } lots { code title value { amount } }
  deadlineAt deadlineLondon dataStatus terms { socialValueWeight scoring { method quantitativeShare } }
  measures { code unit weight measure { guidance } } buyer { legalName } place { name } }"""


async def test_a_tender_is_found_by_id_and_by_ocid(world: World) -> None:
    expected: dict[str, Any] = {
        "title": "Tender 1",
        "state": "PUBLISHED",
        "bidCount": 3,
        "value": {"amount": "250000.00"},
        "lots": [{"code": "1", "title": "Lot 1", "value": None}],
        "deadlineAt": "2026-07-20T09:30:00Z",
        "deadlineLondon": "2026-07-20T10:30:00+01:00",
        "dataStatus": "SYNTHETIC_SAMPLE",
        "terms": {
            "socialValueWeight": "0.10",
            "scoring": {"method": "RELATIVE_TO_HIGHEST", "quantitativeShare": "0.5"},
        },
        "measures": [
            {"code": "M1", "unit": "HOURS", "weight": "100", "measure": {"guidance": "Paid time only."}}
        ],
        "buyer": {"legalName": "Organisation 01"},
        "place": {"name": "Place 1"},
    }
    by_id = await world.data(
        f"query($id: ID!) {{ tender(id: $id) {TENDER} }}", {"id": node_id("Tender", canned.uid("tender"))}
    )
    assert by_id["tender"] == expected
    by_ocid = await world.data(f'{{ tender(ocid: "ocds-h6vhtk-000001") {TENDER} }}')
    assert by_ocid["tender"] == expected


async def test_a_tender_that_nobody_may_see_is_null(world: World) -> None:
    missing = str(canned.uid("tender", 99))
    assert (await world.data("query($id: ID!) { tender(id: $id) { title } }", {"id": missing})) == {
        "tender": None
    }


async def test_a_places_tenders_statements_charters_and_signatories(world: World) -> None:
    data = await world.data(
        """{ place(slug: "place-1") {
        tenders(state: PUBLISHED) { edges { node { reference } } }
        statements { edges { node { version text commitments signatures {
          organisationName signedByRole organisation { legalName } } place { name } } } }
        charters { edges { node { version pledges { code } place { name } } } }
        signatories(kind: PRIVATE, state: ACTIVE) { edges { node { organisationName organisationKind state
          charterVersion charter { title } organisation { legalName } place { slug }
          pledges { code withdrawnOn commitment { quantity countedQuantity unit value { total { amount }
            social { amount } localEconomic { amount } low { amount } }
            schedule { dueOn share } measure { title } } } } } } } }"""
    )
    place = data["place"]
    assert [edge["node"]["reference"] for edge in place["tenders"]["edges"]] == ["T-1", "T-2"]
    statement = place["statements"]["edges"][0]["node"]
    assert [one["organisation"]["legalName"] for one in statement["signatures"]] == [
        "Organisation 01",
        "Organisation 02",
    ]
    assert place["charters"]["edges"][0]["node"]["pledges"] == [{"code": "P1"}]
    signatory = place["signatories"]["edges"][0]["node"]
    assert signatory["charter"] == {"title": "The Charter"}
    assert signatory["pledges"][0]["commitment"] == {
        "quantity": "100",
        "countedQuantity": "100.00000000",
        "unit": "HOURS",
        "value": {
            "total": {"amount": "1800.00"},
            "social": {"amount": "1796.00"},
            "localEconomic": {"amount": "4.00"},
            "low": None,
        },
        "schedule": [{"dueOn": "2026-09-30", "share": "1"}],
        "measure": {"title": "Volunteering"},
    }
    queries = {call.path: call.query for call in world.calls}
    place_id = str(canned.PLACE)
    assert queries["/v1/signatories"] == {
        "place_id": place_id,
        "kind": "private",
        "state": "active",
        "limit": "20",
    }
    assert queries["/v1/tenders"] == {"place_id": place_id, "state": "published", "limit": "20"}


async def test_a_publication_is_found_by_id_and_by_place_and_number(world: World) -> None:
    fields = """ { number periodStart periodEnd restates reason licence
      contentSha256 ledgerPosition ledgerHead
      disclosure { minimumOrganisations dominancePercent source }
      changes { figure before { amount } after { amount } difference { amount } }
      place { name } value { validated { total { amount } } publication { number }
        byOrganisation(basis: COMMISSIONED_BY) { basis cells { label } } } }"""
    by_id = await world.data(
        f"query($id: ID!) {{ publication(id: $id) {fields} }}",
        {"id": node_id("Publication", canned.PUBLICATION)},
    )
    publication = by_id["publication"]
    assert publication["ledgerPosition"] == "5000000000"
    assert publication["changes"] == [
        {
            "figure": "VALIDATED",
            "before": {"amount": "900.00"},
            "after": {"amount": "1000.00"},
            "difference": {"amount": "100.00"},
        }
    ]
    assert publication["value"]["publication"] == {"number": 2}
    assert publication["value"]["byOrganisation"]["basis"] == "COMMISSIONED_BY"
    by_number = await world.data(f'{{ publication(place: "place-1", number: 2) {fields} }}')
    assert by_number["publication"] == publication
    assert (await world.data('{ publication(place: "place-1", number: 9) { number } }')) == {
        "publication": None
    }
    assert (await world.data('{ publication(place: "nowhere", number: 2) { number } }')) == {
        "publication": None
    }


async def test_a_publication_is_named_in_exactly_one_way(world: World) -> None:
    for arguments in ("", '(place: "p")', "(number: 1)", '(id: "x", place: "p", number: 1)'):
        answer = await world.ask(f"{{ publication{arguments} {{ number }} }}")
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["one_argument_needed"]
    assert world.calls == []


async def test_every_kind_of_node_is_fetched_again_by_its_id(world: World) -> None:
    nodes = {
        "Place": str(canned.PLACE),
        "Organisation": str(canned.uid("organisation")),
        "Membership": str(canned.uid("membership")),
        "Statement": str(canned.uid("statement")),
        "Edition": str(canned.uid("edition")),
        "Measure": f"{canned.HASH}/M1",
        "Tender": str(canned.uid("tender")),
        "Charter": str(canned.CHARTER),
        "Signatory": str(canned.uid("signature")),
        "Publication": str(canned.PUBLICATION),
    }
    for kind, key in nodes.items():
        wanted = node_id(kind, key)
        data = await world.data("query($id: ID!) { node(id: $id) { __typename id } }", {"id": wanted})
        assert data["node"] == {"__typename": kind, "id": wanted}


async def test_a_node_that_is_not_there_is_null(world: World) -> None:
    for kind in ("Tender", "Publication", "Statement"):
        wanted = node_id(kind, canned.uid("nothing", 7))
        assert await world.data("query($id: ID!) { node(id: $id) { id } }", {"id": wanted}) == {"node": None}


async def test_the_collective_value_shows_all_its_figures(world: World) -> None:
    data = await world.data(
        """query($slug: String!, $from: Date!, $to: Date!) { place(slug: $slug) {
        collectiveValue(from: $from, to: $to, asOf: "2026-07-20T10:30:00+01:00") {
          windowStart windowEnd asOf dataStatus deliveryRatio
          committed { total { amount currency } } due { total { amount } } delivered { total { amount } }
          validated { social { amount } localEconomic { amount }
            low { amount } high { amount } fiscal { amount } }
          confirmed { total { amount } } signedInWindow { total { amount } }
          deliveredAgainstCommitment { total { amount } } deliveredUncommitted { total { amount } }
          coverage { dueCount reportedCount ratio dueValueRatio missingOrganisations }
          editions { editionHash label priceYears } } } }""",
        WINDOW,
    )
    value = data["place"]["collectiveValue"]
    assert value["committed"] == {"total": {"amount": "4000.00", "currency": "GBP"}}
    assert value["validated"]["low"] is None
    assert value["deliveredAgainstCommitment"] == {"total": {"amount": "1500.00"}}
    assert value["coverage"]["ratio"] == "0.75"
    assert value["editions"] == [
        {"editionHash": canned.HASH, "label": "Open Measures (2026)", "priceYears": [2025]}
    ]
    assert value["dataStatus"] == "SYNTHETIC_SAMPLE"
    asked = world.calls[-1]
    assert asked.query == {"from": "2026-04-01", "to": "2026-06-30", "as_of": "2026-07-20T09:30:00+00:00"}


async def test_cells_name_their_organisation_and_area(world: World) -> None:
    data = await world.data(
        """query($slug: String!, $from: Date!, $to: Date!) { place(slug: $slug) {
        collectiveValue(from: $from, to: $to) {
          byOrganisation { additive cells { key suppressed figures { due { total { amount } } }
            organisation { legalName } area { band } } }
          byArea { cells { label organisation { legalName } area { code name index decile band } } } } } }""",
        WINDOW,
    )
    value = data["place"]["collectiveValue"]
    named, withheld = value["byOrganisation"]["cells"]
    assert named["organisation"] == {"legalName": "Organisation 01"}
    assert named["area"] is None
    assert named["figures"] == {"due": {"total": {"amount": "1000.00"}}}
    assert (withheld["suppressed"], withheld["figures"], withheld["organisation"]) == (True, None, None)
    landed = value["byArea"]["cells"][0]
    assert landed["organisation"] is None
    assert landed["area"] == {
        "code": "E01020634",
        "name": "County Durham 001A",
        "index": "imd-2019",
        "decile": 1,
        "band": "SEVERE",
    }


async def test_the_queries_of_the_demonstration_are_answered(world: World) -> None:
    collective = await world.data(COLLECTIVE_QUERY, WINDOW)
    value = collective["place"]["collectiveValue"]
    assert value["publication"] == {"number": 2, "publishedAt": "2026-07-20T09:30:00Z"}
    assert [cell["label"] for cell in value["byTheme"]["cells"]] == ["Communities", "Withheld"]
    assert [edge["node"]["number"] for edge in collective["place"]["publications"]["edges"]] == [2, 1]
    world.on(
        "reporting",
        "GET",
        f"/v1/places/{canned.PLACE}/collective-value",
        canned.as_json(canned.value(number=None)),
    )
    live = await world.data(LIVE_QUERY, WINDOW, world.mint.headers(scopes=["reporting:read"]))
    assert live["place"]["collectiveValue"]["publication"] is None
    latest = await world.data(LATEST_QUERY, {"slug": "place-1"})
    publication = latest["place"]["publications"]["edges"][0]["node"]["id"]
    pound = await world.data(POUND_QUERY, {"publication": publication, "measure": "M1"})
    assert pound["poundExplanation"]["total"] == {"amount": "1000.00"}
    assert pound["poundExplanation"]["groups"] == [
        {
            "lineCount": 2,
            "countedQuantity": "55.68",
            "steps": [
                {
                    "rule": "proxy",
                    "text": "Times the proxy.",
                    "factor": "17.96",
                    "result": "17.96",
                    "unit": "GBP",
                }
            ],
        }
    ]


async def test_a_measure_that_could_not_be_one_is_not_sent(world: World) -> None:
    answer = await world.ask(POUND_QUERY, {"publication": str(canned.PUBLICATION), "measure": "../../x"})
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["id_invalid"]
    assert world.calls == []
