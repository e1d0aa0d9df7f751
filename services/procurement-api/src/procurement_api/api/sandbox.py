"""A deadline that has passed, on demand. A live deployment does not import this."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import FastAPI, Request

from cdp_common.web.dependencies import current_time
from cdp_common.web.requests import operation_of
from cdp_common.web.sandbox import DEADLINE_PASSED, HEADER
from procurement_api.domain.tender import LONGEST_WAIT

_REHEARSED = frozenset({"submit_bid", "validate_bid", "replace_bid", "withdraw_bid", "reconfirm_bid"})
"""What is refused after the deadline. Opening is none of these: no scenario opens a bid early."""


async def rehearsed_time(request: Request) -> datetime:
    """The present moment, or one after any deadline for what asks to come late."""
    moment = await current_time(request)
    is_late = request.headers.get(HEADER) == DEADLINE_PASSED and operation_of(request) in _REHEARSED
    return moment + LONGEST_WAIT + timedelta(days=1) if is_late else moment


def rehearse_deadlines(app: FastAPI) -> None:
    """Let requests of the application come late on demand."""
    app.dependency_overrides[current_time] = rehearsed_time
