"""The revisions that a build knows are those of its migrations, in their order."""

import importlib
from pkgutil import iter_modules

import pytest

from cdp_common.db.revisions import head_revision, is_behind, known_revisions
from cdp_tools.services import SERVICES

PACKAGES = [service.package for service in SERVICES if service.schema is not None]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_migrations_file_begins_with_its_revision_and_follows_the_one_before(package: str) -> None:
    folder = importlib.import_module(f"{package}.storage.migrations.versions")
    names = sorted(module.name for module in iter_modules(folder.__path__))
    migrations = [importlib.import_module(f"{folder.__name__}.{name}") for name in names]

    revisions = tuple(migration.revision for migration in migrations)
    assert known_revisions(package) == revisions
    assert [migration.down_revision for migration in migrations] == [None, *revisions[:-1]]
    assert head_revision(package) == revisions[-1]


def test_a_schema_is_behind_before_the_head_and_not_after_it() -> None:
    package = "reporting_api"
    before = known_revisions(package)[-2]
    seen = [is_behind(package, revision) for revision in (None, before, head_revision(package), "9999")]
    assert seen == [True, True, False, False]
