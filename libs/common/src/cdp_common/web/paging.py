"""Keyset pages: `limit` and `cursor` in, a `next` link out."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query, Request

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
MAX_CURSOR_CHARS = 2048


@dataclass(frozen=True)
class PageParams:
    """Which page of a list is asked for."""

    limit: int
    cursor: str | None


async def asked_page(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many items at most.")] = DEFAULT_LIMIT,
    cursor: Annotated[
        str | None,
        Query(min_length=1, max_length=MAX_CURSOR_CHARS, description="From a `next` link; opaque."),
    ] = None,
) -> PageParams:
    """The page that a request asks for. Not the class itself: the framework would run it in a thread."""
    return PageParams(limit, cursor)


Paging = Annotated[PageParams, Depends(asked_page)]


def page_links(request: Request, next_cursor: str | None) -> str | None:
    """The link to the following page: this request's path and query with the new cursor; None on the last."""
    if next_cursor is None:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f"{request.url.path}?{urlencode([*kept, ('cursor', next_cursor)])}"
