"""What travels between processes is never guessed at: the JSON Schema and the validation agree."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import TypeAdapter, ValidationError

from cdp_common.contracts.base import AS_SENT, Contract, GbpNotNegative, GbpPositive, ShortText


class Inner(Contract):
    """A part of a message."""

    count: int = 0


class Sent(Contract):
    """A message with a member of each kind."""

    flag: bool = False
    count: int | None = None
    counts: tuple[int, ...] = ()
    inner: Inner | None = None
    day: date | None = None
    at: datetime | None = None
    words: ShortText = "words"


@pytest.mark.parametrize(
    "message",
    [
        {"flag": 0},
        {"flag": 1},
        {"flag": "true"},
        {"count": "3"},
        {"count": True},
        {"count": 3.5},
        {"counts": ["3"]},
        {"inner": {"count": "3"}},
        {"inner": {"count": False}},
        {"day": 0},
        {"day": "1735689600"},
        {"day": "-86400"},
        {"day": True},
        {"at": 1735689600},
        {"at": "1735689600.5"},
        {"words": " "},
        {"words": "\t\u0085"},
    ],
)
def test_what_the_schema_refuses_is_refused(message: dict[str, Any]) -> None:
    schema = Draft202012Validator(Sent.model_json_schema(), format_checker=FormatChecker(["date"]))
    with pytest.raises(ValidationError):
        Sent.model_validate(message)
    assert "at" in message or not schema.is_valid(message)


@pytest.mark.parametrize(
    "message",
    [
        {"flag": True, "count": 3, "counts": [1], "inner": {"count": 2}},
        {"count": 3.0},
        {"day": "2026-07-01", "at": "2026-07-01T10:00:00Z"},
        {"words": " a "},
        {},
    ],
)
def test_what_the_schema_allows_is_taken(message: dict[str, Any]) -> None:
    assert Draft202012Validator(Sent.model_json_schema()).is_valid(message)
    Sent.model_validate(message)


def test_a_name_that_was_kept_before_is_read_and_one_that_is_sent_is_refused() -> None:
    kept = {"words": "Dur\u200bham"}
    assert Sent.model_validate(kept).words == kept["words"]
    with pytest.raises(ValidationError) as refused:
        Sent.model_validate(kept, context=AS_SENT)
    [fault] = refused.value.errors()
    assert fault["ctx"]["error"].code == "text_unseen"


def test_days_and_times_of_the_program_stay_as_they_are() -> None:
    sent = Sent(day=date(2026, 7, 1), at=datetime(2026, 7, 1, 10, tzinfo=UTC))
    assert (sent.day, sent.at) == (date(2026, 7, 1), datetime(2026, 7, 1, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    ("message", "kind"),
    [({"count": "3"}, "int_type"), ({"day": 0}, "date_type"), ({"at": 0}, "datetime_type")],
)
def test_a_refusal_names_the_kind_that_was_wanted(message: dict[str, Any], kind: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Sent.model_validate(message)
    assert [error["type"] for error in refused.value.errors()] == [kind]


@pytest.mark.parametrize(
    ("kind", "amount", "fits"),
    [
        (GbpNotNegative, "0", True),
        (GbpNotNegative, "1234.50", True),
        (GbpNotNegative, "-0.01", False),
        (GbpPositive, "0.01", True),
        (GbpPositive, "10", True),
        (GbpPositive, "0.00", False),
        (GbpPositive, "-1", False),
    ],
)
def test_pounds_that_have_a_bound_are_described_with_it(kind: Any, amount: str, fits: bool) -> None:
    adapter = TypeAdapter[Decimal](kind)
    assert Draft202012Validator(adapter.json_schema()).is_valid(amount) is fits
    if fits:
        assert adapter.validate_python(amount) == Decimal(amount)
        return
    with pytest.raises(ValidationError):
        adapter.validate_python(amount)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "9999-12-31T00:00:00", "0001-01-01T00:00:00Z"])
def test_a_day_that_would_be_stored_as_infinity_is_refused(day: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Sent.model_validate({"day": day})
    [fault] = refused.value.errors()
    assert fault["ctx"]["error"].code == "period_out_of_range"


@pytest.mark.parametrize("day", ["0001-01-02", "9999-12-30", date.min, date.max])
def test_the_days_beside_them_and_what_is_a_day_already_are_taken(day: str | date) -> None:
    expected = day if isinstance(day, date) else date.fromisoformat(day)
    assert Sent.model_validate({"day": day}).day == expected
