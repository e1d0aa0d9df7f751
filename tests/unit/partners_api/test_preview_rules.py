"""Previews of drafts: for how long one is good, how many stand, and what is a draft."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cdp_common.kernel.identifiers import new_id
from partners_api.domain.hub_pages import Hand, HubPage, HubState, HubStepOutOfTurn
from partners_api.domain.hub_previews import HubPreview, TooManyPreviews, previewed

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
HAND = Hand("client", new_id(), None)
PAGE = HubPage(new_id(), new_id(), "story", "garden", "drafted", 2, 1, NOW, NOW, None, 4, NOW)
A_MOMENT = timedelta(microseconds=1)


def made(page: HubPage = PAGE, hours: int | None = None, standing: int = 0) -> HubPreview:
    return previewed(page, b"d" * 32, hours, standing=standing, hand=HAND, now=NOW)


@pytest.mark.parametrize(("hours", "lasts"), [(None, 168), (1, 1), (167, 167), (168, 168), (169, 168)])
def test_a_preview_is_good_for_so_many_hours_and_a_week_at_most(hours: int | None, lasts: int) -> None:
    preview = made(hours=hours)
    end = NOW + timedelta(hours=lasts)
    assert preview == HubPreview(b"d" * 32, PAGE.id, HAND, NOW, end)
    assert (preview.stands_at(end - A_MOMENT), preview.stands_at(end)) == (True, False)


def test_twenty_previews_of_a_page_stand_and_no_more() -> None:
    assert made(standing=19).page_id == PAGE.id
    with pytest.raises(TooManyPreviews):
        made(standing=20)


def test_a_page_has_a_draft_until_it_is_published_and_none_once_it_is_withdrawn() -> None:
    states: tuple[HubState, ...] = ("drafted", "reviewed")
    assert [made(replace(PAGE, state=state)).page_id for state in states] == [PAGE.id] * 2
    over: tuple[HubState, ...] = ("published", "withdrawn")
    for state in over:
        with pytest.raises(HubStepOutOfTurn):
            made(replace(PAGE, state=state))
