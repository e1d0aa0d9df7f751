"""Asking toms-engine for values on behalf of somebody whose input may be at fault."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cdp_common.clients.toms import TomsClient
from cdp_common.clients.upstream import UpstreamProblem
from cdp_common.contracts.toms import Valuation, ValuationRequest
from cdp_common.kernel.errors import FieldError, InvalidInput

_LINE = re.compile(r"^/lines/(\d{1,6})(/.*)?$")
_FAULTS_OF_INPUT = frozenset({404, 409, 422})
# A 403 that is about what was sent: its figure is licensed, and this deployment does not hold the licence.
_LICENSED = "proxy_not_redistributable"


class ValuationRefused(InvalidInput):
    """toms-engine does not value what was sent; `errors` say which line and why."""

    code = "valuation_refused"
    title = "The quantities cannot be valued"


async def value_for_caller(toms: TomsClient, request: ValuationRequest, pointers: Sequence[str]) -> Valuation:
    """The valuation, or a refusal whose faults point into the caller's own document.

    `pointers` names where each line of the request came from.
    """
    try:
        return await toms.value_lines(request)
    except UpstreamProblem as problem:
        if problem.status not in _FAULTS_OF_INPUT and problem.code != _LICENSED:
            raise
        errors = [
            FieldError(_place(error.pointer, pointers), error.code, error.message) for error in problem.errors
        ]
        if not errors:
            errors = [FieldError("", problem.code, problem.detail)]
        raise ValuationRefused("The quantities cannot be valued; see errors.", errors=errors) from problem


def _place(pointer: str, pointers: Sequence[str]) -> str:
    found = _LINE.match(pointer)
    if found is None or int(found[1]) >= len(pointers):
        return ""
    return f"{pointers[int(found[1])]}{found[2] or ''}"
