"""Joint activities: a project of several partners, counted once, each share confirmed by its partner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound
from reporting_api.domain.entries import DataStatus


class ActivityNotFound(NotFound):
    """No activity has this id, or none that the caller may know of."""

    code = "activity_not_found"
    title = "There is no such activity"


class ActivityInvalid(InvalidInput):
    """The shares of a joint activity break a rule; `errors` lists every fault."""

    code = "activity_invalid"
    title = "The joint activity is not valid"


class NotAPartner(Forbidden):
    """Only the partners of a joint activity may create it or confirm a share of it."""

    code = "not_a_partner"
    title = "The organisation has no share in this activity"


class ShareAlreadyConfirmed(Conflict):
    """The partner confirmed its share before."""

    code = "share_already_confirmed"
    title = "The share is confirmed already"


@dataclass(frozen=True, slots=True)
class PartnerShare:
    """One partner's share of a joint activity."""

    organisation_id: UUID
    share: Decimal


@dataclass(frozen=True, slots=True)
class JointActivity:
    """A joint activity as reports refer to it."""

    id: UUID
    place_id: UUID
    shares: tuple[PartnerShare, ...]
    is_confirmed: bool
    data_status: DataStatus

    @property
    def partners(self) -> frozenset[UUID]:
        """The organisations that hold a share."""
        return frozenset(share.organisation_id for share in self.shares)


def require_shares_hold(shares: Sequence[PartnerShare], known: Mapping[UUID, object], creator: UUID) -> None:
    """Refuse shares that do not sum to 1, leave out the creator, or name an organisation twice or unknown."""
    if creator not in {share.organisation_id for share in shares}:
        raise NotAPartner("The organisation that creates a joint activity holds a share in it.")
    faults: list[FieldError] = []
    seen: set[UUID] = set()
    for index, share in enumerate(shares):
        pointer = f"/shares/{index}"
        if share.organisation_id in seen:
            faults.append(FieldError(f"{pointer}/organisation_id", "repeated", "holds one share"))
        elif share.organisation_id not in known:
            message = "no organisation has this id"
            faults.append(FieldError(f"{pointer}/organisation_id", "organisation_unknown", message))
        if share.share <= 0:
            faults.append(FieldError(f"{pointer}/share", "out_of_range", "must be above 0"))
        seen.add(share.organisation_id)
    if sum(share.share for share in shares) != 1:
        faults.append(FieldError("/shares", "shares_not_whole", "the shares must sum to 1"))
    if faults:
        raise ActivityInvalid("The shares of the joint activity do not hold; see errors.", errors=faults)
