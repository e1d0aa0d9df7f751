"""A bid that is in order is taken without the framework's way, which everything else goes.

The framework solves a route's dependencies one by one, reads the JSON, and validates what it read. What is
done here gives the same answers for requests of the usual form, and says nothing at all of others.
"""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response

from cdp_common.kernel.errors import CdpError
from cdp_common.web.dependencies import get_database, moment_of
from cdp_common.web.identity import signed_bearer
from cdp_common.web.once import answer_response, keyed
from cdp_common.web.once_header import HEADER
from cdp_common.web.requests import is_plain_json
from procurement_api.api.bid_files import BidFileRoute, Handler
from procurement_api.api.keys import service_keys
from procurement_api.use_cases.quick_json import quick_document
from procurement_api.use_cases.sealed_version import sent_bid
from procurement_api.use_cases.take_bid_at_once import take_bid_at_once

SCOPE = "bids:write"


class SubmissionRoute(BidFileRoute):
    """The route on which bids are submitted."""

    def get_route_handler(self) -> Handler:
        """The framework's handler, asked where a bid was not taken at once."""
        handle = super().get_route_handler()

        async def handle_bid(request: Request) -> Response:
            taken = await _taken_at_once(request)
            return await handle(request) if taken is None else taken

        return handle_bid


async def _taken_at_once(request: Request) -> Response | None:
    """The answer to a bid with which nothing is wrong; None where anything else has to be said."""
    body = await request.body()
    received_at = moment_of(request)  # the body has been read by now, and nothing else has taken time
    if not is_plain_json(request, body):
        return None
    try:
        tender_id = _written_as_usual(request.path_params["tender_id"])
        caller = await signed_bearer(request, SCOPE)
        sent = sent_bid(quick_document(body))
        once = keyed(request, caller, request.headers.get(HEADER))(sent.content)
    except (ValueError, RecursionError, CdpError):
        return None
    keys, db = await service_keys(request), await get_database(request)
    answer = await take_bid_at_once(
        db, keys.signer, keys.identity_key, caller, tender_id, sent, once, received_at, keys.tenders
    )
    return None if answer is None else answer_response(answer)


def _written_as_usual(text: str) -> UUID:
    """The id; raises `ValueError` for other spellings of one, of which the framework takes some."""
    read = UUID(text)
    if str(read) != text:
        raise ValueError("an id is written in lower case with its hyphens")
    return read
