"""Rows as COPY reads them: what is written is what the column gets."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from cdp_common.db.copying import copy_line


def test_values_are_written_as_the_database_reads_them():
    row = [
        None,
        "plain",
        "",
        "tab\tback\\slash\r\nend",
        "\\N",
        7,
        True,
        False,
        Decimal("-0.50000000"),
        UUID(int=5),
        date(2026, 7, 1),
        datetime(2026, 7, 1, 12, tzinfo=UTC),
    ]
    assert copy_line(row) == (
        "\\N\tplain\t\ttab\\tback\\\\slash\\r\\nend\t\\\\N\t7\tt\tf\t-0.50000000\t"
        "00000000-0000-0000-0000-000000000005\t2026-07-01\t2026-07-01T12:00:00+00:00\n"
    )


def test_what_no_column_takes_is_refused_and_a_drivers_own_id_is_an_id():
    class DriversId(UUID):
        """As asyncpg has one."""

    assert copy_line([DriversId(int=5)]) == "00000000-0000-0000-0000-000000000005\n"
    with pytest.raises(TypeError, match="no column takes a float"):
        copy_line([1.5])
