"""Turning a request to stop into an exception, so that everything is taken down in order."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

_REQUESTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Somebody asked this command to end. Not an Exception: no handler of faults may swallow it."""


@contextlib.contextmanager
def stop_requests() -> Iterator[None]:
    """Raise `StopRequested` at the first request to end; later ones do not disturb the taking down."""
    asked = False

    def on_request(number: int, _: FrameType | None) -> None:
        nonlocal asked
        if not asked:
            asked = True
            raise StopRequested(signal.Signals(number).name)

    former = {number: signal.signal(number, on_request) for number in _REQUESTS}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
