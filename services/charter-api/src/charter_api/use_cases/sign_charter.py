"""An organisation signs the Charter and makes its first pledges, in one call."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.charter import SignatureDraft, SigningPerson
from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.partners import Organisation
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import NotFound
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from charter_api.domain.charter import (
    AlreadySigned,
    PledgePeriod,
    require_may_sign,
    require_pledges_hold,
    require_signing_day_holds,
)
from charter_api.domain.standing import (
    SignaturePeriod,
    SignatureSuspended,
    is_standing,
    period_from,
    require_signed_by,
)
from charter_api.storage.charters import charter_by_id
from charter_api.storage.signature_changes import add_change, add_signing_person
from charter_api.storage.signatures import add_signature, is_suspended_in, latest_term
from charter_api.use_cases.answers import signatory_now
from charter_api.use_cases.pledge_events import make_pledges
from charter_api.use_cases.signature_events import signature_event
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
    require_signed_by(draft.signed_on, now.date())
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
        if await is_suspended_in(tx, charter["place_id"], caller.org, now.date()):
            raise SignatureSuspended("A signature of the organisation in the place is suspended.")
        term = await _next_term(tx, draft.charter_id, caller.org, now.date())
        signature = _signature_row(draft, charter, organisation, caller, term, now)
        await write_signature(tx, signature, charter, draft.signing_person, now)
        await make_pledges(tx, signature, charter["pledges"], draft.pledges, commitments, now)
        signatory = await signatory_now(tx, signature["id"], now.date())
        return await once.keep(tx, 201, for_reader(signatory, caller.scopes), now=now)


async def _next_term(tx: AsyncConnection, charter_id: UUID, organisation_id: UUID, today: date) -> int:
    """The number of the new signature; of two who compute the same one, the unique constraint takes one."""
    latest = await latest_term(tx, charter_id, organisation_id, today)
    if latest is None:
        return 1
    if is_standing(latest["state"]):
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
        "is_sme": organisation.is_sme,
        "is_vcse": organisation.is_vcse,
        "areas": sorted(set(draft.areas)),
        "term": term,
        "signed_on": draft.signed_on,
        "acted_by": caller.act,
        "data_status": draft.data_status,
        "recorded_at": now,
    }


async def write_signature(
    tx: AsyncConnection, row: dict[str, Any], charter: RowMapping, person: SigningPerson, now: datetime
) -> None:
    """The signature, its first period by the charter's review, the erasable name, and `signature.signed`."""
    await add_signature(tx, row)
    person_id = new_id()
    await add_signing_person(tx, person_id, person.name)
    period: SignaturePeriod = period_from(
        row["signed_on"], charter["review_months"], charter["renewal_notice_days"]
    )
    await add_change(
        tx,
        {
            "signature_id": row["id"],
            "number": 1,
            "kind": "signed",
            "effective_on": row["signed_on"],
            "period": 1,
            "charter_id": charter["id"],
            "starts_on": period.starts_on,
            "renewal_due_on": period.renewal_due_on,
            "expires_on": period.expires_on,
            "signed_by_role": person.role,
            "person_id": person_id,
            "acted_by": row["acted_by"],
            "recorded_at": now,
        },
    )
    days = {"signed_on": row["signed_on"].isoformat(), "expires_on": period.expires_on.isoformat()}
    await record_event(tx, signature_event(row, "signed", 1, row["signed_on"], days=days), now)
