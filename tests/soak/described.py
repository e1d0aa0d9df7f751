"""Schemathesis on a running service: all its checks on every operation that the service describes.

Three of its judgements need a word of ours:

- It takes any refusal of a request that fits the description for a fault of the description. Here the domain
  refuses too (an unknown edition, a period that ends before it starts), with a code of its own. So such
  statuses pass there, and `refused_for_its_form` finds what would be the fault: a request that fits the
  description and is refused for its form all the same.
- A missing If-Match is answered 428, which is not among the statuses that it knows for a missing header.
- A list longer than described may make a body longer than the service reads, which is refused with 413.

And it draws the same Idempotency-Key again for another case: then a creation gives its first answer again,
also of what has been deleted since, and Schemathesis misses the thing. So each request that creates has a key
of its own; that keys are honoured is tested elsewhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import schemathesis
import uvicorn
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from cdp_common.kernel.identifiers import new_id

TOKEN_LASTS_S = 300
"""A token is asked for again after this; those of the platform live longer."""

DOMAIN_REFUSALS = ("400", "412", "413", "422", "501")
"""Statuses with which the domain, or a bound that no schema states, refuses a well-formed request."""

REFUSALS_OF_FORM = ("400", "401", "403", "404", "405", "406", "409", "415", "422", "428", "429", "5xx")
"""What Schemathesis takes for the refusal of a request that does not fit the description."""

WORDS_ABOUT_FORM = frozenset({"malformed_json", "unsupported_media_type", "unknown_query_parameter"})
BEYOND_SCHEMAS = frozenset({"too_many_digits", "text_unusable", "text_unseen", "period_out_of_range"})
"""What is wrong with a value although it has the form described; the fields say so in words."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run did and what it found."""

    requests: int
    findings: dict[str, str]
    """By phase, operation and kind; each with a request that shows it."""


@schemathesis.check
def refused_for_its_form(ctx: Any, response: Any, case: Any) -> None:
    """A request that fits the description is never told that its form is wrong."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code < 400:
        return
    problem = response.json()
    if "error" in problem:
        return  # the authorisation server's own refusals (RFC 6749 section 5.2) tell no form from content
    codes = {fault["code"] for fault in problem.get("errors", ())}
    about_form = problem["code"] in WORDS_ABOUT_FORM or (
        problem["code"] == "invalid_input" and not codes <= BEYOND_SCHEMAS
    )
    assert not about_form, f"refused for its form: {response.text[:500]}"


@contextlib.asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The address of an application, whose lifespan is running already, on a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False)
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


@dataclass(frozen=True, slots=True)
class Depth:
    """How far a run goes."""

    seed: int
    examples: int
    """Requests that are drawn for each operation."""
    operations: Sequence[str]
    """The ids of those that are asked."""
    in_depth: bool
    """Whether systematic cases and sequences of calls come beside the drawn requests."""


def checked(document: dict[str, Any], address: str, token: Callable[[], str], depth: Depth) -> Measured:
    """What the checks find; it blocks, and belongs in a thread of its own: the service is in this process."""
    described = schemathesis.openapi.from_dict(document, config=_config(address, depth))
    schema = described.include(operation_id=list(depth.operations))
    schema.auth(refresh_interval=TOKEN_LASTS_S)(_bearing(token))
    requests, findings = 0, dict[str, str]()
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            findings[f"error {len(findings)}"] = repr(event)
        elif isinstance(event, events.ScenarioFinished):
            requests += len(event.recorder.cases)
            findings.update(_failures(event))
    return Measured(requests, findings)


def _config(address: str, depth: Depth) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": depth.seed,
            "base-url": address,
            "continue-on-failure": True,
            "request-timeout": 30.0,
            "suppress-health-check": ["all"],
            "generation": {"max-examples": depth.examples, "database": "none", "no-shrink": True},
            "checks": {
                "positive_data_acceptance": {
                    "expected-statuses": ["2xx", "3xx", "401", "403", "404", "409", "428", *DOMAIN_REFUSALS]
                },
                "negative_data_rejection": {"expected-statuses": [*REFUSALS_OF_FORM, "413"]},
                "missing_required_header": {"expected-statuses": ["400", "401", "403", "422", "428"]},
            },
            "phases": {
                "examples": {"enabled": True},
                "fuzzing": {"enabled": True},
                "coverage": {"enabled": depth.in_depth},
                "stateful": {"enabled": depth.in_depth},
            },
        }
    )


def _bearing(token: Callable[[], str]) -> type[Any]:
    class Bearer:
        def get(self, case: Any, ctx: Any) -> str:
            return token()

        def set(self, case: Any, data: str, ctx: Any) -> None:
            case.headers["Authorization"] = f"Bearer {data}"

    return Bearer


@schemathesis.hook("before_call")
def _with_a_key_of_its_own(context: Any, case: Any, kwargs: Any) -> None:
    """Give a request that is well formed, and creates something, a key that was not used before."""
    if case.meta is None or not case.meta.generation.mode.is_positive or not case.headers:
        return
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(new_id())


def _failures(event: events.ScenarioFinished) -> Iterator[tuple[str, str]]:
    for checks in event.recorder.checks.values():
        for check in checks:
            if check.failure_info is not None:
                failure, sample = check.failure_info.failure, check.failure_info.code_sample
                where = f"{event.phase.value} {event.label}"
                yield f"{where}: {check.name}, {failure.title}", f"{failure.message}\n{sample}"
