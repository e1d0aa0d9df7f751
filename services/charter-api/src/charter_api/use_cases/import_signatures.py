"""A business network brings in a file of signatures: each by itself, or all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.base import AS_SENT
from cdp_common.contracts.commitments import CommitmentLine
from cdp_common.contracts.organisations import Organisation
from cdp_common.contracts.signature_imports import (
    EnteredSignature,
    ImportedSignature,
    NamedOrganisation,
    SignatureImportReport,
    SignatureRowFault,
)
from cdp_common.db.database import Database
from cdp_common.db.events import record_events
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.csv_rows import RowFault
from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput
from cdp_common.kernel.identifiers import OrganisationIdentifier, new_id
from cdp_common.web.caller import Caller
from cdp_common.web.pointers import field_errors
from charter_api.domain.charter import OrganisationMayNotSign, require_may_sign
from charter_api.domain.entry import (
    AlreadyEntered,
    EntryUnsound,
    require_described,
    require_named_well,
    subject_of,
)
from charter_api.domain.signature_file import FileSignature, read_signature_file
from charter_api.storage.delegations import who_lets_sign
from charter_api.storage.entries import add_entries, add_import, import_report
from charter_api.storage.signature_changes import add_signing_people
from charter_api.use_cases.entry_answers import entry_event
from charter_api.use_cases.expire_entries import expire_entries
from charter_api.use_cases.find_signatories import KnownOrganisations, find_signatories
from charter_api.use_cases.price_file import price_file
from charter_api.use_cases.take_signature import (
    Signer,
    Signing,
    already_signed,
    known_charter,
    require_signature_holds,
    take_signatures,
    terms_of,
)

Status = Literal[201, 202, 403, 409, 422, 424]
_TAKEN: tuple[Status, ...] = (201, 202)


class _Kept(BaseModel):
    import_id: UUID


@dataclass
class _Item:
    """One signature of the file on its way."""

    of: FileSignature
    status: Status = 201
    id: UUID = field(default_factory=new_id)
    named: NamedOrganisation | None = None
    stated: EnteredSignature | None = None
    organisation: Organisation | None = None
    commitments: Sequence[CommitmentLine | None] = ()
    faults: Sequence[RowFault] = ()

    def refuse(self, status: Status, faults: Sequence[RowFault]) -> None:
        self.status, self.faults = status, faults

    def conflict(self, refusal: Conflict) -> None:
        """Refuse it for what the organisation has signed, or was entered for, before."""
        self.refuse(409, self.of.at_rows([FieldError("/organisation_id", refusal.code, refusal.detail)]))

    @property
    def checked(self) -> tuple[NamedOrganisation, EnteredSignature]:
        """The documents of an item whose form is in order."""
        assert self.named is not None
        assert self.stated is not None
        return self.named, self.stated


@dataclass(frozen=True)
class SignatureFile:
    """A file to bring in: for one charter version, wholly or row by row."""

    charter_id: UUID
    content: bytes
    atomic: bool
    pending_days: int
    """For how many days an entry waits for its organisation's word."""


async def import_signatures(
    db: Database,
    partners: PartnersClient,
    toms: TomsClient,
    caller: Caller,
    file: SignatureFile,
    once: Once,
    now: datetime,
) -> Answer:
    """What became of each signature; one refused leaves the others alone, unless the import is atomic.

    Signed at once for an organisation that lets the caller's sign; entered, to be confirmed, for others.
    """
    async with db.begin() as tx:
        if (earlier := await _answer_before(tx, once)) is not None:
            return earlier
        charter = await known_charter(tx, file.charter_id)
        delegators = await who_lets_sign(tx, caller.org)
    items = [_read(of, charter, now) for of in read_signature_file(file.content)]
    await _identify(partners, items, delegators)
    await _price(toms, items)

    async with db.begin() as tx:
        if (earlier := await _answer_before(tx, once)) is not None:
            return earlier
        await expire_entries(tx, now)
        await _write(tx, caller, charter, items, file, now)
        report = _report(items, atomic=file.atomic)
        return await _keep(tx, once, caller, file, report, now)


