"""The typed client speaks to the service: one method per operation, parsed answers, typed refusals."""

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

import httpx2
import pytest
from tests.integration.partners_api.world import ISSUER, World

from cdp_common.clients.base import ClientCredentials, UpstreamProblem
from cdp_common.clients.partners import PartnersClient
from cdp_common.contracts import partners as wire
from cdp_common.contracts.base import IdBatch
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.etags import etag_of


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx2.AsyncClient]:
    """Calls of the issuer's URL arrive at the application."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=world.app)) as client:
        yield client


@pytest.fixture
def operator(world: World, http: httpx2.AsyncClient) -> PartnersClient:
    """The operator's client, with its key."""
    key = dict(world.operator_key.as_dict(private=True))
    tokens = ClientCredentials(ISSUER, "operator", http=http, key=key, clock=world.clock)
    return PartnersClient(ISSUER, tokens, http)


def key() -> str:
    return str(new_id())


async def test_a_programme_is_set_up_by_typed_calls(operator: PartnersClient) -> None:
    place = await operator.create_place(
        wire.PlaceDraft(slug="county-durham", name="County Durham", source="test"), idempotency_key=key()
    )
    livin = await operator.create_organisation(
        wire.OrganisationDraft(legal_name="livin", kind="third_sector", data_status="synthetic_sample"),
        idempotency_key=key(),
    )
    member = await operator.start_membership(
        place.id,
        wire.MembershipDraft(organisation_id=livin.id, valid_from=date(2022, 9, 29), source="test"),
        idempotency_key=key(),
    )
    ended = await operator.end_membership(
        member.id,
        wire.MembershipEnd(valid_to=date(2023, 10, 23), source="test"),
        if_match=etag_of(await operator.get_membership(member.id)),
    )

    assert ended.valid_to == date(2023, 10, 23)
    assert (await operator.get_place(place.id)) == place
    assert [p.id for p in (await operator.list_places(slug="county-durham")).items] == [place.id]
    on_the_day = await operator.list_memberships(place.id, as_of=date(2023, 10, 23))
    after = await operator.list_memberships(place.id, as_of=date(2023, 10, 24))
    assert ([m.id for m in on_the_day.items], after.items) == ([member.id], [])
    found = await operator.batch_organisations(IdBatch(ids=[livin.id]))
    assert found.items == [livin]
    assert (await operator.batch_places(IdBatch(ids=[livin.id]))).missing == [livin.id]
    assert [o.id for o in (await operator.list_organisations(name="LIVIN")).items] == [livin.id]


async def test_a_change_sends_only_what_was_set(operator: PartnersClient) -> None:
    draft = wire.OrganisationDraft(legal_name="A", kind="private", website="https://a.example", is_sme=True)
    made = await operator.create_organisation(draft, idempotency_key=key())
    changed = await operator.change_organisation(
        made.id, wire.OrganisationChange(website=None), if_match=etag_of(made)
    )

    assert changed == made.model_copy(update={"website": None})


async def test_statements_clients_roles_and_delegations(
    operator: PartnersClient, world: World, http: httpx2.AsyncClient
) -> None:
    place = await operator.create_place(
        wire.PlaceDraft(slug="essex", name="Essex", source="test"), idempotency_key=key()
    )
    statement = await operator.publish_statement(
        place.id,
        wire.StatementDraft(version="1", title="S", text="S", commitments=[], source="test"),
        idempotency_key=key(),
    )
    assert await operator.get_statement(statement.id) == statement
    assert (await operator.list_statements(place.id)).items == [statement]
    registration = await operator.register_organisation(
        wire.RegistrationRequest(
            organisation=wire.OrganisationDraft(legal_name="B", kind="private"), client_name="B"
        ),
        idempotency_key=key(),
    )
    client_id = registration.client.client_id
    grant = await operator.grant_role(
        wire.RoleGrantDraft(client_id=client_id, place_id=place.id, role="officer"), idempotency_key=key()
    )
    await operator.end_role_grant(grant.id)
    added = await operator.add_client_credential(
        client_id, wire.ClientCredentialDraft(), idempotency_key=key()
    )
    assert len((await operator.get_client(client_id)).credentials) == 2
    await operator.end_client_credential(client_id, added.id)
    delegation = await operator.create_delegation(
        wire.DelegationDraft(
            delegate_organisation_id=registration.organisation.id, scopes=["valuations:run"]
        ),
        idempotency_key=key(),
    )
    assert (await operator.list_delegations()).items == [delegation]

    secret = registration.client.client_secret
    theirs = ClientCredentials(ISSUER, client_id, http=http, secret=secret, clock=world.clock)
    acting = await theirs.acting_for(delegation.organisation_id).token()
    assert (await world.app.state.verifier.verify(acting)).org == delegation.organisation_id

    await operator.revoke_delegation(delegation.id)
    await operator.revoke_client(client_id)
    revoked = (await operator.list_revocations()).items
    assert {(each.kind, each.value) for each in revoked} >= {("client", client_id)}
    assert [k["kid"] for k in (await operator.get_jwks()).keys]
    assert (await operator.get_authorization_server()).issuer == ISSUER


async def test_a_signature_of_an_own_client(
    operator: PartnersClient, world: World, http: httpx2.AsyncClient
) -> None:
    place = await operator.create_place(
        wire.PlaceDraft(slug="kent", name="Kent", source="test"), idempotency_key=key()
    )
    statement = await operator.publish_statement(
        place.id,
        wire.StatementDraft(version="1", title="S", text="S", commitments=[], source="test"),
        idempotency_key=key(),
    )
    partner = await world.registered("Partner")
    joining = wire.MembershipDraft(
        organisation_id=partner.organisation_id, valid_from=date(2022, 9, 29), source="test"
    )
    await operator.start_membership(place.id, joining, idempotency_key=key())
    tokens = ClientCredentials(ISSUER, partner.client_id, http=http, secret=partner.secret, clock=world.clock)
    signed = await PartnersClient(ISSUER, tokens, http).sign_statement(
        statement.id,
        wire.StatementSignatureDraft(signed_on=date(2022, 9, 29), signed_by_role="Chair"),
        idempotency_key=key(),
    )

    assert (await operator.get_statement(statement.id)).signatures == [signed]
    told = await PartnersClient(ISSUER, tokens, http).list_events(limit=500)
    assert "statement.signed" in {each.type for each in told.items}


async def test_a_refusal_is_typed(operator: PartnersClient) -> None:
    with pytest.raises(UpstreamProblem) as refused:
        await operator.get_organisation(UUID(int=1))
    assert (refused.value.status, refused.value.code) == (404, "organisation_not_found")
    with pytest.raises(UpstreamProblem) as refused:
        await operator.get_client("no one")
    assert (refused.value.status, refused.value.code) == (404, "client_not_found")
