"""The typed client against the running service: every operation once."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx2
import pytest
from tests.integration.toms_engine.packs import line, need_index, pack
from tests.integration.toms_engine.world import VALUE, WRITE, World

from cdp_common.clients.base import UpstreamProblem, forwarded
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.comparisons import ComparisonRequest
from cdp_common.contracts.framework_packs import FrameworkPack
from cdp_common.contracts.needs import AreaBatchRequest, NeedIndexImport
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
