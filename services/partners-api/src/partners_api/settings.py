"""The settings of partners-api."""

from pydantic import Field

from cdp_common.web.settings import ServiceSettings


class Settings(ServiceSettings):
    """The shared settings and those of the authorisation server."""

    port: int = Field(default=8101, ge=0, le=65535)
    """The port to listen on."""
    token_lifetime_s: int = Field(default=600, ge=60, le=900)
    """How long an access token is good: 15 minutes at most."""
    signing_key_lead_s: int = Field(default=10, ge=0, le=3600)
    """How long a new signing key is published before it signs; verifiers read the keys every 2 seconds."""
    purge_interval_s: float = Field(default=60.0, gt=0, le=3600)
    """How often what is past its time is removed."""
