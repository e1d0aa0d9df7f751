"""The events of this service: what happened, and who may read that it did."""

from typing import Literal
from uuid import UUID

from cdp_common.contracts.organisations import OrganisationChanged, OrganisationMerged
from cdp_common.contracts.partners import (
    ClientChanged,
    DelegationChanged,
    MembershipChanged,
    PlaceCreated,
    RoleChanged,
    StatementPublished,
    StatementSigned,
)
from cdp_common.contracts.persons import PersonErased, PersonRoleChanged
from cdp_common.db.events import INTERNAL, PUBLIC, NewEvent, org_audience
from partners_api.domain.clients import ApiClient
from partners_api.domain.delegations import Delegation
from partners_api.domain.memberships import Membership
from partners_api.domain.organisations import Organisation
from partners_api.domain.persons import Person, PersonRole
from partners_api.domain.places import Place
from partners_api.domain.roles import RoleGrant
from partners_api.domain.statements import Signature, Statement


def organisation_event(
    kind: Literal["organisation.created", "organisation.changed"], organisation: Organisation
) -> NewEvent:
    """An organisation was recorded or changed."""
    payload = OrganisationChanged(
        organisation_id=organisation.id,
        kind=organisation.kind,
        state=organisation.state,
        data_status=organisation.data_status,
    )
    return NewEvent(
        type=kind,
        aggregate_type="organisation",
        aggregate_id=organisation.id,
        aggregate_version=organisation.version,
        place_id=None,
        audience=(INTERNAL,) if organisation.state == "asserted" else (PUBLIC,),
        data=payload.model_dump(mode="json"),
    )


def organisation_merged(merged: Organisation, survivor_id: UUID) -> NewEvent:
    """A record was merged into another one, to which its id leads from now on."""
    payload = OrganisationMerged(organisation_id=merged.id, survivor_id=survivor_id)
    return NewEvent(
        type="organisation.merged",
        aggregate_type="organisation",
        aggregate_id=merged.id,
        aggregate_version=merged.version,
        place_id=None,
        audience=(PUBLIC,),
        data=payload.model_dump(mode="json"),
    )


def place_created(place: Place) -> NewEvent:
    """A place was recorded."""
    return NewEvent(
        type="place.created",
        aggregate_type="place",
        aggregate_id=place.id,
        aggregate_version=1,
        place_id=place.id,
        audience=(PUBLIC,),
        data=PlaceCreated(place_id=place.id, place_slug=place.slug, name=place.name).model_dump(mode="json"),
    )


def membership_event(
    kind: Literal["membership.started", "membership.ended"],
    membership: Membership,
    place: Place,
    organisation: Organisation,
) -> NewEvent:
    """A membership began or its end was set; it takes effect on its own day."""
    payload = MembershipChanged(
        membership_id=membership.id,
        place_id=place.id,
        place_slug=place.slug,
        organisation_id=organisation.id,
        organisation_name=organisation.legal_name,
        role=membership.role,
        valid_from=membership.valid_from,
        valid_to=membership.valid_to,
        named_totals_agreed=membership.named_totals_agreed,
        data_status=organisation.data_status,
    )
    return NewEvent(
        type=kind,
        aggregate_type="membership",
        aggregate_id=membership.id,
        aggregate_version=membership.version,
        place_id=place.id,
        audience=(PUBLIC,),
        data=payload.model_dump(mode="json"),
        effective_on=membership.valid_from if kind == "membership.started" else membership.valid_to,
    )


def statement_published(statement: Statement) -> NewEvent:
    """A version of the Statement was published."""
    payload = StatementPublished(
        statement_id=statement.id, place_id=statement.place_id, version=statement.version
    )
    return NewEvent(
        type="statement.published",
        aggregate_type="statement",
        aggregate_id=statement.id,
        aggregate_version=1,
        place_id=statement.place_id,
        audience=(PUBLIC,),
        data=payload.model_dump(mode="json"),
    )


