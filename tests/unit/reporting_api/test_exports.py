"""What may be exported together, how much at once, and what its rows are said to hold."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from cdp_common.contracts import exports as contract
from reporting_api.domain import exports as rules
from reporting_api.domain.export_columns import COLUMNS, parquet_types, row_schema
from reporting_api.domain.exports import (
    ExportExpired,
    ExportHasNoFile,
    ExportLimits,
    ExportNotFinished,
    ExportsTooLarge,
    ExportsTooMany,
    file_name,
    missing_licences,
    request_faults,
    require_file,
    require_room,
)

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
FIRST_MOMENT = datetime.fromisoformat("0001-01-01T00:00+23:59")
"""A moment that UTC has no words for."""
LIMITS = ExportLimits(10, 1000, 3, 5000, timedelta(days=7), 60.0)


def test_the_contract_and_the_rules_know_the_same_words():
    for name in ("ExportKind", "ExportFormat", "ExportRows", "ExportState", "ExportFault"):
        assert get_args(getattr(contract, name)) == get_args(getattr(rules, name)), name


@pytest.mark.parametrize(
    "asked, codes",
    [
        (("ledger_entries", "own", None, None), []),
        (("ledger_entries", "place", NOW, None), []),
        (("ledger_entries", "own", NOW + timedelta(microseconds=1), None), ["as_of_in_future"]),
        (("ledger_entries", "own", datetime(1970, 1, 1, tzinfo=UTC), None), []),
        (("ledger_entries", "own", datetime(1969, 12, 31, tzinfo=UTC), None), ["as_of_too_early"]),
        (
            ("ledger_entries", "own", datetime.fromisoformat("0001-01-01T00:00+23:59"), None),
            ["as_of_too_early"],
        ),
        (("ledger_entries", None, None, 1), ["rows_missing", "publication_number_not_asked"]),
        (("report_lines", "own", NOW, None), ["as_of_not_kept"]),
        (("commitments", "place", NOW, None), ["as_of_not_kept"]),
        (("published_figures", None, NOW, 1), []),
        (("published_figures", "own", None, None), ["rows_not_asked"]),
    ],
)
def test_what_goes_together(asked: Any, codes: list[str]):
    kind, rows, as_of, number = asked
    assert [fault.code for fault in request_faults(kind, rows, as_of, number, NOW)] == codes


def test_room_ends_at_the_limits():
    require_room(2, 4999, LIMITS)
    with pytest.raises(ExportsTooMany):
        require_room(3, 0, LIMITS)
    with pytest.raises(ExportsTooLarge):
        require_room(0, 5000, LIMITS)


def test_only_what_is_done_has_a_file():
    require_file("done")
    refusals = {
        "queued": ExportNotFinished,
        "running": ExportNotFinished,
        "failed": ExportHasNoFile,
        "cancelled": ExportHasNoFile,
        "expired": ExportExpired,
    }
    for state, refusal in refusals.items():
        with pytest.raises(refusal):
            require_file(state)  # type: ignore[arg-type]  # one of the literals
    assert {*refusals, "done"} == set(get_args(rules.ExportState))


def test_a_reader_needs_every_licence_of_a_file():
    assert missing_licences(["a", "b"], ["b", "c"]) == ["a"]
    assert missing_licences([], []) == []


def test_files_are_named_by_kind_and_period():
    named = file_name("report_lines", "jsonl", date(2026, 7, 1), date(2026, 9, 30))
    assert named == "report-lines_2026-07-01_2026-09-30.jsonl.gz"


@pytest.mark.parametrize("kind", sorted(COLUMNS))
def test_every_column_is_described_once_in_both_forms(kind: Any):
    schema = row_schema(kind)
    Draft202012Validator.check_schema(schema)
    names = [column.name for column in COLUMNS[kind]]
    assert len(set(names)) == len(names)
    assert schema["required"] == list(schema["properties"]) == list(parquet_types(kind)) == names
    assert all(column.means for column in COLUMNS[kind])
