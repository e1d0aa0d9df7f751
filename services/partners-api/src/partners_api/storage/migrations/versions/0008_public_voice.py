"""What the public sends: consent, contacts in one erasable table, gatherings, ideas, supporters."""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_UP = (
    """CREATE TABLE consent_wordings (
        id uuid NOT NULL CONSTRAINT pk_consent_wordings PRIMARY KEY,
        place_id uuid NOT NULL CONSTRAINT fk_consent_wordings_place_id REFERENCES places (id),
        purpose text NOT NULL CONSTRAINT ck_consent_wordings_purpose_known
            CHECK (purpose IN ('gathering', 'idea', 'supporter')),
        version text NOT NULL,
        text text NOT NULL,
        published_at timestamptz NOT NULL,
        CONSTRAINT uq_consent_wordings_place_id_purpose_version UNIQUE (place_id, purpose, version))""",
    """CREATE TABLE public_contacts (
        id uuid NOT NULL CONSTRAINT pk_public_contacts PRIMARY KEY,
        place_id uuid NOT NULL CONSTRAINT fk_public_contacts_place_id REFERENCES places (id),
        purpose text NOT NULL CONSTRAINT ck_public_contacts_purpose_known
            CHECK (purpose IN ('gathering', 'idea', 'supporter')),
        name text NOT NULL,
        email text NOT NULL,
        organisation_name text,
        wording_id uuid NOT NULL
            CONSTRAINT fk_public_contacts_wording_id REFERENCES consent_wordings (id),
        token_digest bytea NOT NULL,
        consented_at timestamptz NOT NULL)""",
    "CREATE INDEX ix_public_contacts_purpose_consented_at ON public_contacts (purpose, consented_at)",
    """CREATE TABLE gatherings (
        id uuid NOT NULL CONSTRAINT pk_gatherings PRIMARY KEY,
        place_id uuid NOT NULL CONSTRAINT fk_gatherings_place_id REFERENCES places (id),
        kind text NOT NULL CONSTRAINT ck_gatherings_kind_known CHECK (kind IN ('training', 'event')),
        title text NOT NULL,
        summary text NOT NULL,
        description text,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        venue text,
        online_url text,
        capacity integer NOT NULL,
        registration_closes_at timestamptz,
        organiser_organisation_id uuid NOT NULL
            CONSTRAINT fk_gatherings_organiser_organisation_id REFERENCES organisations (id),
        objectives text[] NOT NULL,
        data_status text NOT NULL CONSTRAINT ck_gatherings_data_status_known
            CHECK (data_status IN ('actual', 'synthetic_sample')),
        state text NOT NULL CONSTRAINT ck_gatherings_state_known CHECK (state IN ('open', 'cancelled')),
        cancelled_because text,
        registered_count integer NOT NULL,
        waiting_count integer NOT NULL CONSTRAINT ck_gatherings_waiting_counted CHECK (waiting_count >= 0),
        attended_count integer NOT NULL,
        last_number integer NOT NULL,
        version integer NOT NULL,
        CONSTRAINT ck_gatherings_ends_after_start CHECK (ends_at > starts_at),
        CONSTRAINT ck_gatherings_within_capacity CHECK (registered_count BETWEEN 0 AND capacity))""",
    "CREATE INDEX ix_gatherings_place_id_starts_at ON gatherings (place_id, starts_at)",
    """CREATE TABLE gathering_registrations (
        id uuid NOT NULL CONSTRAINT pk_gathering_registrations PRIMARY KEY,
        gathering_id uuid NOT NULL
            CONSTRAINT fk_gathering_registrations_gathering_id REFERENCES gatherings (id),
        number integer NOT NULL,
        state text NOT NULL CONSTRAINT ck_gathering_registrations_state_known
            CHECK (state IN ('registered', 'waiting', 'cancelled')),
        attended boolean,
        contact_id uuid CONSTRAINT fk_gathering_registrations_contact_id
            REFERENCES public_contacts (id) ON DELETE SET NULL,
        version integer NOT NULL,
        registered_at timestamptz NOT NULL,
        CONSTRAINT uq_gathering_registrations_gathering_id_number UNIQUE (gathering_id, number),
        CONSTRAINT ck_gathering_registrations_attended_by_registered
            CHECK (attended IS NULL OR state = 'registered'))""",
    "CREATE INDEX ix_gathering_registrations_contact_id ON gathering_registrations (contact_id)",
    """CREATE TABLE ideas (
        id uuid NOT NULL CONSTRAINT pk_ideas PRIMARY KEY,
        place_id uuid NOT NULL CONSTRAINT fk_ideas_place_id REFERENCES places (id),
        kind text NOT NULL CONSTRAINT ck_ideas_kind_known
            CHECK (kind IN ('idea', 'feedback', 'case_study')),
        title text NOT NULL,
        text text NOT NULL,
        objectives text[] NOT NULL,
        area text,
        show_name boolean NOT NULL,
        contact_id uuid CONSTRAINT fk_ideas_contact_id REFERENCES public_contacts (id) ON DELETE SET NULL,
        state text NOT NULL CONSTRAINT ck_ideas_state_known
            CHECK (state IN ('received', 'shown', 'declined')),
        reason text,
        reply text,
        version integer NOT NULL,
        received_at timestamptz NOT NULL,
        CONSTRAINT ck_ideas_moderated_with_reason CHECK ((state = 'received') = (reason IS NULL)))""",
    "CREATE INDEX ix_ideas_place_id_received_at ON ideas (place_id, received_at)",
    "CREATE INDEX ix_ideas_contact_id ON ideas (contact_id)",
    """CREATE TABLE supporters (
        id uuid NOT NULL CONSTRAINT pk_supporters PRIMARY KEY,
        place_id uuid NOT NULL CONSTRAINT fk_supporters_place_id REFERENCES places (id),
        contact_id uuid CONSTRAINT fk_supporters_contact_id
            REFERENCES public_contacts (id) ON DELETE SET NULL,
        interests text[] NOT NULL,
        since timestamptz NOT NULL,
        ended_at timestamptz)""",
    "CREATE INDEX ix_supporters_contact_id ON supporters (contact_id)",
    """CREATE INDEX ix_supporters_place_id_since ON supporters (place_id, since)
        WHERE ended_at IS NULL""",
)


def upgrade() -> None:
    for statement in _UP:
        run(op, statement)
    make_append_only(op, "consent_wordings")


def downgrade() -> None:
    run(op, "DROP TABLE supporters, ideas, gathering_registrations, gatherings")
    run(op, "DROP TABLE public_contacts, consent_wordings")
