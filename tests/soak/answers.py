"""What no answer of a service may be, whatever was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2

from tests.soak.api import Operation

PROBLEM = "application/problem+json"
DECLARED_FAULTS = (501, 503)
"""The 5xx that are answers: not offered, and not now."""

_OURS = ("Traceback", "site-packages", 'File "', "sqlalchemy", "asyncpg", "pydantic", "SELECT ", "INSERT ")


def faults_of(operation: Operation, response: httpx2.Response) -> Iterator[str]:
    """What is wrong with an answer; nothing for a good one."""
    status, text = response.status_code, response.text
    if status >= 500 and status not in DECLARED_FAULTS:
        yield f"answers {status}"
    if "x-request-id" not in response.headers:
        yield "names no request"
    if status < 400:
        return
    media = response.headers.get("content-type", "").partition(";")[0]
    if media not in operation.answers(status):
        yield f"answers {status} as {media or 'nothing'}"
    elif media == PROBLEM:
        yield from _problem_faults(status, text)
    yield from (f"shows its inside: {word}" for word in _OURS if word in text)


def _problem_faults(status: int, text: str) -> Iterator[str]:
    try:
        problem: dict[str, Any] = json.loads(text)
    except ValueError:
        yield f"answers {status} with what is no JSON"
        return
    if problem.get("status") != status:
        yield f"answers {status} and says {problem.get('status')}"
    missing = {"type", "title", "detail", "instance", "code", "request_id"} - problem.keys()
    if missing:
        yield f"answers {status} without {', '.join(sorted(missing))}"
