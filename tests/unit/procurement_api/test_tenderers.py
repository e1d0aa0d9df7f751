"""Who bids: one lead, each by one identity, and an attestation where a portal speaks for them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from procurement_api.domain.tenderers import (
    AttestationInvalid,
    Attested,
    Tenderer,
    TenderersInvalid,
    identity_key,
    is_own_bid,
    require_attested,
    require_tenderers_hold,
)

ONE, TWO, TENDER = UUID(int=1), UUID(int=2), UUID(int=9)
KEY = bytes(32)
LEAD = Tenderer("/tenderers/0", lead=True, organisation_id=ONE)
MEMBER = Tenderer("/tenderers/1", lead=False, scheme="GB-COH", number="01234567", legal_name="Member Ltd")
LOCAL = Tenderer("/tenderers/0", lead=True, portal_local_id="b-1", legal_name="Local")
AT = datetime(2026, 11, 22, 10, tzinfo=UTC)


def faults(*tenderers: Tenderer) -> list[tuple[str, str]]:
    try:
        require_tenderers_hold(tenderers)
    except TenderersInvalid as refusal:
        return [(error.pointer, error.code) for error in refusal.errors]
    return []


@pytest.mark.parametrize(
    "tenderers, found",
    [
        ((LEAD,), []),
        ((LEAD, MEMBER), []),
        ((LOCAL, MEMBER), []),
        ((), [("/tenderers", "lead_not_one")]),
        ((MEMBER,), [("/tenderers", "lead_not_one")]),
        ((LEAD, replace(MEMBER, lead=True)), [("/tenderers", "lead_not_one")]),
        ((replace(LEAD, portal_local_id="b-1"),), [("/tenderers/0", "identity_not_one")]),
        ((replace(LEAD, organisation_id=None),), [("/tenderers/0", "identity_not_one")]),
        ((LEAD, replace(MEMBER, number=None)), [("/tenderers/1/id", "identifier_malformed")]),
        ((LEAD, replace(MEMBER, number="12")), [("/tenderers/1/id", "identifier_malformed")]),
        ((LEAD, replace(MEMBER, legal_name=None)), [("/tenderers/1/legal_name", "legal_name_missing")]),
        (
            (replace(MEMBER, at="/tenderers/0", lead=True), replace(MEMBER, legal_name="Again")),
            [("/tenderers/0", "tenderer_repeated"), ("/tenderers/1", "tenderer_repeated")],
        ),
    ],
)
def test_those_who_bid_are_one_each_under_one_lead(
    tenderers: tuple[Tenderer, ...], found: list[tuple[str, str]]
):
    assert faults(*tenderers) == found


def test_a_bid_is_its_leads_own():
    assert is_own_bid([LEAD, MEMBER], {ONE})
    assert not is_own_bid([LEAD, MEMBER], {TWO})
    assert not is_own_bid([replace(LEAD, lead=False), MEMBER], {ONE})
    assert not is_own_bid([LOCAL], {ONE})


def test_an_identity_is_one_whatever_its_name_and_says_nothing_without_the_key():
    known = identity_key(KEY, TENDER, MEMBER, TWO)
    assert known == identity_key(KEY, TENDER, replace(MEMBER, legal_name="Other name"), ONE)
    assert known == identity_key(KEY, TENDER, replace(MEMBER, number="01234567"), None)
    others = {
        identity_key(bytes(31) + b"\1", TENDER, MEMBER, TWO),
        identity_key(KEY, ONE, MEMBER, TWO),
        identity_key(KEY, TENDER, LEAD, TWO),
        # What one portal calls b-1 is not what another does.
        identity_key(KEY, TENDER, LOCAL, ONE),
        identity_key(KEY, TENDER, LOCAL, TWO),
    }
    assert len(others | {known}) == 6
    assert identity_key(KEY, TENDER, LEAD, TWO) == identity_key(KEY, TENDER, LEAD, None)


@pytest.mark.parametrize(
    "attested, found",
    [
        (Attested(AT, has_user_ref=True), []),
        (None, ["attestation_missing"]),
        (Attested(AT, has_user_ref=False), ["portal_user_missing"]),
        (Attested(AT + timedelta(milliseconds=1), has_user_ref=True), ["authorised_later"]),
    ],
)
def test_a_portal_attests_who_authorised_the_bid(attested: Attested | None, found: list[str]):
    try:
        require_attested(attested, AT)
        codes = []
    except AttestationInvalid as refusal:
        codes = [error.code for error in refusal.errors]
    assert codes == found
