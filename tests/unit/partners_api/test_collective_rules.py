"""The rules of what a collective is made of from day to day."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cdp_common.contracts.checklists import ChecklistDraft
from cdp_common.kernel.errors import CdpError
from cdp_common.kernel.identifiers import new_id
from cdp_tools.yaml_files import read_mapping
from partners_api.domain.dated_entries import DatedEntry, entry_ended, require_within
from partners_api.domain.memberships import Membership
from partners_api.domain.working_group import Action, ActionChange, require_change_in_order, state_on

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ENTRY = DatedEntry(
    id=new_id(),
    kind="theme",
    place_id=new_id(),
    membership_id=new_id(),
    organisation_id=new_id(),
    code="T1",
    title="Theme",
    description=None,
    objectives=(),
    workstream=None,
    valid_from=date(2023, 1, 1),
    valid_to=None,
    assumed=False,
    source="test",
    end_source=None,
    version=1,
    recorded_at=NOW,
    data_status="actual",
)
MEMBERSHIP = Membership(
    id=new_id(),
    place_id=ENTRY.place_id,
    organisation_id=new_id(),
    role="partner",
    valid_from=date(2022, 9, 29),
    valid_to=date(2023, 10, 23),
    named_totals_agreed=False,
    assumed=False,
    source="test",
    end_source=None,
    version=1,
)


def test_an_end_is_set_brought_forward_and_set_again_without_effect() -> None:
    first = entry_ended(ENTRY, date(2023, 6, 30), "report")
    assert (first.valid_to, first.end_source, first.version) == (date(2023, 6, 30), "report", 2)
    assert entry_ended(first, date(2023, 6, 30), "another report") is first
    assert entry_ended(first, date(2023, 1, 1), "minutes").valid_to == date(2023, 1, 1)


@pytest.mark.parametrize(
    ("valid_to", "code"),
    [(date(2022, 12, 31), "entry_ends_before_start"), (date(2023, 7, 1), "entry_ended")],
)
def test_an_end_is_neither_before_the_start_nor_put_off(valid_to: date, code: str) -> None:
    with pytest.raises(CdpError) as refused:
        entry_ended(replace(ENTRY, valid_to=date(2023, 6, 30)), valid_to, "report")
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "is_within"),
    [
        (date(2022, 9, 29), date(2023, 10, 23), True),
        (date(2022, 9, 28), None, False),
        (date(2023, 10, 23), None, True),
        (date(2023, 10, 24), None, False),
        (date(2023, 1, 1), date(2023, 10, 24), False),
    ],
)
def test_what_a_partner_does_lies_within_its_membership(
    valid_from: date, valid_to: date | None, is_within: bool
) -> None:
    if is_within:
        require_within(MEMBERSHIP, valid_from, valid_to)
    else:
        with pytest.raises(CdpError, match="member"):
            require_within(MEMBERSHIP, valid_from, valid_to)


def test_the_last_recorded_of_several_changes_of_a_day_counts() -> None:
    day = date(2026, 9, 15)
    history = [ActionChange("done", day, None, NOW), ActionChange("under_way", day, "not quite", NOW)]
    assert state_on(history, date(2026, 9, 14)) == "open"
    assert state_on(history, day) == "under_way"


def test_a_first_change_is_of_the_day_of_agreement_or_later() -> None:
    agreed = date(2026, 9, 1)
    action = Action(new_id(), new_id(), None, "A", new_id(), agreed, None, NOW)
    require_change_in_order(action, agreed, NOW.date())
    require_change_in_order(action, NOW.date(), NOW.date())
    for day in (date(2026, 8, 31), date(2026, 11, 23)):
        with pytest.raises(CdpError, match="follows the one before"):
            require_change_in_order(action, day, NOW.date())


@pytest.mark.parametrize(
    ("file", "count"), [("anchor-network-six-stages", 6), ("place-based-delivery-four-stages", 4)]
)
def test_the_shipped_checklists_have_their_stages_in_order(file: str, count: int) -> None:
    path = Path(__file__).resolve().parents[3] / "data" / "checklists" / f"{file}.yaml"
    checklist = ChecklistDraft.model_validate(dict(read_mapping(path)))
    assert [each.code for each in checklist.stages] == [f"stage-{n}" for n in range(1, count + 1)]
    assert len({each.title for each in checklist.stages}) == count