def _read(of: FileSignature, charter: RowMapping, now: datetime) -> _Item:
    """The item with its documents, or with the faults of its form."""
    item = _Item(of)
    if of.faults:
        item.refuse(422, of.faults)
        return item
    try:
        item.named = NamedOrganisation.model_validate(of.organisation, context=AS_SENT)
        require_named_well(item.named.organisation_id, item.named.identifier)
        if item.named.identifier is not None:
            OrganisationIdentifier.parse(item.named.identifier)
        item.stated = EnteredSignature.model_validate(of.signature, context=AS_SENT)
        stated = item.stated
        require_signature_holds(charter, stated.signed_on, stated.level, stated.pledges, now.date())
    except ValidationError as refusal:
        document = of.signature if item.named is not None else of.organisation
        # As the framework names them: what is wrong lies in the body.
        located = [{**error, "loc": ("body", *error["loc"])} for error in refusal.errors()]
        item.refuse(422, of.at_rows(field_errors(located, document)))
    except InvalidInput as refusal:
        at = "/identifier" if item.stated is None else ""
        item.refuse(422, of.at_rows(refusal.errors or [FieldError(at, refusal.code, refusal.detail)]))
    return item


async def _identify(partners: PartnersClient, items: Sequence[_Item], delegators: frozenset[UUID]) -> None:
    """Find who is named; refuse ids that lead nowhere, unknown names undescribed, kinds that do not sign."""
    named = [item.checked[0] for item in items if item.status == 201]
    known = await find_signatories(
        partners,
        {one.organisation_id for one in named if one.organisation_id is not None},
        {one.identifier for one in named if one.identifier is not None},
        delegators,
    )
    for item in items:
        if item.status == 201:
            _recognise(item, known)


def _recognise(item: _Item, known: KnownOrganisations) -> None:
    named, _ = item.checked
    item.organisation = known.find(named.organisation_id, named.identifier)
    try:
        if item.organisation is None and named.organisation_id is not None:
            words = "No organisation has this id."
            raise EntryUnsound(words, errors=[FieldError("/organisation_id", "organisation_unknown", words)])
        if item.organisation is None:
            require_described((named.legal_name, named.kind))
        require_may_sign(item.organisation.kind if item.organisation is not None else str(named.kind))
    except InvalidInput as refusal:
        item.refuse(422, item.of.at_rows(refusal.errors))
    except OrganisationMayNotSign as refusal:
        item.refuse(403, item.of.at_rows([FieldError("/kind", refusal.code, refusal.detail)]))


async def _price(toms: TomsClient, items: Sequence[_Item]) -> None:
    asked = {
        number: (item.checked[1].signed_on, item.checked[1].pledges)
        for number, item in enumerate(items)
        if item.status == 201
    }
    for number, priced in (await price_file(toms, asked)).items():
        items[number].commitments = priced.commitments
        if priced.faults:
            items[number].refuse(422, items[number].of.at_rows(priced.faults))


async def _write(
    tx: AsyncConnection,
    caller: Caller,
    charter: RowMapping,
    items: Sequence[_Item],
    file: SignatureFile,
    now: datetime,
) -> None:
    """Write what is in order; of an atomic import nothing once one of it is refused."""
    if not (file.atomic and _any_refused(items)):
        async with tx.begin_nested() as whole:
            await _write_those_in_order(tx, caller, charter, items, file, now)
            if file.atomic and _any_refused(items):
                await whole.rollback()
    if file.atomic and _any_refused(items):
        for item in items:
            if item.status in _TAKEN:
                item.status = 424


def _any_refused(items: Sequence[_Item]) -> bool:
    return any(item.status not in _TAKEN for item in items)


