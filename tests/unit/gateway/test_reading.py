"""Answers read on trust: the same values as by their contracts, and garbage is still noticed."""

from collections.abc import Iterator
from inspect import get_annotations, getmembers, isfunction
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from tests.integration.gateway import canned

from cdp_common.clients.charter import CharterClient
from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.procurement import ProcurementClient
from cdp_common.clients.reporting import ReportingClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.base import Page
from cdp_common.contracts.charter import Signatory
from cdp_common.contracts.commitments import CommitmentLine
from cdp_common.contracts.line_inputs import RatioInputs
from cdp_common.contracts.organisations import Organisation
from gateway.reading import trusted, twin_of

CANNED = [
    canned.place(),
    canned.organisation(1),
    canned.membership(1),
    canned.statement(),
    canned.charter(),
    canned.signatory(1),
    canned.tender(1),
    canned.edition(),
    canned.measure(),
    canned.area(),
    canned.value(groupings=canned.all_groupings()),
    canned.publication(),
    canned.explanation(),
]


def assert_same(read: Any, stated: Any, at: str = "") -> None:
    """Every field of the twin is what the contract's is, of the same type."""
    if isinstance(stated, BaseModel):
        for name in type(stated).model_fields:
            assert_same(getattr(read, name), getattr(stated, name), f"{at}.{name}")
    elif isinstance(stated, list):
        assert len(read) == len(stated), at
        for number, (one, other) in enumerate(zip(read, stated, strict=True)):
            assert_same(one, other, f"{at}[{number}]")
    else:
        assert (type(read), read) == (type(stated), stated), at


@pytest.mark.parametrize("stated", CANNED, ids=lambda one: type(one).__name__)
def test_what_is_read_on_trust_is_what_the_contract_says(stated: BaseModel) -> None:
    read = trusted(type(stated), stated.model_dump_json().encode())
    assert_same(read, type(stated).model_validate_json(stated.model_dump_json()))


def answers() -> Iterator[type[BaseModel]]:
    """Every contract that a client's method answers with."""
    for client in (PartnersClient, TomsClient, ProcurementClient, CharterClient, ReportingClient):
        for _, method in getmembers(client, isfunction):
            found = get_annotations(method, eval_str=True).get("return")
            yield from (
                one
                for one in (found, *get_args(found))
                if isinstance(one, type) and issubclass(one, BaseModel)
            )


def test_every_contract_that_a_service_answers_with_has_a_twin() -> None:
    kinds = set(answers())
    assert len(kinds) > 50
    for kind in kinds:
        assert twin_of(kind).__struct_fields__ == tuple(kind.model_fields)


def test_a_property_of_the_contract_is_one_of_what_is_read() -> None:
    read = trusted(Organisation, canned.organisation(1).model_dump_json().encode())
    assert read.ids == [canned.uid("organisation", 1)]


def test_of_several_contracts_the_one_that_is_meant_is_read() -> None:
    [pledge] = canned.signatory(1).pledges
    assert pledge.commitment is not None
    inputs = {"kind": "ratio", "numerator": "1", "denominator": "3"}
    stated = pledge.commitment.model_copy(update={"inputs": inputs_of(inputs)})
    read = trusted(CommitmentLine, stated.model_dump_json().encode())
    assert_same(read.inputs, stated.inputs)


def inputs_of(stated: dict[str, str]) -> RatioInputs:
    return RatioInputs.model_validate(stated)


def test_fields_that_this_build_does_not_know_are_passed_over_and_absent_ones_have_their_defaults() -> None:
    read = trusted(Page[Signatory], b'{"items": [], "added_later": 1}')
    assert (read.items, read.next) == ([], None)
    read.items.append(canned.signatory(1))
    assert trusted(Page[Signatory], b'{"items": []}').items == []


@pytest.mark.parametrize(
    "garbage", [b"", b"<html>", b"[]", b"null", b"{}", b'{"items": {}}', b'{"items": [{"id": 1}]}', b"\xff"]
)
def test_garbage_is_noticed(garbage: bytes) -> None:
    with pytest.raises(ValueError):
        trusted(Page[Signatory], garbage)
