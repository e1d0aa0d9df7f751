"""Pages follow each other without a row twice or left out, whatever the order of the columns."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Row, insert, select
from tests.integration.common.sample_service.storage.tables import accounts

from cdp_common.db.database import Database
from cdp_common.db.paging import CursorInvalid, cut_page, encode_cursor, keyset
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.databases import SavepointDatabase

START = datetime(2026, 4, 1, tzinfo=UTC)


async def fill(db: Database) -> list[dict[str, Any]]:
    rows = [
        {
            "id": new_id(),
            "name": f"{letter}{number}",
            "rank": number % 3,
            "balance_pence": 0,
            "hours": Decimal(number) / 4,
            "opened_at": START + timedelta(days=number % 4),
        }
        for letter, number in product("aBé", range(7))
    ]
    async with db.begin() as tx:
        await tx.execute(insert(accounts), rows)
    return rows


async def every_page(
    db: Database, names: list[str], columns: Sequence[ColumnElement[Any]]
) -> list[list[Row[Any]]]:
    pages, cursor = [], None
    async with db.begin() as tx:
        while True:
            rows = (await tx.execute(keyset(select(accounts), columns, cursor, 4))).all()
            page, cursor = cut_page(rows, 4, lambda row: [getattr(row, name) for name in names])
            pages.append(page)
            if cursor is None:
                return pages


@pytest.mark.parametrize(
    "order",
    [
        ["id"],
        ["-id"],
        ["rank", "id"],
        ["-rank", "-id"],
        ["-rank", "id"],
        ["rank", "-opened_at", "id"],
        ["-opened_at", "name"],
        ["name"],
    ],
)
async def test_the_pages_are_the_whole_list_in_its_order(
    quick_db: SavepointDatabase, order: list[str]
) -> None:
    await fill(quick_db)
    names = [part.lstrip("-") for part in order]
    columns = [
        accounts.c[name].desc() if part.startswith("-") else accounts.c[name]
        for part, name in zip(order, names, strict=True)
    ]
    async with quick_db.begin() as tx:
        whole = (await tx.execute(select(accounts.c.id).order_by(*columns))).scalars().all()
    pages = await every_page(quick_db, names, columns)
    assert [len(page) for page in pages] == [4, 4, 4, 4, 4, 1]
    assert [row.id for page in pages for row in page] == list(whole)


async def test_a_row_added_before_the_cursor_moves_nothing(quick_db: SavepointDatabase) -> None:
    await fill(quick_db)
    async with quick_db.begin() as tx:
        page = keyset(select(accounts), [accounts.c.name], encode_cursor(["a3"]), 3)
        before = (await tx.execute(page)).all()
        await tx.execute(
            insert(accounts).values(id=new_id(), name="a0000", rank=0, balance_pence=0, opened_at=START)
        )
        after = (await tx.execute(page)).all()
    assert [row.name for row in before] == ["a4", "a5", "a6", "é0"]
    assert before == after


async def test_a_decimal_column_pages_exactly(quick_db: SavepointDatabase) -> None:
    await fill(quick_db)
    columns = [accounts.c.hours, accounts.c.id]
    pages = await every_page(quick_db, ["hours", "id"], columns)
    hours = [row.hours for page in pages for row in page]
    assert hours == sorted(hours)
    assert len(hours) == 21


@pytest.mark.parametrize("values", [["a"], [new_id(), 1], [True]])
async def test_a_cursor_of_another_order_is_refused(quick_db: SavepointDatabase, values: list[Any]) -> None:
    with pytest.raises(CursorInvalid):
        keyset(select(accounts), [accounts.c.opened_at], encode_cursor(values), 3)
