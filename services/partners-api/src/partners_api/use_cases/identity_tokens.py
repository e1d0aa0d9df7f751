"""Reads the identity tokens of external providers: what they say, and whether that is signed."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from partners_api.domain.oauth_errors import InvalidRequest

_KEY_TYPES: Mapping[str, type[RSAKey | ECKey | OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_FAMILY = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "ES384": "EC", "Ed25519": "OKP", "EdDSA": "OKP"}
_UNREADABLE = "subject_token is not a signed JSON Web Token."
MIN_RSA_BITS = 2048
MAX_KID_CHARS = 255


def unproven_parts(id_token: str) -> tuple[str, str | None, str]:
    """Issuer, key id and algorithm as the token states them; nothing is proven by that."""
    try:
        signed = jws.extract_compact(id_token.encode())
        header, claims = signed.headers(), json.loads(signed.payload)
    except (JoseError, ValueError, RecursionError) as fault:
        raise InvalidRequest(_UNREADABLE) from fault
    # The library takes a list or a text for a header as long as it holds the word "alg".
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise InvalidRequest(_UNREADABLE)
    issuer, kid, algorithm = claims.get("iss"), header.get("kid"), header.get("alg")
    if not isinstance(issuer, str) or not isinstance(algorithm, str) or not issuer.isprintable():
        raise InvalidRequest("The identity token has no iss, or no alg.")
    if kid is not None and (not isinstance(kid, str) or len(kid) > MAX_KID_CHARS):
        raise InvalidRequest("The identity token's kid is no text.")
    return issuer, kid, algorithm


def signed_claims(
    id_token: str, algorithm: str, allowed: Sequence[str], keys: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    """What the token states, once one of the keys has proven its signature by an allowed algorithm."""
    if algorithm not in allowed:
        raise InvalidRequest(
            "The identity token is signed by an algorithm that is not taken from its provider."
        )
    registry = _Registry(algorithms=[algorithm], strict_check_header=False)
    for key in keys:
        if key.get("kty") != _FAMILY[algorithm]:
            continue
        try:
            public = _KEY_TYPES[_FAMILY[algorithm]].import_key({**key})
            if isinstance(public, RSAKey) and public.raw_value.key_size < MIN_RSA_BITS:
                continue
            return jwt.decode(id_token, public, algorithms=[algorithm], registry=registry).claims
        except (JoseError, ValueError, TypeError, AttributeError):
            # Not this key's; malformed keys and headers come out of the library as the last three.
            continue
    raise InvalidRequest("The identity token is not signed with a current key of its provider.")


class _Registry(JWSRegistry):
    def get_alg(self, name: str) -> Any:
        # For an Ed25519 key both names mean the same signature; the library warns of the older one.
        return super().get_alg("Ed25519" if name == "EdDSA" else name)


def subject_digest(secret_key: bytes, voucher: str, subject: str) -> bytes:
    """What is kept of the name by which a provider or a portal knows a person.

    It takes the service's secret key to make one, so that the table alone does not confirm a guess.
    """
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"partners-api subjects of persons")
    return hmac.new(kdf.derive(secret_key), f"{voucher}\n{subject}".encode(), hashlib.sha256).digest()
