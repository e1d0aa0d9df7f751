"""Statements and places: what a programme may name, and who may sign when."""

from datetime import date

import pytest

from cdp_common.kernel.identifiers import new_id
from partners_api.domain.delegations import DelegationToSelf, require_other_organisation
from partners_api.domain.places import ProgrammeCodeRepeated, ProgrammeItem, require_distinct_codes
from partners_api.domain.statements import (
    CommitmentUnknown,
    NotAMember,
    SignedInFuture,
    require_known_commitments,
    require_may_sign,
)

TODAY = date(2026, 11, 22)


def test_partners_sign_today_or_for_a_day_before() -> None:
    for day in (TODAY, date(2022, 9, 29)):
        require_may_sign(has_membership=True, signed_on=day, today=TODAY)
    with pytest.raises(SignedInFuture):
        require_may_sign(has_membership=True, signed_on=date(2026, 11, 23), today=TODAY)
    with pytest.raises(NotAMember):
        require_may_sign(has_membership=False, signed_on=TODAY, today=TODAY)


def test_a_statement_names_commitments_of_the_programme_each_once() -> None:
    require_known_commitments(["C2", "C1"], {"C1", "C2", "C3"})
    require_known_commitments([], {"C1"})
    with pytest.raises(CommitmentUnknown) as refused:
        require_known_commitments(["C1", "C9", "C1"], {"C1"})
    assert [(e.pointer, e.code) for e in refused.value.errors] == [
        ("/commitments/1", "commitment_unknown"),
        ("/commitments/2", "commitment_repeated"),
    ]


def test_a_code_stands_once_in_its_list_and_may_stand_in_another() -> None:
    one = ProgrammeItem("A1", "One", None)
    require_distinct_codes({"objectives": [one], "commitments": [one]})
    with pytest.raises(ProgrammeCodeRepeated) as refused:
        require_distinct_codes({"objectives": [one, one], "phases": [one, one]})
    assert [e.pointer for e in refused.value.errors] == ["/objectives/1/code", "/phases/1/code"]


def test_nobody_delegates_to_themselves() -> None:
    own = new_id()
    require_other_organisation(own, new_id())
    with pytest.raises(DelegationToSelf):
        require_other_organisation(own, own)
