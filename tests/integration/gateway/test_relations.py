"""Relations between what several services hold: each leads on with one call for all that ask together."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.integration.gateway import canned
from tests.integration.gateway.world import Call, World

from cdp_common.contracts.agreements import Agreement
from cdp_common.contracts.measure_choice import DomainStanding, MeasureRanking, NeedsOfAreas, RankedMeasure
from cdp_common.contracts.reporting import LedgerEntry, Report, ReportLine
from cdp_common.contracts.toms import PackTheme
from gateway.schema.nodes import node_id

VALUE_PATH = f"/v1/places/{canned.PLACE}/collective-value"


def line(number: int, **changes: Any) -> ReportLine:
    stated: dict[str, Any] = {
        "measure": "M1",
        "edition_hash": canned.HASH,
        "quantity": Decimal(10),
        "unit": "hours",
        "route": "grant",
        "commissioner_id": canned.uid("organisation", 40),
        "line_id": canned.uid("line", number),
        "counted_quantity": Decimal(10),
        "social_gbp": None,
        "local_economic_gbp": None,
        "total_gbp": None,
        "state": "reported",
        "accepted_quantity": None,
        "validated_gbp": None,
        "review_reason": None,
    }
    return ReportLine.model_validate(stated | changes)


def report(organisation: int, number: int = 1) -> Report:
    return Report(
        id=canned.uid("report", 100 * organisation + number),
        place_id=canned.PLACE,
        organisation_id=canned.uid("organisation", organisation),
        organisation_name=f"Organisation {organisation:02d}",
        period_start=date(2026, 4, 1),
        period_end=date(2026, 6, 30),
        state="submitted",
        nil_return=False,
        local_area="County Durham (E06000047)",
        named_totals_agreed=False,
        submitted_at=canned.AT,
        supersedes=None,
        correction_reason=None,
        lines=[line(number), line(number + 1, edition_hash=None, commissioner_id=None)],
        line_count=2,
        version=1,
        data_status="synthetic_sample",
    )


def agreement(number: int) -> Agreement:
    """The first organisation commissions, another delivers."""
    return Agreement(
        id=canned.uid("agreement", number),
        place_id=canned.PLACE,
        kind="contract",
        reference=f"C-{number}",
        title="Meals",
        state="signed",
        tender_id=None,
        bid_id=None,
        terminated_on=None,
        commissioner_organisation_id=canned.uid("organisation", 1),
        deliverer_organisation_id=canned.uid("organisation", number + 1),
        deliverer_name=f"Organisation {number + 1:02d}",
        signed_on=date(2026, 4, 1),
        starts_on=date(2026, 4, 1),
        ends_on=date(2027, 3, 31),
        value_gbp=None,
        lines=[],
        version=1,
        data_status="synthetic_sample",
    )


async def test_reports_of_thirty_organisations_and_what_their_lines_name_cost_a_call_each(
    world: World,
) -> None:
    members = [canned.membership(number) for number in range(1, 31)]
    world.on("partners", "GET", f"/v1/places/{canned.PLACE}/memberships", canned.page(members))
    found = [report(number) for number in range(1, 31)] + [report(2, 2), report(2, 3)]
    world.on("reporting", "GET", "/v1/reports", canned.page(found))
    data = await world.data(
        """{ place(slug: "place-1") { members(first: 30) { edges { node { organisation {
        reports(first: 2) { edges { cursor node { restId lines { measureDefinition { title }
          commissioner { legalName } } } } pageInfo { hasNextPage endCursor } } } } } } } }"""
    )
    pages = [edge["node"]["organisation"]["reports"] for edge in data["place"]["members"]["edges"]]
    assert [len(page["edges"]) for page in pages] == [1, 2, *[1] * 28]
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [False, True, *[False] * 28]
    stated, promised = pages[0]["edges"][0]["node"]["lines"]
    assert stated == {
        "measureDefinition": {"title": "Volunteering"},
        "commissioner": {"legalName": "Organisation 40"},
    }
    assert promised == {"measureDefinition": None, "commissioner": None}
    [asked] = [call for call in world.calls if call.path == "/v1/reports"]
    assert (len(asked.organisations), asked.query["of_each"]) == (30, "3")
    assert len(world.calls) == 5

    # The next page goes on where the first ended, in the list of that organisation alone.
    world.on("reporting", "GET", "/v1/reports", canned.page([report(2), report(2, 2), report(2, 3)]))
    data = await world.data(
        """query($id: ID!, $after: String!) { organisation(id: $id) {
        reports(first: 2, after: $after, state: SUBMITTED) {
          edges { node { restId } } pageInfo { hasNextPage } } } }""",
        {"id": str(canned.uid("organisation", 2)), "after": pages[1]["pageInfo"]["endCursor"]},
    )
    assert data["organisation"]["reports"] == {
        "edges": [{"node": {"restId": str(report(2, 3).id)}}],
        "pageInfo": {"hasNextPage": False},
    }
    assert world.calls[-1].organisations == (str(canned.uid("organisation", 2)),)
    assert (world.calls[-1].query["state"], "of_each" in world.calls[-1].query) == ("submitted", False)


async def test_an_agreement_is_its_commissioners_and_its_deliverers(world: World) -> None:
    members = [canned.membership(number) for number in range(1, 5)]
    world.on("partners", "GET", f"/v1/places/{canned.PLACE}/memberships", canned.page(members))
    found = [agreement(number) for number in (1, 2, 3)]
    world.on("procurement", "GET", "/v1/agreements", canned.page(found))
    data = await world.data(
        """{ place(slug: "place-1") { members(first: 4) { edges { node { organisation {
        agreements(first: 2) { edges { node { reference commissioner { legalName } } }
          pageInfo { hasNextPage } } } } } } } }"""
    )
    pages = [edge["node"]["organisation"]["agreements"] for edge in data["place"]["members"]["edges"]]
    references = [[edge["node"]["reference"] for edge in page["edges"]] for page in pages]
    assert references == [["C-1", "C-2"], ["C-1"], ["C-2"], ["C-3"]]
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True, False, False, False]
    [asked] = [call for call in world.calls if call.path == "/v1/agreements"]
    assert (len(asked.organisations), asked.query["of_each"]) == (4, "3")
    assert len(world.calls) == 4


async def test_what_stands_under_merged_records_is_the_organisations_and_is_there_once(world: World) -> None:
    merged = canned.organisation(1).model_copy(update={"merged_ids": [canned.uid("organisation", 2)]})
    world.on("partners", "POST", "/v1/organisations/batch", canned.batch([merged]))
    found = [agreement(number) for number in (1, 2)]  # the first is between both records
    world.on("procurement", "GET", "/v1/agreements", canned.page(found))
    data = await world.data(
        "query($id: ID!) { organisation(id: $id) { agreements { edges { node { reference } } } } }",
        {"id": str(merged.id)},
    )
    edges = data["organisation"]["agreements"]["edges"]
    assert [edge["node"]["reference"] for edge in edges] == ["C-1", "C-2"]
    assert world.calls[-1].organisations == tuple(str(one) for one in merged.ids)


async def test_an_area_has_an_id_and_leads_to_what_landed_in_it(world: World) -> None:
    here = canned.area()
    areas = [
        here,
        here.model_copy(update={"code": "E01020635"}),
        here.model_copy(update={"code": "E01020636", "index": "imd-2025"}),
        here.model_copy(update={"code": "E01020637", "place": "e06000047"}),
    ]
    world.on("toms", "GET", "/v1/areas", canned.page(areas))
    data = await world.data(
        """{ areas(index: "imd-2019") { edges { node { id code
        valueLanded(from: "2026-04-01", to: "2026-06-30") { delivered { total { amount } } } } } } }"""
    )
    nodes = [edge["node"] for edge in data["areas"]["edges"]]
    assert [node["valueLanded"] for node in nodes] == [
        {
            "delivered": {"total": {"amount": "1000.00"}}
        },  # the others: nothing landed, another index, no place
        None,
        None,
        None,
    ]
    assert nodes[0]["id"] == node_id("Area", "imd-2019/E01020634")
    asked = [call.query for call in world.calls if call.path == VALUE_PATH]
    assert [query["group_by"] for query in asked] == ["area"]
    assert len(world.calls) == 4  # areas, two names of places, figures

    again = await world.data(
        "query($id: ID!) { node(id: $id) { ... on Area { id code band } } }", {"id": nodes[0]["id"]}
    )
    assert again["node"] == {"id": nodes[0]["id"], "code": "E01020634", "band": "SEVERE"}
    for wrong in ("E01020634", "imd-2019/", "imd 2019/E01020634", "imd-2019/a/b"):
        answer = await world.ask("query($id: ID!) { node(id: $id) { id } }", {"id": node_id("Area", wrong)})
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["id_invalid"], wrong


def entry(number: int) -> LedgerEntry:
    return LedgerEntry(
        id=canned.uid("entry", number),
        position=number,
        place_id=canned.PLACE,
        figure="delivered",
        deliverer_id=canned.uid("organisation", number),
        commissioner_id=None,
        route="procurement",
        activity_id=canned.uid("activity", 1),
        commitment_line_id=canned.uid("line", 1),
        measure="M1",
        theme="T1",
        outcome="O1",
        edition_hash=canned.HASH,
        method_version="1",
        effective_on=date(2026, 6, 30),
        period_start=date(2026, 4, 1),
        period_end=date(2026, 6, 30),
        area_code="E01020634",
        area_index="imd-2019",
        counted_quantity=Decimal(10),
        social_gbp=Decimal("179.60"),
        local_economic_gbp=Decimal("0.00"),
        fiscal_gbp=Decimal("12.00"),
        low_gbp=Decimal("100.00"),
        high_gbp=None,
        data_status="synthetic_sample",
        source_kind="report",
        source_id=canned.uid("report", 1),
        source_line_id=canned.uid("line", 2),
        reverses=None,
        recorded_at=canned.AT,
    )


async def test_thirty_entries_of_a_ledger_lead_to_areas_measures_and_organisations_in_a_call_each(
    world: World,
) -> None:
    path = f"/v1/places/{canned.PLACE}/ledger-entries"
    world.on("reporting", "GET", path, canned.page([entry(number) for number in range(1, 31)]))
    data = await world.data(
        """{ place(slug: "place-1") { ledgerEntries(first: 30) { edges { node {
        activityId commitmentLineId theme outcome methodVersion dataStatus sourceKind sourceId sourceLineId
        fiscal { amount } low { amount } high { amount }
        area { id band } measure { title } deliverer { legalName } } } } } }"""
    )
    nodes = [edge["node"] for edge in data["place"]["ledgerEntries"]["edges"]]
    assert len(nodes) == 30
    assert nodes[29] == {
        "activityId": str(canned.uid("activity", 1)),
        "commitmentLineId": str(canned.uid("line", 1)),
        "theme": "T1",
        "outcome": "O1",
        "methodVersion": "1",
        "dataStatus": "SYNTHETIC_SAMPLE",
        "sourceKind": "REPORT",
        "sourceId": str(canned.uid("report", 1)),
        "sourceLineId": str(canned.uid("line", 2)),
        "fiscal": {"amount": "12.00"},
        "low": {"amount": "100.00"},
        "high": None,
        "area": {"id": node_id("Area", "imd-2019/E01020634"), "band": "SEVERE"},
        "measure": {"title": "Volunteering"},
        "deliverer": {"legalName": "Organisation 30"},
    }
    assert len(world.calls) == 5


async def test_the_needs_of_a_place_and_the_measures_that_answer_them_are_one_call(world: World) -> None:
    def ranking(call: Call) -> tuple[int, object]:
        needs = NeedsOfAreas(
            index=call.body["index"],
            place=call.body["place"],
            area_count=2,
            areas_without_ranks=0,
            areas_missing=[],
            counted_by="areas",
            banding_versions={"place-1": 1},
            standings=[
                DomainStanding(
                    domain="employment",
                    title="Employment",
                    need="employment",
                    weight_percent=Decimal("22.5"),
                    share_by_band={"severe": Decimal(1)},
                    score=Decimal(1),
                )
            ],
            method="Counted.",
            rules_version=1,
            comparability="Ranks of 2019 and 2025 are not comparable.",
        )
        measure = RankedMeasure(
            position=1,
            code="M1",
            title="Volunteering",
            theme=PackTheme(code="T1", title="Communities"),
            outcome="O1",
            unit="hours",
            needs=["employment"],
            share_of_need=Decimal("0.5"),
        )
        found = MeasureRanking(edition_hash=canned.HASH, needs=needs, measures=[measure])
        return 200, canned.as_json(found)

    world.on("toms", "POST", "/v1/measures/ranking", ranking)
    data = await world.data(
        """query($hash: String!) { place(slug: "place-1") {
        needs(editionHash: $hash) { place index standings { need score } }
        measureRanking(editionHash: $hash) { measures { code shareOfNeed } } } }""",
        {"hash": canned.HASH},
    )
    assert data["place"] == {
        "needs": {
            "place": "place-1",
            "index": "imd-2019",
            "standings": [{"need": "EMPLOYMENT", "score": "1"}],
        },
        "measureRanking": {"measures": [{"code": "M1", "shareOfNeed": "0.5"}]},
    }
    assert world.paths() == ["partners GET /v1/places", "toms POST /v1/measures/ranking"]

    world.on("partners", "GET", "/v1/places", canned.page([canned.place(need_index=None)]))
    data = await world.data(
        'query($hash: String!) { place(slug: "place-1") { needs(editionHash: $hash) { index } } }',
        {"hash": canned.HASH},
    )
    assert data["place"] == {"needs": None}
