"""Signs tokens and reads clients' assertions; the only place that handles private keys."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry

from partners_api.domain.clients import ApiClient, Credential, thumbprint
from partners_api.domain.oauth_errors import InvalidClient
from partners_api.domain.signing_keys import SigningKey
from partners_api.domain.tokens import ALGORITHM, TOKEN_TYPE

# Ed25519 under its own name and under the older name of its family, which most libraries still write.
ASSERTION_ALGORITHMS = (ALGORITHM, "EdDSA")
_NONCE_BYTES = 12


def new_signing_key(secret_key: bytes, generation: int, signs_from: datetime) -> SigningKey:
    """A fresh key pair, its private half encrypted; its id is its thumbprint."""
    pair = OKPKey.generate_key("Ed25519")
    known = pair.as_dict(private=False)
    public = {name: str(known[name]) for name in ("kty", "crv", "x")}
    kid = thumbprint(public)
    private = json.dumps(pair.as_dict(private=True)).encode()
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = nonce + _cipher(secret_key).encrypt(nonce, private, kid.encode())
    return SigningKey(
        kid=kid,
        generation=generation,
        public_jwk={**public, "kid": kid, "use": "sig", "alg": ALGORITHM},
        private_key_sealed=sealed,
        signs_from=signs_from,
        verifies_until=None,
    )


def sign_token(key: SigningKey, secret_key: bytes, claims: Mapping[str, Any]) -> str:
    """The access token with these claims."""
    private = _private_key(key.kid, key.private_key_sealed, secret_key)
    header = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": key.kid}
    return jwt.encode(header, dict(claims), private, algorithms=[ALGORITHM])


@lru_cache(maxsize=8)
def _private_key(kid: str, private_key_sealed: bytes, secret_key: bytes) -> OKPKey:
    """The private half; opening it costs more than signing with it, and there are few."""
    nonce, sealed = private_key_sealed[:_NONCE_BYTES], private_key_sealed[_NONCE_BYTES:]
    return OKPKey.import_key(json.loads(_cipher(secret_key).decrypt(nonce, sealed, kid.encode())))


def unproven_client_id(assertion: str) -> str:
    """Whom an assertion says it is from; nothing is proven by that."""
    try:
        claims = json.loads(jws.extract_compact(assertion.encode()).payload)
    except (JoseError, ValueError, RecursionError) as fault:
        raise InvalidClient("client_assertion is not a signed JSON Web Token.") from fault
    client_id = claims.get("iss") if isinstance(claims, dict) else None
    if not isinstance(client_id, str):
        raise InvalidClient("The assertion has no iss.")
    return client_id


def read_assertion(assertion: str, client: ApiClient) -> tuple[Mapping[str, Any], Credential]:
    """What the assertion states, and with which of the client's keys it is signed."""
    for credential in client.credentials:
        if credential.public_jwk is not None:
            claims = _claims_signed_by(assertion, credential.public_jwk)
            if claims is not None:
                return claims, credential
    raise InvalidClient("The assertion is not signed with a key of the client.")


def _claims_signed_by(assertion: str, public_jwk: Mapping[str, str]) -> Mapping[str, Any] | None:
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": public_jwk["x"]})
    registry = _AssertionRegistry(algorithms=ASSERTION_ALGORITHMS, strict_check_header=False)
    try:
        return jwt.decode(assertion, key, algorithms=ASSERTION_ALGORITHMS, registry=registry).claims
    except (JoseError, ValueError, TypeError, AttributeError):
        # A header that is no object, or names that are no text, come out of the library as the last two.
        return None


class _AssertionRegistry(JWSRegistry):
    def get_alg(self, name: str) -> Any:
        # For an Ed25519 key both names mean the same signature; the library warns of the older one.
        return super().get_alg(ALGORITHM if name in ASSERTION_ALGORITHMS else name)


def _cipher(secret_key: bytes) -> AESGCM:
    """The service's secret key has several uses; this is the one for signing keys alone."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"partners-api signing keys")
    return AESGCM(kdf.derive(secret_key))
