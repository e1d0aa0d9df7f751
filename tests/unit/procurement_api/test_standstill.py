"""Standstills count working days; holidays that are not published are not guessed."""

from datetime import date, timedelta

import pytest

from cdp_common.kernel.identifiers import new_id
from procurement_api.domain.lot_progress import LotFacts, LotsInvalid, require_lot, state_of
from procurement_api.domain.standstill import (
    StandstillInvalid,
    StandstillMissing,
    StandstillRunning,
    require_notice_after_summaries,
    require_standstill_over,
    standstill_ends_on,
)
from procurement_api.storage.legal_rules import shipped_calendar, shipped_standstill

CALENDAR, RULE = shipped_calendar(), shipped_standstill()


@pytest.mark.parametrize(
    "notice, end",
    [
        ("2026-12-15", "2026-12-24"),  # Tuesday; over one weekend
        ("2026-12-18", "2026-12-31"),  # over Christmas Day and the substitute for Boxing Day
        ("2026-12-19", "2027-01-04"),  # Saturday: Monday is the first day; New Year's Day is none
        ("2026-04-01", "2026-04-14"),  # over Good Friday and Easter Monday
        ("2027-12-24", "2028-01-07"),  # both substitutes, and the one for New Year's Day
        ("2028-12-13", "2028-12-22"),
    ],
)
def test_the_day_of_the_notice_is_the_first_of_eight_working_days(notice: str, end: str):
    assert standstill_ends_on(date.fromisoformat(notice), RULE, CALENDAR) == date.fromisoformat(end)


def test_a_standstill_beyond_the_published_holidays_is_not_counted():
    for notice in (date(2023, 12, 31), date(2028, 12, 20), date(2029, 1, 2)):
        with pytest.raises(StandstillInvalid) as refusal:
            standstill_ends_on(notice, RULE, CALENDAR)
        assert [fault.code for fault in refusal.value.errors] == ["working_days_unknown"]


def test_the_shipped_holidays_are_eight_a_year_on_weekdays_with_their_source():
    years = {year: [day for day in CALENDAR.holidays if day.year == year] for year in range(2024, 2029)}
    assert {year: len(days) for year, days in years.items()} == dict.fromkeys(range(2024, 2029), 8)
    assert all(day.weekday() < 5 for day in CALENDAR.holidays)
    assert "gov.uk/bank-holidays" in CALENDAR.source
    assert (RULE.working_days, "section 51" in RULE.source) == (8, True)


def test_a_notice_of_a_day_before_the_summaries_begins_no_standstill():
    sent = date(2026, 12, 1)
    require_notice_after_summaries(sent, sent)
    with pytest.raises(StandstillInvalid) as refusal:
        require_notice_after_summaries(date(2026, 11, 30), sent)
    [fault] = refusal.value.errors
    assert (fault.pointer, fault.code) == ("/award_notice_on", "notice_before_summaries")


def test_signing_is_refused_to_the_last_day_and_taken_on_the_next():
    end, day = date(2026, 12, 24), timedelta(days=1)
    require_standstill_over(end, end + day, end + day)
    for signed_on, today in ((end, end + day), (end + day, end)):
        with pytest.raises(StandstillRunning) as refusal:
            require_standstill_over(end, signed_on, today)
        assert refusal.value.members == {"standstill_ends_on": "2026-12-24"}
    with pytest.raises(StandstillMissing):
        require_standstill_over(None, end, end)


def test_a_lot_comes_from_opened_to_signed_or_to_nobody():
    nothing = LotFacts(False, False, False, None, False, False, False)
    winner = new_id()
    steps = [
        (nothing, "waiting"),
        (LotFacts(True, False, False, None, False, False, False), "opened"),
        (LotFacts(True, True, False, None, False, False, False), "evaluated"),
        (LotFacts(True, True, True, winner, False, False, False), "decided"),
        (LotFacts(True, True, True, winner, True, False, False), "summaries_sent"),
        (LotFacts(True, True, True, winner, True, True, False), "standstill"),
        (LotFacts(True, True, True, winner, True, True, True), "signed"),
        (LotFacts(True, True, True, None, False, False, False), "not_awarded"),
        (LotFacts(True, True, False, None, True, False, False), "not_awarded"),
        (LotFacts(True, True, True, winner, True, True, False, is_called_off=True), "not_awarded"),
    ]
    assert [state_of(facts) for facts, _ in steps] == [state for _, state in steps]


@pytest.mark.parametrize(
    "lot, award_by, code",
    [(None, "lot", "lot_missing"), ("N", "whole", "lot_not_expected"), ("X", "lot", "lot_unknown")],
)
def test_a_step_names_a_lot_where_lots_are_awarded(lot: str | None, award_by: str, code: str):
    with pytest.raises(LotsInvalid) as refusal:
        require_lot(lot, ["N"], award_by)
    assert [fault.code for fault in refusal.value.errors] == [code]
    require_lot("N", ["N"], "lot")
    require_lot(None, ["N"], "whole")
