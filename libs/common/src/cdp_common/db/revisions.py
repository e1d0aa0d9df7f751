"""Which revision a schema has, and which ones a build knows."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_DIGITS = 4


@cache
def known_revisions(package: str) -> tuple[str, ...]:
    """The revisions of this build of a service in order: the numbers that its migrations' files begin with.

    Raises `LookupError` when there is none.
    """
    names = (entry.name for entry in files(f"{package}.storage.migrations.versions").iterdir())
    numbers = tuple(sorted(name[:_DIGITS] for name in names if name[:_DIGITS].isdigit()))
    if not numbers:
        raise LookupError(f"{package} has no migrations")
    return numbers


def head_revision(package: str) -> str:
    """The newest revision that this build of the service knows."""
    return known_revisions(package)[-1]


def is_behind(package: str, revision: str | None) -> bool:
    """Whether the schema lacks migrations of this build; a revision from a later build is not behind."""
    return revision is None or revision in known_revisions(package)[:-1]


async def current_revision(tx: AsyncConnection) -> str | None:
    """The revision of the connected schema, or none when it was never migrated."""
    present = await tx.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
    if not present:
        return None
    revision: str | None = await tx.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
