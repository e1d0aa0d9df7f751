"""Column types refuse what would be stored as something else."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable
from sqlalchemy.types import TypeDecorator

from cdp_common.db.columns import Json, Pence, Quantity, UtcDateTime, id_column, metadata_with_names

DIALECT = postgresql.dialect()


def bound(kind: TypeDecorator, value: object) -> object:
    return kind.process_bind_param(value, DIALECT)


def test_a_time_is_stored_in_utc() -> None:
    summer = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=1)))
    assert bound(UtcDateTime(), summer) == datetime(2026, 7, 1, 11, 0, tzinfo=UTC)
    assert bound(UtcDateTime(), None) is None


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError):
        bound(UtcDateTime(), datetime(2026, 7, 1))  # noqa: DTZ001 - the naive time is what is tested


@pytest.mark.parametrize("value", [True, 1.0, Decimal(1), "1"])
def test_pence_are_whole(value: object) -> None:
    assert bound(Pence(), 1) == 1
    assert bound(Pence(), None) is None
    with pytest.raises(TypeError):
        bound(Pence(), value)


@pytest.mark.parametrize("value", [1.5, 1, True, "1.5"])
def test_quantities_are_decimals(value: object) -> None:
    assert bound(Quantity(), Decimal("1.5")) == Decimal("1.5")
    assert bound(Quantity(), None) is None
    with pytest.raises(TypeError):
        bound(Quantity(), value)


def test_constraints_are_named_by_one_convention() -> None:
    metadata = metadata_with_names()
    Table("parents", metadata, id_column())
    table = Table(
        "children",
        metadata,
        id_column(),
        Column("parent_id", Uuid, ForeignKey("parents.id"), index=True),
        Column("name", Text),
        Column("data", Json),
        UniqueConstraint("parent_id", "name"),
        CheckConstraint("name <> ''", name="name_given"),
    )
    ddl = str(CreateTable(table).compile(dialect=DIALECT))
    for name in (
        "pk_children",
        "fk_children_parent_id",
        "uq_children_parent_id_name",
        "ck_children_name_given",
    ):
        assert f"CONSTRAINT {name} " in ddl
    assert [index.name for index in table.indexes] == ["ix_children_parent_id"]
    assert "data JSONB" in ddl
