"""The settings of procurement-api."""

from typing import Annotated

from pydantic import AfterValidator, Field

from cdp_common.web.settings import ServiceSettings
from procurement_api.domain.ocid import EXAMPLE_PREFIX, checked_prefix


class Settings(ServiceSettings):
    """The settings of procurement-api: the shared ones, how long opening waits, who publishes."""

    port: int = 8103
    """The port to listen on."""
    opening_grace_s: float = Field(default=60.0, ge=0, le=3600)
    """How long after the deadline bids may be opened: a request that arrived in time may still be stored.

    A request waits at most 30 s for a connection, 3 s for a lock and 10 s for a statement, or it is refused.
    """
    purge_interval_s: float = Field(default=3600.0, gt=0)
    """How often answers kept for repeated requests are removed when their time is over."""
    ocid_prefix: Annotated[str, AfterValidator(checked_prefix)] = EXAMPLE_PREFIX
    """The OCDS prefix of processes that no notice names. The default is the standard's own for examples: get
    one from the Open Contracting Partnership before you publish. Other publishers' are refused."""
    publisher_name: str = Field(default="County Durham Pound", min_length=1, max_length=300)
    """Who publishes the OCDS packages, as they name it."""
