"""Reading tenders out of OCDS 1.1 release packages, as Find a Tender and Contracts Finder publish them.

Real packages are uneven: a release that cannot be read is reported and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from cdp_common.kernel.errors import InvalidInput
from procurement_api.domain.ocds_parts import LotFacts, gbp_of, lots_of, text_of, without_contacts

TENDER_TAGS = frozenset({"planning", "tender", "tenderAmendment", "tenderUpdate"})
MAX_RELEASES = 1000
MAX_ID_CHARS = 300
MAX_TITLE_CHARS = 300
MAX_DESCRIPTION_CHARS = 20_000
MAX_LOTS = 1000

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class PackageUnreadable(InvalidInput):
    """The document is not an OCDS release package."""

    code = "ocds_package_unreadable"
    title = "This is not an OCDS release package"


@dataclass(frozen=True)
class TenderFacts:
    """What one release says of its tender; a value in another currency is left out, not converted."""

    ocid: str
    release_id: str
    reference: str
    title: str
    description: str | None
    value_gbp: Decimal | None
    lots: tuple[LotFacts, ...]
    release: Mapping[str, Any]
    """The release as far as it is kept: without the persons to contact."""


@dataclass(frozen=True)
class Fault:
    """Why one release could not be taken."""

    release_id: str | None
    code: str
    message: str


def read_package(package: Mapping[str, Any]) -> tuple[list[TenderFacts], list[Fault]]:
    """The tenders of a release package in order, and the releases that give none, each with the reason.

    Of several releases of one procurement the latest counts.
    """
    releases = package.get("releases")
    if not isinstance(releases, list) or not releases:
        raise PackageUnreadable("A release package has a list of releases.")
    if len(releases) > MAX_RELEASES:
        raise PackageUnreadable(f"A package of at most {MAX_RELEASES} releases is taken at a time.")
    latest: dict[str, TenderFacts] = {}
    faults: list[Fault] = []
    for release in releases:
        read = _read_release(release)
        if isinstance(read, Fault):
            faults.append(read)
            continue
        known = latest.get(read.ocid)
        if known is None:
            latest[read.ocid] = read
        elif _dated(read) >= _dated(known):
            faults.append(_superseded(known))
            latest[read.ocid] = read
        else:
            faults.append(_superseded(read))
    return list(latest.values()), faults


def _superseded(facts: TenderFacts) -> Fault:
    return Fault(
        facts.release_id, "release_superseded", "The package has a later release of this procurement."
    )


def _dated(facts: TenderFacts) -> datetime:
    """The date of the release; one that cannot be read is the earliest."""
    text = facts.release.get("date")
    try:
        date = datetime.fromisoformat(text) if isinstance(text, str) else _LONG_AGO
    except ValueError:
        return _LONG_AGO
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def _read_release(release: object) -> TenderFacts | Fault:
    if not isinstance(release, Mapping):
        return Fault(None, "release_unreadable", "The release is not an object.")
    release_id, ocid = text_of(release.get("id")), text_of(release.get("ocid"))
    if release_id is None or ocid is None:
        return Fault(_shown(release_id), "release_without_id", "The release has no id or no ocid.")
    if len(release_id) > MAX_ID_CHARS or len(ocid) > MAX_ID_CHARS:
        return Fault(_shown(release_id), "id_too_long", f"An id has at most {MAX_ID_CHARS} characters.")
    if TENDER_TAGS.isdisjoint(_tags(release.get("tag"))):
        return Fault(release_id, "release_without_tender", "The release is not of the tender stage.")
    tender = release.get("tender")
    title = text_of(tender.get("title")) if isinstance(tender, Mapping) else None
    if not isinstance(tender, Mapping) or title is None:
        return Fault(release_id, "tender_without_title", "The release's tender has no title.")
    lots = tender.get("lots")
    if isinstance(lots, Sequence) and len(lots) > MAX_LOTS:
        return Fault(release_id, "too_many_lots", f"A tender has at most {MAX_LOTS} lots.")
    description = text_of(tender.get("description"))
    return TenderFacts(
        ocid=ocid,
        release_id=release_id,
        reference=(text_of(tender.get("id")) or ocid)[:MAX_ID_CHARS],
        title=title[:MAX_TITLE_CHARS],
        description=None if description is None else description[:MAX_DESCRIPTION_CHARS],
        value_gbp=gbp_of(tender.get("value")),
        lots=lots_of(lots),
        release=without_contacts(release),
    )


def _shown(release_id: str | None) -> str | None:
    return None if release_id is None else release_id[:MAX_ID_CHARS]


def _tags(tags: object) -> list[str]:
    """The tags; some publishers send the only one as a text."""
    if isinstance(tags, str):
        return [tags]
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
