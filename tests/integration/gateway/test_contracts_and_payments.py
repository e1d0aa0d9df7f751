"""Contracts as they are published and what they are worth, and payments as they were taken in."""

from typing import Any

from tests.integration.gateway import canned
from tests.integration.gateway.documents_as_answers import KEY, answer_by_documents
from tests.integration.gateway.world import Call, Refused, World, Written

from gateway.schema.nodes import node_id

AMOUNT = "1234567890123456789.10"
"""More digits than a float holds."""
PLACE = f"/v1/places/{canned.PLACE}"


def package(ocid: str) -> Written:
    """A record package whose amount no float holds: as text, for Python's own JSON would round it."""
    release = (
        f'{{"ocid": "{ocid}", "id": "1", "date": "2026-07-01T00:00:00Z", "tag": ["tender"],'
        f' "tender": {{"value": {{"amount": {AMOUNT}, "currency": "GBP"}}}}}}'
    )
    return Written(
        '{"uri": "https://example.org/r", "version": "1.1", "extensions": [],'
        ' "publishedDate": "2026-07-02T00:00:00Z", "publisher": {"name": "P", "uri": "https://example.org"},'
        f' "license": "https://example.org/l", "records": [{{"ocid": "{ocid}",'
        f' "releases": [{release}], "compiledRelease": {release}}}]}}'
    )


async def test_a_process_is_shown_with_its_releases_and_amounts_as_they_were_published(world: World) -> None:
    path = "/v1/ocds/records/ocds-1"
    world.on("reporting", "GET", path, package("ocds-1"))
    answer = await world.post(
        """{ contractingRecord(ocid: "ocds-1") { ocid publisher licence publishedAt compiledRelease
        releases { releaseId date tags document } } }"""
    )
    record = answer.json()["data"]["contractingRecord"]
    assert (record["ocid"], record["publishedAt"]) == ("ocds-1", "2026-07-02T00:00:00Z")
    [release] = record["releases"]
    assert (release["releaseId"], release["date"], release["tags"]) == (
        "1",
        "2026-07-01T00:00:00Z",
        ["tender"],
    )
    assert answer.text.count(f'"amount":{AMOUNT}') == 2
    tender = canned.tender(1).model_copy(update={"ocid": "ocds-1"})
    world.on("procurement", "GET", "/v1/tenders", canned.page([tender]))
    found = await world.data('{ tender(ocid: "ocds-1") { contractingRecord { ocid } } }')
    assert found["tender"]["contractingRecord"] == {"ocid": "ocds-1"}
    world.on("reporting", "GET", path, Refused(404, "ocid_not_found"))
    assert await world.data('{ contractingRecord(ocid: "ocds-1") { ocid } }') == {"contractingRecord": None}
    asked = len(world.calls)
    for wrong in ("", "o" * 301):
        refused = await world.ask(f'{{ contractingRecord(ocid: "{wrong}") {{ ocid }} }}')
        assert refused["errors"][0]["extensions"]["code"] == "id_invalid"
    assert len(world.calls) == asked


async def test_ratios_and_imports_name_their_organisations_in_one_call(world: World) -> None:
    answer_by_documents(world)
    await world.data(
        """{ place(slug: "place-1") {
        contractRatios(from: "2026-07-01", to: "2026-09-30") {
          whole { perPound } byCommissioner { organisation { id } } byDeliverer { organisation { id } } }
        spendImports { edges { node { organisation { id } summary { columns { field } } } } }
        spendSuppliers(state: TO_REVIEW) { edges { node {
          partner { id } candidates { organisation { id } } } } }
        spendRounds { edges { node { round organisation { id } } } } } }"""
    )
    paths = world.paths()
    assert paths.count("partners POST /v1/organisations/batch") == 1
    reads = [call for call in world.calls if call.service == "reporting"]
    assert {call.path: call.query for call in reads} == {
        f"{PLACE}/contract-ratios": {"from": "2026-07-01", "to": "2026-09-30"},
        f"{PLACE}/spend-imports": {"limit": "20"},
        f"{PLACE}/spend-suppliers": {"state": "to_review", "limit": "20"},
        f"{PLACE}/spend-rounds": {"limit": "20"},
    }
    wanted = node_id("SpendImport", KEY)
    query = f"""{{ node(id: "{wanted}") {{ id ... on SpendImport {{
      rows(first: 2) {{ edges {{ node {{ paidOn }} }} }} }} }} }}"""
    assert (await world.data(query))["node"]["id"] == wanted
    world.on("reporting", "GET", f"/v1/spend-imports/{KEY}", Refused(404, "spend_import_not_found"))
    assert await world.data(query) == {"node": None}


