"""What the authorisation server is told about itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True)
class TokenIssuer:
    """Who issues tokens, for whom, and for how long."""

    issuer: str
    audience: str
    token_lifetime: timedelta
    key_lead: timedelta
    """How long a new signing key is published before it signs, so that every verifier has read it."""
    secret_key: Callable[[], bytes] = field(repr=False)
    """Gives the key that encrypts signing keys; asked for when one is used, so that describing needs none."""

    @property
    def token_endpoint(self) -> str:
        """Where tokens are asked for."""
        return f"{self.issuer}/oauth/token"

    @property
    def revocation_endpoint(self) -> str:
        """Where tokens are given back."""
        return f"{self.issuer}/oauth/revoke"

    @property
    def jwks_uri(self) -> str:
        """Where the signing keys are published."""
        return f"{self.issuer}/.well-known/jwks.json"
