"""Pages of other origins whose scripts may ask: CORS, by an allow-list.

No service reads a cookie or any other right that a browser adds by itself, so a foreign page can do here what
anybody can. The list says whose scripts may read the answers, and send tokens that they hold themselves.
"""

from __future__ import annotations

from typing import Final

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cdp_common.clients.upstream import PREVIEW_HEADER
from cdp_common.web.once_header import HEADER as IDEMPOTENCY_KEY
from cdp_common.web.settings import ServiceSettings

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
ASKED_WITH: Final = (
    *("Authorization", "Content-Type", "Content-Digest", IDEMPOTENCY_KEY),
    *("If-Match", "If-None-Match", "Range", "X-Request-Id", "traceparent", PREVIEW_HEADER),
)
"""What scripts may send beside the headers that any page may send (Fetch standard, CORS-safelisted)."""
ANSWERED_WITH: Final = (
    *("ETag", "Location", "Link", "Retry-After", "RateLimit", "RateLimit-Policy", "X-Request-Id"),
    *("Idempotency-Replayed", "Content-Digest", "Content-Range", "Content-Disposition", "WWW-Authenticate"),
)
"""What scripts may read of an answer's headers."""
KEPT_S: Final = 600
"""For so long a browser remembers what it was told before a request."""
_LOOPBACK: Final = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?"


def across_origins(app: ASGIApp, settings: ServiceSettings) -> ASGIApp:
    """The application, and what browsers ask before scripts of allowed origins reach it.

    In the sandbox pages of the same machine are allowed, as they are where a front end is written.
    """
    allowed = settings.origins_allowed
    on_this_machine = _LOOPBACK if settings.mode == "sandbox" else None
    if not allowed and on_this_machine is None:
        return app
    asked = CORSMiddleware(
        app,
        allow_origins=allowed,
        allow_origin_regex=on_this_machine,
        allow_methods=METHODS,
        allow_headers=ASKED_WITH,
        expose_headers=ANSWERED_WITH,
        max_age=KEPT_S,
    )
    return _AcrossOrigins(app, asked)


class _AcrossOrigins:
    """Says of every answer that it may be another for another origin: shared caches must keep them apart.

    What names no origin, as a program that is no browser's page does, has nothing else to be told of origins.
    """

    def __init__(self, app: ASGIApp, asked: ASGIApp) -> None:
        self._app = app
        self._asked = asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def varying(message: Message) -> None:
            if message["type"] == "http.response.start" and not _names_origin(message["headers"]):
                message["headers"] = [*message["headers"], (b"vary", b"Origin")]
            await send(message)

        names_one = any(name == b"origin" for name, _ in scope["headers"])
        await (self._asked if names_one else self._app)(scope, receive, varying)


def _names_origin(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(name == b"vary" and b"Origin" in value for name, value in headers)
