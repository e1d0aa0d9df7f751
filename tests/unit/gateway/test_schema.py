"""The schema as a whole: described, deterministic, and nothing in it that no service answers."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from enum import Enum
from typing import Any, Literal, get_args

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    parse,
    validate,
)

from cdp_common.contracts import (
    amendments,
    base,
    bids,
    charter,
    commitments,
    needs,
    partners,
    publications,
    reporting,
    targets,
    tenders,
    toms,
)
from cdp_tools.story import ending
from gateway.schema import enums, procurement, register, writing_enums
from gateway.schema import targets as target_parts
from gateway.schema.reporting import GROUPING_FIELDS
from gateway.schema.root import NODES, schema, sdl

STANDARD = {"String", "Int", "Boolean", "ID", "Float"}


def own_types() -> Iterator[GraphQLNamedType]:
    """The types of the graph: not those of GraphQL itself and of the federation."""
    for name, kind in schema._schema.type_map.items():
        if name not in STANDARD and not name.startswith(("_", "link__")):
            yield kind


def described() -> Iterator[tuple[str, str | None]]:
    for kind in own_types():
        yield kind.name, kind.description
        if isinstance(kind, GraphQLInputObjectType):
            for name, stated in kind.fields.items():
                yield f"{kind.name}.{name}", stated.description
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
            for name, field in kind.fields.items():
                if not name.startswith("_"):
                    yield f"{kind.name}.{name}", field.description
                    for key, argument in field.args.items():
                        yield f"{kind.name}.{name}({key})", argument.description
        elif isinstance(kind, GraphQLEnumType):
            for key, value in kind.values.items():
                yield f"{kind.name}.{key}", value.description


def test_everything_is_described() -> None:
    found = dict(described())
    assert len(found) > 400
    assert [name for name, text in found.items() if not text] == []


def test_the_sdl_is_the_same_in_every_process() -> None:
    program = "from gateway.schema.root import sdl; print(sdl(), end='')"
    elsewhere = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert elsewhere.stdout == sdl()


def test_the_sdl_is_a_federation_subgraph() -> None:
    text = sdl()
    assert '@link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])' in text
    keyed = set(re.findall(r'^type (\w+) implements Node @key\(fields: "id"\)', text, re.MULTILINE))
    assert keyed == set(NODES)
    directives = """directive @key(fields: String!) on OBJECT directive @shareable on OBJECT
      directive @link(url: String!, import: [String]) on SCHEMA"""
    build_schema(f"{directives} {text}")


def test_every_node_of_the_schema_can_be_fetched_by_id() -> None:
    node = schema._schema.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    assert {kind.name for kind in schema._schema.get_possible_types(node)} == set(NODES)


def test_every_mutation_takes_one_input_and_a_key_and_says_why_it_was_not_done() -> None:
    mutation = schema._schema.mutation_type
    assert mutation is not None
    with_a_token = {"signCharter", "submitReport", "submitBid"}
    assert set(mutation.fields) == with_a_token | {"registerInterest", "postIdea", "registerForGathering"}
    for field in mutation.fields.values():
        assert set(field.args) == {"input", "idempotencyKey"}
        assert str(field.args["idempotencyKey"].type) == "String!"
        payload = get_named_type(field.type)
        assert isinstance(payload, GraphQLObjectType)
        assert str(payload.fields["userErrors"].type) == "[UserError!]!"


def test_what_can_be_listened_to() -> None:
    subscription = schema._schema.subscription_type
    assert subscription is not None
    assert set(subscription.fields) == {"collectiveValueChanged", "tenderStateChanged", "webhookFailed"}


def test_the_queries_of_the_demonstration_fit() -> None:
    for query in (ending.COLLECTIVE_QUERY, ending.LIVE_QUERY, ending.LATEST_QUERY, ending.POUND_QUERY):
        assert validate(schema._schema, parse(query)) == []


def test_enumerations_hold_what_the_contracts_hold() -> None:
    pairs: list[tuple[type[Enum], Any]] = [
        (register.RegisterSize, Literal["sme", "vcse", "large"]),
        (target_parts.Aim, targets.Aim),
        (target_parts.TargetState, targets.TargetState),
        (target_parts.TargetStanding, targets.Standing),
        (procurement.Amended, amendments.Amended),
        (writing_enums.Route, commitments.Route),
        (writing_enums.BidAction, bids.BidAction),
        (writing_enums.ReportState, reporting.ReportState),
        (writing_enums.LineState, reporting.LineState),
        (enums.OrganisationKind, partners.OrganisationKind),
        (enums.OrganisationState, partners.OrganisationState),
        (enums.MembershipRole, partners.MembershipRole),
        (enums.DataStatus, base.DataStatus),
        (enums.SignatureState, charter.SignatureState),
        (enums.TenderState, tenders.TenderState),
        (enums.ScoringMethod, tenders.ScoringMethod),
        (enums.Unit, toms.Unit),
        (enums.Component, toms.Component),
        (enums.ValueType, toms.ValueType),
        (enums.Accumulation, toms.Accumulation),
        (enums.YearRule, toms.YearRule),
        (enums.ValuationMethod, toms.Measure.model_fields["valuation"].annotation),
        (enums.EditionState, toms.EditionState),
        (enums.NeedDomain, toms.NeedDomain),
        (enums.NeedBand, needs.NeedBand),
        (enums.GroupBy, reporting.GroupBy),
        (enums.Basis, reporting.Basis),
        (enums.Figure, publications.PublicationChange.model_fields["figure"].annotation),
    ]
    for ours, theirs in pairs:
        assert [member.value for member in ours] == list(get_args(theirs)), ours


def test_every_grouping_of_the_service_has_a_field() -> None:
    assert set(GROUPING_FIELDS.values()) == set(get_args(reporting.GroupBy))
    value = schema._schema.type_map["CollectiveValue"]
    assert isinstance(value, GraphQLObjectType)
    assert {name for name in value.fields if name.startswith("by")} == set(GROUPING_FIELDS)
