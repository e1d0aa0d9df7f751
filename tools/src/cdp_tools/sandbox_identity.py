"""The sandbox's own identity provider: it signs that somebody is whoever the person at the keyboard says.

It is a key pair and nothing else: no server, no sign-in page. Its public key is given to partners-api when
the sandbox is provisioned, as a provider of the kind `sandbox`, which a live partners-api refuses.
"""

import json
from typing import Any

from joserfc import jwt
from joserfc.jwk import OKPKey

from cdp_common.kernel.clock import utc_now
from cdp_tools.environment import AUDIENCE, Environment

ISSUER = "https://sandbox-identity.invalid"
"""By its name nobody can ever serve it (RFC 2606)."""
HOLDER = "identity-provider"
ALGORITHM = "Ed25519"
LIFETIME_S = 600


def provider_of(environment: Environment) -> dict[str, Any]:
    """The provider as partners-api is told of it: with its public key, trusted for everybody here."""
    return {
        "name": "Identity provider of this sandbox",
        "kind": "sandbox",
        "issuer": ISSUER,
        "audiences": [{"audience": AUDIENCE}],
        "jwks": {"keys": [environment.keys.client_public_key(HOLDER)]},
        "algorithms": [ALGORITHM],
        "trusted_for_all": True,
    }


def identity_token(environment: Environment, subject: str, name: str | None = None) -> str:
    """An identity token about the subject, good for ten minutes."""
    stored = json.loads(environment.keys.client_key_file(HOLDER).read_text(encoding="utf-8"))
    key = OKPKey.import_key(stored)
    now = int(utc_now().timestamp())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + LIFETIME_S}
    header = {"alg": ALGORITHM, "kid": stored["kid"]}
    return jwt.encode(header, claims | ({"name": name} if name else {}), key, algorithms=[ALGORITHM])
