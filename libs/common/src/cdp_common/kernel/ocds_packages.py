"""OCDS packages: published releases with who published them, under which licence, with which extensions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cdp_common.kernel.json_text import Written, json_text, json_value
from cdp_common.kernel.ocds_merge import compiled_release, in_order
from cdp_common.kernel.ocds_parts import moment

LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
EXTENSION_VERSION = "1.0"
"""Of the socialValue extension: a change of meaning gets a new one, and the old one stays where it is."""

EXTENSION_PATH = f"/v1/ocds/extensions/social-value/{EXTENSION_VERSION}"
"""Where procurement-api serves the extension; the releases of every service use it."""

_OTHERS_EXTENSIONS = (
    "https://standard.open-contracting.org/profiles/eu/latest/en/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_metrics_extension/master/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_bid_extension/master/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_pagination_extension/master/extension.json",
    "https://raw.githubusercontent.com/cabinetoffice/ocds_uk_extension/main/extension.json",
)


@dataclass(frozen=True)
class PackageHead:
    """What stands at the head of a package: where it is, who publishes it, and when."""

    uri: str
    publisher_name: str
    publisher_uri: str
    extension_base_url: str
    """The address of procurement-api, which serves the socialValue extension."""
    published_at: datetime


def release_package(head: PackageHead, bodies: Sequence[str], next_url: str | None) -> str:
    """A release package as JSON text; `bodies` are the releases as they were published."""
    package: dict[str, Any] = {**_metadata(head), "releases": [Written(body) for body in bodies]}
    if next_url is not None:
        package["links"] = {"next": next_url}
    return json_text(package)


def record_package(head: PackageHead, ocid: str, bodies: Sequence[str]) -> str:
    """A record package as JSON text with the record of one process; `bodies` are all its releases.

    They stand in it by their dates, oldest first; of equal dates in the order given.
    """
    releases = in_order([json_value(body) for body in bodies])
    record = {"ocid": ocid, "releases": releases, "compiledRelease": compiled_release(releases)}
    return json_text({**_metadata(head), "records": [record]})


def _metadata(head: PackageHead) -> dict[str, Any]:
    own = f"{head.extension_base_url}{EXTENSION_PATH}/extension.json"
    return {
        "uri": head.uri,
        "version": "1.1",
        "extensions": [*_OTHERS_EXTENSIONS, own],
        "publishedDate": moment(head.published_at),
        "publisher": {"name": head.publisher_name, "uri": head.publisher_uri},
        "license": LICENCE,
    }
