"""The settings of toms-engine."""

from cdp_common.web.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of toms-engine: the shared ones."""

    port: int = 8102
    """The port to listen on."""
