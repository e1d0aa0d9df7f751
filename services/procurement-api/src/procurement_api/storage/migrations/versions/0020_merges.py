"""Records of organisations that lead to others, and what taking a bid at once has to ask of them.

Whoever takes a bid at once remembers the tender, and so its buyer: where the buyer's record was merged into
the bidder's, the bid goes the long way, and is refused there. Mergers that were told of before are read now:
the events of partners-api are taken from their beginning, and those that were taken before change nothing.
"""

from alembic import op

from cdp_common.db.common_schema import run
from cdp_common.db.merges import create_organisation_merges

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# As migration 0014 has it.
_TAKE_BID = """
CREATE OR REPLACE FUNCTION take_bid(
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

_MERGED = """
    IF EXISTS (
        SELECT FROM tenders t JOIN organisation_merges m ON m.organisation_id = t.buyer_organisation_id
        WHERE t.id = of_tender AND m.survivor_id = coalesce(portal, (bid->>'tenderer_organisation_id')::uuid)
    ) THEN
        RETURN 'changed';
    END IF;
    IF portal IS NOT NULL"""


def upgrade() -> None:
    create_organisation_merges(op)
    run(op, _TAKE_BID.replace("\n    IF portal IS NOT NULL", _MERGED))
    run(op, "UPDATE event_cursors SET position = 0 WHERE source = 'partners'")


def downgrade() -> None:
    run(op, _TAKE_BID)
    run(op, "DROP TABLE organisation_merges")
