"""Identifiers as they are stated: in their registers' form, each once."""

import pytest

from cdp_common.kernel.identifiers import IdentifierMalformed, OrganisationIdentifier
from partners_api.domain.organisations import IdentifierRepeated, read_identifiers


def test_identifiers_come_out_in_order_and_in_form() -> None:
    stated = [("GB-COH", "sc 123456"), ("GB-CHC", "1234567")]

    assert read_identifiers(stated) == (
        OrganisationIdentifier("GB-CHC", "1234567"),
        OrganisationIdentifier("GB-COH", "SC123456"),
    )


def test_every_malformed_identifier_is_named() -> None:
    with pytest.raises(IdentifierMalformed) as refused:
        read_identifiers([("GB-COH", "1"), ("GB-COH", "01234567"), ("XX-YY", "1")], "/o/identifiers")

    assert [(e.pointer, e.code) for e in refused.value.errors] == [
        ("/o/identifiers/0", "identifier_malformed"),
        ("/o/identifiers/2", "identifier_scheme_unknown"),
    ]


def test_the_same_identifier_in_two_spellings_is_stated_twice() -> None:
    with pytest.raises(IdentifierRepeated) as refused:
        read_identifiers([("GB-COH", "01234567"), ("GB-COH", "0123 4567")])

    assert [e.pointer for e in refused.value.errors] == ["/identifiers/1"]


def test_two_identifiers_of_one_register_are_two() -> None:
    assert len(read_identifiers([("GB-CHC", "1234567"), ("GB-CHC", "7654321")])) == 2


def test_none_is_allowed() -> None:
    assert read_identifiers([]) == ()
