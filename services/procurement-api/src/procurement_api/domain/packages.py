"""The OCDS packages of procurement-api: who publishes them and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cdp_common.kernel import ocds_packages
from cdp_common.kernel.ocds_packages import PackageHead


@dataclass(frozen=True)
class Publisher:
    """Who publishes: a name, the address at which everybody reaches this service, the prefix of own ids."""

    name: str
    base_url: str
    ocid_prefix: str


def release_package(
    publisher: Publisher,
    path: str,
    bodies: Sequence[str],
    next_path: str | None,
    published_at: datetime,
) -> str:
    """A release package as JSON text; `bodies` are the releases as they were published."""
    next_url = None if next_path is None else publisher.base_url + next_path
    return ocds_packages.release_package(_head(publisher, path, published_at), bodies, next_url)


def record_package(
    publisher: Publisher, path: str, ocid: str, bodies: Sequence[str], published_at: datetime
) -> str:
    """A record package as JSON text with the record of one process; `bodies` are all its releases."""
    return ocds_packages.record_package(_head(publisher, path, published_at), ocid, bodies)


def _head(publisher: Publisher, path: str, published_at: datetime) -> PackageHead:
    base = publisher.base_url
    return PackageHead(base + path, publisher.name, base, base, published_at)
