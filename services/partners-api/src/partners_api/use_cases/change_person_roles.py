"""Gives people roles for an organisation in a place, and ends them with the tokens that carry them."""

from datetime import datetime
from uuid import UUID

from cdp_common.contracts.persons import PersonRoleDraft
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor, require_manager
from partners_api.domain.persons import PersonNotRecorded, PersonRole, PersonRoleUnknown, RoleNeedsSignIn
from partners_api.storage.issued_tokens import tokens_of_person
from partners_api.storage.person_roles import end_roles, insert_person_role, load_person_role
from partners_api.storage.persons import load_person
from partners_api.storage.revocations import revoke
from partners_api.use_cases.happenings import person_role_event
from partners_api.use_cases.keep_persons import person_role_view


async def grant_person_role(
    database: Database, actor: Actor, draft: PersonRoleDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the role given; the person's next token for the organisation carries it."""
    require_manager(actor, draft.place_id)
    async with database.begin() as tx:
        if earlier := await once.replay(tx):
            return earlier
        person = await load_person(tx, draft.person_id, for_change=True)
        if person is None or person.erased_at is not None:
            error = FieldError("/person_id", PersonNotRecorded.code, "there is no such person")
            raise PersonNotRecorded("There is no person of that id.", errors=[error])
        if person.issuer is None:
            error = FieldError("/person_id", RoleNeedsSignIn.code, "a portal alone says who this is")
            raise RoleNeedsSignIn("The person has to sign in at a provider.", errors=[error])
        role = PersonRole(
            id=new_id(),
            person_id=draft.person_id,
            organisation_id=draft.organisation_id,
            place_id=draft.place_id,
            role=draft.role,
            granted_at=now,
            ended_at=None,
        )
        await insert_person_role(tx, role, granted_by=actor.client_id, granted_by_person=actor.person_id)
        await record_event(tx, person_role_event("person.role_granted", role), now)
        return await once.keep(tx, 201, person_role_view(role), now=now)


async def end_person_role(database: Database, actor: Actor, role_id: UUID, clock: Clock) -> None:
    """End the role; ending it again changes nothing. To those who do not manage its place it is unknown."""
    async with database.begin() as tx:
        role = await load_person_role(tx, role_id)
        if role is None or not actor.manages(role.place_id):
            raise PersonRoleUnknown("There is no role of a person under that id.")
        # The person first, as whoever issues a token does: one with this role is seen below or never made.
        await load_person(tx, role.person_id, for_change=True)
        role = await load_person_role(tx, role_id)
        if role is None or role.ended_at is not None:
            return
        now = clock()
        await end_roles(tx, [role_id], now)
        await record_event(tx, person_role_event("person.role_ended", role), now)
        tokens = await tokens_of_person(tx, role.person_id, now, role_id=role_id)
        await revoke(tx, "token", [(str(jti), expires_at) for jti, expires_at in tokens], now)
