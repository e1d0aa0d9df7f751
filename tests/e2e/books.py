"""What the databases hold: how a test proves that a refusal has left nothing behind."""

import asyncio
import time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import asyncpg

from cdp_tools.services import SERVICES

SCHEMAS = tuple(service.schema for service in SERVICES if service.schema is not None)
CONSUMED = ("partners", "procurement", "charter")
"""The schemas whose feeds reporting reads; it names each feed like that."""

# Rows that come and go by themselves: tokens, what the sequencers make of rows that were there before, and
# files that nothing names any more until housekeeping removes them.
_PASSING = frozenset(
    {"issued_tokens", "used_assertions", "event_pending", "event_feed", "ledger_blocks", "loose_blobs"}
)
_QUEUES = "pgqueuer"
# What reporting copies of others' public records when it first meets them, whatever comes of the request.
_COPIES = frozenset({f"reporting.{name}" for name in ("areas", "editions", "measures", "organisations")})
_REST_PATIENCE_S = 20
# Blocks are folded, and the last head of each place is signed, a moment after they were sealed.
_UNFINISHED_BLOCKS = """
    SELECT count(*)
    FROM (SELECT place_id, max(number) AS number FROM reporting.ledger_blocks GROUP BY place_id) last
    LEFT JOIN reporting.ledger_heads head USING (place_id, number)
    LEFT JOIN reporting.ledger_folds fold ON fold.place_id = last.place_id AND fold.block_number = last.number
    WHERE head.number IS NULL OR fold.place_id IS NULL"""


class Books:
    """The rows of every service's tables, counted as the database's superuser sees them."""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url
        self._runner = asyncio.Runner()
        self._connections: dict[str, asyncpg.Connection] = {}
        self._count: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._runner.run(self._open())
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._runner.run(self._close())
        self._runner.close()

    def address(self, schema: str) -> str:
        """The superuser's address of a service's database."""
        return urlsplit(self._admin_url)._replace(scheme="postgresql", path=f"/cdp_{schema}").geturl()

    def counts(self) -> dict[str, int]:
        """How many rows each table holds now."""
        return self._runner.run(self._counts())

    def run(self, schema: str, statement: str) -> str:
        """Run a statement as the operator of the database would; gives what PostgreSQL says of it."""
        done: str = self._runner.run(self._connections[schema].execute(statement))
        return done

    def at_rest(self) -> dict[str, int]:
        """The same once everything written before has reached whoever reads the feeds."""
        give_up_at = time.monotonic() + _REST_PATIENCE_S
        while not self._runner.run(self._is_at_rest()):
            assert time.monotonic() < give_up_at, "the feeds are not read to their end"
            time.sleep(0.1)
        return self.counts()

    async def _open(self) -> None:
        for schema in SCHEMAS:
            connection = self._connections[schema] = await asyncpg.connect(self.address(schema), ssl=False)
            tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", schema)
            self._count[schema] = " UNION ALL ".join(
                f"""SELECT '{schema}.{name}', count(*) FROM "{schema}"."{name}" """
                for name in sorted(row["tablename"] for row in tables)
                if _lasts(schema, name)
            )

    async def _close(self) -> None:
        for connection in self._connections.values():
            await connection.close()

    async def _counts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for schema, connection in self._connections.items():
            found |= {row[0]: row[1] for row in await connection.fetch(self._count[schema])}
        return found

    async def _is_at_rest(self) -> bool:
        reporting = self._connections["reporting"]
        if await reporting.fetchval("SELECT count(*) FROM reporting.ledger_inbox"):
            return False
        if await reporting.fetchval(_UNFINISHED_BLOCKS):
            return False
        for schema in CONSUMED:
            feed = self._connections[schema]
            if await feed.fetchval(f"SELECT count(*) FROM {schema}.event_pending"):
                return False
            written = await feed.fetchval(f"SELECT coalesce(max(position), 0) FROM {schema}.event_feed")
            cursor = "SELECT coalesce(max(position), 0) FROM reporting.event_cursors WHERE source = $1"
            if await reporting.fetchval(cursor, schema) < written:
                return False
        return True


def _lasts(schema: str, table: str) -> bool:
    passing = table in _PASSING or table.startswith(_QUEUES)
    return not passing and f"{schema}.{table}" not in _COPIES
