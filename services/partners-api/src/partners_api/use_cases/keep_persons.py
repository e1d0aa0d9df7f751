"""Records people before they first sign in, tells who they are to those who may know, and erases them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts import persons as wire
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor, require_vouching
from partners_api.domain.identity_providers import ProviderNotRecorded
from partners_api.domain.persons import Person, PersonDetails, PersonRole, PersonUnknown
from partners_api.storage.identity_providers import find_provider
from partners_api.storage.issued_tokens import tokens_of_person
from partners_api.storage.person_roles import end_roles, roles_of_person
from partners_api.storage.persons import erase, keep_details, keep_person, load_details, load_person
from partners_api.storage.revocations import revoke
from partners_api.use_cases.happenings import person_erased, person_role_event
from partners_api.use_cases.identity_tokens import subject_digest
from partners_api.use_cases.token_issuer import TokenIssuer


async def record_person(
    database: Database, actor: Actor, draft: wire.PersonDraft, once: Once, issuer: TokenIssuer, now: datetime
) -> Answer:
    """The answer with the person: the same again for the same subject of the same provider."""
    require_vouching(actor)
    async with database.begin() as tx:
        if earlier := await once.replay(tx):
            return earlier
        provider = await find_provider(tx, draft.issuer)
        if provider is None:
            error = FieldError("/issuer", ProviderNotRecorded.code, "no trusted provider has this issuer")
            raise ProviderNotRecorded("There is no such identity provider.", errors=[error])
        recorded_by = actor.organisation_id
        fresh = Person(new_id(), provider.issuer, None, recorded_by, now, None)
        digest = subject_digest(issuer.secret_key(), provider.issuer, draft.subject)
        person = await keep_person(tx, fresh, digest)
        if person.id == fresh.id or may_see(actor, person, await roles_of_person(tx, person.id)):
            await keep_details(tx, person.id, PersonDetails(draft.name, draft.email), now)
        # What others have recorded of a person is not told to whoever guesses a subject.
        answer = await seen_by(tx, actor, person)
        return await once.keep(tx, 201, answer, headers={"Location": f"/v1/persons/{person.id}"}, now=now)


async def get_person(database: Database, actor: Actor, person_id: UUID) -> wire.Person:
    """The person, to those who may know."""
    async with database.begin() as tx:
        person = await load_person(tx, person_id)
        if person is None or not may_see(actor, person, await roles_of_person(tx, person_id)):
            raise PersonUnknown("There is no person of that id.")
        return await seen_by(tx, actor, person)


async def erase_person(database: Database, actor: Actor, person_id: UUID, clock: Clock) -> None:
    """Remove what names the person, end their roles and take back their tokens; again changes nothing.

    Records keep the number, which then leads to nobody.
    """
    async with database.begin() as tx:
        person = await load_person(tx, person_id, for_change=True)
        if person is None or not may_see(actor, person, await roles_of_person(tx, person_id)):
            raise PersonUnknown("There is no person of that id.")
        if person.erased_at is not None:
            return
        now = clock()
        roles = await roles_of_person(tx, person_id)
        await end_roles(tx, [role.id for role in roles], now)
        await erase(tx, person_id, now)
        for role in roles:
            await record_event(tx, person_role_event("person.role_ended", role), now)
        await record_event(tx, person_erased(person), now)
        tokens = await tokens_of_person(tx, person_id, now)
        await revoke(tx, "token", [(str(jti), expires_at) for jti, expires_at in tokens], now)


def may_see(actor: Actor, person: Person, roles: list[PersonRole]) -> bool:
    """Whether the actor may know of the person.

    They themselves, the operator, the programme managers who recorded them, those of the places in which
    they hold a role, and of an asserted one the portal.
    """
    return (
        actor.person_id == person.id
        or actor.is_operator
        or (actor.asserts_people and actor.organisation_id == person.asserted_by)
        or (actor.vouches_for_organisations and actor.organisation_id == person.recorded_by)
        or any(actor.manages(role.place_id) for role in roles)
    )


async def seen_by(tx: AsyncConnection, actor: Actor, person: Person) -> wire.Person:
    """The person as the actor may see them: with name and roles, or as a number alone."""
    roles = await roles_of_person(tx, person.id)
    details = PersonDetails(None, None)
    if may_see(actor, person, roles):
        details = await load_details(tx, person.id)
    else:
        roles = []
    return wire.Person(
        id=person.id,
        signs_in_at=person.issuer,
        name=details.name,
        email=details.email,
        roles=[person_role_view(role) for role in roles],
        created_at=person.created_at,
        erased_at=person.erased_at,
    )


def person_role_view(role: PersonRole) -> wire.PersonRole:
    """The role given."""
    return wire.PersonRole(
        id=role.id,
        person_id=role.person_id,
        organisation_id=role.organisation_id,
        place_id=role.place_id,
        role=role.role,
        granted_at=role.granted_at,
        ended_at=role.ended_at,
    )
