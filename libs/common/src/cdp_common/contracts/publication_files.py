"""Contracts of what verifies a publication's files."""

from __future__ import annotations

from typing import Any

from cdp_common.contracts.base import Contract


class PublicationKeys(Contract):
    """The public keys that publications are signed with, as a JWK set (RFC 7517)."""

    keys: list[dict[str, Any]]
