"""The authorisation server as its settings describe it."""

from datetime import timedelta
from functools import cache

from partners_api.settings import Settings
from partners_api.use_cases.token_issuer import TokenIssuer


def issuer_of(settings: Settings) -> TokenIssuer:
    """What the authorisation server is told about itself."""
    return TokenIssuer(
        issuer=settings.issuer,
        audience=settings.audience,
        token_lifetime=timedelta(seconds=settings.token_lifetime_s),
        key_lead=timedelta(seconds=settings.signing_key_lead_s),
        secret_key=cache(settings.secret_key),
    )
