"""Records the operator and the clients of the platform's own services, as a declaration says they are."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.base import Code, Contract, ShortText
from cdp_common.contracts.partners import OrganisationKind
from cdp_common.contracts.persons import IdentityProviderDraft
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.errors import Conflict
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.clients import ApiClient, Credential, read_public_jwk
from partners_api.domain.organisations import Organisation
from partners_api.domain.scopes import known_scopes
from partners_api.storage.clients import (
    add_credential,
    end_credentials,
    insert_client,
    load_client,
    update_client,
)
from partners_api.storage.identity_providers import find_provider, insert_provider, mark_provider_ended
from partners_api.storage.issued_tokens import tokens_of_credential
from partners_api.storage.organisations import find_operator, insert_organisation, update_organisation
from partners_api.storage.revocations import revoke
from partners_api.use_cases.happenings import client_event, organisation_event
from partners_api.use_cases.keep_providers import provider_from

Outcome = Literal["created", "changed", "unchanged"]


class DeclaredOperator(Contract):
    """The organisation that runs the platform."""

    legal_name: ShortText
    kind: OrganisationKind


class DeclaredClient(Contract):
    """A client of the operator, of a service or for its people, with its one public key."""

    client_id: Code
    name: ShortText
    public_jwk: dict[str, Any]
    scopes: Annotated[list[str], Field(max_length=60)]
    kind: Literal["service", "operator"]


class Declaration(Contract):
    """What the platform needs before anybody has registered."""

    operator: DeclaredOperator
    clients: Annotated[list[DeclaredClient], Field(max_length=100)]
    identity_providers: Annotated[tuple[IdentityProviderDraft, ...], Field(max_length=20)] = ()


class Provisioned(Contract):
    """What provisioning found and did; providers by their issuer."""

    operator_organisation_id: UUID
    clients: Mapping[str, Outcome]
    identity_providers: Mapping[str, Outcome] = {}


class ClientDiffers(Conflict):
    """A client of that id exists and is not what the declaration may change it into."""

    code = "client_differs"
    title = "A client of that id exists and is another"


async def provision_platform(
    database: Database, declaration: Declaration, clock: Clock, *, is_live: bool = False
) -> Provisioned:
    """Make what is declared and missing, change what differs; a second run changes nothing.

    What else is recorded stays. Live refuses a sandbox's identity provider.
    """
    async with database.begin() as tx:
        operator = await _operator(tx, declaration.operator, clock())
        outcomes = {
            declared.client_id: await _provision_client(tx, declared, operator.id, clock)
            for declared in declaration.clients
        }
        providers = {
            declared.issuer: await _provision_provider(tx, declared, clock(), is_live=is_live)
            for declared in declaration.identity_providers
        }
    return Provisioned(operator_organisation_id=operator.id, clients=outcomes, identity_providers=providers)


async def _operator(tx: AsyncConnection, declared: DeclaredOperator, now: datetime) -> Organisation:
    found = await find_operator(tx)
    if found is None:
        made = _new_operator(declared, now)
        await insert_organisation(tx, made, is_operator=True)
        await record_event(tx, organisation_event("organisation.created", made), now)
        return made
    if (found.legal_name, found.kind) == (declared.legal_name, declared.kind):
        return found
    changed = replace(found, legal_name=declared.legal_name, kind=declared.kind, version=found.version + 1)
    await update_organisation(tx, changed)
    await record_event(tx, organisation_event("organisation.changed", changed), now)
    return changed


def _new_operator(declared: DeclaredOperator, now: datetime) -> Organisation:
    return Organisation(
        id=new_id(),
        legal_name=declared.legal_name,
        kind=declared.kind,
        state="verified",
        identifiers=(),
        is_sme=None,
        is_vcse=None,
        postcode=None,
        website=None,
        data_status="actual",
        version=1,
        created_at=now,
    )


async def _provision_client(
    tx: AsyncConnection, declared: DeclaredClient, operator_id: UUID, clock: Clock
) -> Outcome:
    scopes = known_scopes(declared.scopes)
    key = Credential(new_id(), None, read_public_jwk(declared.public_jwk), clock())
    client = await load_client(tx, declared.client_id, for_change=True)
    if client is None:
        made = _new_client(declared, scopes, operator_id, key)
        await insert_client(tx, made)
        await record_event(tx, client_event("client.created", made), made.created_at)
        return "created"
    _require_same_client(client, declared, operator_id)
    replaced = [each for each in client.credentials if each.public_jwk != key.public_jwk]
    has_key = len(replaced) < len(client.credentials)
    if has_key and not replaced and (client.name, client.scopes) == (declared.name, scopes):
        return "unchanged"
    now = clock()
    changed = replace(client, name=declared.name, scopes=scopes, version=client.version + 1)
    await update_client(tx, changed)
    await _end(tx, client, replaced, now)
    if not has_key:
        await add_credential(tx, client, key)
    await record_event(tx, client_event("client.changed", changed), now)
    return "changed"


async def _provision_provider(
    tx: AsyncConnection, declared: IdentityProviderDraft, now: datetime, *, is_live: bool
) -> Outcome:
    """Trust the provider as declared: one that differs is ended, and the declared one takes its place."""
    wanted = provider_from(declared, now, is_live=is_live)
    found = await find_provider(tx, declared.issuer)
    if found is not None and replace(wanted, id=found.id, created_at=found.created_at) == found:
        return "unchanged"
    if found is not None:
        await mark_provider_ended(tx, found.id, now)
    await insert_provider(tx, wanted)
    return "changed" if found is not None else "created"


def _new_client(
    declared: DeclaredClient, scopes: tuple[str, ...], operator_id: UUID, key: Credential
) -> ApiClient:
    return ApiClient(
        id=new_id(),
        client_id=declared.client_id,
        name=declared.name,
        organisation_id=operator_id,
        kind=declared.kind,
        authentication="private_key_jwt",
        scopes=scopes,
        version=1,
        created_at=key.created_at,
        revoked_at=None,
        credentials=(key,),
    )


def _require_same_client(client: ApiClient, declared: DeclaredClient, operator_id: UUID) -> None:
    client.require_live()
    if (client.organisation_id, client.kind) != (operator_id, declared.kind):
        raise ClientDiffers(f"The client {client.client_id} exists and is not the declared {declared.kind}.")


async def _end(tx: AsyncConnection, client: ApiClient, replaced: list[Credential], now: datetime) -> None:
    """End keys that are declared no more, and the tokens got by them."""
    await end_credentials(tx, [each.id for each in replaced], now)
    for each in replaced:
        tokens = await tokens_of_credential(tx, client.client_id, each.id, now)
        await revoke(tx, "token", [(str(jti), expires_at) for jti, expires_at in tokens], now)
