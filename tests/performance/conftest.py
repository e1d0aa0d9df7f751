"""Benchmarks: run by `make bench` alone. What they print are ratios of one run, taken in turns."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.performance.server import Server, running

from cdp_common.testing.plugin import MakeDatabase

PATIENCE_S = 900


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each benchmark the time that it takes."""
    for item in items:
        item.add_marker(pytest.mark.timeout(PATIENCE_S))
        item.add_marker(pytest.mark.enable_socket)


@pytest.fixture
async def server(make_database: MakeDatabase) -> AsyncIterator[Server]:
    """toms-engine as a process of its own, with the shipped pack published."""
    database = await make_database("toms_engine", "toms")
    async with running(database.engine.url.render_as_string(hide_password=False)) as started:
        yield started


@pytest.fixture(scope="session")
def secret_key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key of the benchmarks' own for what is stored encrypted."""
    file = tmp_path_factory.mktemp("keys") / "secret.key"
    file.write_text("A" * 43, encoding="ascii")
    return file
