"""Merges the record of an organisation into another of the same one; both ids lead to what stays."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts import organisations as wire
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.kernel.errors import FieldError
from partners_api.domain.authority import Actor, require_vouching
from partners_api.domain.merging import require_distinct, require_mergeable
from partners_api.domain.organisations import Organisation, OrganisationNotRecorded, OrganisationUnknown
from partners_api.storage.clients import move_clients
from partners_api.storage.delegations import end_delegations_of
from partners_api.storage.issued_tokens import tokens_of_clients, tokens_of_delegation
from partners_api.storage.organisations import (
    add_identifiers,
    drop_identifiers,
    lock_organisations,
    point_to,
    update_organisation,
)
from partners_api.storage.person_roles import end_roles_of_organisation
from partners_api.storage.revocations import revoke
from partners_api.storage.verifications import insert_merge
from partners_api.use_cases.happenings import (
    delegation_event,
    organisation_event,
    organisation_merged,
    person_role_event,
)
from partners_api.use_cases.views import organisation_view


async def merge_organisation(
    database: Database,
    actor: Actor,
    organisation_id: UUID,
    merge: wire.OrganisationMerge,
    require_match: Callable[[wire.Organisation], None],
    now: datetime,
) -> wire.Organisation:
    """The record that stays; merging the same two again changes nothing.

    `require_match` refuses when the caller read an older version of the record that goes.

    Its identifiers grow by those of the other one, whose clients belong to it from now on. Memberships and
    signatures stay under the id that they were made for, which leads here. Delegations and roles of people
    end: they were given to a record, and whoever gave them decides anew.
    """
    require_vouching(actor)
    require_distinct(organisation_id, merge.survivor_id)
    async with database.begin() as tx:
        found = await lock_organisations(tx, [organisation_id, merge.survivor_id])
        merged, survivor = _both(found, organisation_id, merge.survivor_id)
        if merged.merged_into == survivor.id:
            return organisation_view(survivor)
        require_mergeable(merged, survivor)
        # Now, and not before: an id that leads elsewhere by now has no version of its own.
        require_match(organisation_view(merged))
        after = await _moved(tx, merged, survivor, now)
        await insert_merge(
            tx,
            merged.id,
            survivor.id,
            reason=merge.reason,
            client_id=actor.client_id,
            by_person=actor.person_id,
            now=now,
        )
        await _end_what_was_given(tx, merged, survivor.id, now)
        await record_event(
            tx, organisation_merged(replace(merged, version=merged.version + 1), after.id), now
        )
        await record_event(tx, organisation_event("organisation.changed", after), now)
    return organisation_view(after)


def _both(
    found: dict[UUID, Organisation], organisation_id: UUID, survivor_id: UUID
) -> tuple[Organisation, Organisation]:
    if organisation_id not in found:
        raise OrganisationUnknown("There is no organisation of that id.")
    if survivor_id not in found:
        error = FieldError("/survivor_id", OrganisationNotRecorded.code, "there is no such organisation")
        raise OrganisationNotRecorded("There is no organisation of that id.", errors=[error])
    return found[organisation_id], found[survivor_id]


async def _moved(
    tx: AsyncConnection, merged: Organisation, survivor: Organisation, now: datetime
) -> Organisation:
    """The survivor with everything that led to the other record, stored."""
    gained = [each for each in merged.identifiers if each not in survivor.identifiers]
    await drop_identifiers(tx, merged.id, list(merged.identifiers))
    await point_to(tx, [merged.id, *merged.merged_ids], survivor.id)
    after = replace(
        survivor,
        identifiers=tuple(sorted([*survivor.identifiers, *gained])),
        merged_ids=tuple(sorted({*survivor.merged_ids, *merged.merged_ids, merged.id})),
        version=survivor.version + 1,
    )
    await update_organisation(tx, after)
    await add_identifiers(tx, after, gained, now)
    return after


async def _end_what_was_given(
    tx: AsyncConnection, merged: Organisation, survivor_id: UUID, now: datetime
) -> None:
    """Move the clients; end delegations, roles of people and the tokens that name the record."""
    # The clients first, as whoever issues a token does: one of theirs is seen below or never made.
    tokens = await tokens_of_clients(tx, await move_clients(tx, merged.id, survivor_id), now)
    for delegation in await end_delegations_of(tx, merged.id, now):
        await record_event(tx, delegation_event("delegation.revoked", delegation), now)
        tokens += await tokens_of_delegation(tx, delegation.id, now)
    for role in await end_roles_of_organisation(tx, merged.id, now):
        await record_event(tx, person_role_event("person.role_ended", role), now)
    revoked = {str(jti): expires_at for jti, expires_at in tokens}
    await revoke(tx, "token", list(revoked.items()), now)
