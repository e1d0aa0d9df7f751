"""Verifies an organisation: from then on its identifiers are its own, and its clients may write."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts import organisations as wire
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import OrganisationIdentifier, new_id
from partners_api.domain.authority import (
    Actor,
    NotYourOrganisation,
    require_own_token,
    require_vouching,
)
from partners_api.domain.merging import require_own_record
from partners_api.domain.organisations import (
    MayNotVerify,
    Organisation,
    OrganisationUnknown,
    read_identifiers,
)
from partners_api.domain.verification import (
    Verification,
    proof_name,
    proof_value,
    proven_identifiers,
    require_complete,
    require_proof,
    require_unverified,
)
from partners_api.storage.clients import clients_awaiting_verification, update_client
from partners_api.storage.organisations import (
    drop_identifiers,
    load_organisation,
    update_organisation,
)
from partners_api.storage.verifications import domains_of, insert_verification, keep_identifier_domain
from partners_api.use_cases.dns_records import TxtLookup
from partners_api.use_cases.happenings import client_event, organisation_event
from partners_api.use_cases.token_issuer import TokenIssuer

VOUCHING_SCOPE = "organisations:write"


async def verify_organisation(
    database: Database,
    actor: Actor,
    organisation_id: UUID,
    draft: wire.VerificationDraft,
    once: Once,
    issuer: TokenIssuer,
    look_up: TxtLookup,
    now: datetime,
) -> Answer:
    """The answer with the verification; whoever is second to verify an identifier gets `identifier_owned`."""
    _require_may_verify(actor, organisation_id, draft)
    proven: tuple[OrganisationIdentifier, ...] | None = None
    if draft.domain is not None:
        async with database.begin() as tx:
            if earlier := await once.replay(tx):
                return earlier
            before = await _unverified(tx, organisation_id)
            require_complete(draft.method, draft.evidence, draft.domain)
            proven = proven_identifiers(before, draft.domain, await domains_of(tx, before.identifiers))
        # Asked between two transactions: what the first found is looked at again in the second.
        records = await look_up(proof_name(draft.domain))
        require_proof(records, proof_value(_proof_key(issuer), organisation_id, draft.domain))
    async with database.begin() as tx:
        if earlier := await once.replay(tx):
            return earlier
        require_complete(draft.method, draft.evidence, draft.domain)
        before = await _unverified(tx, organisation_id, for_change=True)
        kept = before.identifiers if proven is None else proven
        await drop_identifiers(tx, organisation_id, [each for each in before.identifiers if each not in kept])
        verification = Verification(
            new_id(), organisation_id, draft.method, draft.evidence, draft.domain, kept, now
        )
        after = replace(before, state="verified", identifiers=kept, version=before.version + 1)
        await update_organisation(tx, after)
        await verified(tx, actor, after, verification, now)
        return await once.keep(tx, 201, _view(verification), now=now)


def _require_may_verify(actor: Actor, organisation_id: UUID, draft: wire.VerificationDraft) -> None:
    """Refuse to vouch unless one may, and to prove a domain for any but the own organisation."""
    if draft.method == "dns":
        require_own_token(actor)
        if actor.organisation_id != organisation_id:
            raise NotYourOrganisation("An organisation proves its own domain.")
    elif not actor.vouches_for_organisations or VOUCHING_SCOPE not in actor.scopes:
        raise MayNotVerify(f"A programme manager or the operator vouches, with the scope {VOUCHING_SCOPE}.")


async def _unverified(
    tx: AsyncConnection, organisation_id: UUID, *, for_change: bool = False
) -> Organisation:
    found = await load_organisation(tx, organisation_id, for_change=for_change)
    if found is None:
        raise OrganisationUnknown("There is no organisation of that id.")
    require_own_record(found)
    require_unverified(found)
    return found


async def verified(
    tx: AsyncConnection, actor: Actor, after: Organisation, verification: Verification, now: datetime
) -> None:
    """Write down the grounds of an organisation stored as verified, widen its clients, and tell of it."""
    await insert_verification(tx, verification, client_id=actor.client_id, by_person=actor.person_id)
    await record_event(tx, organisation_event("organisation.changed", after), now)
    for client, scopes in await clients_awaiting_verification(tx, after.id):
        widened = replace(client, scopes=scopes, version=client.version + 1)
        await update_client(tx, widened, is_verified=True)
        await record_event(tx, client_event("client.changed", widened), now)


async def domain_proof(
    database: Database, actor: Actor, organisation_id: UUID, domain: str, issuer: TokenIssuer
) -> wire.DomainProof:
    """The record that the own organisation puts into its domain; the same answer for whatever domain."""
    require_own_token(actor)
    if actor.organisation_id != organisation_id:
        raise NotYourOrganisation("An organisation proves its own domain.")
    async with database.begin() as tx:
        if await load_organisation(tx, organisation_id) is None:
            raise OrganisationUnknown("There is no organisation of that id.")
    value = proof_value(_proof_key(issuer), organisation_id, domain)
    return wire.DomainProof(domain=domain, record_name=proof_name(domain), record_value=value)


async def record_identifier_domain(
    database: Database, actor: Actor, draft: wire.IdentifierDomainDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the domain that from now on proves the identifier."""
    require_vouching(actor)
    async with database.begin() as tx:
        if earlier := await once.replay(tx):
            return earlier
        stated = (draft.identifier.scheme, draft.identifier.id)
        [identifier] = read_identifiers([stated], "/identifier")
        recorded_at = await keep_identifier_domain(
            tx, identifier, draft.domain, source=draft.source, client_id=actor.client_id, now=now
        )
        answer = wire.IdentifierDomain(
            identifier=wire.Identifier(scheme=identifier.scheme, id=identifier.id),
            domain=draft.domain,
            source=draft.source,
            recorded_at=recorded_at,
        )
        return await once.keep(tx, 201, answer, now=now)


def _view(verification: Verification) -> wire.Verification:
    return wire.Verification(
        id=verification.id,
        organisation_id=verification.organisation_id,
        method=verification.method,
        evidence=verification.evidence,
        domain=verification.domain,
        identifiers=[wire.Identifier(scheme=each.scheme, id=each.id) for each in verification.identifiers],
        decided_at=verification.decided_at,
    )


def _proof_key(issuer: TokenIssuer) -> bytes:
    """The service's secret key has several uses; this is the one for proofs of domains alone."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"partners-api proofs of domains")
    return kdf.derive(issuer.secret_key())
