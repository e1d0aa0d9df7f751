"""The typed client against the running service: every operation once."""

import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from tests.integration.toms_engine.layouts import SMALL
from tests.integration.toms_engine.packs import line, measure, need_index, pack
from tests.integration.toms_engine.test_boundaries import FACTS, outlines
from tests.integration.toms_engine.world import VALUE, WRITE, World
from tests.official_files import csv_file, official_rows

from cdp_common.clients.base import UploadFile, UpstreamProblem, forwarded
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.comparisons import ComparisonRequest
from cdp_common.contracts.framework_packs import FrameworkPack
from cdp_common.contracts.measure_choice import MeasureChoiceRequest, MeasureRankingRequest
from cdp_common.contracts.needs import AreaBatchRequest, NeedBandingDraft, NeedIndexImport
from cdp_common.contracts.pack_schema import framework_pack_schema
from cdp_common.contracts.toms import (
    BulkLine,
    BulkSummary,
    MeasureBatchRequest,
    MeasureKey,
    ValuationLine,
    ValuationRequest,
)
from cdp_common.kernel.identifiers import new_id


def client_of(world: World, http: httpx2.AsyncClient) -> TomsClient:
    token = world.mint.token(org=world.owner, scopes=[WRITE, VALUE])
    return TomsClient("http://service.test", forwarded(token), http)


async def test_every_operation_has_its_method(world: World):
    toms = client_of(world, world.http)
    loaded = await toms.fetch_import(FrameworkPack.model_validate(pack()), idempotency_key=str(new_id()))
    assert (loaded.status, loaded.body.state) == (201, "draft")
    assert loaded.etag == (await toms.fetch_edition(loaded.body.id)).etag
    edition = await toms.publish_edition(loaded.body.id, if_match=loaded.etag or "")
    assert await toms.get_edition(edition.id) == edition
    assert (await toms.get_pack_schema()).root == framework_pack_schema()
    assert await toms.get_edition_by_hash(edition.edition_hash) == edition
    assert (await toms.list_editions(framework="family-measures", state="published")).items == [edition]
    measures = (await toms.list_measures(edition.id, limit=2)).items
    assert [measure.code for measure in measures] == ["M1", "M2"]
    keys = [MeasureKey(edition_hash=edition.edition_hash, code="M1")]
    assert (await toms.batch_measures(MeasureBatchRequest(keys=keys))).items == measures[:1]
    request = ValuationRequest.model_validate({"edition_hash": edition.edition_hash, "lines": [line()]})
    assert str((await toms.value_lines(request)).total_gbp) == "143.68"


async def test_lines_are_valued_as_they_are_sent(world: World):
    toms = client_of(world, world.http)
    edition = await world.published(pack())

    async def lines() -> AsyncIterator[ValuationLine]:
        for number in range(3):
            yield ValuationLine.model_validate(line(ref=f"{number}\u2028", quantity="10"))

    first, second, third, summary = [
        record async for record in toms.value_in_bulk(lines(), edition_hash=edition["edition_hash"])
    ]
    assert isinstance(summary, BulkSummary)
    assert (summary.valued, str(summary.total_gbp)) == (3, "431.04")
    assert [one.row for one in (first, second, third) if isinstance(one, BulkLine)] == [1, 2, 3]
    with pytest.raises(UpstreamProblem) as refused:
        await anext(toms.value_in_bulk(lines(), edition_hash="f" * 64))
    assert refused.value.code == "lines_refused"


async def test_lines_are_compared_and_revalued(world: World):
    toms = client_of(world, world.http)
    edition_hash = (await world.published(pack()))["edition_hash"]
    stated = ValuationLine.model_validate(line())

    async def history() -> AsyncIterator[tuple[str, ValuationLine]]:
        yield edition_hash, stated

    request = ComparisonRequest(from_edition_hash=edition_hash, to_edition_hash=edition_hash, lines=[stated])
    assert str((await toms.compare_valuations(request)).after.total_gbp) == "143.68"
    found = await toms.revalue_history(
        history(), from_edition_hash=[edition_hash], to_edition_hash=edition_hash
    )
    assert (found.revalued, str(found.difference.total_gbp)) == (1, "0.00")


