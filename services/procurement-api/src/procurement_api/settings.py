"""The settings of procurement-api."""

from pydantic import Field

from cdp_common.web.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of procurement-api: the shared ones and how long opening waits."""

    port: int = 8103
    """The port to listen on."""
    opening_grace_s: float = Field(default=20.0, ge=0, le=3600)
    """How long after the deadline bids may be opened: a request that arrived in time may still be stored.

    A request waits at most 5 s for a connection, 3 s for a lock and 10 s for a statement, or it is refused.
    """
    purge_interval_s: float = Field(default=3600.0, gt=0)
    """How often answers kept for repeated requests are removed when their time is over."""
