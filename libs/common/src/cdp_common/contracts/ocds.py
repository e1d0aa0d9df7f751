"""Contracts of the OCDS exchange of procurement-api: packages out, notices in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from cdp_common.contracts.base import Contract

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
