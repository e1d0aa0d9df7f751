"""The settings of charter-api."""

from cdp_common.web.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of charter-api: the shared ones."""

    port: int = 8104
    """The port to listen on."""
