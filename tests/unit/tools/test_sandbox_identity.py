"""The sandbox's identity provider signs what partners-api takes in the sandbox, and nowhere else."""

from datetime import timedelta
from pathlib import Path

import pytest

from cdp_common.contracts.persons import IdentityProviderDraft
from cdp_common.kernel.clock import utc_now
from cdp_tools.environment import Environment
from cdp_tools.sandbox_identity import identity_token, provider_of
from partners_api.domain.identity_providers import SandboxProviderRefused, check_identity
from partners_api.use_cases.identity_tokens import signed_claims, unproven_parts
from partners_api.use_cases.keep_providers import provider_from


def test_its_tokens_are_those_of_the_provider_that_is_provisioned(tmp_path: Path) -> None:
    environment = Environment(folder=tmp_path, inherited={})
    declared = IdentityProviderDraft.model_validate(provider_of(environment))
    assert "d" not in (declared.jwks or {})["keys"][0]
    now = utc_now()
    provider = provider_from(declared, now, is_live=False)
    token = identity_token(environment, "ada", "Ada Example")
    issuer, kid, algorithm = unproven_parts(token)
    claims = signed_claims(token, algorithm, provider.algorithms, (declared.jwks or {})["keys"])
    identity = check_identity(claims, provider, client_id="any", nonce=None, now=now)

    assert (issuer, identity.subject, identity.details.name) == (provider.issuer, "ada", "Ada Example")
    assert kid == (declared.jwks or {})["keys"][0]["kid"]
    assert timedelta(minutes=9) < identity.expires_at - now <= timedelta(minutes=10, seconds=1)
    with pytest.raises(SandboxProviderRefused):
        provider_from(declared, now, is_live=True)
