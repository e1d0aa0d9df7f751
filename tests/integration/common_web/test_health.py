"""Ready means: the database answers and is migrated at least as far as this build needs."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.integration.common_web.sample import create_sample

from cdp_common.db.database import Database
from cdp_common.testing.callers import http_client


@pytest.fixture
async def client(db, mint):
    async with http_client(create_sample(db, mint)) as client:
        yield client


async def set_revision(databases, db: Database, revision: str | None) -> None:
    engine = create_async_engine(databases.owner_url(db))
    async with engine.begin() as tx:
        await tx.execute(text("DELETE FROM alembic_version"))
        if revision is not None:
            await tx.execute(text("INSERT INTO alembic_version VALUES (:r)"), {"r": revision})
    await engine.dispose()


async def test_a_migrated_database_is_ready_and_the_version_names_its_revision(client):
    assert (await client.get("/health/ready")).json() == {"status": "ready"}
    assert (await client.get("/version")).json()["revision"] == "0002"


@pytest.mark.parametrize(
    "revision, is_ready", [(None, False), ("0001", False), ("0002", True), ("0003", True)]
)
async def test_only_an_older_revision_is_not_ready(client, db, databases, revision, is_ready):
    await set_revision(databases, db, revision)
    answer = await client.get("/health/ready")
    if is_ready:
        assert answer.json() == {"status": "ready"}
    else:
        assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
        assert answer.json()["detail"] == "The database is not migrated as far as this build needs."
        assert answer.headers["retry-after"] == "2"


async def test_a_database_that_is_gone_is_not_ready_and_the_process_lives(mint):
    gone = Database("postgresql://x:y@127.0.0.1:1/none", schema="sample", app_name="test")
    async with http_client(create_sample(gone, mint)) as client:
        answer = await client.get("/health/ready")
        assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
        assert answer.json()["detail"] == "The database does not answer."
        assert (await client.get("/health/live")).json() == {"status": "live"}
        feed = await client.get("/v1/events", headers=mint.headers(scopes=["events:internal"]))
        assert (feed.status_code, feed.json()["code"]) == (503, "database_unavailable")
        assert feed.headers["retry-after"] == "5"