async def _write_those_in_order(
    tx: AsyncConnection,
    caller: Caller,
    charter: RowMapping,
    items: Sequence[_Item],
    file: SignatureFile,
    now: datetime,
) -> None:
    """Write with few statements, however many they are; whom a constraint leaves out is refused."""
    # Read again: for whoever has revoked meanwhile the signature is entered, not signed.
    may_sign_for = {caller.org, *await who_lets_sign(tx, caller.org)}
    ordered = [item for item in items if item.status in _TAKEN]
    known = {item.organisation.id for item in ordered if item.organisation is not None}
    terms = await terms_of(tx, charter, known, now.date())
    signings: list[tuple[Signing, Signer]] = []
    entered: list[dict[str, Any]] = []
    for item in ordered:
        organisation = item.organisation
        if organisation is not None and organisation.id in terms.refusals:
            item.conflict(terms.refusals[organisation.id])
        elif organisation is not None and not may_sign_for.isdisjoint(organisation.ids):
            signer = Signer(item.checked[1].signing_person.role, new_id())
            signings.append((_signing(item, organisation, caller, charter), signer))
        else:
            item.status = 202
            entered.append(_entry_row(item, caller, charter, file, now))
    taken = await take_signatures(tx, signings, terms, now)
    waiting = await add_entries(tx, entered)
    for item in ordered:
        if item.status == 201 and item.id not in taken:
            item.conflict(already_signed())
        elif item.status == 202 and item.id not in waiting:
            item.conflict(AlreadyEntered("The organisation's signature is entered and waits for its word."))
    people = {signing.id: signer.person_id for signing, signer in signings if signing.id in taken}
    people |= {row["id"]: row["person_id"] for row in entered if row["id"] in waiting}
    names = {item.id: item.checked[1].signing_person.name for item in ordered}
    await add_signing_people(
        tx,
        [{"id": person, "name": names[of], "given_by": caller.sub} for of, person in people.items()],
    )
    told = [entry_event(row, "pending") for row in entered if row["id"] in waiting]
    await record_events(tx, told, now)


def _signing(item: _Item, organisation: Organisation, caller: Caller, charter: RowMapping) -> Signing:
    _, stated = item.checked
    return Signing(
        id=item.id,
        charter=charter,
        organisation=organisation,
        signed_on=stated.signed_on,
        areas=stated.areas,
        data_status=stated.data_status,
        acted_by=caller.act,
        level=stated.level,
        pledges=stated.pledges,
        commitments=item.commitments,
    )


def _entry_row(
    item: _Item, caller: Caller, charter: RowMapping, file: SignatureFile, now: datetime
) -> dict[str, Any]:
    (named, stated), organisation = item.checked, item.organisation
    organisation_id = None if organisation is None else organisation.id
    identifier = named.identifier if organisation is None else None
    return {
        "id": item.id,
        "charter_id": charter["id"],
        "place_id": charter["place_id"],
        "entered_by": caller.org,
        "acted_by": caller.act,
        "organisation_id": organisation_id,
        "identifier": identifier,
        "subject": subject_of(organisation_id, identifier),
        "legal_name": named.legal_name if organisation is None else organisation.legal_name,
        "kind": named.kind if organisation is None else organisation.kind,
        "stated": stated.model_dump(mode="json", exclude={"signing_person"}),
        "signed_by_role": stated.signing_person.role,
        "person_id": new_id(),
        "entered_at": now,
        "expires_on": now.date() + timedelta(days=file.pending_days),
    }


def _report(items: Sequence[_Item], *, atomic: bool) -> SignatureImportReport:
    return SignatureImportReport(
        atomic=atomic,
        signed=sum(item.status == 201 for item in items),
        pending=sum(item.status == 202 for item in items),
        refused=sum(item.status not in _TAKEN for item in items),
        items=[
            ImportedSignature(
                status=item.status,
                rows=item.of.rows,
                reference=item.of.reference,
                signature_id=item.id if item.status in _TAKEN else None,
                organisation_id=None if item.organisation is None else item.organisation.id,
                faults=[
                    SignatureRowFault(
                        row=fault.row, column=fault.column, code=fault.code, message=fault.message
                    )
                    for fault in item.faults
                ],
            )
            for item in items
        ],
    )


async def _answer_before(tx: AsyncConnection, once: Once) -> Answer | None:
    """The report already given to this call, or None when it is the first."""
    earlier = await once.replay(tx)
    if earlier is None:
        return None
    report = await import_report(tx, _Kept.model_validate_json(earlier.body).import_id)
    return Answer(earlier.status, report.encode(), earlier.headers, replayed=True)


async def _keep(
    tx: AsyncConnection,
    once: Once,
    caller: Caller,
    file: SignatureFile,
    report: SignatureImportReport,
    now: datetime,
) -> Answer:
    """Keep the report where it is found again: with the idempotency key goes only its id, for it is long."""
    import_id, text = new_id(), report.model_dump_json()
    await add_import(tx, import_id, file.charter_id, caller.org, text, now)
    kept = await once.keep(tx, 207, _Kept(import_id=import_id), now=now)
    return Answer(kept.status, text.encode(), kept.headers)
