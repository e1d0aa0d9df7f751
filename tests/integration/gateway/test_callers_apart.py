"""Nothing that was made for one caller is ever served to another, whoever asks what at the same moment."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.gateway import canned
from tests.integration.gateway.conftest import furnish
from tests.integration.gateway.documents_as_answers import KEY as KEY_EVERYWHERE
from tests.integration.gateway.documents_as_answers import answer_by_documents
from tests.integration.gateway.test_mutations import SIGN, signature
from tests.integration.gateway.world import Answer, Call, Ticks, World, running

from cdp_common.testing.callers import TokenMint
from gateway.schema.nodes import node_id
from gateway.schema.root import schema

WINDOW = '(from: "2026-04-01", to: "2026-06-30")'
KEY = canned.PUBLICATION
QUERIES = {
    "place": f'place(slug: "place-1") {{ name collectiveValue{WINDOW} {{ asOf }} }}',
    "places": "places { edges { node { name } } }",
    "organisation": 'organisation(identifier: "GB-COH:00000001") { legalName }',
    "framework": 'framework(code: "f", edition: "2026") { edition { title } }',
    "tender": 'tender(ocid: "ocds-1") { title buyer { legalName } }',
    "publication": f'publication(id: "{KEY}") {{ place {{ name }} }}',
    "poundExplanation": f'poundExplanation(publication: "{KEY}", measure: "M1") {{ measureTitle }}',
    "node": 'node(id: "{signatory}") { ... on Signatory { organisationName } }',
    "hubPage": f'hubPage(id: "{KEY_EVERYWHERE}") {{ title }}',
    "hubPreview": "hubPreview { title }",
    "humanValues": "humanValues { values { title } }",
    "organisationSearch": 'organisationSearch(name: "j") { edges { node { organisation { legalName } } } }',
    "checklists": "checklists { edges { node { title } } }",
    "needIndex": 'needIndex(index: "imd-2019") { title }',
    "areas": 'areas(index: "imd-2019") { edges { node { name } } }',
    "areaChanges": 'areaChanges(code: "E01") { items { fromName } }',
    "needBandings": 'needBandings(index: "imd-2019") { edges { node { reason } } }',
    "lookups": "lookups { title }",
    "measureRanking": f'measureRanking(editionHash: "{canned.HASH}", index: "i", place: "p") '
    "{ needs { comparability } }",
    "measureChoice": f'measureChoice(editionHash: "{canned.HASH}", index: "i", place: "p", '
    'durationMonths: 9, contractValue: "9") { categoryTitle }',
    "bid": f'bid(id: "{KEY}") {{ tendererName }}',
    "activity": f'activity(id: "{KEY}") {{ title }}',
    "peopleTable": f'peopleTable(id: "{KEY}") {{ reason }}',
    "feedStates": "feedStates { source }",
    "evidenceFile": f'evidenceFile(id: "{KEY_EVERYWHERE}") {{ fileName }}',
    "contractingRecord": 'contractingRecord(ocid: "o") { publisher }',
    "evidenceFiles": "evidenceFiles { edges { node { fileName } } }",
}
"""A query for each field of the root; everything named in it is marked with whom it was made for."""

NAMES = {"name", "title", "legal_name", "organisation_name", "measure_title", "from_name", "tenderer_name"}
MARKED = frozenset(NAMES | {"reason", "category_title", "source", "comparability", "file_name"})
PUBLIC = "nobody"
CALLERS = ("anna", "bert", "cleo", PUBLIC)


def marked(answer: Answer) -> Answer:
    """The service's answer with every name in it saying whom it was made for."""

    def say(call: Call) -> tuple[int, Any]:
        status, content = answer(call)
        return status, _with_mark(content, call.authorization or PUBLIC)

    return say


def _with_mark(value: Any, mark: str) -> Any:
    if isinstance(value, dict):
        return {
            key: f"for {mark}" if key in MARKED and isinstance(one, str) else _with_mark(one, mark)
            for key, one in value.items()
        }
    return [_with_mark(one, mark) for one in value] if isinstance(value, list) else value


def furnished(world: World) -> None:
    """Services whose answers say for whom they are."""
    answer_by_documents(world)
    furnish(world)
    world.on("charter", "POST", "/v1/signatures", canned.as_json(canned.signatory(1)))
    for service in world.services.values():
        for key, answer in list(service.answers.items()):
            service.answers[key] = marked(answer)
        service.otherwise = marked(service.otherwise)


def test_every_field_of_the_root_is_asked() -> None:
    root = schema._schema.query_type
    assert root is not None
    assert set(QUERIES) == {name for name in root.fields if not name.startswith("_")}


@pytest.fixture
async def world(mint: TokenMint) -> Any:
    async with running(mint, Ticks(), public_answer_s=5, upstream_budget_s=30) as running_world:
        furnished(running_world)
        yield running_world


step = st.tuples(st.sampled_from(CALLERS), st.sampled_from([*QUERIES, "mutation"]))
steps = st.lists(step, min_size=2, max_size=12)


async def test_nothing_made_for_one_caller_is_served_to_another(world: World) -> None:
    loop = asyncio.get_running_loop()
    headers = {who: world.mint.headers(client_id=who) if who != PUBLIC else {} for who in CALLERS}
    marks = {who: f"for {headers[who].get('Authorization', PUBLIC)}" for who in CALLERS}
    opening = {"Preview-Token": "t"}
    signatory = node_id("Signatory", canned.signatory(1).id)
    seen: set[tuple[str, str]] = set()

    async def ask(who: str, what: str) -> str:
        if what == "mutation":
            variables = {"input": signature(), "key": "0" * 22}
            return (await world.post(SIGN, variables, headers=headers[who])).text
        query = "{ " + QUERIES[what].replace("{signatory}", signatory) + " }"
        more = opening if what == "hubPreview" else {}
        return (await world.post(query, headers={**headers[who], **more})).text

    async def ask_all(asked: list[tuple[str, str]]) -> None:
        answers = await asyncio.gather(*(ask(*one) for one in asked))
        for (who, what), answer in zip(asked, answers, strict=True):
            others = [mark for other, mark in marks.items() if other != who]
            assert not any(mark in answer for mark in others), (who, what)
            if marks[who] in answer:
                seen.add((who, what))

    @settings(max_examples=15, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps)
    def interleave(asked: list[tuple[str, str]]) -> None:
        asyncio.run_coroutine_threadsafe(ask_all(asked), loop).result()

    await asyncio.to_thread(interleave)
    await ask_all([(who, what) for who in CALLERS for what in QUERIES])
    assert {what for who, what in seen if who == "anna"} >= set(QUERIES)
    assert {what for who, what in seen if who == PUBLIC} >= set(QUERIES)
