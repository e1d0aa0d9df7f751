"""Ids are UUIDv7; register identifiers have the form of their register."""

from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.kernel.identifiers import (
    SCHEMES,
    IdentifierMalformed,
    IdentifierSchemeUnknown,
    OrganisationIdentifier,
    _Ids,
    new_id,
    uuid7,
)

# Made up, in the form of each register.
WELL_FORMED = [
    "GB-COH:01234567",
    "GB-COH:SC123456",
    "GB-COH:IP12345R",
    "GB-COH:R0123456",
    "GB-CHC:1234567",
    "GB-CHC:234567-1",
    "GB-SC:SC012345",
    "GB-NIC:101234",
    "GB-MPR:12345R",
    "GB-MPR:7654",
    "GB-NHS:RXP",
    "GB-UKPRN:10001234",
    "GB-PPON:PBCD-1234-GHJL",
    "GB-LAE:DUR",
    "GB-SHPE:LH0123",
    "GB-EDU:114321",
    "GB-VAT:GD123",
    "GB-VAT:HA567",
]
MALFORMED = [
    "",
    "01234567",
    "GB-COH:",
    "GB-COH:1234567",
    "GB-COH:012345678",
    "GB-COH:ABCDEFGH",
    "GB-COH:０１２３４５６７",
    "GB-CHC:12345",
    "GB-SC:012345",
    "GB-UKPRN:20001234",
    "GB-UKPRN:1000123",
    "GB-PPON:PBCD-1034-GHJL",
    "GB-PPON:QBCD-1234-GHJL",
    "GB-PPON:PBCD-1234-GHJB",
    "GB-LAE:DU",
    "GB-EDU:1143210",
    "GB-VAT:GD500",
    "GB-VAT:HA499",
    "GB-VAT:12345678",
]


def vat_number(seven_digits: str, offset: int) -> str:
    weighted = sum(weight * int(digit) for weight, digit in zip(range(8, 1, -1), seven_digits, strict=True))
    return f"{seven_digits}{-(weighted + offset) % 97:02d}"


def test_a_uuid7_holds_its_time_and_its_randomness() -> None:
    # The example of RFC 9562, appendix A.6: rand_a CC3, rand_b 18C4DC0C0C07398F.
    random_bytes = bytes.fromhex("0cc318c4dc0c0c07398f")
    assert uuid7(0x017F22E279B0, random_bytes) == UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_every_uuid7_says_that_it_is_one(timestamp_ms: int, random_bytes: bytes) -> None:
    made = uuid7(timestamp_ms, random_bytes)
    assert made.version == 7
    assert made.variant == RFC_4122
    assert made.int >> 80 == timestamp_ms


@given(st.integers(0, 2**48 - 2), st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_a_later_id_sorts_after_an_earlier_one(timestamp_ms: int, first: bytes, second: bytes) -> None:
    assert uuid7(timestamp_ms, first) < uuid7(timestamp_ms + 1, second)


@pytest.mark.parametrize("timestamp_ms, count", [(-1, 10), (2**48, 10), (0, 9), (0, 11)])
def test_a_time_or_randomness_of_the_wrong_size_is_refused(timestamp_ms: int, count: int) -> None:
    with pytest.raises(ValueError):
        uuid7(timestamp_ms, bytes(count))


def test_new_ids_differ() -> None:
    assert len({new_id() for _ in range(1000)}) == 1000


def test_ids_sort_in_the_order_in_which_they_were_made() -> None:
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(made)
    assert all(one.version == 7 and one.variant == RFC_4122 for one in made)


def test_ids_go_on_growing_when_the_clock_goes_back() -> None:
    ids = _Ids()
    made = [ids.next(ms) for ms in (1_000, 1_000, 999, 1, 1_001)]
    assert made == sorted(made)
    assert [one.int >> 80 for one in made] == [1_000, 1_000, 1_000, 1_000, 1_001]


def test_a_millisecond_whose_ids_are_used_up_borrows_from_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.randbits", lambda bits: 2**bits - 1)
    ids = _Ids()
    first, second = ids.next(1_000), ids.next(1_000)
    assert (first.int >> 80, second.int >> 80) == (1_000, 1_001)


@pytest.mark.parametrize("text", WELL_FORMED)
def test_an_identifier_in_the_registers_form_is_kept_as_it_is(text: str) -> None:
    identifier = OrganisationIdentifier.parse(text)
    assert identifier.text == text
    assert OrganisationIdentifier(identifier.scheme, identifier.id) == identifier


def test_every_scheme_has_a_well_formed_example() -> None:
    assert {text.partition(":")[0] for text in WELL_FORMED} == set(SCHEMES)


@pytest.mark.parametrize("text", MALFORMED)
def test_an_identifier_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(IdentifierMalformed) as refusal:
        OrganisationIdentifier.parse(text)
    assert refusal.value.code == "identifier_malformed"


def test_an_unknown_register_is_refused() -> None:
    with pytest.raises(IdentifierSchemeUnknown) as refusal:
        OrganisationIdentifier.parse("XX-ABC:1")
    assert refusal.value.code == "identifier_scheme_unknown"


@pytest.mark.parametrize(
    "written, text",
    [
        ("gb-coh: sc 123 456 ", "GB-COH:SC123456"),
        ("GB-NIC:NIC101234", "GB-NIC:101234"),
        ("GB-VAT:GB gd123", "GB-VAT:GD123"),
    ],
)
def test_habits_of_writing_are_forgiven_by_parse_alone(written: str, text: str) -> None:
    assert OrganisationIdentifier.parse(written).text == text
    scheme, _, number = written.partition(":")
    with pytest.raises(IdentifierMalformed):
        OrganisationIdentifier(scheme.strip(), number)


@given(st.from_regex(r"[0-9]{7}", fullmatch=True).filter(str.isascii), st.sampled_from([0, 55]))
def test_a_vat_number_holds_under_either_rule(seven_digits: str, offset: int) -> None:
    number = vat_number(seven_digits, offset)
    assert OrganisationIdentifier.parse(f"GB-VAT:{number}").id == number
    assert OrganisationIdentifier.parse(f"GB-VAT:GB{number}001").id == f"{number}001"


def test_a_vat_number_with_one_digit_wrong_is_refused() -> None:
    number = vat_number("1234567", 55)
    wrong = str((int(number[0]) + 1) % 10) + number[1:]
    with pytest.raises(IdentifierMalformed):
        OrganisationIdentifier.parse(f"GB-VAT:{wrong}")
