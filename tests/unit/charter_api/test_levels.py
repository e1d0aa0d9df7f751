"""Levels of the Charter: what a version may offer, who reaches which, and what a certificate says of it."""

import json
from dataclasses import replace
from importlib.resources import files

import pytest
from tests.unit.charter_api.test_samples import ACTUAL, AT

from cdp_common.kernel.errors import InvalidInput
from charter_api.domain.badge import badge_of
from charter_api.domain.certificate import credential_of
from charter_api.domain.charter import CharterUnsound, SignatureUnsound
from charter_api.domain.levels import (
    Level,
    LevelUnchanged,
    PledgeMade,
    require_level_reached,
    require_levels_hold,
    require_other_level,
)

FIRST = Level("first", 1, least_pledges=1, least_objectives=1, least_targets=0)
SECOND = Level("second", 2, least_pledges=3, least_objectives=2, least_targets=1)
LEVELS = {"first": FIRST, "second": SECOND}
WORDS, HOURS = PledgeMade("O1", has_target=False), PledgeMade("O4", has_target=True)


def faults(refused: pytest.ExceptionInfo[InvalidInput]) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in refused.value.errors]


def test_levels_hold_when_a_higher_one_asks_no_less_and_all_can_be_reached():
    require_levels_hold([], ["O1"])
    require_levels_hold([SECOND, FIRST], ["O1", "O4", "O4"])
    require_levels_hold([FIRST, replace(FIRST, code="other", order=2)], ["O1"])


def test_every_fault_of_a_charters_levels_is_named_at_its_place():
    levels = [
        SECOND,
        replace(FIRST, order=3, least_pledges=4),
        replace(FIRST, order=3),
        replace(SECOND, code="third", order=4, least_pledges=4, least_objectives=3),
    ]
    with pytest.raises(CharterUnsound) as refused:
        require_levels_hold(levels, ["O1", "O4", "O4"])
    assert faults(refused) == [
        ("/levels/2/code", "code_repeated"),
        ("/levels/2/order", "order_repeated"),
        ("/levels/1/least_objectives", "level_asks_less"),
        ("/levels/1/least_targets", "level_asks_less"),
        ("/levels/2/least_pledges", "level_asks_less"),
        ("/levels/3/least_objectives", "level_unreachable"),
    ]


def test_a_level_is_reached_with_exactly_what_it_asks():
    require_level_reached(None, {}, [])
    require_level_reached("first", LEVELS, [WORDS])
    require_level_reached("second", LEVELS, [WORDS, WORDS, HOURS])


@pytest.mark.parametrize(
    ("level", "pledges", "code", "words"),
    [
        (None, [WORDS], "level_missing", "The charter is signed at one of first, second."),
        ("third", [WORDS], "level_unknown", "The charter version has no such level."),
        ("first", [], "level_unearned", "at least 1 pledges (0 made), 1 objectives (0 made)."),
        ("second", [WORDS, HOURS], "level_unearned", "at least 3 pledges (2 made)."),
        ("second", [HOURS, HOURS, HOURS], "level_unearned", "at least 2 objectives (1 made)."),
        (
            "second",
            [WORDS, WORDS, replace(WORDS, objective="O4")],
            "level_unearned",
            "1 measurable pledges (0 made).",
        ),
    ],
)
def test_a_level_that_is_missing_unknown_or_not_reached_is_refused(level, pledges, code, words):
    with pytest.raises(SignatureUnsound) as refused:
        require_level_reached(level, LEVELS, pledges)
    assert faults(refused) == [("/level", code)]
    assert refused.value.errors[0].message.endswith(words)


def test_a_version_without_levels_is_signed_at_none():
    with pytest.raises(SignatureUnsound) as refused:
        require_level_reached("first", {}, [WORDS])
    assert faults(refused) == [("/level", "level_unknown")]


def test_a_change_of_level_goes_to_another_one():
    require_other_level("second", "first")
    require_other_level("first", None)
    with pytest.raises(LevelUnchanged):
        require_other_level("first", "first")


def test_a_certificate_states_its_level_in_terms_that_open_badges_defines():
    at_level = replace(ACTUAL, levels=(("first", "Bronze"), ("second", "Silver")), level="second")
    plain, stated = credential_of(ACTUAL, AT), credential_of(at_level, AT)

    levels = f"{AT.charter(ACTUAL.charter_id)}#level"
    subject = stated["credentialSubject"]
    assert subject["result"] == [
        {"type": ["Result"], "resultDescription": levels, "achievedLevel": f"{levels}-second"}
    ]
    [described] = subject["achievement"]["resultDescription"]
    assert (described["id"], described["resultType"]) == (levels, "RubricCriterionLevel")
    assert [(one["id"], one["name"]) for one in described["rubricCriterionLevel"]] == [
        (f"{levels}-first", "Bronze"),
        (f"{levels}-second", "Silver"),
    ]
    assert plain["id"].endswith("#period-1")
    assert stated["id"].endswith("#period-1-second-7")
    # Everything else is as it is without levels.
    del subject["result"], subject["achievement"]["resultDescription"]
    assert {**stated, "id": plain["id"]} == plain

    known = files("openbadgeslib.ob3.contexts")
    context = json.loads((known / "ob-v3p0-context-3.0.3.json").read_text())["@context"]
    assert {"resultDescription"} <= set(context["Achievement"]["@context"])
    assert {"achievedLevel", "resultDescription"} <= set(context["Result"]["@context"])
    assert {"resultType", "rubricCriterionLevel"} <= set(context["ResultDescription"]["@context"])


def test_a_badge_names_the_level_in_its_picture_and_its_text_alternative():
    drawn = badge_of("Dale Joinery Ltd", "Charter", "active", "2027-10-31", level="Gold", is_sample=False)
    assert ">Signatory, Gold: Dale Joinery Ltd, Charter</title>" in drawn
    assert "Signatory of Charter, Gold, until 2027-10-31." in drawn
    assert ">Gold, until 2027-10-31</text>" in drawn