async def test_a_preview_tells_what_a_publication_would_state_and_what_stays_exposed(world: World) -> None:
    answer_by_documents(world)
    asked = (
        """exposed { code } sections { need { needIndex } contractRatio { contracts } spend { toldIn } }"""
    )
    data: dict[str, Any] = await world.data(
        f"""{{ place(slug: "place-1") {{
        publicationPreview(from: "2026-07-01", to: "2026-09-30") {{ {asked} }}
        collectiveValue(from: "2026-07-01", to: "2026-09-30") {{ {asked} }} }} }}"""
    )
    preview, value = data["place"]["publicationPreview"], data["place"]["collectiveValue"]
    assert preview == {
        "exposed": [{"code": "CELL_TOLD"}],
        "sections": {
            "need": {"needIndex": "text"},
            "contractRatio": {"contracts": 1},
            "spend": {"toldIn": 1},
        },
    }
    assert value == {"exposed": [], "sections": None}


async def test_what_fifteen_tenders_came_to_takes_one_call_for_each_relation(world: World) -> None:
    answer_by_documents(world)
    answers = world.services["procurement"].otherwise

    def agreements(call: Call) -> tuple[int, Any]:
        status, page = answers(call)
        [known] = page["items"]
        items = [
            {**known, "tender_id": str(canned.tender(number).id), "lines": [_line(known, number)]}
            for number in range(1, 16)
        ]
        return status, {"items": items, "next": None}

    def deliveries(call: Call) -> tuple[int, Any]:
        [known] = answers_of_reporting(call)[1]["items"]
        found = [{**known, "commitment_line_id": one} for one in call.body["ids"][:-1]]
        return 200, {"items": found, "missing": call.body["ids"][-1:]}

    answers_of_reporting = world.services["reporting"].otherwise
    tenders = [canned.tender(number) for number in range(1, 16)]
    world.on("procurement", "GET", "/v1/tenders", canned.page(tenders))
    world.on("procurement", "GET", "/v1/agreements", agreements)
    world.on("reporting", "POST", "/v1/commitment-lines/deliveries/batch", deliveries)
    data = await world.data(
        """{ place(slug: "place-1") { tenders(first: 15) { edges { node { agreements {
        lines { restId quantity delivery { deliveredQuantity total { amount } } } } } } } } }"""
    )
    lines = [edge["node"]["agreements"][0]["lines"][0] for edge in data["place"]["tenders"]["edges"]]
    assert [line["restId"] for line in lines] == [str(canned.uid("line", number)) for number in range(1, 16)]
    assert (lines[0]["delivery"] is None, lines[14]["delivery"]) == (False, None)
    assert sorted(world.paths()) == [
        "partners GET /v1/places",
        "procurement GET /v1/agreements",
        "procurement GET /v1/tenders",
        "reporting POST /v1/commitment-lines/deliveries/batch",
    ]


def _line(agreement: dict[str, Any], number: int) -> dict[str, Any]:
    return {**agreement["lines"][0], "line_id": str(canned.uid("line", number))}


async def test_files_behind_lines_share_a_call_and_plans_are_asked_for_by_their_organisation(
    world: World,
) -> None:
    answer_by_documents(world)
    data = await world.data(
        """{ place(slug: "place-1") { reportDrafts { edges { node { lines { edges { node {
          evidence { evidenceId file { fileName } } } } } } } } }
        organisation(identifier: "GB-COH:00000001") { plans(first: 5) { edges { node { title } } } } }"""
    )
    [edge] = data["place"]["reportDrafts"]["edges"]
    [line] = edge["node"]["lines"]["edges"]
    assert line["node"]["evidence"] == [{"evidenceId": KEY, "file": {"fileName": "text"}}]
    assert data["organisation"]["plans"]["edges"] == [{"node": {"title": "text"}}]
    assert world.paths().count("reporting POST /v1/evidence/batch") == 1
    [plans] = [call for call in world.calls if call.path == "/v1/plans"]
    assert plans.query == {"organisation_id": str(canned.uid("organisation", 1)), "limit": "5"}
