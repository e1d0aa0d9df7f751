"""Log lines are JSON, carry the request and the trace, and keep secrets out."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from uuid import UUID

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider

from cdp_common.web.logs import add_trace_ids, configure_logging, redact_secrets


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """The lines of a configured process; what was configured before is put back."""
    root = logging.getLogger()
    handlers, level, before = root.handlers, root.level, structlog.get_config()
    was_configured = structlog.is_configured()
    stream = io.StringIO()
    configure_logging("sample-api", "INFO", stream)
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
    if was_configured:
        structlog.configure(**before)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_its_context(written):
    with structlog.contextvars.bound_contextvars(request_id="req-1"):
        structlog.get_logger("a.module").info("bid_received", lines=3)
    (line,) = lines(written)
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {
        "event": "bid_received",
        "level": "info",
        "logger": "a.module",
        "service": "sample-api",
        "request_id": "req-1",
        "lines": 3,
    }


def test_a_line_is_written_whatever_it_holds(written):
    said = {
        "half": "\ud800",
        "nothing": float("nan"),
        "fault": ValueError("no"),
        "id": UUID(int=7),
        "big": 2**70,
    }
    structlog.get_logger("a").info("odd", **said)
    structlog.get_logger("a").info("odd", counts={1: 2, (3, 4): 5})
    text, named = written.getvalue().splitlines()
    first = json.loads(text, parse_constant=lambda name: name)
    assert (first["half"], first["fault"], first["big"]) == ("\ud800", "ValueError('no')", 2**70)
    assert json.loads(named)["counts"] == {"1": 2, "(3, 4)": 5}
    structlog.get_logger("a").info("strict", nothing=float("nan"), id=UUID(int=7))
    last = json.loads(written.getvalue().splitlines()[-1], parse_constant=pytest.fail)
    assert (last["nothing"], last["id"]) == (None, "00000000-0000-0000-0000-000000000007")


def test_a_librarys_line_has_the_same_form(written):
    logging.getLogger("some.library").warning("slow by %d ms", 12)
    (line,) = lines(written)
    assert (line["event"], line["level"], line["logger"]) == ("slow by 12 ms", "warning", "some.library")
    assert line["service"] == "sample-api"


def test_lines_under_the_level_and_of_chatty_libraries_are_left_out(written):
    structlog.get_logger("a").debug("detail")
    logging.getLogger("uvicorn.access").info("GET /")
    logging.getLogger("httpx2").info("HTTP Request")
    logging.getLogger("uvicorn.error").info("Started")
    assert [line["event"] for line in lines(written)] == ["Started"]


class HandedOn(io.StringIO):
    """Remembers how many lines it held each time it was to hand them on."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[int] = []

    def flush(self) -> None:
        self.held.append(self.getvalue().count("\n"))


@pytest.mark.usefixtures("written")
def test_lines_of_one_turn_of_the_loop_are_handed_on_together_at_its_end():
    stream = HandedOn()
    configure_logging("sample-api", "INFO", stream)
    log, other = structlog.get_logger("a"), structlog.get_logger("b")
    log.info("no loop runs")
    assert stream.held == [1]

    async def two_turns() -> None:
        log.info("first")
        other.error("second")
        assert stream.held == [1]
        await asyncio.sleep(0)
        assert stream.held == [1, 3]
        log.info("third")
        await asyncio.sleep(0)
        assert stream.held == [1, 3, 4]
        log.info("with which the loop ends")

    asyncio.run(two_turns())
    assert stream.held == [1, 3, 4, 5]
    asyncio.run(a_turn_of_another_loop(log))
    assert stream.held == [1, 3, 4, 5, 6]


async def a_turn_of_another_loop(log: structlog.typing.FilteringBoundLogger) -> None:
    log.info("fourth")
    await asyncio.sleep(0)


def test_a_fault_is_logged_with_its_traceback_on_one_line(written):
    try:
        raise RuntimeError("half way")
    except RuntimeError as fault:
        structlog.get_logger("a").error("failed", exc_info=fault)
    (line,) = lines(written)
    assert str(line["exception"]).endswith("RuntimeError: half way")


def test_what_is_named_as_secret_is_blanked(written):
    structlog.get_logger("a").info("x", token="abc", client_secret="def", name="ghi")
    (line,) = lines(written)
    assert (line["token"], line["client_secret"], line["name"]) == ("[redacted]", "[redacted]", "ghi")


def test_redaction_leaves_other_names_alone():
    assert redact_secrets(None, "info", {"token_count": 3}) == {"token_count": 3}


def test_a_line_within_a_span_names_its_trace():
    tracer = TracerProvider().get_tracer("test")
    with tracer.start_as_current_span("x") as span:
        context = span.get_span_context()
        assert add_trace_ids(None, "info", {}) == {
            "trace_id": f"{context.trace_id:032x}",
            "span_id": f"{context.span_id:016x}",
        }


def test_a_line_outside_any_span_names_none():
    assert add_trace_ids(None, "info", {}) == {}
