"""Whatever the five services let one read has a place in the graph, and that place answers."""

import re
from pathlib import Path
from typing import Any

import yaml
from graphql import (
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)
from tests.contract.descriptions import REST_SERVICES, committed, operations_of
from tests.integration.gateway.documents_as_answers import KEY, answer_by_documents
from tests.integration.gateway.world import running

from cdp_common.testing.callers import TokenMint
from gateway.schema.nodes import node_id
from gateway.schema.root import schema

READS = yaml.safe_load((Path(__file__).parents[2] / "contract" / "graph_reads.yaml").read_text("utf-8"))
PACKAGE = Path(__file__).parents[3] / "services" / "gateway" / "src" / "gateway"
WIDE: dict[str, Any] = {
    "max_upstream_calls": 1000,
    "max_nodes": 1_000_000,
    "max_depth": 50,
    "max_tokens": 20_000,
}
READ_IN_BATCHES = {
    "get_place",
    "get_organisation",
    "get_gathering",
    "get_hub_page",
    "get_agreement",
    "get_plan",
    "get_tender",
    "get_signatory",
    "get_evidence",
}
"""What the graph fetches by the batch read beside it."""
MEASURE_KEY = f"{'ab' * 32}/M1"


def reads_of(service: str) -> set[str]:
    """The reads of a service: what is got, and what is read in batches; health concerns no data."""
    return {
        one.id
        for one in operations_of(committed(service))
        if not one.is_health and (one.method == "GET" or one.path.endswith("/batch"))
    }


def everything_of(kind: Any, depth: int) -> str:
    """A selection of all that a type has; relations that may be null are followed down to some depth."""
    if not isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
        return ""
    chosen = []
    for name, field in kind.fields.items():
        inner, is_always_there = get_named_type(field.type), isinstance(field.type, GraphQLNonNull)
        if any(is_required_argument(one) for one in field.args.values()):
            continue
        if is_leaf_type(inner):
            chosen.append(name)
        elif is_always_there or depth > 0:
            chosen.append(f"{name} {everything_of(inner, depth if is_always_there else depth - 1)}")
    return "{ " + " ".join(chosen) + " }"


def query_of(path: str) -> str:
    """The document that asks for everything at the end of a path."""
    kind: Any = schema._schema.query_type
    steps = re.findall(r"(?:\w+ )?\w+(?:\([^)]*\))?", path)
    opened = []
    for step in steps:
        if step.startswith("node "):
            name = step.removeprefix("node ")
            key = MEASURE_KEY if name == "Measure" else KEY
            opened.append(f'node(id: "{node_id(name, key)}") {{ ... on {name}')
            kind = schema._schema.type_map[name]
            continue
        field = kind.fields[step.partition("(")[0]]
        kind = get_named_type(field.type)
        opened.append(step)
    ends = " }" * sum("{" in step for step in opened)
    # What lies behind a thing's relations is asked where the thing itself is, by its id.
    document = everything_of(kind, int(path.startswith("node "))) + ends
    for step in reversed(opened[1:]):
        document = f"{{ {step} {document} }}"
    return f"{{ {opened[0]} {document} }}"


def test_every_read_has_a_place_or_a_reason_for_having_none() -> None:
    assert set(READS) == set(REST_SERVICES)
    for service, known in READS.items():
        assert set(known) == reads_of(service), f"{service}: see tests/contract/graph_reads.yaml"
        assert all(isinstance(one, str) or list(one) == ["absent"] for one in known.values())


def test_a_read_that_has_a_place_is_asked_for_by_the_gateway() -> None:
    source = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    asked = set(re.findall(r"\bapi\.(\w+)\(", source))
    for service, known in READS.items():
        placed = {name for name, where in known.items() if isinstance(where, str)}
        assert placed - asked <= READ_IN_BATCHES, service
        # What is absent is not asked for: then it would have a place.
        assert not asked & (set(known) - placed - {"list_events"}), service


async def test_every_place_answers_whatever_its_service_describes(mint: TokenMint) -> None:
    async with running(mint, **WIDE) as world:
        answer_by_documents(world)
        placed = {where for known in READS.values() for where in known.values() if isinstance(where, str)}
        for path in sorted(placed):
            answer = await world.ask(query_of(path), headers={**mint.headers(), "Preview-Token": "t"})
            assert "errors" not in answer, (path, answer["errors"][:2])
            assert next(iter(answer["data"].values())) is not None, path
