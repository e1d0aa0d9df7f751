"""Reading tenders out of OCDS 1.1 packages, as Find a Tender and Contracts Finder publish them.

Real packages are uneven: a release that cannot be read is reported and the rest goes on. Releases of one
process are merged, oldest first; values stay in the currency in which they are stated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdp_common.kernel.errors import FieldError, InvalidInput
from cdp_common.kernel.ocds_merge import in_order, merged_content
from procurement_api.domain.notice_remarks import Remark, remarks_of
from procurement_api.domain.ocds_awards import AwardFacts, NamedParty, awards_of, buyer_of
from procurement_api.domain.ocds_contracts import ContractFacts, contracts_of
from procurement_api.domain.ocds_parts import (
    MAX_DESCRIPTION_CHARS,
    MAX_TITLE_CHARS,
    LotFacts,
    PoundsStated,
    StatedValue,
    is_called_off,
    lot_ids,
    lots_of,
    pounds_of,
    text_of,
    value_of,
    without_contacts,
)

PLANNING_TAGS = frozenset({"planning", "planningUpdate"})
STAGE_TAGS = frozenset(
    {
        *("tender", "tenderAmendment", "tenderUpdate", "tenderCancellation"),
        *("award", "awardUpdate", "awardCancellation"),
        *("contract", "contractUpdate", "contractAmendment", "contractTermination"),
        *("implementation", "implementationUpdate", "compiled"),
    }
)
MAX_RELEASES = 1000
MAX_ID_CHARS = 300
MAX_LOTS = 1000


class PackageUnreadable(InvalidInput):
    """The document is not an OCDS release package."""

    code = "ocds_package_unreadable"
    title = "This is not an OCDS release package"


class OcidNotInPackage(InvalidInput):
    """The package has no release of the process that was asked for."""

    code = "ocid_not_in_package"
    title = "The package has no release of this process"


@dataclass(frozen=True)
class TenderFacts:
    """What the releases of one process say together of its tender."""

    ocid: str
    release_ids: tuple[str, ...]
    """The releases that were merged, oldest first."""
    reference: str
    title: str
    description: str | None
    value: StatedValue | None
    pounds: PoundsStated
    """Without amounts for a value in another currency: nothing is converted."""
    lots: tuple[LotFacts, ...]
    buyer: NamedParty | None
    awards: tuple[AwardFacts, ...]
    contracts: tuple[ContractFacts, ...]
    remarks: tuple[Remark, ...]
    """What of the releases is not here as they state it."""
    release: Mapping[str, Any]
    """The merged releases as far as they are kept: without the persons to contact."""


@dataclass(frozen=True)
class Fault:
    """Why one release could not be taken."""

    release_id: str | None
    code: str
    message: str


def read_package(
    package: Mapping[str, Any], ocid: str | None = None
) -> tuple[list[TenderFacts], list[Fault]]:
    """The tenders of a release or record package, and the releases that give none, each with the reason.

    With an `ocid` only the releases of that process are read. Every release is in the `release_ids` of one
    tender, or has a fault. Raises `PackageUnreadable` and `OcidNotInPackage`.
    """
    releases = _releases_of(package)
    if ocid is not None:
        releases = [
            each for each in releases if isinstance(each, Mapping) and text_of(each.get("ocid")) == ocid
        ]
        if not releases:
            words = "The package has no release of this process."
            raise OcidNotInPackage(words, errors=[FieldError("/ocid", "ocid_not_in_package", words)])
    processes: dict[str, list[Mapping[str, Any]]] = {}
    faults: list[Fault] = []
    for release in releases:
        if (fault := _unreadable(release)) is not None:
            faults.append(fault)
        elif isinstance(release, Mapping):
            processes.setdefault(str(text_of(release.get("ocid"))), []).append(release)
    tenders: list[TenderFacts] = []
    for name, parts in processes.items():
        read = _read_process(name, in_order(parts))
        if isinstance(read, TenderFacts):
            tenders.append(read)
        else:
            faults.extend(read)
    return tenders, faults


def _releases_of(package: Mapping[str, Any]) -> list[Any]:
    """The releases of a release package or of a record package's records, or the one release sent."""
    releases, records = package.get("releases"), package.get("records")
    if releases is None and records is None and "ocid" in package:
        return [package]
    if releases is None and isinstance(records, list):
        releases = [release for record in records for release in _releases_of_record(record)]
    if not isinstance(releases, list) or not releases:
        raise PackageUnreadable("A package has a list of releases, or of records that hold releases.")
    if len(releases) > MAX_RELEASES:
        raise PackageUnreadable(f"A package of at most {MAX_RELEASES} releases is taken at a time.")
    return releases


