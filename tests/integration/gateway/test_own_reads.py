"""What an organisation reads of its own through the graph, and what those with a role read live."""

from tests.integration.gateway import canned
from tests.integration.gateway.documents_as_answers import KEY, answer_by_documents
from tests.integration.gateway.world import Refused, World

from gateway.schema.nodes import node_id

SPEND = """query($own: Boolean!, $of: ID) { place(slug: "place-1") {
  spendFigures(from: "2026-07-01", to: "2026-09-30", by: MONTH, own: $own, organisation: $of) {
    groupsLeftOut } } }"""
NEED = """{ place(slug: "place-1") { needFigures(from: "2026-07-01", to: "2026-09-30") {
  delivered { value { total { amount } } } } } }"""


def asked(world: World) -> list[tuple[str, dict[str, str]]]:
    return [(call.path, call.query) for call in world.calls if "figures" in call.path]


async def test_own_things_are_read_with_the_own_token_and_what_is_not_there_is_null(world: World) -> None:
    answer_by_documents(world)
    headers = world.mint.headers(scopes=["reports:read"])
    draft, file = node_id("ReportDraft", KEY), node_id("EvidenceFile", KEY)
    query = f"""{{ draft: node(id: "{draft}") {{ ... on ReportDraft {{ id organisation {{ id }} }} }}
      file: node(id: "{file}") {{ ... on EvidenceFile {{ id scan }} }}
      again: evidenceFile(id: "{KEY}") {{ restId }} }}"""
    data = await world.data(query, headers=headers)
    assert (data["draft"]["id"], data["file"]["id"], data["again"]["restId"]) == (draft, file, KEY)
    own = [call for call in world.calls if call.service == "reporting"]
    assert {call.authorization for call in own} == {headers["Authorization"]}

    world.on("reporting", "POST", "/v1/evidence/batch", {"items": [], "missing": [KEY]})
    world.on("reporting", "GET", f"/v1/report-drafts/{KEY}", Refused(404, "draft_not_found"))
    assert await world.data(query, headers=headers) == {"draft": None, "file": None, "again": None}
    wrong = await world.ask(f'{{ evidenceFile(id: "{draft}") {{ restId }} }}', headers=headers)
    assert wrong["errors"][0]["extensions"]["code"] == "id_invalid"


async def test_payments_are_ones_own_or_the_places_and_a_refusal_is_told(world: World) -> None:
    answer_by_documents(world)
    place = f"/v1/places/{canned.PLACE}/spend-figures"
    window = {"from": "2026-07-01", "to": "2026-09-30", "by": "month"}
    await world.data(SPEND, {"own": False, "of": KEY})
    await world.data(SPEND, {"own": True})
    assert asked(world) == [
        (place, {**window, "organisation_id": KEY}),
        ("/v1/spend-figures", {**window, "place_id": str(canned.PLACE)}),
    ]
    both = await world.ask(SPEND, {"own": True, "of": KEY})
    assert both["errors"][0]["extensions"]["code"] == "one_argument_needed"
    assert len(asked(world)) == 2
    world.on("reporting", "GET", f"/v1/places/{canned.PLACE}/need-figures", Refused(403, "role_missing"))
    refused = await world.ask(NEED)
    assert refused["data"] == {"place": {"needFigures": None}}
    assert refused["errors"][0]["extensions"]["code"] == "role_missing"
