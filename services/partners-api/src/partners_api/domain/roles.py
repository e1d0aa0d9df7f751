"""Roles in a place, each held by one API client until it ends."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, NotFound

PlaceRole = Literal["officer", "evaluator", "moderator", "validator", "programme_manager", "signatory"]


class RoleGrantUnknown(NotFound):
    """There is no role grant of that id that the caller may know of."""

    code = "role_grant_not_found"
    title = "There is no such role grant"


class RoleAlreadyGranted(Conflict):
    """The client holds the role in the place already."""

    code = "role_already_granted"
    title = "The client holds this role already"


@dataclass(frozen=True)
class RoleGrant:
    """A role of a client in a place, held unless `ended_at` is set."""

    id: UUID
    client_id: str
    place_id: UUID
    role: PlaceRole
    granted_at: datetime
    ended_at: datetime | None
