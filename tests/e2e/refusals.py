"""What every refusal looks like, and how a test makes sure that it left nothing behind."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2

from cdp_common.kernel.identifiers import new_id
from cdp_tools.story.parties import Party
from tests.e2e.town import Town


@dataclass(frozen=True)
class Door:
    """An operation of a service at which a test knocks."""

    service: str
    method: str
    path: str
    body: Any = None
    needs_key: bool = False
    by: str = "stranger"
    """Whose token is shown: the stranger's, the operator's, or nobody's."""


def problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that a refusal is: its status, its code, and nothing of ours in it."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["code"] == code, found
    assert found["status"] == status
    assert found["type"] == f"urn:cdp:problem:{code}"
    assert found["title"]
    assert found["detail"]
    assert found["request_id"] == answer.headers["x-request-id"]
    for telltale in ("Traceback", "sqlalchemy", "SELECT ", "INSERT ", "/src/"):
        assert telltale not in answer.text
    return found


def faults(found: dict[str, Any]) -> set[tuple[str, str]]:
    """Where the input is at fault, and with which code."""
    return {(error["pointer"], error["code"]) for error in found.get("errors", [])}


@contextlib.contextmanager
def nothing_changes(town: Town) -> Iterator[None]:
    """Compare the rows of every table before and after."""
    before = town.books.at_rest()
    yield
    after = town.books.counts()
    changed = {table: (before[table], after[table]) for table in before if before[table] != after[table]}
    assert changed == {}, f"rows before and after: {changed}"


def knock(
    town: Town,
    door: Door,
    token: str | None,
    *,
    content: bytes | Iterator[bytes] | None = None,
    query: str = "",
    **headers: str | None,
) -> httpx2.Response:
    """Call an operation well formed but for what is given; a header given as None is left out."""
    sent: dict[str, str | None] = {"Authorization": None if token is None else f"Bearer {token}"}
    if door.body is not None:
        sent["Content-Type"] = "application/json"
        content = json.dumps(door.body).encode() if content is None else content
    if door.needs_key:
        sent["Idempotency-Key"] = str(new_id())
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return town.http.request(
        door.method,
        town.url(door.service, door.path) + query,
        content=content,
        headers={name: value for name, value in sent.items() if value is not None},
    )


def post(town: Town, by: Party | None, service: str, path: str, body: Any) -> httpx2.Response:
    """The answer to a well-formed POST, whatever it is."""
    token = None if by is None else by.token()
    return knock(town, Door(service, "POST", path, body, needs_key=True), token)


def get(town: Town, by: Party | None, service: str, path: str) -> httpx2.Response:
    """The answer to a GET, whatever it is."""
    return knock(town, Door(service, "GET", path), None if by is None else by.token())
