"""Column types and names, the same in every service, so that a constraint's name can be relied on."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Dialect, MetaData, Numeric, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def metadata_with_names() -> MetaData:
    """An empty catalogue of tables that names every constraint and index by one convention."""
    return MetaData(naming_convention=dict(NAMES))


def id_column() -> Column[UUID]:
    """The `id` column: a UUIDv7 that the application makes."""
    return Column("id", Uuid(as_uuid=True), primary_key=True)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: TIMESTAMPTZ, aware and in UTC on both ways; a naive time is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC, as it is stored."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The stored moment, in UTC."""
        return None if value is None else value.astimezone(UTC)


class Pence(TypeDecorator[int]):
    """An amount of money in whole pence: BIGINT; anything but an int is refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """The same pence."""
        # A bool is an int to Python and never an amount; a Decimal would be rounded silently by the database.
        if value is not None and type(value) is not int:
            raise TypeError("pence are stored as int")
        return value


class Quantity(TypeDecorator[Decimal]):
    """A quantity or factor: NUMERIC(28,8), exact; floats are refused."""

    impl = Numeric(28, 8)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | None:
        """The same quantity."""
        if value is not None and type(value) is not Decimal:
            raise TypeError("quantities are stored as Decimal")
        return value


class Json(JSONB):
    """A JSON document: JSONB, where None means SQL NULL."""

    def __init__(self) -> None:
        super().__init__(none_as_null=True)
