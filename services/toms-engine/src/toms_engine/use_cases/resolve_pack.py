"""Makes the edition of a pack, whole or tailored, and holds it to every rule.

The API and the offline check both come here, so a pack that passes the one passes the other.
"""

from dataclasses import dataclass

from cdp_common.contracts.framework_packs import FrameworkPack
from cdp_common.kernel.errors import FieldError
from toms_engine.domain.edition import EditionContent
from toms_engine.domain.errors import PackRefused
from toms_engine.domain.pack_rules import pack_faults
from toms_engine.domain.tailoring import Tailoring, tailored
from toms_engine.domain.tailoring_rules import PackPlaces, places_of, tailoring_faults
from toms_engine.use_cases.pack_content import (
    content_of_pack,
    table_places,
    tailoring_of_pack,
    unknown_names,
)


@dataclass(frozen=True)
class ParentEdition:
    """The edition that a pack tailors, and its hash."""

    content: EditionContent
    edition_hash: str


def resolve_pack(pack: FrameworkPack, parent: ParentEdition | None) -> EditionContent:
    """The edition that the pack makes of its parent, or by itself; a whole pack is given no parent.

    Raises `PackRefused` with every fault; its pointers lead into the pack as it was written.
    """
    _require_none(unknown_names(pack))
    own, tailoring = content_of_pack(pack), tailoring_of_pack(pack)
    tables = PackPlaces(table_places(pack))
    if tailoring is None:
        faults = pack_faults(own)
        if pack.changes:
            words = "there is no parent edition to change"
            faults.insert(0, FieldError("/changes", "changes_without_parent", words))
        _require_none([tables.of(fault) for fault in faults])
        return own
    if parent is None:
        words = "no published edition has this name"
        raise _refusal([FieldError("/tailors", "parent_unknown", words)])
    edition = tailored(own, tailoring, parent.content, parent.edition_hash)
    _require_none([tables.of(fault) for fault in _all_faults(own, tailoring, parent, edition)])
    return edition


def _all_faults(
    own: EditionContent, tailoring: Tailoring, parent: ParentEdition, edition: EditionContent
) -> list[FieldError]:
    """What is wrong with the tailoring, then with what came of it where that is another place."""
    faults = tailoring_faults(own, tailoring, parent.content, parent.edition_hash)
    told = {fault.pointer for fault in faults}
    places = places_of(tailoring, edition, own)
    moved = (places.of(fault) for fault in pack_faults(edition))
    return faults + [fault for fault in moved if fault.pointer not in told]


def _require_none(faults: list[FieldError]) -> None:
    if faults:
        raise _refusal(faults)


def _refusal(faults: list[FieldError]) -> PackRefused:
    return PackRefused("Nothing was stored; every fault is listed.", errors=faults)
