"""A process that serves: an application of these settings, traced, until it is told to end."""

import gc
import logging
import signal
import sys
from collections.abc import Callable
from typing import TypeVar

import uvicorn
from starlette.types import ASGIApp

from cdp_common.web.bounded_http import BoundedHttp
from cdp_common.web.origins import across_origins
from cdp_common.web.settings import ServiceSettings
from cdp_common.web.telemetry import configure_telemetry

GRACEFUL_SHUTDOWN_S = 20
KEEP_ALIVE_S = 75  # longer than a proxy's idle time, so that the proxy closes first

# What a request makes ends with it, nearly all of it without a search. With the usual threshold of 700 the
# collector runs several times within each, in the gateway a dozen times, an eighth of its time. Some hundred
# objects hold one another and end with a search only; rarely to search what outlived one cost 15 MiB there.
_GARBAGE = (10_000, 5, 10)

Settings = TypeVar("Settings", bound=ServiceSettings)


def server_config(app: ASGIApp, settings: ServiceSettings) -> uvicorn.Config:
    """How the server of a process answers, and which proxies it believes about whom it answers."""
    return uvicorn.Config(
        app,
        http=BoundedHttp,
        host=settings.host,
        port=settings.port,
        log_config=None,  # uvicorn's lines go through our logging; its access lines repeat ours
        access_log=False,
        server_header=False,
        date_header=True,
        # Of the addresses in X-Forwarded-For it takes the last that is no such proxy: what a caller writes
        # into the header itself stands before it.
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
        lifespan="on",
    )


def search_seldom() -> None:
    """Set all that is made until now apart from what the collector looks through, and let it do so seldom.

    It stays, and to look through it again and again holds up whoever is being answered for a tenth of a
    second at a time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)
    gc.enable()


def serve(create_app: Callable[[Settings], ASGIApp], settings: Settings, *, name: str = "cdp") -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished first.

    Raises `KeyFileUnusable` when the application cannot be made for want of a key.
    """
    # uvicorn raises the signal again after its orderly end; this makes it an end that still runs `finally`.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    provider = configure_telemetry(settings, name)
    try:
        app = across_origins(create_app(settings), settings)
        server = uvicorn.Server(server_config(app, settings))
        search_seldom()
        server.run()
    except KeyboardInterrupt:
        return  # Ctrl-C, after the same orderly end
    finally:
        provider.shutdown()
        logging.shutdown()
    if not server.started:
        raise SystemExit(1)
