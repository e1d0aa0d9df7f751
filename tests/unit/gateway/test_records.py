"""Types that show what a service answered: each holds to its contract, and nothing is forgotten."""

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from cdp_common.contracts import hub as contract
from gateway.reading import twin_of
from gateway.schema.hub import HubContact, HubPage
from gateway.schema.plain import PLAIN
from gateway.schema.records import FIELD_OF, RECORDED, as_shown
from gateway.schema.root import schema


def object_type(kind: type) -> GraphQLObjectType:
    found = schema._schema.type_map[kind.__name__]
    assert isinstance(found, GraphQLObjectType)
    return found


def own_fields(kind: type) -> dict[str, GraphQLField]:
    """The fields without a resolver, by the name of the record's field that they show."""
    found = {}
    for field in object_type(kind).fields.values():
        definition = field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        is_node_id = definition.python_name == "id" and RECORDED[kind].is_node
        if definition.base_resolver is None and not is_node_id:
            found[definition.metadata.get(FIELD_OF, definition.python_name)] = field
    return found


def read_by_resolvers(kind: Any) -> set[str]:
    """What the resolvers of a type read: names in their code, and in the functions inside them."""
    names: set[str] = set(kind.__annotations__)
    for field in kind.__strawberry_definition__.fields:
        code = getattr(getattr(field.base_resolver, "wrapped_func", None), "__code__", None)
        for one in (code, *getattr(code, "co_consts", ())):
            names |= set(getattr(one, "co_names", ()))
    return names


def plain(annotation: Any) -> tuple[Any, bool]:
    """The type without what surrounds it, and whether it may be None."""
    if get_origin(annotation) is Annotated:
        return plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        members = get_args(annotation)
        rest = [one for one in members if one is not type(None)]
        return (plain(rest[0])[0] if len(rest) == 1 else annotation), len(rest) < len(members)
    return annotation, False


def literals(annotation: Any) -> list[str]:
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    return [one for part in get_args(annotation) for one in literals(part)]


def faults(kind: type) -> Iterator[str]:
    """Where a type says something else than its contract."""
    fields = RECORDED[kind].contract.model_fields
    for name, field in own_fields(kind).items():
        annotation, may_be_none = plain(fields[name].annotation)
        if isinstance(field.type, GraphQLNonNull) is may_be_none:
            yield f"{kind.__name__}.{name}: null"
        bare = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
        if isinstance(bare, GraphQLList) is not (get_origin(annotation) is list):
            yield f"{kind.__name__}.{name}: a list"
        named = get_named_type(field.type)
        if isinstance(named, GraphQLEnumType):
            if [value.value for value in named.values.values()] != literals(annotation):
                yield f"{kind.__name__}.{name}: {named.name}"
        elif (named.name == "Money") is not name.endswith("_gbp"):
            yield f"{kind.__name__}.{name}: pounds"


def test_every_type_holds_to_its_contract() -> None:
    assert len(RECORDED) > 90
    assert [fault for kind in RECORDED for fault in faults(kind)] == []


def test_nothing_of_a_contract_is_forgotten() -> None:
    forgotten = {}
    for kind, recorded in RECORDED.items():
        held = set(recorded.contract.model_fields)
        assert recorded.left_out <= held, kind
        assert not recorded.left_out & set(own_fields(kind)), kind
        missing = held - set(own_fields(kind)) - read_by_resolvers(kind) - recorded.left_out
        if missing:
            forgotten[kind.__name__] = missing
    assert forgotten == {}


def test_a_record_is_its_own_object_and_a_node_holds_it() -> None:
    record: Any = twin_of(contract.HubContact)(label="L", purpose="P", id="i", place_id="p")
    assert as_shown(HubContact, record) is record
    page = as_shown(HubPage, types.SimpleNamespace(id="0190f3a0-0000-7000-8000-000000000001"))
    assert isinstance(page, HubPage)
    made = object_type(HubPage).fields["id"].extensions[PLAIN].pick(page)
    assert made == "SHViUGFnZTowMTkwZjNhMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDE="


def test_enumerations_take_what_a_service_writes() -> None:
    kind = schema._schema.type_map["HubKind"]
    assert isinstance(kind, GraphQLEnumType)
    assert kind.coerce_output_value("training_material") == "TRAINING_MATERIAL"
