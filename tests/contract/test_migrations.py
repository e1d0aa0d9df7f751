"""The migrations check: every service is in order, and what is not is found."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Text
from tests.integration.common.sample_service.storage import tables

from cdp_common.db.columns import metadata_with_names
from cdp_common.testing.postgres import TestCluster
from cdp_tools.checks.migrations import check_package

SAMPLE = "tests.integration.common.sample_service"

MIGRATION = """
import sqlalchemy as sa
from alembic import op

from cdp_common.db.common_schema import add_actor_to_events_0002, create_common_0001, drop_common_0001
from cdp_common.db.pgqueuer_schema import create_pgqueuer_0001, drop_pgqueuer_0001

revision, down_revision, branch_labels, depends_on = "0001", None, None, None


def upgrade():
    create_common_0001(op)
    add_actor_to_events_0002(op)
    create_pgqueuer_0001(op)
    op.create_table("things", sa.Column("id", sa.Uuid, primary_key=True))
    op.execute("CREATE TYPE colour AS ENUM ('red')")


def downgrade():
    op.drop_table("things")
    drop_pgqueuer_0001(op)
    drop_common_0001(op)
"""
TABLES = """
from sqlalchemy import Column, Table, Uuid

from cdp_common.db.columns import id_column, metadata_with_names

metadata = metadata_with_names()
things = Table("things", metadata, id_column())
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server of the check's own: it makes and unmakes databases under the services' names."""
    with TestCluster() as cluster:
        yield cluster.admin_url


async def test_a_table_that_the_migrations_do_not_make_so_is_found(
    server: str, monkeypatch: pytest.MonkeyPatch
):
    assert await check_package(server, SAMPLE, "sample") == []
    changed = metadata_with_names()
    for table in tables.metadata.tables.values():
        table.to_metadata(changed)
    changed.tables["accounts"].append_column(Column("nickname", Text))
    monkeypatch.setattr(tables, "metadata", changed)

    found = await check_package(server, SAMPLE, "sample")

    assert len(found) == 1
    assert "add_column" in found[0]
    assert "nickname" in found[0]


async def test_what_a_downgrade_leaves_behind_is_found(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    versions = tmp_path / "leaky" / "storage" / "migrations" / "versions"
    versions.mkdir(parents=True)
    for folder in (versions, *versions.parents[:3]):
        (folder / "__init__.py").touch()
    (versions / "0001_start.py").write_text(MIGRATION)
    (tmp_path / "leaky" / "storage" / "tables.py").write_text(TABLES)
    monkeypatch.syspath_prepend(tmp_path)

    found = await check_package(server, "leaky", "leaky")

    assert found == ["left behind when taken back: type colour (e) {red}"]
