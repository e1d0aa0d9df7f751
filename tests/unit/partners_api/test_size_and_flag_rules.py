"""Who is an SME and a VCSE, by the definition of the day, and which flags are well formed."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from cdp_common.kernel.identifiers import new_id
from partners_api.domain.flags import Flag, FlagDaysReversed, FlagPlaceMissing, require_well_formed
from partners_api.domain.sizes import (
    SizeStatement,
    StatedInFuture,
    definition_on,
    is_sme,
    is_vcse,
    require_stated_by,
)
from partners_api.storage.sme_definitions import sme_definitions

NOW = datetime(2026, 11, 22, tzinfo=UTC)
Parts = tuple[bool | None, bool | None, bool | None]
MILLION = 100_000_000
ACT = sme_definitions()[0]


@pytest.mark.parametrize(
    ("staff", "turnover", "balance_sheet", "expected"),
    [
        (249, 44 * MILLION, 100 * MILLION, True),
        (249, 100 * MILLION, 38 * MILLION, True),
        (249, 44 * MILLION + 1, 38 * MILLION + 1, False),
        (250, 0, 0, False),
        (250, None, None, False),
        (10, None, 38 * MILLION, True),
        (10, 44 * MILLION, None, True),
        (10, 44 * MILLION + 1, None, None),
        (10, None, 38 * MILLION + 1, None),
        (10, None, None, None),
    ],
)
def test_few_staff_and_a_small_turnover_or_balance_sheet_make_an_sme(
    staff: int, turnover: int | None, balance_sheet: int | None, expected: bool | None
) -> None:
    assert is_sme(ACT, staff, turnover, balance_sheet) is expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((True, True, True), True),
        ((True, True, None), None),
        ((None, False, None), False),
        ((None, None, None), None),
    ],
)
def test_a_vcse_is_all_three_things(parts: Parts, expected: bool | None) -> None:
    statement = SizeStatement(new_id(), new_id(), NOW.date(), 1, None, None, *parts, "test", ACT.code, NOW)
    assert is_vcse(statement) is expected


def test_the_definition_is_that_of_the_day() -> None:
    later = replace(ACT, code="later", valid_from=date(2030, 1, 1))
    known = (later, ACT)
    for day, expected in [
        (date(2020, 1, 1), ACT),
        (date(2025, 2, 24), ACT),
        (date(2029, 12, 31), ACT),
        (date(2030, 1, 1), later),
    ]:
        assert definition_on(known, day) == expected


def test_a_statement_is_of_today_or_earlier() -> None:
    require_stated_by(date(2026, 11, 22), date(2026, 11, 22))
    with pytest.raises(StatedInFuture):
        require_stated_by(date(2026, 11, 23), date(2026, 11, 22))


FLAG = Flag(
    id=new_id(),
    organisation_id=new_id(),
    kind="accreditation",
    code="living-wage",
    place_id=None,
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 1, 1),
    source="test",
    source_url=None,
    stated_by="organisation",
    recorded_at=NOW,
)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"valid_to": date(2025, 12, 31)}, FlagDaysReversed),
        ({"place_id": new_id()}, FlagPlaceMissing),
        ({"kind": "local_presence"}, FlagPlaceMissing),
    ],
)
def test_other_flags_are_refused(change: Any, refusal: Any) -> None:
    require_well_formed(FLAG)
    require_well_formed(replace(FLAG, kind="local_presence", place_id=new_id(), valid_to=None))
    with pytest.raises(refusal):
        require_well_formed(replace(FLAG, **change))
