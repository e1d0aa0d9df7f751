"""A first version of a bid is taken by one statement: locks, checks and rows in one round trip."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Each statement of the function sees what was committed before it began (READ COMMITTED, VOLATILE): so what
# follows a lock sees what its holder before has done. Rows come whole, by the names of their columns.
_TAKE_BID = """
CREATE FUNCTION take_bid(
    of_tender uuid, at_version integer, portal uuid, record_lock bigint,
    record_key bytea, fingerprint bytea, answer bytea, expires_at timestamptz, received_at timestamptz,
    bid json, version json, event json
) RETURNS text LANGUAGE plpgsql AS $take_bid$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('submissions ' || of_tender, 0));
    IF NOT pg_try_advisory_xact_lock(record_lock) THEN
        RETURN 'running';
    END IF;
    IF EXISTS (SELECT FROM idempotency_records r WHERE r.record_key = take_bid.record_key) THEN
        RETURN 'repeated';
    END IF;
    IF NOT EXISTS (
        SELECT FROM tenders t WHERE t.id = of_tender AND t.version = at_version AND t.state = 'published'
    ) THEN
        RETURN 'changed';
    END IF;
    IF portal IS NOT NULL AND NOT EXISTS (
        SELECT FROM portal_appointments a
        WHERE a.tender_id = of_tender AND a.portal_organisation_id = portal AND a.revoked_at IS NULL
    ) THEN
        RETURN 'refused';
    END IF;
    BEGIN
        INSERT INTO bids SELECT * FROM json_populate_record(NULL::bids, bid);
        INSERT INTO bid_versions SELECT * FROM json_populate_record(NULL::bid_versions, version);
        INSERT INTO events SELECT * FROM json_populate_record(NULL::events, event);
        INSERT INTO event_pending (event_id) VALUES ((event->>'id')::uuid);
        INSERT INTO idempotency_records (record_key, fingerprint, answer, created_at, expires_at)
        VALUES (record_key, fingerprint, answer, received_at, expires_at);
    EXCEPTION WHEN unique_violation THEN
        RETURN 'refused';
    END;
    RETURN 'taken';
END
$take_bid$
"""


def upgrade() -> None:
    run(op, _TAKE_BID)


def downgrade() -> None:
    run(op, "DROP FUNCTION take_bid")
