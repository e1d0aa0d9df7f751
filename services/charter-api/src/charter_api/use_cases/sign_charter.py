"""An organisation signs the Charter and makes its first pledges, in one call."""

from __future__ import annotations

from datetime import datetime

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.charter import SignatureDraft
from cdp_common.contracts.licensed import for_reader
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from charter_api.domain.charter import require_may_sign
from charter_api.use_cases.answers import signatory_now
from charter_api.use_cases.take_signature import (
    Signing,
    known_charter,
    name_signer,
    require_signature_holds,
    take_signature,
)
from charter_api.use_cases.value_pledges import value_pledges


async def sign_charter(
    db: Database,
    partners: PartnersClient,
    toms: TomsClient,
    caller: Caller,
    draft: SignatureDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The register's new entry for the organisation that the caller acts for."""
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        charter = await known_charter(tx, draft.charter_id)
    require_signature_holds(charter, draft.signed_on, draft.level, draft.pledges, now.date())
    organisation = await partners.get_organisation(caller.org)
    require_may_sign(organisation.kind)
    commitments = await value_pledges(
        toms, {f"/pledges/{index}": pledge for index, pledge in enumerate(draft.pledges)}, draft.signed_on
    )
    signing = Signing(
        id=new_id(),
        charter=charter,
        organisation=organisation,
        signed_on=draft.signed_on,
        areas=draft.areas,
        data_status=draft.data_status,
        acted_by=caller.act,
        level=draft.level,
        pledges=draft.pledges,
        commitments=commitments,
    )

    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        signer = await name_signer(tx, draft.signing_person, caller.sub)
        await take_signature(tx, signing, signer, now)
        signatory = await signatory_now(tx, signing.id, now.date())
        return await once.keep(tx, 201, for_reader(signatory, caller.scopes), now=now)
