"""The settings of procurement-api."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from cdp_common.web.settings import ServiceSettings
from procurement_api.domain.ocid import EXAMPLE_PREFIX, checked_prefix

PACKAGE = "procurement_api"
SCHEMA = "procurement"
"""The schema of the service's database; its name and its roles are made of it."""


class PrefixMissing(ValueError):
    """A live deployment publishes under a prefix of its own; the one for examples is nobody's."""


class Settings(ServiceSettings):
    """The settings of procurement-api: the shared ones, how long opening waits, who publishes."""

    port: int = 8103
    """The port to listen on."""
    opening_grace_s: float = Field(default=60.0, ge=0, le=3600)
    """How long after the deadline bids may be opened: a request that arrived in time may still be stored.

    A request waits at most 15 s for the bids before it, 30 s for a connection, 3 s for a lock and 10 s for a
    statement, or it is refused.
    """
    purge_interval_s: float = Field(default=3600.0, gt=0)
    """How often answers kept for repeated requests are removed when their time is over."""
    ocid_prefix: Annotated[str, AfterValidator(checked_prefix)] = EXAMPLE_PREFIX
    """The OCDS prefix of processes that no notice names. The default is the standard's own for examples: a
    live deployment names the one that the Open Contracting Partnership gave it. Others' are refused."""
    publisher_name: str = Field(default="County Durham Pound", min_length=1, max_length=300)
    """Who publishes the OCDS packages, as they name it."""

    @model_validator(mode="after")
    def _live_has_its_own_prefix(self) -> Self:
        if self.mode == "live" and self.ocid_prefix == EXAMPLE_PREFIX:
            raise PrefixMissing("CDP_OCID_PREFIX: a live deployment names the OCDS prefix registered for it")
        return self
