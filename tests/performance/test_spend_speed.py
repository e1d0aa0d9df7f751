"""How fast 100,000 rows of a ledger are looked at and taken in, and how little memory that takes."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import text
from tests.integration.reporting_api.conftest import running
from tests.integration.reporting_api.spend_calls import import_spend, join_all, preview_spend, send_spend
from tests.integration.reporting_api.world import World, keyed
from tests.performance.server import cpu_s

from cdp_common.contracts.spend import SpendImport
from cdp_common.testing.plugin import MakeDatabase

ROWS = 100_000
FEW_ROWS = 10_000
SUPPLIERS = 5_000
MOST_CPU_S = 60
MOST_MORE_MIB = 64
HEADER = "Posting Date,Vendor Name,Vendor ID,Postcode,Company No,Category,Department,Document No,Net Amount"

Say = Callable[[str], None]


def ledger(count: int) -> bytes:
    """So many payments to some suppliers, one in fifty to a person and one in twenty a credit."""

    def rows() -> Iterator[str]:
        yield HEADER
        for number in range(count):
            supplier = number * 7919 % SUPPLIERS
            name = f"Mrs A Example{supplier}" if number % 50 == 0 else f"Supplier {supplier} Ltd"
            amount = f"{'-' if number % 20 == 0 else ''}{number % 9973 + 1}.{number % 100:02d}"
            company = f"{supplier + 1_000_000:08d}"
            place = f"DH{supplier % 9 + 1} {supplier % 9 + 1}AA"
            day = f"{number % 28 + 1:02d}/{number % 3 + 7:02d}/2026"
            where = f"Category {number % 40},Unit {number % 9}"
            yield f"{day},{name},V{supplier},{place},{company},{where},{number},{amount}"

    return "\n".join(rows()).encode()


def peak_mib() -> float:
    """The most memory that this process has ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def database_s(world: World) -> float:
    """Seconds of processors that the sessions of the database have taken so far."""
    async with world.db.begin() as tx:
        sessions = await tx.scalars(
            text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        )
        return sum(cpu_s(pid) for pid in sessions)


async def test_a_hundred_thousand_payments_are_taken_in(
    make_database: MakeDatabase, secret_key_file: Path, say: Say
) -> None:
    async with running(await make_database("reporting_api", "reporting"), secret_key_file) as world:
        await join_all(world, world.council)
        await import_spend(world, world.council, ledger(FEW_ROWS), ledger="few")
        content, before_mib = ledger(ROWS), peak_mib()
        begun = time.process_time()
        seen = await preview_spend(world, world.council, content)
        looked = time.process_time() - begun
        begun, in_database = time.process_time(), await database_s(world)
        headers = keyed(world.as_org(world.council))
        answer = await send_spend(world, headers, content, mapping=seen.summary.mapping)
        taken, stored = time.process_time() - begun, await database_s(world) - in_database
        grown = peak_mib() - before_mib
        assert answer.status_code == 201, answer.text[:2000]
        made = SpendImport.model_validate_json(answer.content)
        assert (made.summary.row_count, made.summary.redactions[0].rows) == (ROWS, ROWS // 50)
        assert made.summary == seen.summary
        say(
            f"{ROWS} payments: a preview {looked:.1f} s, the import {taken:.1f} s of the"
            f" service's processor, {stored:.1f} s of the database's; {grown:.0f} MiB more at the peak"
        )
        assert taken + stored < MOST_CPU_S
        assert grown < MOST_MORE_MIB
