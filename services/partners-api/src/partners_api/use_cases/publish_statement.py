"""Publishes a version of a place's Statement of Intent, for good."""

from datetime import datetime
from uuid import UUID

from cdp_common.contracts.partners import StatementDraft
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor, require_manager
from partners_api.domain.places import PlaceUnknown
from partners_api.domain.statements import Statement, require_known_commitments
from partners_api.storage.places import load_place
from partners_api.storage.statements import insert_statement
from partners_api.use_cases.happenings import statement_published
from partners_api.use_cases.keepable import require_keepable
from partners_api.use_cases.views import statement_view


async def publish_statement(
    database: Database, actor: Actor, place_id: UUID, draft: StatementDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the published version."""
    async with database.begin() as tx:
        place = await load_place(tx, place_id)
        if place is None:
            raise PlaceUnknown("There is no place of that id.")
        require_manager(actor, place_id)
        if earlier := await once.replay(tx):
            return earlier
        require_known_commitments(draft.commitments, {item.code for item in place.commitments})
        statement = Statement(
            id=new_id(),
            place_id=place_id,
            version=draft.version,
            title=draft.title,
            text=draft.text,
            commitments=tuple(draft.commitments),
            source=draft.source,
            published_at=now,
            data_status=draft.data_status,
        )
        view = statement_view(statement)
        require_keepable(view)
        await insert_statement(tx, statement)
        await record_event(tx, statement_published(statement), now)
        location = {"Location": f"/v1/statements/{statement.id}"}
        return await once.keep(tx, 201, view, headers=location, now=now)
