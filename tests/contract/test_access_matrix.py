"""The access matrices say something about every operation, and nothing about others.

That each row is true is tried by tests/integration/<service>/test_access.py on the running service.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.contract.descriptions import REST_SERVICES, Operation, committed, operations_of

from cdp_tools.services import SERVICES

ACCESS = Path(__file__).parent / "access"
INTEGRATION = Path(__file__).parents[1] / "integration"

SUCCESSES = {200, 201, 202, 204, 207}
REFUSALS = {401, 403, 404, 409, 422}
UNKNOWN = {"public", "bad_token"}
# Nobody is let in on the record that the rows are about; why stands in the rows' notes.
NEVER_SUCCEEDS = {"replay_webhook_delivery"}

_CALLER = re.compile(r"^#   ([a-z_]+) +\S", re.MULTILINE)

Row = dict[str, Any]


def rows_of(service: str) -> list[Row]:
    """The matrix of a service."""
    rows: list[Row] = yaml.load((ACCESS / f"{service}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    return rows


def callers_of(service: str) -> set[str]:
    """The callers that the head of a matrix explains."""
    text = (ACCESS / f"{service}.yaml").read_text(encoding="utf-8")
    return set(_CALLER.findall(text.partition("\n- ")[0]))


def described(service: str) -> dict[str, Operation]:
    """The operations of a service that concern data, by id."""
    operations = operations_of(committed(service))
    return {operation.id: operation for operation in operations if not operation.is_health}


def faults(rows: list[Row], callers: set[str], operations: dict[str, Operation]) -> list[str]:
    """What is wrong with a matrix: rows that cannot be, callers of whom nothing is said, no way in or out."""
    found = [fault for row in rows for fault in row_faults(row, callers, operations)]
    said = {(row["operation"], row["caller"]) for row in rows}
    every = [(operation, caller) for operation in operations for caller in sorted(callers)]
    found += [f"{id_} by {caller}: nothing is said" for id_, caller in every if (id_, caller) not in said]
    for id_, operation in operations.items():
        found += [f"{id_}: {fault}" for fault in operation_faults(operation, rows)]
    return found


def row_faults(row: Row, callers: set[str], operations: dict[str, Operation]) -> list[str]:
    """What is wrong with one row."""
    if not {"operation", "caller", "status"} <= set(row) <= {"operation", "caller", "status", "note"}:
        return [f"{row}: a row has an operation, a caller, a status and perhaps a note"]
    name = f"{row['operation']} by {row['caller']}"
    operation = operations.get(row["operation"])
    if operation is None:
        is_health = row["operation"] in ("get_liveness", "get_readiness", "get_version")
        return [] if is_health else [f"{name}: there is no such operation"]
    found = []
    if row["caller"] not in callers:
        found.append(f"{name}: the head of the file does not say who that is")
    stated = {int(status) for status in operation.described["responses"] if status.isdigit()}
    if row["status"] not in REFUSALS | (stated & SUCCESSES):
        found.append(f"{name}: {row['status']} is no answer of this operation")
    unknown = row["caller"] in UNKNOWN
    if unknown and not operation.is_open and row["status"] != 401:
        found.append(f"{name}: an unknown caller gets 401, not {row['status']}")
    if not unknown and operation.takes_tokens and row["status"] == 401:
        found.append(f"{name}: a known caller does not get 401")
    return found


def operation_faults(operation: Operation, rows: list[Row]) -> list[str]:
    """Whether an operation that asks for a token lets nobody in, or everybody who has one."""
    if operation.is_open:
        return []
    known = {
        row["status"] for row in rows if row["operation"] == operation.id and row["caller"] not in UNKNOWN
    }
    found = []
    if operation.id not in NEVER_SUCCEEDS and not known & SUCCESSES:
        found.append("no row lets anybody in")
    if operation.takes_tokens and not known & {403, 404}:
        found.append("no row keeps anybody out who has a token")
    return found


@pytest.mark.parametrize("service", REST_SERVICES)
def test_the_matrix_speaks_of_every_operation_and_of_no_other(service: str):
    assert faults(rows_of(service), callers_of(service), described(service)) == []


@pytest.mark.parametrize("service", REST_SERVICES)
def test_every_caller_of_the_head_occurs_and_no_row_twice(service: str):
    rows = rows_of(service)
    assert {row["caller"] for row in rows} == callers_of(service)
    said = [(row["operation"], row["caller"], row["status"], row.get("note")) for row in rows]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("service", REST_SERVICES)
def test_each_matrix_is_tried_on_the_running_service(service: str):
    test = INTEGRATION / REST_SERVICES[service] / "test_access.py"
    assert f"{service}.yaml" in test.read_text(encoding="utf-8")


def test_there_is_no_matrix_of_an_unknown_service():
    assert {file.stem for file in ACCESS.glob("*.yaml")} <= {service.name for service in SERVICES}


@pytest.mark.parametrize(
    "change, fault",
    [
        ({"operation": "sign_charte"}, "there is no such operation"),
        ({"caller": "someone"}, "does not say who that is"),
        ({"status": 500}, "is no answer"),
        ({"status": 202}, "is no answer"),
        ({"caller": "public", "status": 201}, "gets 401"),
        ({"caller": "own", "status": 401}, "does not get 401"),
        ({"why": "?"}, "a row has"),
    ],
)
def test_a_row_that_cannot_be_is_found(change: Row, fault: str):
    row = {"operation": "sign_charter", "caller": "other", "status": 201, **change}
    found = row_faults(row, callers_of("charter-api"), described("charter-api"))
    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize(
    "operation, caller", [("add_pledge", "public"), ("add_pledge", "other"), ("list_charters", "signed")]
)
def test_a_row_that_is_missing_is_missed(operation: str, caller: str):
    rows = [row for row in rows_of("charter-api") if (row["operation"], row["caller"]) != (operation, caller)]
    found = faults(rows, callers_of("charter-api"), described("charter-api"))
    assert found == [f"{operation} by {caller}: nothing is said"]


@pytest.mark.parametrize(
    "operation, was, becomes, fault",
    [
        ("add_pledge", 201, 403, "no row lets anybody in"),
        ("list_webhooks", 403, 200, "no row keeps anybody out who has a token"),
    ],
)
def test_a_door_that_is_always_shut_or_always_open_is_found(
    operation: str, was: int, becomes: int, fault: str
):
    rows = [
        {**row, "status": becomes} if (row["operation"], row["status"]) == (operation, was) else row
        for row in rows_of("charter-api")
    ]
    assert faults(rows, callers_of("charter-api"), described("charter-api")) == [f"{operation}: {fault}"]
