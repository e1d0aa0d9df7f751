"""Bids as CSV files: the same operations, rules and answers as with JSON, and faults by row and column."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from cdp_common.kernel.errors import CdpError
from cdp_common.web.pointers import field_errors
from procurement_api.domain.bid_file import BidFile, BidFileRefused, read_bid_file

CSV = "text/csv"
CSV_BODY: Mapping[str, Any] = {
    "requestBody": {
        "content": {
            CSV: {
                "schema": {"type": "string"},
                "example": "measure,unit,quantity,answer\r\nOM-C01,hours,60,Cooking with the club.\r\n",
            }
        }
    }
}
"""What the OpenAPI document says of it beside JSON."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class BidFileRoute(APIRoute):
    """A route that reads a bid as JSON, and as CSV by first putting its rows into the same JSON."""

    def get_route_handler(self) -> Handler:
        """The framework's handler, with rows put into JSON before it and faults put back into rows after."""
        handle = super().get_route_handler()

        async def handle_file(request: Request) -> Response:
            if not _is_csv(request.headers.get("content-type", "")):
                return await handle(request)
            file = read_bid_file(await request.body())
            try:
                return await handle(_as_json(request, file))
            except RequestValidationError as fault:
                found = file.at_cells(field_errors(fault.errors(), fault.body))
                raise BidFileRefused("The file has faults; see errors.", errors=found) from fault
            except CdpError as fault:
                fault.errors = tuple(file.at_cells(fault.errors))
                raise

        return handle_file


def _is_csv(header: str) -> bool:
    stated, *parameters = (part.strip().lower() for part in header.split(";"))
    charsets = [part.partition("=")[2].strip('"') for part in parameters if part.startswith("charset=")]
    return stated == CSV and all(charset == "utf-8" for charset in charsets)


def _as_json(request: Request, file: BidFile) -> Request:
    """The request as if it had stated the file's bid in JSON."""
    body = json.dumps(file.document).encode()
    kept = [(name, value) for name, value in request.scope["headers"] if name not in _OF_THE_BODY]
    stated = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({**request.scope, "headers": [*kept, *stated]}, receive)


_OF_THE_BODY = frozenset({b"content-type", b"content-length", b"transfer-encoding"})