def _releases_of_record(record: object) -> list[Any]:
    """The releases embedded in a record; where they are only linked, the compiled one."""
    if not isinstance(record, Mapping):
        return [record]
    releases = record.get("releases")
    embedded = [each for each in releases if isinstance(each, Mapping)] if isinstance(releases, list) else []
    if embedded and all("ocid" in each for each in embedded):
        return embedded
    return [record.get("compiledRelease")]


def _unreadable(release: object) -> Fault | None:
    """Why the release cannot even be told whose it is, or None."""
    if not isinstance(release, Mapping):
        return Fault(None, "release_unreadable", "The release is not an object.")
    release_id, ocid = text_of(release.get("id")), text_of(release.get("ocid"))
    if release_id is None or ocid is None:
        return Fault(_shown(release_id), "release_without_id", "The release has no id or no ocid.")
    if len(release_id) > MAX_ID_CHARS or len(ocid) > MAX_ID_CHARS:
        return Fault(_shown(release_id), "id_too_long", f"An id has at most {MAX_ID_CHARS} characters.")
    return None


def _read_process(ocid: str, releases: Sequence[Mapping[str, Any]]) -> TenderFacts | list[Fault]:
    """What the releases of one process, oldest first, say together; or the same fault for each."""
    ids = tuple(str(text_of(release.get("id"))) for release in releases)
    tags = {tag for release in releases for tag in _tags(release.get("tag"))}
    kept = [without_contacts(release) for release in releases]
    # Merging would take things of one release that share an id for one: a single release stays as it is.
    merged = kept[0] if len(kept) == 1 else merged_content(kept)
    stated = merged.get("tender")
    tender: Mapping[str, Any] = stated if isinstance(stated, Mapping) else {}
    title = text_of(tender.get("title"))
    if (found := _process_fault(tags, tender)) is not None or title is None:
        code, words = found or ("tender_without_title", "The release's tender has no title.")
        return [Fault(release_id, code, words) for release_id in ids]
    description = text_of(tender.get("description"))
    return TenderFacts(
        ocid=ocid,
        release_ids=ids,
        reference=(text_of(tender.get("id")) or ocid)[:MAX_ID_CHARS],
        title=title[:MAX_TITLE_CHARS],
        description=None if description is None else description[:MAX_DESCRIPTION_CHARS],
        value=value_of(tender.get("value")),
        pounds=pounds_of(tender.get("value")),
        lots=lots_of(tender.get("lots")),
        buyer=buyer_of(merged),
        awards=awards_of(merged),
        contracts=contracts_of(merged, ocid, title),
        remarks=remarks_of(merged),
        release=merged if len(kept) == 1 else {"ocid": ocid, "id": ids[-1], "tag": sorted(tags), **merged},
    )


def _process_fault(tags: set[str], tender: Mapping[str, Any]) -> tuple[str, str] | None:
    """Why a process gives no tender: a code, and the reason in words."""
    if tags and tags <= PLANNING_TAGS:
        return "release_planning_only", "The procurement is only planned; there is no tender to import yet."
    if STAGE_TAGS.isdisjoint(tags):
        return "release_without_tender", "The release is not of the tender or award stage."
    lots = tender.get("lots")
    if is_called_off(tender) or (lot_ids(lots) and not lots_of(lots)):
        return "tender_called_off", "The procurement was called off; there is nothing to bid for."
    if isinstance(lots, Sequence) and len(lots) > MAX_LOTS:
        return "too_many_lots", f"A tender has at most {MAX_LOTS} lots."
    return None


def is_awarded(release: Mapping[str, Any] | None) -> bool:
    """Whether an imported notice tells of an award: there is nothing left to bid for."""
    return release is not None and bool(awards_of(release))


def _shown(release_id: str | None) -> str | None:
    return None if release_id is None else release_id[:MAX_ID_CHARS]


def _tags(tags: object) -> list[str]:
    """The tags; some publishers send the only one as a text."""
    if isinstance(tags, str):
        return [tags]
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