def statement_signed(signature: Signature, statement: Statement) -> NewEvent:
    """An organisation signed the Statement."""
    payload = StatementSigned(
        signature_id=signature.id,
        statement_id=statement.id,
        place_id=statement.place_id,
        organisation_id=signature.organisation_id,
        signed_on=signature.signed_on,
    )
    return NewEvent(
        type="statement.signed",
        aggregate_type="statement_signature",
        aggregate_id=signature.id,
        aggregate_version=1,
        place_id=statement.place_id,
        audience=(PUBLIC,),
        data=payload.model_dump(mode="json"),
        effective_on=signature.signed_on,
    )


def client_event(
    kind: Literal[
        "client.created",
        "client.changed",
        "client.revoked",
        "client.credential_added",
        "client.credential_ended",
    ],
    client: ApiClient,
) -> NewEvent:
    """A client was made or revoked, or its credentials changed; its organisation alone reads it."""
    payload = ClientChanged(client_id=client.client_id, organisation_id=client.organisation_id)
    return NewEvent(
        type=kind,
        aggregate_type="client",
        aggregate_id=client.id,
        aggregate_version=client.version,
        place_id=None,
        audience=(org_audience(client.organisation_id),),
        data=payload.model_dump(mode="json"),
    )


def role_event(kind: Literal["role.granted", "role.ended"], grant: RoleGrant, client: ApiClient) -> NewEvent:
    """A client got or lost a role; its organisation alone reads it."""
    payload = RoleChanged(
        role_grant_id=grant.id,
        client_id=client.client_id,
        organisation_id=client.organisation_id,
        place_id=grant.place_id,
        role=grant.role,
    )
    return NewEvent(
        type=kind,
        aggregate_type="role_grant",
        aggregate_id=grant.id,
        aggregate_version=1 if kind == "role.granted" else 2,
        place_id=grant.place_id,
        audience=(org_audience(client.organisation_id),),
        data=payload.model_dump(mode="json"),
    )


def delegation_event(
    kind: Literal["delegation.created", "delegation.revoked"], delegation: Delegation
) -> NewEvent:
    """A delegation was given or revoked; both organisations read it."""
    payload = DelegationChanged(
        delegation_id=delegation.id,
        organisation_id=delegation.organisation_id,
        delegate_organisation_id=delegation.delegate_organisation_id,
        scopes=list(delegation.scopes),
    )
    return NewEvent(
        type=kind,
        aggregate_type="delegation",
        aggregate_id=delegation.id,
        aggregate_version=1 if kind == "delegation.created" else 2,
        place_id=None,
        audience=(
            org_audience(delegation.organisation_id),
            org_audience(delegation.delegate_organisation_id),
        ),
        data=payload.model_dump(mode="json"),
    )


def person_role_event(
    kind: Literal["person.role_granted", "person.role_ended"], role: PersonRole
) -> NewEvent:
    """A person, by number, got or lost a role; the organisation concerned reads it."""
    payload = PersonRoleChanged(
        person_role_id=role.id,
        person_id=role.person_id,
        organisation_id=role.organisation_id,
        place_id=role.place_id,
        role=role.role,
    )
    return NewEvent(
        type=kind,
        aggregate_type="person_role",
        aggregate_id=role.id,
        aggregate_version=1 if kind == "person.role_granted" else 2,
        place_id=role.place_id,
        audience=(org_audience(role.organisation_id),),
        data=payload.model_dump(mode="json"),
    )


def person_erased(person: Person) -> NewEvent:
    """A person was erased; the platform's services alone read it."""
    return NewEvent(
        type="person.erased",
        aggregate_type="person",
        aggregate_id=person.id,
        aggregate_version=1,
        place_id=None,
        audience=(INTERNAL,),
        data=PersonErased(person_id=person.id).model_dump(mode="json"),
    )