async def test_the_areas_have_their_methods(world: World):
    toms = client_of(world, world.http)
    part = NeedIndexImport.model_validate(need_index())
    assert (await toms.import_need_index(part, idempotency_key=str(new_id()))).area_count_stored == 4
    batch = await toms.batch_areas(AreaBatchRequest(index="imd-sample", codes=["E01"]))
    listed = await toms.list_areas(index="imd-sample", place="county-durham", band="severe")
    assert listed.items == batch.items


async def test_a_refusal_reaches_the_caller_with_its_code(world: World):
    toms = client_of(world, world.http)
    with pytest.raises(UpstreamProblem) as refused:
        await toms.get_edition(UUID(int=0))
    assert (refused.value.status, refused.value.code) == (404, "edition_not_found")


async def test_files_of_the_needs_analysis_have_their_methods(world: World, tmp_path: Path):
    toms = client_of(world, world.http)
    table = tmp_path / "table.csv.gz"
    table.write_bytes(gzip.compress(csv_file([SMALL.header, *official_rows(SMALL, 2)])))
    loaded = await toms.import_need_file(
        UploadFile(table, "text/csv", is_gzip=True),
        layout=SMALL.layout,
        coverage="extract",
        idempotency_key=str(new_id()),
    )
    index = await toms.get_need_index(SMALL.index)
    assert (index.areas_stored, index.files) == (2, [loaded])
    assert SMALL.layout in [one.layout for one in (await toms.list_need_layouts()).items]
    assert [one.place for one in (await toms.list_need_bandings(index=SMALL.index)).items] == ["*"]
    shapes = tmp_path / "shapes.geojson"
    shapes.write_text(json.dumps(outlines("E01000001")), encoding="utf-8")
    attached = await toms.attach_boundaries(
        SMALL.index, UploadFile(shapes, "application/geo+json"), **FACTS, idempotency_key=str(new_id())
    )
    drawn = await toms.get_area_map(index=SMALL.index, limit=1)
    assert (attached.area_count, drawn.next_after) == (1, "E01000001")
    postcodes = tmp_path / "postcodes.csv"
    postcodes.write_text("pcds,doterm,lsoa21\nDH1 1AA,,E01000001\n", encoding="utf-8")
    lookup = await toms.import_lookup(
        UploadFile(postcodes, "text/csv"), layout="uk-nspl", edition="2026-05", idempotency_key=str(new_id())
    )
    assert (await toms.list_lookups()).items == [lookup]
    [area] = (await toms.list_areas(postcode="DH11AA", domains=True)).items
    assert (area.code, len(area.domains)) == ("E01000001", 16)
    with pytest.raises(UpstreamProblem) as unknown:
        await toms.get_area_changes("E01000001")
    assert unknown.value.code == "area_change_not_found"


async def test_choosing_measures_has_its_methods(world: World, tmp_path: Path):
    toms = client_of(world, world.http)
    edition = await world.published(pack(measures=[measure("M1", needs=["income"])], crosswalks=[]))
    table = tmp_path / "table.csv"
    table.write_bytes(csv_file([SMALL.header, *official_rows(SMALL, 2)]))
    sent = UploadFile(table, "text/csv")
    await toms.import_need_file(sent, layout=SMALL.layout, coverage="extract", idempotency_key=str(new_id()))
    wish = {"edition_hash": edition["edition_hash"], "index": SMALL.index, "areas": ["E01000001"]}
    ranking = await toms.rank_measures(MeasureRankingRequest.model_validate(wish))
    contract = {**wish, "contract_value_gbp": "5000", "duration_months": 12}
    choice = await toms.recommend_measures(MeasureChoiceRequest.model_validate(contract))
    assert choice.recommended[0].measure == ranking.measures[0]


async def test_a_manager_publishes_bands(world: World):
    await world.load_index(need_index())
    place = new_id()
    token = world.mint.token(org=world.owner, scopes=["places:write"], roles={place: ["programme_manager"]})
    toms = TomsClient("http://service.test", forwarded(token), world.http)
    bands = need_index()["bands"]
    draft = {
        "index": "imd-sample",
        "place": "county-durham",
        "place_id": place,
        "bands": bands,
        "reason": "?",
    }
    published = await toms.publish_need_banding(
        NeedBandingDraft.model_validate(draft), idempotency_key=str(new_id())
    )
    assert published.version == 2
