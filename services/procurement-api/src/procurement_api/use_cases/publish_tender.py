"""A buyer publishes its tender: measures are pinned, and it gets a key to which bids are sealed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.tenders import Tender, TenderTerms
from cdp_common.db.database import Database
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from procurement_api.domain.ocds import is_awarded
from procurement_api.domain.tender import (
    TenderAwardedElsewhere,
    TermsMissing,
    require_state,
    require_terms_hold,
)
from procurement_api.storage.tenders import change_tender, tender_by_id
from procurement_api.storage.terms_versions import add_terms_version
from procurement_api.use_cases.answers import tender_answer
from procurement_api.use_cases.happenings import tell_tender
from procurement_api.use_cases.others import known_edition
from procurement_api.use_cases.pinned_measures import pinnable_measures, pinned_measures
from procurement_api.use_cases.publish_releases import ocid_for_tender, publish_tender_release
from procurement_api.use_cases.rights import own_tender
from procurement_api.use_cases.sealing import KeyProvider, new_sealing_key, wrap_tender_key
from procurement_api.use_cases.set_terms import lot_ids, rules_of


async def publish_tender(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    tender_id: UUID,
    if_match: str | None,
    sealing: KeyProvider,
    ocid_prefix: str,
    now: datetime,
) -> Tender:
    """The published tender, whose terms change only by amendments; its first OCDS release goes out too."""
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id))
        require_match(if_match, tender_answer(tender))
        terms = _publishable(tender, now)
    measures = await pinnable_measures(toms, terms, now.date())
    edition = await known_edition(toms, terms.edition_hash)
    buyer = await partners.get_organisation(caller.org)
    public_jwk, private_jwk = new_sealing_key()
    wrapped = await wrap_tender_key(private_jwk, sealing, tender_id)

    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        require_match(if_match, tender_answer(tender))
        _publishable(tender, now)
        ocid = await ocid_for_tender(tx, ocid_prefix, tender)
        changed = await change_tender(
            tx,
            tender_id,
            ocid=ocid,
            state="published",
            published_at=now,
            measures=pinned_measures(terms, measures),
            terms_version=1,
            bids_since_terms_version=1,
            sealing_public_jwk=public_jwk,
            sealing_private_wrapped=wrapped,
        )
        await add_terms_version(tx, changed, caller.act, now)
        notice_ocid = None if tender["ocid"] == ocid else tender["ocid"]
        await publish_tender_release(tx, changed, buyer, edition, measures, notice_ocid, now)
        published = tender_answer(changed)
        await tell_tender(tx, "published", published, now)
        return published


def _publishable(tender: RowMapping, now: datetime) -> TenderTerms:
    require_state(tender["state"], "draft")
    if tender["terms"] is None:
        raise TermsMissing("Set the terms before publishing.")
    if is_awarded(tender["imported_release"]):
        raise TenderAwardedElsewhere("The imported notice tells of an award; register its contract instead.")
    terms = TenderTerms.model_validate(tender["terms"])
    require_terms_hold(rules_of(terms), lot_ids(tender), now)
    return terms
