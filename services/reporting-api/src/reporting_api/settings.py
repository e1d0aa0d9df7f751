"""The settings of reporting-api."""

from decimal import Decimal
from pathlib import Path

from pydantic import Field, field_validator

from cdp_common.contracts.evidence import EvidenceMediaType
from cdp_common.web.settings import ServiceSettings
from reporting_api.storage.blobs import StoreAddressUnusable, require_store_address
from reporting_api.use_cases.ask_scanner import ScannerAddressUnusable, require_scanner_address

SCHEMA = "reporting"
"""The schema of the service's database; its name and its roles are made of it."""


class Settings(ServiceSettings):
    """The shared settings, and how figures are published."""

    port: int = 8105
    """The port to listen on."""

    public_url: str | None = None
    """Where outsiders reach reporting-api: publications name their permanent address by it; else it is the
    address by which the other services reach it."""

    sequencer_interval_s: float = Field(default=1.0, gt=0, le=60)
    """How often ledger entries that wait are given their positions."""

    disclosure_minimum_organisations: int = Field(default=3, ge=2, le=100)
    """A published £ cell to which fewer organisations contribute is withheld."""
    disclosure_dominance_percent: Decimal = Field(default=Decimal(10), ge=0, le=100)
    """p of the p % rule: a cell is withheld when what its two largest contributors leave is less than p % of
    the largest."""
    disclosure_minimum_people: int = Field(default=10, ge=2, le=1000)
    """A published count of people below it is withheld, and so is whatever would give it away."""
    disclosure_source: str = (
        "Threshold of three contributors and p % rule with p = 10: a customary setting for business "
        "statistics, chosen by the programme; no law fixes the numbers."
    )
    """Where the two thresholds come from; every publication says it."""
    publisher_name: str = Field(default="County Durham Pound", min_length=1, max_length=300)
    """Who publishes the OCDS packages about delivery, as they name it."""
    publication_licence: str = "OGL-UK-3.0"
    """The licence, as an SPDX identifier, under which publications may be used."""

    reporting_due_days: int = Field(default=30, ge=1, le=120)
    """So many days after a period's end its report is due, in places that have set no calendar of their own.
    Nothing public says when partners report: the number is ours."""
    reporting_reminder_days: tuple[int, ...] = (14, 3)
    """So many days before it is due a report is reminded of, in such places; fewer than the days above."""

    draft_kept_days: int = Field(default=400, ge=1, le=3650)
    """A draft of a report that nobody has changed for so many days is forgotten."""

    evidence_store: str | None = None
    """Where files of evidence, and exports, are kept: `file:///folder`, or `s3://bucket/prefix` of an
    S3-compatible store; without it no file is taken, and nothing exported."""
    evidence_s3_endpoint: str | None = None
    """The address of the S3-compatible store; without it, that of AWS in the region."""
    evidence_s3_region: str | None = None
    """The region of the bucket."""
    evidence_s3_access_key_id: str | None = None
    """The id of the store's access key; without it and the secret, the machine's own credentials are used."""
    evidence_s3_secret_key_file: Path | None = None
    """A file that holds the secret of that access key."""
    evidence_max_bytes: int = Field(default=25 * 1024 * 1024, ge=1024, le=1024**3)
    """The largest file of evidence that is taken."""
    evidence_media_types: tuple[EvidenceMediaType, ...] = (
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "image/jpeg",
        "image/png",
        "image/webp",
        "text/csv",
        "text/plain",
    )
    """The types of files that are taken, as JSON; a file's own bytes have to be of the type it states."""
    evidence_scanner: str | None = None
    """A clamd that scans files by INSTREAM: `unix:///path/of/clamd.sock` or `tcp://host:3310`; without it
    they are kept as `not_scanned`."""
    evidence_scan_limit_s: float = Field(default=30.0, gt=0, le=300)
    """How long a scan may take; a file whose scan takes longer waits unread, and is scanned again."""
    evidence_unused_days: int = Field(default=90, ge=1, le=3650)
    """A file that no submitted report uses is removed after so many days."""
    evidence_kept_days: int = Field(default=2557, ge=1, le=36525)
    """A file is removed so many days after the last period whose reports use it. Seven years: six in which
    a claim under a contract may be brought (Limitation Act 1980, section 5), and one more; ours to choose."""

    export_kept_days: int = Field(default=7, ge=1, le=31)
    """An exported file is removed after so many days."""
    export_max_rows: int = Field(default=5_000_000, ge=1, le=1_000_000_000)
    """The most rows that one export may have."""
    export_max_bytes: int = Field(default=1024**3, ge=1024, le=64 * 1024**3)
    """The largest exported file; it lies in the temporary folder while it is made."""
    export_max_open: int = Field(default=3, ge=1, le=100)
    """So many exports of one organisation may wait or be made at the same time."""
    export_max_kept_bytes: int = Field(default=4 * 1024**3, ge=1024, le=1024**4)
    """Once the files kept for an organisation come to so much, no further export is begun for it."""
    export_limit_s: float = Field(default=1800.0, gt=0, le=86_400)
    """How long one attempt at an export may take."""

    @field_validator(
        "evidence_store",
        "evidence_s3_endpoint",
        "evidence_s3_region",
        "evidence_s3_access_key_id",
        "evidence_scanner",
        mode="before",
    )
    @classmethod
    def _empty_evidence_setting_means_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("evidence_store")
    @classmethod
    def _store_can_be_opened(cls, value: str | None) -> str | None:
        try:
            require_store_address(value)
        except StoreAddressUnusable as fault:
            raise ValueError(str(fault)) from fault
        return value

    @field_validator("evidence_scanner")
    @classmethod
    def _scanner_can_be_asked(cls, value: str | None) -> str | None:
        try:
            require_scanner_address(value)
        except ScannerAddressUnusable as fault:
            raise ValueError(str(fault)) from fault
        return value
