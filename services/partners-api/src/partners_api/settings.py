"""The settings of partners-api."""

from pydantic import Field

from cdp_common.web.settings import ServiceSettings

PACKAGE = "partners_api"
SCHEMA = "partners"
"""The schema of the service's database; its name and its roles are made of it."""


class Settings(ServiceSettings):
    """The shared settings and those of the authorisation server."""

    port: int = Field(default=8101, ge=0, le=65535)
    """The port to listen on."""
    token_lifetime_s: int = Field(default=600, ge=60, le=900)
    """How long an access token is good: 15 minutes at most."""
    signing_key_lead_s: int = Field(default=10, ge=0, le=3600)
    """How long a new signing key is published before it signs; verifiers read the keys every 2 seconds."""
    registrations_per_minute: int = Field(default=60, ge=1, le=1_000_000)
    """How many organisations one address may register in a minute, in each process."""
    tokens_per_minute: int = Field(default=1_200, ge=1, le=10_000_000)
    """How often one address may ask for tokens, or give them back, in a minute, in each process."""
    public_words_per_minute: int = Field(default=60, ge=1, le=1_000_000)
    """How often one address may send ideas, register or withdraw in a minute, in each process."""
    hub_previews_per_minute: int = Field(default=60, ge=1, le=1_000_000)
    """How often one address may read drafts by a preview token in a minute, in each process."""
    purge_interval_s: float = Field(default=60.0, gt=0, le=3600)
    """How often what is past its time is removed."""
