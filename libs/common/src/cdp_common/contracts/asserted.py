"""Contracts of organisations that only a portal speaks of: bidders without an account."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import model_validator

from cdp_common.contracts.base import Contract, DataStatus, ShortText
from cdp_common.contracts.organisations import Identifier, OrganisationKind


class AssertedOrganisationDraft(Contract):
    """An organisation as a portal that a buyer appointed states it: by identifier, else by an id of its own.

    The same one of the same portal and buyer is recorded once.
    """

    portal_organisation_id: UUID
    buyer_organisation_id: UUID
    identifier: Identifier | None = None
    portal_local_id: ShortText | None = None
    legal_name: ShortText
    kind: OrganisationKind = "private"
    data_status: DataStatus = "actual"

    @model_validator(mode="after")
    def _is_known_one_way(self) -> Self:
        if (self.identifier is None) == (self.portal_local_id is None):
            raise ValueError("an organisation is stated by its identifier or by a portal's own id, not both")
        return self
