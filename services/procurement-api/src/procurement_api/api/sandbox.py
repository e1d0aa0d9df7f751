"""A deadline that has passed, on demand. A live deployment does not import this."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import FastAPI, Request

from cdp_common.web.dependencies import TimeOfRequest
from cdp_common.web.requests import operation_of
from cdp_common.web.sandbox import DEADLINE_PASSED, HEADER
from procurement_api.domain.tender import LONGEST_WAIT

_REHEARSED = frozenset({"submit_bid", "validate_bid", "replace_bid", "withdraw_bid", "reconfirm_bid"})
"""What is refused after the deadline. Opening is none of these: no scenario opens a bid early."""


def rehearse_deadlines(app: FastAPI) -> None:
    """Let requests of the application come late on demand."""
    app.state.time_of = _after_any_deadline_on_demand(app.state.time_of)


def _after_any_deadline_on_demand(present: TimeOfRequest) -> TimeOfRequest:
    # Not an override of a dependency: with one in place the framework takes every route apart again for
    # each request.
    def time_of(request: Request) -> datetime:
        is_late = request.headers.get(HEADER) == DEADLINE_PASSED and operation_of(request) in _REHEARSED
        return present(request) + LONGEST_WAIT + timedelta(days=1) if is_late else present(request)

    return time_of
