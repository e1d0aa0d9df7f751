"""OCDS packages: published releases with who published them, under which licence, with which extensions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cdp_common.kernel.json_text import Written, json_text, json_value
from cdp_common.kernel.ocds_merge import compiled_release
from procurement_api.domain.release_parts import moment

LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
EXTENSION_VERSION = "1.0"
"""Of the socialValue extension: a change of meaning gets a new one, and the old one stays where it is."""

EXTENSION_PATH = f"/v1/ocds/extensions/social-value/{EXTENSION_VERSION}"

_OTHERS_EXTENSIONS = (
    "https://standard.open-contracting.org/profiles/eu/latest/en/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_metrics_extension/master/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_bid_extension/master/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_pagination_extension/master/extension.json",
    "https://raw.githubusercontent.com/cabinetoffice/ocds_uk_extension/main/extension.json",
)


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
    package: dict[str, Any] = {
        **_metadata(publisher, path, published_at),
        "releases": [Written(body) for body in bodies],
    }
    if next_path is not None:
        package["links"] = {"next": publisher.base_url + next_path}
    return json_text(package)


def record_package(
    publisher: Publisher, path: str, ocid: str, bodies: Sequence[str], published_at: datetime
) -> str:
    """A record package as JSON text with the record of one process; `bodies` are all its releases."""
    record = {
        "ocid": ocid,
        "releases": [Written(body) for body in bodies],
        "compiledRelease": compiled_release([json_value(body) for body in bodies]),
    }
    return json_text({**_metadata(publisher, path, published_at), "records": [record]})


def _metadata(publisher: Publisher, path: str, published_at: datetime) -> dict[str, Any]:
    own = f"{publisher.base_url}{EXTENSION_PATH}/extension.json"
    return {
        "uri": publisher.base_url + path,
        "version": "1.1",
        "extensions": [*_OTHERS_EXTENSIONS, own],
        "publishedDate": moment(published_at),
        "publisher": {"name": publisher.name, "uri": publisher.base_url},
        "license": LICENCE,
    }
