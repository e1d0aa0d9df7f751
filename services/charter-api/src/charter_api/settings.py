"""The settings of charter-api."""

from functools import cache
from typing import Annotated

from pydantic import Field

from cdp_common.web.settings import ServiceSettings
from charter_api.domain.certificate import Addresses
from charter_api.use_cases.place_keys import CertificateKeys

SCHEMA = "charter"
"""The schema of the service's database; its name and its roles are made of it."""


class Settings(ServiceSettings):
    """The settings of charter-api: the shared ones, and where outsiders find certificates."""

    port: int = 8104
    """The port to listen on."""
    public_url: str | None = None
    """The https address at which outsiders reach charter-api: it stands in certificates, for good. A sandbox
    takes CDP_CHARTER_URL where none is given; a live deployment then gives out no certificates."""

    pending_days: Annotated[int, Field(ge=1, le=366)] = 90
    """For how many days a signature that a network has entered waits for its organisation to confirm it."""

    signing_names_kept_days: Annotated[int, Field(ge=0, le=36_600)] = 365
    """For how many days after the end of a signature the name of who signed is kept, unless erased before."""

    def certificate_keys(self) -> CertificateKeys | None:
        """What certificates are signed with; None where nobody outside could follow their addresses."""
        if self.public_url is None and self.mode == "live":
            return None
        base = (self.public_url or self.charter_url).rstrip("/")
        return CertificateKeys(Addresses(base), cache(self.secret_key))
