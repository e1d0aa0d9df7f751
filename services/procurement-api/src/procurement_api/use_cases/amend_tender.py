"""A buyer amends its published tender before the deadline: a new version of its terms, told to everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.amendments import Amended, TenderAmendment
from cdp_common.contracts.partners import Organisation
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.contracts.toms import Edition, Measure
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.errors import FieldError
from cdp_common.web.caller import Caller
from procurement_api.domain.amendment import (
    AmendmentInvalid,
    Change,
    leaves_bids,
    require_before_deadline,
    require_change_holds,
    require_version,
)
from procurement_api.domain.tender import TermsInvalid, require_state, require_terms_hold
from procurement_api.storage.tenders import change_tender, end_submissions, tender_by_id
from procurement_api.storage.terms_versions import add_terms_version
from procurement_api.use_cases.amended_values import amended_values, require_values_hold
from procurement_api.use_cases.answers import tender_answer
from procurement_api.use_cases.happenings import tell_amendment
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.others import known_edition, require_slug
from procurement_api.use_cases.pinned_measures import pinnable_measures, pinned_measures
from procurement_api.use_cases.publish_amendment import publish_amendment, publish_new_terms
from procurement_api.use_cases.publish_releases import tender_facts
from procurement_api.use_cases.rights import own_tender
from procurement_api.use_cases.set_terms import lot_ids, rules_of
from procurement_api.use_cases.tender_values import lots_answer, value_answer


@dataclass(frozen=True)
class _Known:
    """What other services say of the terms as they will be."""

    measures: dict[str, Measure]
    edition: Edition
    buyer: Organisation


async def amend_tender(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    tender_id: UUID,
    amendment: TenderAmendment,
    once: Once,
    clock: Clock,
) -> Answer:
    """The tender on its new terms; bids under way end first, later ones are held to the new terms."""
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        _change(tender, amendment, clock())
    known = None
    if amendment.terms is not None:
        known = await _known(toms, partners, caller, tender, amendment.terms, clock())

    async with db.begin() as tx:
        await end_submissions(tx, tender_id)
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        # The clock is read again: while this waited for bids under way, the deadline may have passed.
        now = clock()
        change = _change(tender, amendment, now)
        changed = await change_tender(tx, tender_id, **_columns(tender, amendment, change, known))
        amended = [name for name in _ORDER if name in change.amended]
        await add_terms_version(
            tx,
            changed,
            caller.act,
            now,
            reason=amendment.reason,
            amended=list(amended),
            bids_stand=leaves_bids(change),
        )
        if known is None:
            await publish_amendment(tx, tender, changed, amendment.reason, now)
        else:
            told = tender_facts(changed, known.buyer, known.edition, known.measures)
            await publish_new_terms(tx, tender, changed, told, amendment.reason, now)
        answer = tender_answer(changed)
        await tell_amendment(tx, answer, amendment.reason, amended, leaves_bids(change), now)
        return await keep_answer(tx, once, 201, answer, now)


_ORDER: tuple[Amended, ...] = ("deadline_at", "title", "description", "value", "lots", "terms")


def _change(tender: RowMapping, amendment: TenderAmendment, now: datetime) -> Change:
    """What the amendment changes of the tender as it stands, if it may."""
    require_state(tender["state"], "published")
    require_version(amendment.amends_version, tender["terms_version"])
    require_before_deadline(now, tender["deadline_at"])
    change = Change(_deadline(amendment), _amended(tender, amendment), amendment.bids_stand)
    require_change_holds(change, tender["deadline_at"])
    require_values_hold(tender, amendment)
    # The rules for terms bound the deadline too, also where it alone moves.
    terms = _terms(tender, amendment)
    lots = lot_ids(tender) if amendment.lots is None else {lot.id for lot in amendment.lots}
    try:
        require_terms_hold(rules_of(terms), lots, now)
    except TermsInvalid as refusal:
        faults = [FieldError(_at(amendment, each), each.code, each.message) for each in refusal.errors]
        raise TermsInvalid(refusal.detail, errors=faults) from refusal
    return change


def _at(amendment: TenderAmendment, fault: FieldError) -> str:
    """Where in the amendment a fault of the terms stands: the present ones clash with what is amended."""
    if amendment.terms is not None:
        return f"/terms{fault.pointer}"
    return fault.pointer if fault.pointer == "/deadline_at" else "/lots"


def _deadline(amendment: TenderAmendment) -> datetime | None:
    """The deadline that the amendment states, at either place or the same at both."""
    stated = {amendment.deadline_at, None if amendment.terms is None else amendment.terms.deadline_at}
    stated.discard(None)
    if len(stated) > 1:
        words = "The terms state another deadline."
        raise AmendmentInvalid(words, errors=[FieldError("/deadline_at", "deadline_differs", words)])
    return next(iter(stated), None)


def _terms(tender: RowMapping, amendment: TenderAmendment) -> TenderTerms:
    """The terms as they will be."""
    terms = amendment.terms or TenderTerms.model_validate(tender["terms"])
    return terms.model_copy(update={"deadline_at": _deadline(amendment) or tender["deadline_at"]})


def _amended(tender: RowMapping, amendment: TenderAmendment) -> set[Amended]:
    """What will be other than it is."""
    amended: set[Amended] = set()
    deadline = _deadline(amendment)
    if deadline is not None and deadline != tender["deadline_at"]:
        amended.add("deadline_at")
    if amendment.title is not None and amendment.title != tender["title"]:
        amended.add("title")
    if amendment.description is not None and amendment.description != tender["description"]:
        amended.add("description")
    if amendment.value is not None and amendment.value != value_answer(tender):
        amended.add("value")
    if amendment.lots is not None and amendment.lots != lots_answer(tender):
        amended.add("lots")
    present = TenderTerms.model_validate(tender["terms"])
    same_deadline = {"deadline_at": tender["deadline_at"]}
    if _terms(tender, amendment).model_copy(update=same_deadline) != present.model_copy(update=same_deadline):
        amended.add("terms")
    return amended


async def _known(
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    tender: RowMapping,
    terms: TenderTerms,
    now: datetime,
) -> _Known:
    measures = await pinnable_measures(toms, terms, now.date())
    edition = await known_edition(toms, terms.edition_hash)
    require_slug(await partners.get_place(tender["place_id"]), terms.place_slug, "/terms/place_slug")
    return _Known(measures, edition, await partners.get_organisation(caller.org))


def _columns(
    tender: RowMapping, amendment: TenderAmendment, change: Change, known: _Known | None
) -> dict[str, Any]:
    """The columns of the tender that the amendment changes."""
    version = tender["terms_version"] + 1
    terms = _terms(tender, amendment)
    columns: dict[str, Any] = {
        "terms_version": version,
        "deadline_at": terms.deadline_at,
        "terms": terms.model_dump(mode="json"),
    }
    if known is not None:
        columns["measures"] = pinned_measures(terms, known.measures)
    if not leaves_bids(change):
        columns["bids_since_terms_version"] = version
    for name in ("title", "description"):
        if name in change.amended:
            columns[name] = getattr(amendment, name)
    return columns | amended_values(amendment)
