"""Records of one organisation that was recorded more than once: one stays, the others lead to it."""

from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput
from partners_api.domain.organisations import Organisation


class MergedIntoSelf(InvalidInput):
    """A record cannot lead to itself."""

    code = "merged_into_self"
    title = "A record cannot be merged into itself"


class RecordMerged(Conflict):
    """The record was merged into another one, which is the one to change; `survivor_id` names it."""

    code = "organisation_merged"
    title = "The record was merged into another one"


class SurvivorLessKnown(Conflict):
    """A verified record would vanish into one that nobody has verified."""

    code = "survivor_less_known"
    title = "The surviving record is not verified and the other is"


class ClaimUnproven(Conflict):
    """What only a portal speaks of goes to whoever has proved to be it: a verified record that holds every
    identifier which was asserted."""

    code = "claim_unproven"
    title = "The surviving record has not proved to be the asserted one"


def require_distinct(organisation_id: UUID, survivor_id: UUID) -> None:
    """Refuse to merge a record into itself."""
    if organisation_id == survivor_id:
        error = FieldError("/survivor_id", MergedIntoSelf.code, "name another record")
        raise MergedIntoSelf("Name another record.", errors=[error])


def require_own_record(organisation: Organisation) -> None:
    """Refuse a record that leads to another one."""
    if organisation.merged_into is not None:
        survivor = str(organisation.merged_into)
        raise RecordMerged(f"The record leads to {survivor}.", members={"survivor_id": survivor})


def require_mergeable(merged: Organisation, survivor: Organisation) -> None:
    """Refuse what would lose a verification, give what was asserted to who has not proved to be it, or merge
    two records that are not both their own."""
    require_own_record(merged)
    require_own_record(survivor)
    if merged.state == "verified" and survivor.state != "verified":
        raise SurvivorLessKnown("Verify the surviving record first, or merge the other way round.")
    if "asserted" in (merged.state, survivor.state):
        _require_claim_proven(merged, survivor)


def _require_claim_proven(merged: Organisation, survivor: Organisation) -> None:
    """Refuse that opened bids, and receipts with their keys, go to a record that has not proved who it is.

    An asserted record does not survive either: the clients of the other one would come to read as it.
    """
    if survivor.state != "verified":
        raise ClaimUnproven("Verify the surviving record first, with the identifier that was asserted.")
    held = set(survivor.identifiers)
    missing = [each.text for each in merged.identifiers if each not in held]
    if missing:
        raise ClaimUnproven(f"The surviving record does not hold {', '.join(missing)}.")
