"""The generated Python client: made of the guide's queries as they are, and answered in its types."""

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from clients.python.cdp_graph import GraphClient
from clients.python.cdp_graph.graph_base import GraphErrors
from graphql import parse, print_ast
from tests.integration.gateway import canned
from tests.integration.gateway.world import World

from gateway.queries import example_queries
from gateway.schema.nodes import node_id

CLIENT = Path(__file__).parents[3] / "clients" / "python" / "cdp_graph" / "client.py"
WINDOW = (date(2026, 4, 1), date(2026, 6, 30))


def plain(document: str) -> str:
    """The document in one form, without its comments."""
    return print_ast(parse(document, no_location=True))


def test_the_client_has_the_queries_of_the_guide() -> None:
    documents = re.findall(r'gql\("""(.*?)"""\)', CLIENT.read_text(encoding="utf-8"), re.DOTALL)
    wanted = sorted(plain(document) for document in example_queries().values())
    assert sorted(plain(document) for document in documents) == wanted, "make clients"


async def test_its_methods_answer_in_their_types(world: World) -> None:
    client = GraphClient("/graphql", world.http)
    totals = await client.home_totals("place-1", *WINDOW)
    assert totals.place is not None
    assert totals.place.collective_value is not None
    assert totals.place.collective_value.validated.total.amount == Decimal("1000.00")
    assert totals.place.collective_value.as_of == canned.AT

    members = await client.members("place-1", *WINDOW, first=2)
    assert members.place is not None
    assert members.place.members is not None
    assert [edge.node.organisation.legal_name for edge in members.place.members.edges] == [
        "Organisation 01",
        "Organisation 02",
    ]

    member = node_id("Membership", canned.uid("membership", 1))
    page = await client.partner_page(member, *WINDOW)
    assert page.node is not None


async def test_an_error_of_the_graph_is_raised_with_its_code(world: World) -> None:
    client = GraphClient("/graphql", world.http)
    with pytest.raises(GraphErrors) as raised:
        await client.partner_page("nonsense", *WINDOW)
    assert [error["extensions"]["code"] for error in raised.value.errors] == ["id_invalid"]
    assert raised.value.data == {"node": None}


async def test_a_token_goes_along(world: World) -> None:
    token = world.mint.token()
    await GraphClient("/graphql", world.http, token).compare_as_of(
        "place-1", *WINDOW, datetime.fromisoformat("2026-07-01T00:00:00Z"), canned.AT
    )
    assert {call.authorization for call in world.calls} == {f"Bearer {token}"}
