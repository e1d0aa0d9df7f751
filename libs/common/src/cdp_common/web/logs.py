"""Logs as JSON lines on standard output, ours and the libraries' alike."""

import asyncio
import json
import logging
import sys
import threading
from collections.abc import Callable
from functools import cache
from typing import Any, TextIO

import msgspec
import structlog
from opentelemetry import trace
from structlog.typing import EventDict, Processor

REDACTED = "[redacted]"
_SECRET_NAMES = frozenset(
    {
        "access_token",
        "authorization",
        "client_assertion",
        "client_secret",
        "database_url",
        "idempotency_key",
        "password",
        "secret",
        "token",
    }
)
# Their lines repeat what our own request and call lines and spans say.
_QUIET_LOGGERS = ("uvicorn.access", "httpx", "httpx2", "httpcore", "httpcore2", "alembic", "asyncio")


class _Lines:
    """A stream of lines. Those of one turn of the event loop are handed on together, at its end.

    The answers to bids that were stored together are given in one turn, and handing on a line wakes whoever
    reads it. Where no loop runs each is handed on at once.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._due_in: asyncio.AbstractEventLoop | None = None

    def write(self, line: str) -> None:
        """Write one line."""
        with self._lock:
            self._stream.write(line + "\n")
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._stream.flush()
            return
        if self._due_in is not loop:
            self._due_in = loop
            loop.call_soon(self._hand_on)

    def _hand_on(self) -> None:
        self._due_in = None
        self._stream.flush()


class _Writer:
    """What structlog writes with; its name is that of the module whose lines they are."""

    def __init__(self, lines: _Lines, name: str = "root") -> None:
        self.name = name
        self.debug = self.info = self.warning = self.error = self.critical = self.exception = lines.write


@cache
def _encoder(default: Callable[[Any], Any]) -> msgspec.json.Encoder:
    return msgspec.json.Encoder(enc_hook=default)


def _in_json(event: EventDict, default: Callable[[Any], Any]) -> str:
    try:
        return _encoder(default).encode(event).decode()
    except (TypeError, ValueError):
        return json.dumps(event, default=default)  # half of a surrogate pair, or names that are no texts


def configure_logging(service: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send every log line of this process to `stream` (standard output by default) as one JSON object."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _service_adder(service),
        add_trace_ids,
        redact_secrets,
    ]
    out = stream or sys.stdout
    lines = _Lines(out)
    # Our own lines go straight to the stream: by way of the standard library each costs three times as much.
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_in_json),
        ],
        logger_factory=lambda *names: _Writer(lines, *names),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def configure_logging_if_unset(service: str) -> None:
    """Plain JSON lines for a process that configured nothing, such as a test: no locals in tracebacks."""
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _service_adder(service),
            add_trace_ids,
            redact_secrets,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        cache_logger_on_first_use=False,
    )


def redact_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """A log processor that blanks values whose name says that they are secret."""
    for name in event.keys() & _SECRET_NAMES:
        event[name] = REDACTED
    return event


def _service_adder(service: str) -> Processor:
    def add(_logger: Any, _method: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return add


def add_trace_ids(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """A log processor that adds the running trace and span."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = trace.format_trace_id(context.trace_id)
        event["span_id"] = trace.format_span_id(context.span_id)
    return event
