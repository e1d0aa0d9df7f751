"""An organisation signs the Charter and makes its first pledges, in one call."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.charter import SignatureDraft
from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.partners import Organisation
from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import NotFound
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from charter_api.domain.charter import (
    AlreadySigned,
    PledgePeriod,
    expiry,
    require_may_sign,
    require_pledges_hold,
    require_signing_day_holds,
    state_on,
)
from charter_api.storage.charters import charter_by_id
from charter_api.storage.signatures import add_signature, latest_term, pledges_of, signature_by_id
from charter_api.use_cases.answers import signatory_answers
from charter_api.use_cases.pledge_events import make_pledges
from charter_api.use_cases.value_pledges import value_pledges


class CharterNotFound(NotFound):
    """No charter version has this id."""

    code = "charter_not_found"
    title = "There is no such charter"


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
        charter = await charter_by_id(tx, draft.charter_id)
    if charter is None:
        raise CharterNotFound("No charter has this id.")
    require_signing_day_holds(draft.signed_on)
    require_pledges_hold(
        {
            f"/pledges/{index}": PledgePeriod(pledge.pledge, pledge.starts_on, pledge.ends_on)
            for index, pledge in enumerate(draft.pledges)
        },
        {pledge["code"] for pledge in charter["pledges"]},
        draft.signed_on,
    )
    organisation = await partners.get_organisation(caller.org)
    require_may_sign(organisation.kind)
    commitments = await value_pledges(
        toms, {f"/pledges/{index}": pledge for index, pledge in enumerate(draft.pledges)}, draft.signed_on
    )

    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        term = await _next_term(tx, draft.charter_id, caller.org, now.date())
        signature = _signature_row(draft, charter, organisation, caller, term, now)
        await add_signature(tx, signature, draft.signing_person.name)
        await make_pledges(tx, signature, charter["pledges"], draft.pledges, commitments, now)
        await record_event(tx, _signed(signature), now)
        written = await signature_by_id(tx, signature["id"])
        assert written is not None
        [signatory] = signatory_answers([written], await pledges_of(tx, [signature["id"]]), now.date())
        return await once.keep(tx, 201, for_reader(signatory, caller.scopes), now=now)


async def _next_term(tx: AsyncConnection, charter_id: UUID, organisation_id: UUID, today: date) -> int:
    """The number of the new signature; of two who compute the same one, the unique constraint takes one."""
    latest = await latest_term(tx, charter_id, organisation_id)
    if latest is None:
        return 1
    if state_on(today, latest["expires_on"], latest["withdrawn_on"]) == "active":
        raise AlreadySigned("The organisation's signature is in force.")
    return int(latest["term"]) + 1


def _signature_row(
    draft: SignatureDraft,
    charter: RowMapping,
    organisation: Organisation,
    caller: Caller,
    term: int,
    now: datetime,
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "place_id": charter["place_id"],
        "charter_id": charter["id"],
        "organisation_id": organisation.id,
        "organisation_name": organisation.legal_name,
        "organisation_kind": organisation.kind,
        "term": term,
        "signed_on": draft.signed_on,
        "expires_on": expiry(draft.signed_on, charter["review_months"]),
        "signed_by_role": draft.signing_person.role,
        "person_id": new_id(),
        "acted_by": caller.act,
        "data_status": draft.data_status,
        "recorded_at": now,
    }


def _signed(signature: dict[str, Any]) -> NewEvent:
    return NewEvent(
        type="signature.signed",
        aggregate_type="signature",
        aggregate_id=signature["id"],
        aggregate_version=1,
        place_id=signature["place_id"],
        audience=("public",),
        data={
            "signature_id": str(signature["id"]),
            "charter_id": str(signature["charter_id"]),
            "organisation_id": str(signature["organisation_id"]),
            "organisation_name": signature["organisation_name"],
            "signed_on": signature["signed_on"].isoformat(),
            "expires_on": signature["expires_on"].isoformat(),
        },
        effective_on=signature["signed_on"],
    )
