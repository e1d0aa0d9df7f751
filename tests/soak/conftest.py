"""Runs that last: a little of each in every run of the tests, all of it under `make soak`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.soak.platform import soak_platform
from tests.soak.scale import Scale, scale_here
from tests.soak.storm import Aftermath, weather

HERE = "tests/soak/"
PATIENCE_S = 300  # a busy machine needs a while for the platform alone
LONG_PATIENCE_S = 6 * 60 * 60


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test the time that its run takes."""
    patience_s = LONG_PATIENCE_S if scale_here().is_long else PATIENCE_S
    for item in items:
        if item.nodeid.startswith(HERE):
            item.add_marker(pytest.mark.timeout(patience_s))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what a long run has done: that it passed tells little without its numbers."""
    if not scale_here().is_long:
        return
    terminalreporter.section("what was done")
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{report.nodeid}: {name} {value}")


@pytest.fixture(scope="session")
def scale() -> Scale:
    """How much this run does."""
    return scale_here()


@pytest.fixture(scope="package")
def aftermath(tmp_path_factory: pytest.TempPathFactory, scale: Scale) -> Iterator[Aftermath]:
    """A platform after the storm, still running."""
    with soak_platform(tmp_path_factory.mktemp("soak") / "state") as platform:
        yield weather(platform, scale)
