"""Contracts of charter-api: the keys with which certificates are verified."""

from __future__ import annotations

from typing import Any

from cdp_common.contracts.base import Contract


class CertificateKeySet(Contract):
    """The public keys of a place's certificates (RFC 7517), the oldest first; the last one signs."""

    keys: list[dict[str, Any]]
