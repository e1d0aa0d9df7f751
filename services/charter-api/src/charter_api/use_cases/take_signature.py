"""Writing a signature that is in order, whoever brings it: the organisation, its network, or an entry."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.base import DataStatus
from cdp_common.contracts.charter import PledgeDraft, SigningPerson
from cdp_common.contracts.commitments import CommitmentLine
from cdp_common.contracts.organisations import Organisation
from cdp_common.db.events import record_events
from cdp_common.kernel.errors import Conflict, NotFound
from cdp_common.kernel.identifiers import new_id
from charter_api.domain.charter import (
    AlreadySigned,
    PledgePeriod,
    require_pledges_hold,
    require_signing_day_holds,
)
from charter_api.domain.levels import require_level_reached
from charter_api.domain.standing import SignatureSuspended, is_standing, period_from, require_signed_by
from charter_api.storage.charters import charter_by_id
from charter_api.storage.mergers import hold_mergers, signed_by_records_of
from charter_api.storage.signature_changes import add_first_changes, add_signing_person
from charter_api.storage.signatures import add_pledges, add_signatures
from charter_api.use_cases.pledge_events import pledge_rows, pledges_made
from charter_api.use_cases.signature_events import signature_event
from charter_api.use_cases.stated_levels import levels_of, pledges_stated


class CharterNotFound(NotFound):
    """No charter version has this id."""

    code = "charter_not_found"
    title = "There is no such charter"


@dataclass(frozen=True)
class Signer:
    """The role of who signs, and where the name stands: `person_id` in the table of names."""

    role: str
    person_id: UUID


@dataclass(frozen=True)
class Signing:
    """What an organisation signs, checked as far as the document goes."""

    id: UUID
    charter: RowMapping
    organisation: Organisation
    signed_on: date
    areas: Sequence[str]
    data_status: DataStatus
    acted_by: UUID
    level: str | None
    pledges: Sequence[PledgeDraft]
    commitments: Sequence[CommitmentLine | None]


async def known_charter(tx: AsyncConnection, charter_id: UUID) -> RowMapping:
    """The charter version; refused where there is none."""
    charter = await charter_by_id(tx, charter_id)
    if charter is None:
        raise CharterNotFound("No charter has this id.")
    return charter


def require_signature_holds(
    charter: RowMapping, signed_on: date, level: str | None, pledges: Sequence[PledgeDraft], today: date
) -> None:
    """Refuse a day, pledges or a level that do not hold under the charter version; faults have pointers."""
    require_signing_day_holds(signed_on)
    require_signed_by(signed_on, today)
    require_pledges_hold(
        {
            f"/pledges/{index}": PledgePeriod(pledge.pledge, pledge.starts_on, pledge.ends_on)
            for index, pledge in enumerate(pledges)
        },
        {pledge["code"] for pledge in charter["pledges"]},
        signed_on,
    )
    made = pledges_stated(pledges, charter["pledges"])
    require_level_reached(level, levels_of(charter["levels"]), made)


async def name_signer(tx: AsyncConnection, person: SigningPerson, given_by: UUID | None) -> Signer:
    """The signer, with the name written into the table that can forget it.

    `given_by` is the signed-in person who said the name: when it is erased at partners-api, the name goes.
    """
    person_id = new_id()
    await add_signing_person(tx, person_id, person.name, given_by)
    return Signer(person.role, person_id)


@dataclass(frozen=True)
class Terms:
    """Of organisations: the number of the next signature, or why there is none."""

    next_by_organisation: Mapping[UUID, int]
    refusals: Mapping[UUID, Conflict]


async def terms_of(
    tx: AsyncConnection, charter: RowMapping, organisation_ids: Collection[UUID], today: date
) -> Terms:
    """Who may sign the charter version now: nobody while a signature is suspended or in force."""
    await hold_mergers(tx)
    following = dict.fromkeys(organisation_ids, 1)
    refusals: dict[UUID, Conflict] = {}
    for row in await signed_by_records_of(tx, organisation_ids, today, charter["place_id"]):
        organisation_id = row["owner_id"]
        if row["state"] == "suspended":
            words = "A signature of the organisation in the place is suspended."
            refusals[organisation_id] = SignatureSuspended(words)
        if row["begun_with"] == charter["id"]:
            following[organisation_id] = max(following[organisation_id], int(row["term"]) + 1)
        if charter["id"] in (row["begun_with"], row["charter_id"]) and is_standing(row["state"]):
            refusals.setdefault(organisation_id, already_signed())
    return Terms(following, refusals)


def already_signed() -> AlreadySigned:
    """What an organisation is told that has signed, or has just been signed for."""
    return AlreadySigned("The organisation's signature is in force.")


async def take_signature(tx: AsyncConnection, signing: Signing, signer: Signer, now: datetime) -> None:
    """Write the signature with its first period and pledges, and tell of them."""
    terms = await terms_of(tx, signing.charter, [signing.organisation.id], now.date())
    for refusal in terms.refusals.values():
        raise refusal
    if not await take_signatures(tx, [(signing, signer)], terms, now):
        raise already_signed()


async def take_signatures(
    tx: AsyncConnection, signings: Sequence[tuple[Signing, Signer]], terms: Terms, now: datetime
) -> frozenset[UUID]:
    """Write signatures with their first periods and pledges, tell of them, and give the ids of those taken.

    Of two with the same number, here or of somebody at the same moment, the unique constraint takes one.
    """
    rows = {
        signing.id: _signature_row(signing, terms.next_by_organisation[signing.organisation.id], now)
        for signing, _ in signings
    }
    taken = await add_signatures(tx, list(rows.values()))
    changes, pledges, events = [], [], []
    for signing, signer in signings:
        if signing.id not in taken:
            continue
        row = rows[signing.id]
        change = _first_change(row, signing, signer, now)
        days = {"signed_on": row["signed_on"].isoformat(), "expires_on": change["expires_on"].isoformat()}
        made = pledge_rows(row, signing.charter["pledges"], signing.pledges, signing.commitments, now)
        changes.append(change)
        pledges.extend(made)
        told = {**row, "level": signing.level}
        events.append(signature_event(told, "signed", 1, row["signed_on"], days=days))
        events.extend(pledges_made(row, made, signing.commitments, row["signed_on"]))
    await add_first_changes(tx, changes)
    await add_pledges(tx, pledges)
    await record_events(tx, events, now)
    return taken


def _signature_row(signing: Signing, term: int, now: datetime) -> dict[str, Any]:
    return {
        "id": signing.id,
        "place_id": signing.charter["place_id"],
        "charter_id": signing.charter["id"],
        "organisation_id": signing.organisation.id,
        "organisation_name": signing.organisation.legal_name,
        "organisation_kind": signing.organisation.kind,
        "is_sme": signing.organisation.is_sme,
        "is_vcse": signing.organisation.is_vcse,
        "areas": sorted(set(signing.areas)),
        "term": term,
        "signed_on": signing.signed_on,
        "acted_by": signing.acted_by,
        "data_status": signing.data_status,
        "recorded_at": now,
    }


def _first_change(row: dict[str, Any], signing: Signing, signer: Signer, now: datetime) -> dict[str, Any]:
    """The signing, with its period by the charter's review."""
    charter = signing.charter
    period = period_from(row["signed_on"], charter["review_months"], charter["renewal_notice_days"])
    return {
        "signature_id": row["id"],
        "number": 1,
        "kind": "signed",
        "effective_on": row["signed_on"],
        "period": 1,
        "charter_id": charter["id"],
        "starts_on": period.starts_on,
        "renewal_due_on": period.renewal_due_on,
        "expires_on": period.expires_on,
        "level": signing.level,
        "signed_by_role": signer.role,
        "person_id": signer.person_id,
        "acted_by": row["acted_by"],
        "recorded_at": now,
    }
