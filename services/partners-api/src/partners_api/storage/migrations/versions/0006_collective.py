"""Phases, programmes, roles and choices of partners, the working group, checklists, signed commitments."""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_UP = (
    # None: everything that the statement names, as every signature before this one meant.
    "ALTER TABLE statement_signatures ADD COLUMN commitments jsonb",
    """CREATE TABLE collective_entries (
        id uuid NOT NULL CONSTRAINT pk_collective_entries PRIMARY KEY,
        kind text NOT NULL CONSTRAINT ck_collective_entries_kind_known
            CHECK (kind IN ('phase', 'programme', 'role', 'area', 'theme', 'objective')),
        place_id uuid NOT NULL CONSTRAINT fk_collective_entries_place_id REFERENCES places (id),
        membership_id uuid CONSTRAINT fk_collective_entries_membership_id REFERENCES memberships (id),
        organisation_id uuid CONSTRAINT fk_collective_entries_organisation_id REFERENCES organisations (id),
        code text NOT NULL,
        title text NOT NULL,
        description text,
        objectives text[] NOT NULL,
        workstream text,
        valid_from date NOT NULL,
        valid_to date,
        assumed boolean NOT NULL,
        source text NOT NULL,
        end_source text,
        version integer NOT NULL,
        client_id text NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT ck_collective_entries_membership_of_kind
            CHECK ((kind IN ('phase', 'programme')) = (membership_id IS NULL)),
        CONSTRAINT ck_collective_entries_days_in_order CHECK (valid_to >= valid_from),
        CONSTRAINT ex_collective_entries_overlap EXCLUDE USING gist (
            (coalesce(membership_id, place_id)) WITH =, kind WITH =, code WITH =,
            daterange(valid_from, valid_to, '[]') WITH &&))""",
    """CREATE INDEX ix_collective_entries_place_id_kind_code
        ON collective_entries (place_id, kind, code)""",
    "CREATE INDEX ix_collective_entries_membership_id ON collective_entries (membership_id)",
    """CREATE TABLE meetings (
        id uuid NOT NULL CONSTRAINT pk_meetings PRIMARY KEY,
        place_id uuid NOT NULL CONSTRAINT fk_meetings_place_id REFERENCES places (id),
        held_on date NOT NULL,
        title text NOT NULL,
        state text NOT NULL CONSTRAINT ck_meetings_state_known
            CHECK (state IN ('planned', 'held', 'cancelled')),
        venue text,
        minutes text,
        minutes_url text,
        readers text NOT NULL CONSTRAINT ck_meetings_readers_known
            CHECK (readers IN ('public', 'collective')),
        version integer NOT NULL,
        client_id text NOT NULL,
        recorded_at timestamptz NOT NULL)""",
    "CREATE INDEX ix_meetings_place_id_held_on ON meetings (place_id, held_on)",
    """CREATE TABLE meeting_attendance (
        meeting_id uuid NOT NULL CONSTRAINT fk_meeting_attendance_meeting_id REFERENCES meetings (id),
        organisation_id uuid NOT NULL
            CONSTRAINT fk_meeting_attendance_organisation_id REFERENCES organisations (id),
        CONSTRAINT pk_meeting_attendance PRIMARY KEY (meeting_id, organisation_id))""",
    """CREATE TABLE actions (
        id uuid NOT NULL CONSTRAINT pk_actions PRIMARY KEY,
        place_id uuid NOT NULL CONSTRAINT fk_actions_place_id REFERENCES places (id),
        meeting_id uuid CONSTRAINT fk_actions_meeting_id REFERENCES meetings (id),
        title text NOT NULL,
        owner_organisation_id uuid NOT NULL
            CONSTRAINT fk_actions_owner_organisation_id REFERENCES organisations (id),
        agreed_on date NOT NULL,
        due_on date,
        client_id text NOT NULL,
        recorded_at timestamptz NOT NULL)""",
    "CREATE INDEX ix_actions_place_id_agreed_on ON actions (place_id, agreed_on)",
    """CREATE TABLE action_changes (
        action_id uuid NOT NULL CONSTRAINT fk_action_changes_action_id REFERENCES actions (id),
        number smallint NOT NULL,
        state text NOT NULL CONSTRAINT ck_action_changes_state_known
            CHECK (state IN ('open', 'under_way', 'done', 'dropped')),
        changed_on date NOT NULL,
        note text,
        client_id text NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_action_changes PRIMARY KEY (action_id, number))""",
    """CREATE TABLE checklists (
        id uuid NOT NULL CONSTRAINT pk_checklists PRIMARY KEY,
        code text NOT NULL,
        version text NOT NULL,
        title text NOT NULL,
        stages jsonb NOT NULL,
        source text NOT NULL,
        source_url text,
        published_at timestamptz NOT NULL,
        CONSTRAINT uq_checklists_code_version UNIQUE (code, version))""",
    """CREATE TABLE stage_records (
        id uuid NOT NULL CONSTRAINT pk_stage_records PRIMARY KEY,
        place_id uuid NOT NULL CONSTRAINT fk_stage_records_place_id REFERENCES places (id),
        checklist_id uuid NOT NULL CONSTRAINT fk_stage_records_checklist_id REFERENCES checklists (id),
        stage text NOT NULL,
        state text NOT NULL CONSTRAINT ck_stage_records_state_known
            CHECK (state IN ('not_started', 'under_way', 'in_place')),
        recorded_on date NOT NULL,
        note text,
        evidence jsonb NOT NULL,
        client_id text NOT NULL,
        recorded_at timestamptz NOT NULL)""",
    """CREATE INDEX ix_stage_records_place_id_checklist_id_stage_recorded_on
        ON stage_records (place_id, checklist_id, stage, recorded_on)""",
)


def upgrade() -> None:
    for statement in _UP:
        run(op, statement)
    for table in ("action_changes", "checklists", "stage_records"):
        make_append_only(op, table)


def downgrade() -> None:
    run(op, "DROP TABLE stage_records, checklists, action_changes, actions, meeting_attendance, meetings")
    run(op, "DROP TABLE collective_entries")
    run(op, "ALTER TABLE statement_signatures DROP COLUMN commitments")
