"""What verifying needs, what proves a domain, and which records may be merged."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from cdp_common.kernel.identifiers import OrganisationIdentifier, new_id
from partners_api.domain.merging import (
    ClaimUnproven,
    MergedIntoSelf,
    RecordMerged,
    SurvivorLessKnown,
    require_distinct,
    require_mergeable,
)
from partners_api.domain.organisations import Organisation
from partners_api.domain.verification import (
    AlreadyVerified,
    DomainNotTied,
    DomainProofMissing,
    VerificationIncomplete,
    proof_name,
    proof_value,
    proven_identifiers,
    require_complete,
    require_proof,
    require_unverified,
)

COMPANY = OrganisationIdentifier("GB-COH", "01234567")
CHARITY = OrganisationIdentifier("GB-CHC", "1234567")
RECORD = Organisation(
    id=new_id(),
    legal_name="Weardale Joinery Ltd",
    kind="private",
    state="unverified",
    identifiers=(CHARITY, COMPANY),
    is_sme=None,
    is_vcse=None,
    postcode=None,
    website=None,
    data_status="actual",
    version=1,
    created_at=datetime(2026, 11, 22, tzinfo=UTC),
)
OTHER = replace(RECORD, id=new_id())


def test_vouching_needs_evidence_and_a_proof_needs_a_domain() -> None:
    require_complete("vouched", "letter of 1 May", None)
    require_complete("dns", None, "joinery.example")
    for method, evidence, domain, pointers in [
        ("vouched", None, None, ["/evidence"]),
        ("vouched", "seen", "joinery.example", ["/domain"]),
        ("dns", None, None, ["/domain"]),
        ("dns", "seen", None, ["/domain", "/evidence"]),
    ]:
        with pytest.raises(VerificationIncomplete) as refused:
            require_complete(method, evidence, domain)  # type: ignore[arg-type]  # written out in the table
        assert [error.pointer for error in refused.value.errors] == pointers


def test_whoever_is_verified_is_not_verified_again() -> None:
    require_unverified(RECORD)
    require_unverified(replace(RECORD, state="asserted"))
    with pytest.raises(AlreadyVerified):
        require_unverified(replace(RECORD, state="verified"))


def test_a_domain_proves_the_identifiers_that_trusted_records_tie_to_it_and_no_others() -> None:
    tied = {COMPANY: {"joinery.example"}, CHARITY: {"charity.example"}}
    assert proven_identifiers(RECORD, "joinery.example", tied) == (COMPANY,)
    for domain, known in (("other.example", tied), ("joinery.example", {})):
        with pytest.raises(DomainNotTied):
            proven_identifiers(RECORD, domain, known)


def test_a_proof_is_of_one_organisation_and_one_domain() -> None:
    expected = proof_value(b"k" * 32, RECORD.id, "joinery.example")
    assert proof_name("joinery.example") == "_cdp-verification.joinery.example"
    assert expected == proof_value(b"k" * 32, RECORD.id, "joinery.example")
    others = {
        proof_value(b"k" * 32, OTHER.id, "joinery.example"),
        proof_value(b"k" * 32, RECORD.id, "other.example"),
        proof_value(b"l" * 32, RECORD.id, "joinery.example"),
    }
    require_proof(["v=spf1 -all", f" {expected} "], expected)
    for records in ([], others, [expected[:-1]], ["café"]):
        with pytest.raises(DomainProofMissing):
            require_proof(records, expected)


@pytest.mark.parametrize(
    ("merged", "survivor", "refusal"),
    [
        ({"merged_into": new_id()}, {}, RecordMerged),
        ({}, {"merged_into": new_id()}, RecordMerged),
        ({"state": "verified"}, {}, SurvivorLessKnown),
        ({"state": "verified"}, {"state": "asserted"}, SurvivorLessKnown),
        ({"state": "asserted"}, {}, ClaimUnproven),
        ({"state": "asserted"}, {"state": "asserted"}, ClaimUnproven),
        ({}, {"state": "asserted"}, ClaimUnproven),
        ({"state": "asserted"}, {"state": "verified", "identifiers": ()}, ClaimUnproven),
        ({"state": "asserted"}, {"state": "verified", "identifiers": (CHARITY,)}, ClaimUnproven),
        ({"state": "asserted", "identifiers": ()}, {}, ClaimUnproven),
    ],
)
def test_a_merge_that_would_lose_something_is_refused(merged: Any, survivor: Any, refusal: Any) -> None:
    with pytest.raises(refusal):
        require_mergeable(replace(RECORD, **merged), replace(OTHER, **survivor))


def test_other_records_merge_and_none_into_itself() -> None:
    require_mergeable(RECORD, OTHER)
    require_mergeable(replace(RECORD, state="verified"), replace(OTHER, state="verified"))
    require_mergeable(RECORD, replace(OTHER, state="verified", identifiers=()))
    require_distinct(RECORD.id, OTHER.id)
    with pytest.raises(MergedIntoSelf):
        require_distinct(RECORD.id, RECORD.id)


@pytest.mark.parametrize("stated", [(), (COMPANY,), (CHARITY, COMPANY)])
def test_an_asserted_record_goes_into_a_verified_one_that_holds_what_was_asserted(stated: Any) -> None:
    asserted = replace(RECORD, state="asserted", identifiers=stated)
    require_mergeable(asserted, replace(OTHER, state="verified"))
