"""Tailored editions say where their parts come from; editions hold tags, workstreams and numeric targets.

Adding columns fires no row trigger, and what is published gains only empty values: its hash stays good. An
older edition that derives from another names only the parent's hash.
"""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_UP = (
    """ALTER TABLE editions
        ADD COLUMN parent_framework text,
        ADD COLUMN parent_edition text,
        ADD COLUMN tags jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN workstreams jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN targets jsonb NOT NULL DEFAULT '[]',
        ADD CONSTRAINT ck_editions_parent_named CHECK (
            num_nulls(parent_framework, parent_edition) = 0 AND derived_from IS NOT NULL
            OR num_nonnulls(parent_framework, parent_edition) = 0)""",
    """ALTER TABLE measures
        ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
        ADD COLUMN origin text,
        ADD COLUMN changed text[] NOT NULL DEFAULT '{}',
        ADD COLUMN revalued_because text,
        ADD CONSTRAINT ck_measures_origin_known CHECK (origin IN ('inherited', 'tailored', 'added')),
        ADD CONSTRAINT ck_measures_changed_if_tailored
            CHECK (cardinality(changed) = 0 OR origin = 'tailored'),
        ADD CONSTRAINT ck_measures_revalued_if_tailored
            CHECK (revalued_because IS NULL OR origin = 'tailored')""",
    """ALTER TABLE proxies
        ADD COLUMN origin text,
        ADD COLUMN licence_framework text,
        ADD CONSTRAINT ck_proxies_origin_known CHECK (origin IN ('inherited', 'added')),
        ADD CONSTRAINT ck_proxies_licence_inherited
            CHECK (licence_framework IS NULL OR (NOT redistributable AND origin = 'inherited'))""",
)

# The application states every value itself.
_NO_DEFAULTS = (
    """ALTER TABLE editions ALTER COLUMN tags DROP DEFAULT, ALTER COLUMN workstreams DROP DEFAULT,
        ALTER COLUMN targets DROP DEFAULT""",
    "ALTER TABLE measures ALTER COLUMN tags DROP DEFAULT, ALTER COLUMN changed DROP DEFAULT",
)

_DOWN = (
    "ALTER TABLE proxies DROP COLUMN origin, DROP COLUMN licence_framework",
    """ALTER TABLE measures DROP COLUMN tags, DROP COLUMN origin, DROP COLUMN changed,
        DROP COLUMN revalued_because""",
    """ALTER TABLE editions DROP COLUMN parent_framework, DROP COLUMN parent_edition, DROP COLUMN tags,
        DROP COLUMN workstreams, DROP COLUMN targets""",
)


def upgrade() -> None:
    for statement in (*_UP, *_NO_DEFAULTS):
        run(op, statement)


def downgrade() -> None:
    for statement in _DOWN:
        run(op, statement)
