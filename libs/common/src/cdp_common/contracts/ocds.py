"""Contracts of the OCDS exchange of procurement-api: packages out, notices in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Contract, DataStatus, DecimalText, Sha256
from cdp_common.contracts.tenders import Tender

ExtensionFile = Literal["extension.json", "release-schema.json"]


class PackagePublisher(Contract):
    """Who publishes a package."""

    name: str
    uri: str


class PackageLinks(Contract):
    """Where the next page of a package is (OCDS pagination extension)."""

    next: str


class ReleasePackage(Contract):
    """An OCDS 1.1 release package. Releases are given as they were published, whatever extensions they use.

    A page on which nothing stands has no releases, although the standard asks a package for at least one.
    """

    uri: str
    version: Literal["1.1"]
    extensions: list[str]
    published_date: datetime = Field(alias="publishedDate")
    publisher: PackagePublisher
    license: str
    releases: list[dict[str, Any]]
    links: PackageLinks | None = None  # absent on the last page


class OcdsRecord(Contract):
    """Everything published about one contracting process, and what it says together."""

    ocid: str
    releases: list[dict[str, Any]]
    compiled_release: dict[str, Any] = Field(alias="compiledRelease")


class RecordPackage(Contract):
    """An OCDS 1.1 record package with the record of one contracting process."""

    uri: str
    version: Literal["1.1"]
    extensions: list[str]
    published_date: datetime = Field(alias="publishedDate")
    publisher: PackagePublisher
    license: str
    records: list[OcdsRecord]


# ------------------------------------------------------------------ notices in
class AgreementsOfNotices(Contract):
    """That the contracts of awards are registered as agreements of the buyer, at an edition for their lines.

    They commit nothing yet: lines join by variations. It needs the scope `agreements:write` too.
    """

    edition_hash: Sha256


class OcdsImport(Contract):
    """A release or record package as Find a Tender or Contracts Finder publishes it, for a buyer's place."""

    buyer_organisation_id: UUID
    place_id: UUID
    data_status: DataStatus = "actual"
    # Import this process alone out of the package.
    ocid: Annotated[str | None, Field(min_length=1, max_length=300)] = None
    agreements: AgreementsOfNotices | None = None
    package: dict[str, Any]


class ImportFault(Contract):
    """Why one release of a package was not imported."""

    release_id: str | None
    code: str
    message: str


class NoticeValue(Contract):
    """A value as a notice states it, without VAT and with it, in whatever currency: none is converted."""

    currency: str
    amount: DecimalText | None
    amount_gross: DecimalText | None


class NoticeParty(Contract):
    """An organisation as a notice names it."""

    name: str
    scheme: str | None
    id: str | None


class NoticeAward(Contract):
    """An award that a notice tells of; its date as stated."""

    id: str
    title: str | None
    date: str | None
    value: NoticeValue | None
    suppliers: list[NoticeParty]


class NoticeRemark(Contract):
    """One thing that the tender does not have as the notice states it: where in the release, and why."""

    pointer: str
    code: Literal["value_unread", "lot_unread", "lot_renamed", "lot_called_off", "text_cut", "text_cleaned"]
    message: str


class NoticeAgreement(Contract):
    """What became of a contract that a notice tells of: the agreement, or why there is none."""

    award_id: str
    contract_id: str | None  # null where the notice tells of the award alone
    reference: str  # of the agreement: the process and the contract
    agreement_id: UUID | None
    code: str | None  # why there is none
    message: str | None


class ImportedNotice(Contract):
    """What the releases of one process say together, beside the tender that they became."""

    tender_id: UUID
    ocid: str
    release_ids: list[str]  # those that were merged, oldest first
    buyer: NoticeParty | None
    value: NoticeValue | None
    awards: list[NoticeAward]  # with one the tender stays a draft: there is nothing left to bid for
    remarks: list[NoticeRemark]  # the first hundred
    agreements: list[NoticeAgreement] = []  # where the import asked for them


class OcdsImportReport(Contract):
    """What an import created, found already there, or could not take."""

    tenders: list[Tender]
    notices: list[ImportedNotice]  # one for each tender, in the same order
    faults: list[ImportFault]
