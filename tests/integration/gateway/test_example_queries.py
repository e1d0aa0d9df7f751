"""The queries that a Knowledge Hub needs: each is answered, by exactly these calls to the services."""

from collections import Counter
from typing import Any

import pytest
from graphql import get_operation_ast, parse, validate
from tests.integration.gateway import canned
from tests.integration.gateway.documents_as_answers import KEY, answer_by_documents
from tests.integration.gateway.world import World

from gateway.queries import example_queries
from gateway.schema.nodes import node_id
from gateway.schema.root import schema

PLACE = {"slug": "place-1"}
WINDOW = {"from": "2026-04-01", "to": "2026-06-30"}
VALUE = f"reporting GET /v1/places/{canned.PLACE}/collective-value"
PLACES = "partners GET /v1/places"
PUBLICATIONS = f"reporting GET /v1/places/{canned.PLACE}/publications"
ORGANISATIONS = "partners POST /v1/organisations/batch"

# The variables of each, and the calls that its answer costs: one for each relation and level.
COSTS: dict[str, tuple[dict[str, Any], dict[str, int]]] = {
    "compare_as_of": (
        {**PLACE, **WINDOW, "earlier": "2026-07-01T00:00:00Z", "later": "2026-07-21T00:00:00Z"},
        {PLACES: 1, VALUE: 2, PUBLICATIONS: 1},
    ),
    "delivery_gap": ({**PLACE, **WINDOW}, {PLACES: 1, VALUE: 1}),
    "home_totals": ({**PLACE, **WINDOW}, {PLACES: 1, VALUE: 1, PUBLICATIONS: 1}),
    "members": (
        {**PLACE, **WINDOW},
        {PLACES: 1, f"partners GET /v1/places/{canned.PLACE}/memberships": 1, VALUE: 1},
    ),
    "need_map": (
        {**PLACE, **WINDOW},
        {PLACES: 1, VALUE: 1, "partners POST /v1/places/batch": 1, "toms POST /v1/areas/batch": 1},
    ),
    "need_live": (
        {**PLACE, **WINDOW},
        {PLACES: 1, f"reporting GET /v1/places/{canned.PLACE}/need-figures": 1},
    ),
    "own_drafts": (
        PLACE,
        {
            PLACES: 1,
            "reporting GET /v1/report-drafts": 1,
            f"reporting GET /v1/report-drafts/{KEY}/lines": 1,
            "reporting GET /v1/evidence": 1,
        },
    ),
    "partner_page": (
        {"membership": node_id("Membership", canned.uid("membership", 1)), **WINDOW},
        {
            f"partners GET /v1/memberships/{canned.uid('membership', 1)}": 1,
            "partners POST /v1/places/batch": 1,
            VALUE: 1,
        },
    ),
    "publications": (PLACE, {PLACES: 1, PUBLICATIONS: 1}),
    "register": (
        PLACE,
        {PLACES: 1, "charter GET /v1/signatories": 1, ORGANISATIONS: 1, "toms POST /v1/measures/batch": 1},
    ),
    "search": (
        {**PLACE, "text": "bread"},
        {PLACES: 1, "partners GET /v1/hub/search": 1, "partners POST /v1/hub-pages/batch": 1},
    ),
    "spend": (
        {**PLACE, **WINDOW},
        {PLACES: 1, f"reporting GET /v1/places/{canned.PLACE}/spend-figures": 1},
    ),
    "story_page": (
        {**PLACE, "page": "bread"},
        {
            PLACES: 1,
            f"partners GET /v1/places/{canned.PLACE}/hub-pages": 1,
            "partners POST /v1/hub-pages/batch": 1,
            ORGANISATIONS: 1,
        },
    ),
    "targets": (
        PLACE,
        {
            PLACES: 1,
            f"reporting GET /v1/places/{canned.PLACE}/targets": 1,
            "reporting POST /v1/targets/progress/batch": 1,
        },
    ),
    "tender_board": (PLACE, {PLACES: 1, "procurement GET /v1/tenders": 1, ORGANISATIONS: 1}),
    "totals_by_objective": ({**PLACE, **WINDOW, "scheme": "objectives"}, {PLACES: 1, VALUE: 1}),
}


def test_every_query_is_tried_here() -> None:
    assert COSTS.keys() == example_queries().keys()


@pytest.mark.parametrize("name", COSTS)
async def test_a_query_is_answered_whole_by_so_many_calls(world: World, name: str) -> None:
    variables, calls = COSTS[name]
    answer_by_documents(world)  # what the world does not know
    data = await world.data(example_queries()[name], variables)
    assert None not in data.values()
    assert Counter(world.paths()) == calls


@pytest.mark.parametrize("name", COSTS)
def test_a_query_says_what_it_is_for_and_uses_nothing_deprecated(name: str) -> None:
    document = example_queries()[name]
    assert document.startswith("# ")
    assert validate(schema._schema, parse(document)) == []
    operation = get_operation_ast(parse(document), "".join(part.title() for part in name.split("_")))
    assert operation is not None
