"""The job queue's tables are what the installed pgqueuer expects, and enough for a role without DDL."""

import asyncio
from datetime import timedelta

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.models import Job

from cdp_common.db.database import Database
from cdp_common.testing.databases import TestDatabases


async def connect(url: str) -> asyncpg.Connection:
    address = url.replace("+asyncpg", "")
    return await asyncpg.connect(address, ssl=False, server_settings={"search_path": "sample"})


async def test_the_frozen_tables_need_no_upgrade(db: Database, databases: TestDatabases) -> None:
    connection = await connect(databases.owner_url(db))
    plan = await Queries(AsyncpgDriver(connection)).plan_upgrade()
    await connection.close()
    assert (plan.statements, plan.notes) == ((), ())


async def test_the_application_runs_jobs(db: Database) -> None:
    connection = await connect(db.engine.url.render_as_string(hide_password=False))
    jobs = PgQueuer(AsyncpgDriver(connection))
    done: list[bytes | None] = []

    @jobs.entrypoint("count")
    async def count(job: Job) -> None:
        done.append(job.payload)
        jobs.shutdown.set()

    await Queries(AsyncpgDriver(connection)).enqueue("count", b"one", dedupe_key="only")
    await asyncio.wait_for(jobs.run(dequeue_timeout=timedelta(seconds=1)), 20)
    await connection.close()
    assert done == [b"one"]
