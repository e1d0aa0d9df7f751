"""Whose signature it is."""

from __future__ import annotations

from sqlalchemy import RowMapping

from cdp_common.kernel.errors import Forbidden
from cdp_common.web.caller import Caller


class NotYourSignature(Forbidden):
    """The signature is another organisation's. The register is public, so this hides nothing."""

    code = "not_your_signature"
    title = "The signature belongs to another organisation"


def require_own(caller: Caller, signature: RowMapping) -> None:
    """Refuse unless the caller acts for the organisation that signed."""
    if signature["organisation_id"] != caller.org:
        raise NotYourSignature("The caller does not act for the organisation that signed.")
