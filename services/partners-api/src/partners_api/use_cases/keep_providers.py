"""Records, lists and ends the providers at which people sign in."""

from datetime import datetime
from uuid import UUID

from cdp_common.contracts import persons as wire
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor, require_operator
from partners_api.domain.identity_providers import (
    Audience,
    IdentityProvider,
    ProviderUnknown,
    ProviderUnusable,
    require_usable,
)
from partners_api.storage.identity_providers import (
    insert_provider,
    load_provider,
    mark_provider_ended,
    page_providers,
)
from partners_api.storage.issued_tokens import tokens_of_issuer
from partners_api.storage.revocations import revoke
from partners_api.use_cases.keepable import require_keepable


async def create_identity_provider(
    database: Database,
    actor: Actor,
    draft: wire.IdentityProviderDraft,
    once: Once,
    now: datetime,
    *,
    is_live: bool,
) -> Answer:
    """The answer with the provider; only the operator trusts one."""
    require_operator(actor)
    async with database.begin() as tx:
        if earlier := await once.replay(tx):
            return earlier
        provider = provider_from(draft, now, is_live=is_live)
        answer = provider_view(provider)
        require_keepable(answer)
        await insert_provider(tx, provider)
        return await once.keep(tx, 201, answer, now=now)


async def list_identity_providers(
    database: Database, actor: Actor, *, cursor: str | None, limit: int
) -> tuple[list[wire.IdentityProvider], str | None]:
    """One page of the providers there ever were, and the cursor of the next."""
    require_operator(actor)
    async with database.begin() as tx:
        found, following = await page_providers(tx, cursor=cursor, limit=limit)
    return [provider_view(provider) for provider in found], following


async def end_identity_provider(database: Database, actor: Actor, provider_id: UUID, clock: Clock) -> None:
    """Trust the provider no more, and take back the tokens got by signing in there; again changes nothing."""
    require_operator(actor)
    async with database.begin() as tx:
        provider = await load_provider(tx, provider_id, for_change=True)
        if provider is None:
            raise ProviderUnknown("There is no identity provider of that id.")
        if provider.ended_at is not None:
            return
        now = clock()
        await mark_provider_ended(tx, provider_id, now)
        tokens = await tokens_of_issuer(tx, provider.issuer, now)
        await revoke(tx, "token", [(str(jti), expires_at) for jti, expires_at in tokens], now)


def provider_from(draft: wire.IdentityProviderDraft, now: datetime, *, is_live: bool) -> IdentityProvider:
    """The provider of a draft; refuses one that could not be believed."""
    named = [each.audience for each in draft.audiences]
    if len(set(named)) != len(named):
        error = FieldError("/audiences", "audience_repeated", "an audience is stated twice")
        raise ProviderUnusable("Each audience is stated once.", errors=[error])
    provider = IdentityProvider(
        id=new_id(),
        name=draft.name,
        kind=draft.kind,
        issuer=draft.issuer,
        audiences=tuple(Audience(each.audience, tuple(each.client_ids)) for each in draft.audiences),
        jwks_uri=draft.jwks_uri,
        jwks=draft.jwks,
        algorithms=tuple(dict.fromkeys(draft.algorithms)),
        subject_claim=draft.subject_claim,
        trusted_for_all=draft.trusted_for_all,
        organisation_ids=frozenset(draft.organisation_ids),
        created_at=now,
        ended_at=None,
    )
    require_usable(provider, is_live=is_live)
    return provider


def provider_view(provider: IdentityProvider) -> wire.IdentityProvider:
    """The provider as the operator sees it."""
    return wire.IdentityProvider.model_validate(
        {
            "id": provider.id,
            "name": provider.name,
            "kind": provider.kind,
            "issuer": provider.issuer,
            "audiences": [
                {"audience": each.audience, "client_ids": list(each.client_ids)}
                for each in provider.audiences
            ],
            "jwks_uri": provider.jwks_uri,
            "jwks": provider.jwks,
            "algorithms": list(provider.algorithms),
            "subject_claim": provider.subject_claim,
            "trusted_for_all": provider.trusted_for_all,
            "organisation_ids": sorted(provider.organisation_ids),
            "created_at": provider.created_at,
            "ended_at": provider.ended_at,
        }
    )
