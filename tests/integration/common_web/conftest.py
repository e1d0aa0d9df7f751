"""The sample service over HTTP, with a database of each test's own."""

import pytest
from tests.integration.common.conftest import PACKAGE, SCHEMA

from cdp_common.db.database import Database
from cdp_common.testing.plugin import MakeDatabase


@pytest.fixture
async def db(make_database: MakeDatabase) -> Database:
    """A database of the test's own, with several connections."""
    return await make_database(PACKAGE, SCHEMA)
