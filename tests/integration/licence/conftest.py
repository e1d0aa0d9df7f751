"""Four services in one process, for what only shows when they work together on licensed figures."""

from collections.abc import AsyncIterator

import pytest
from tests.integration.licence.services import Platform, running

from cdp_common.testing.databases import TestDatabases


@pytest.fixture(scope="module")
async def platform(
    databases: TestDatabases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Platform]:
    """toms-engine, procurement-api, charter-api and reporting-api with databases of their own."""
    async with running(databases, tmp_path_factory.mktemp("keys")) as started:
        yield started
