"""Signs a version of the Statement of Intent for the organisation that the caller acts for."""

from datetime import datetime
from uuid import UUID

from cdp_common.contracts.partners import StatementSignatureDraft
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor
from partners_api.domain.statements import (
    Signature,
    SignedCommitment,
    StatementUnknown,
    require_commitments_of,
    require_may_sign,
    require_not_signed,
)
from partners_api.storage.memberships import was_ever_member
from partners_api.storage.organisations import load_organisations, records_of_same
from partners_api.storage.statements import insert_signature, load_statement
from partners_api.use_cases.happenings import statement_signed
from partners_api.use_cases.views import signature_view


async def sign_statement(
    database: Database,
    actor: Actor,
    statement_id: UUID,
    draft: StatementSignatureDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The answer with the signature."""
    async with database.begin() as tx:
        if earlier := await once.replay(tx):
            return earlier
        statement = await load_statement(tx, statement_id)
        if statement is None:
            raise StatementUnknown("There is no statement of that id.")
        signer = actor.organisation_id
        records = await records_of_same(tx, [signer])
        require_not_signed(statement, records)
        require_may_sign(
            has_membership=await was_ever_member(tx, statement.place_id, records),
            signed_on=draft.signed_on,
            today=now.date(),
        )
        if draft.commitments is not None:
            require_commitments_of(statement, [each.code for each in draft.commitments])
        organisation = (await load_organisations(tx, [signer]))[signer]
        signature = Signature(
            id=new_id(),
            statement_id=statement_id,
            organisation_id=signer,
            organisation_name=organisation.legal_name,
            signed_on=draft.signed_on,
            signed_by_role=draft.signed_by_role,
            assumed=draft.assumed,
            commitments=None
            if draft.commitments is None
            else tuple(SignedCommitment(each.code, each.words) for each in draft.commitments),
        )
        await insert_signature(tx, signature, client_id=actor.client_id, recorded_at=now)
        await record_event(tx, statement_signed(signature, statement), now)
        location = {"Location": f"/v1/statements/{statement_id}"}
        return await once.keep(tx, 201, signature_view(statement, signature), headers=location, now=now)
