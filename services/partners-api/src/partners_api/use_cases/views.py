"""What is recorded, as the contracts tell it."""

from collections.abc import Iterable

from cdp_common.contracts import partners as wire
from cdp_common.kernel.identifiers import OrganisationIdentifier
from cdp_common.kernel.money import gbp_from_pence
from partners_api.domain.clients import ApiClient, Credential, thumbprint
from partners_api.domain.delegations import Delegation
from partners_api.domain.memberships import Membership
from partners_api.domain.organisations import Organisation
from partners_api.domain.places import Place, PriorTotal, ProgrammeItem
from partners_api.domain.roles import RoleGrant
from partners_api.domain.statements import Signature, Statement, committed_to


def organisation_view(organisation: Organisation) -> wire.Organisation:
    """The organisation as everybody sees it: its postcode stays here, for it may be a person's home."""
    return wire.Organisation(
        id=organisation.id,
        legal_name=organisation.legal_name,
        kind=organisation.kind,
        state=organisation.state,
        identifiers=[_identifier(identifier) for identifier in organisation.identifiers],
        is_sme=organisation.is_sme,
        is_vcse=organisation.is_vcse,
        website=organisation.website,
        data_status=organisation.data_status,
        created_at=organisation.created_at,
        merged_ids=list(organisation.merged_ids),
    )


def _identifier(identifier: OrganisationIdentifier) -> wire.Identifier:
    return wire.Identifier(scheme=identifier.scheme, id=identifier.id)


def place_view(place: Place) -> wire.Place:
    """The place with its programme."""
    return wire.Place(
        id=place.id,
        slug=place.slug,
        name=place.name,
        gss_code=place.gss_code,
        objectives=_items(place.objectives),
        commitments=_items(place.commitments),
        phases=_items(place.phases),
        prior_totals=[_prior_total(total) for total in place.prior_totals],
        need_index=place.need_index,
        source=place.source,
        created_at=place.created_at,
    )


def _items(items: Iterable[ProgrammeItem]) -> list[wire.NamedItem]:
    return [wire.NamedItem(code=item.code, title=item.title, description=item.description) for item in items]


def _prior_total(total: PriorTotal) -> wire.PriorTotal:
    return wire.PriorTotal(
        label=total.label,
        amount_gbp=gbp_from_pence(total.amount_pence),
        period_text=total.period_text,
        publisher=total.publisher,
        method_text=total.method_text,
        validated_by=total.validated_by,
        url=total.url,
        note=total.note,
    )


def membership_view(membership: Membership, organisation: Organisation) -> wire.Membership:
    """The membership with its organisation."""
    return wire.Membership(
        id=membership.id,
        place_id=membership.place_id,
        organisation=organisation_view(organisation),
        role=membership.role,
        valid_from=membership.valid_from,
        valid_to=membership.valid_to,
        named_totals_agreed=membership.named_totals_agreed,
        assumed=membership.assumed,
        source=membership.source,
        end_source=membership.end_source,
    )


def statement_view(statement: Statement) -> wire.Statement:
    """The version of the Statement with who signed it."""
    return wire.Statement(
        id=statement.id,
        place_id=statement.place_id,
        version=statement.version,
        title=statement.title,
        text=statement.text,
        commitments=list(statement.commitments),
        source=statement.source,
        published_at=statement.published_at,
        data_status=statement.data_status,
        signatures=[signature_view(statement, signature) for signature in statement.signatures],
    )


def signature_view(statement: Statement, signature: Signature) -> wire.StatementSignature:
    """One signature of the statement."""
    return wire.StatementSignature(
        id=signature.id,
        organisation_id=signature.organisation_id,
        organisation_name=signature.organisation_name,
        signed_on=signature.signed_on,
        signed_by_role=signature.signed_by_role,
        assumed=signature.assumed,
        commitments=[
            wire.SignedCommitment(code=each.code, words=each.words)
            for each in committed_to(statement, signature)
        ],
    )


def client_view(client: ApiClient, *, secret: str | None = None) -> wire.ApiClient:
    """The client; `secret` is given once, in the answer to its making."""
    return wire.ApiClient(
        client_id=client.client_id,
        name=client.name,
        organisation_id=client.organisation_id,
        scopes=list(client.scopes),
        authentication=client.authentication,
        client_secret=secret,
        created_at=client.created_at,
        revoked_at=client.revoked_at,
        credentials=[credential_view(credential) for credential in client.credentials],
    )


def credential_view(credential: Credential, *, secret: str | None = None) -> wire.ClientCredential:
    """The credential by its id; of a key also the thumbprint, of a secret nothing unless it was just made."""
    return wire.ClientCredential(
        id=credential.id,
        created_at=credential.created_at,
        key_thumbprint=thumbprint(credential.public_jwk) if credential.public_jwk is not None else None,
        client_secret=secret,
    )


def role_grant_view(grant: RoleGrant) -> wire.RoleGrant:
    """The role given."""
    return wire.RoleGrant(
        id=grant.id,
        client_id=grant.client_id,
        place_id=grant.place_id,
        role=grant.role,
        granted_at=grant.granted_at,
        ended_at=grant.ended_at,
    )


def delegation_view(delegation: Delegation) -> wire.Delegation:
    """The delegation."""
    return wire.Delegation(
        id=delegation.id,
        organisation_id=delegation.organisation_id,
        delegate_organisation_id=delegation.delegate_organisation_id,
        scopes=list(delegation.scopes),
        created_at=delegation.created_at,
        revoked_at=delegation.revoked_at,
    )
