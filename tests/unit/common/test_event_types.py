"""The catalogue of events: each type once, named and described, with a schema that its example fits."""

from __future__ import annotations

import re
from itertools import chain

import pytest
from jsonschema import Draft202012Validator

from cdp_common.contracts.event_types import SERVICES, EventType, declare, event_type, types_of
from cdp_common.contracts.event_types.declared import described

ALL = tuple(dict.fromkeys(chain.from_iterable(map(types_of, SERVICES))))


@pytest.mark.parametrize("declared", ALL, ids=lambda declared: declared.name)
def test_a_type_is_named_and_described(declared: EventType):
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", declared.name)
    assert declared.means.endswith(".")
    assert declared.readers
    assert event_type(declared.name) is declared


def test_a_name_stands_for_one_type():
    first = ALL[0]
    declare(first)  # again is the same
    with pytest.raises(ValueError, match=f"{first.name} is declared twice"):
        declare(EventType(first.name, "other", first.data, "Other.", "nobody"))
    assert event_type(first.name) is first
    assert event_type("place.moved") is None


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_told_of_a_service_is_json_schema_in_the_order_of_names(service: str):
    told = described(types_of(service)).items
    assert [each.type for each in told] == sorted(each.name for each in types_of(service))
    for each in told:
        Draft202012Validator.check_schema(each.data_schema)
        assert each.data_schema["additionalProperties"] is False
    assert types_of("gateway") == ()
