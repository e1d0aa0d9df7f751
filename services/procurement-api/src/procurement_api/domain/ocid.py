"""Which OCDS prefix this deployment mints process ids under."""

from __future__ import annotations

import re
from uuid import UUID

EXAMPLE_PREFIX = "ocds-213czf"
"""The prefix that the standard keeps for examples; no publisher owns it (OCDS 1.1, "Identifiers")."""

OTHERS_PREFIXES = frozenset({"ocds-h6vhtk", "ocds-b5fd17"})
"""Registered by Find a Tender and by Contracts Finder: nobody else mints ids under them."""

_PREFIX = re.compile(r"ocds-[a-z0-9]{6}")


def checked_prefix(prefix: str) -> str:
    """The prefix, if it has the standard's form and is not known to be another publisher's.

    Raises ValueError otherwise.
    """
    if _PREFIX.fullmatch(prefix) is None:
        raise ValueError("an OCDS prefix is 'ocds-' and six lower-case letters or digits")
    if prefix in OTHERS_PREFIXES:
        raise ValueError("this OCDS prefix is registered by another publisher")
    return prefix


def minted(prefix: str, of: UUID) -> str:
    """The id of the process of a tender or a direct agreement, by the id that it has here."""
    return f"{prefix}-{of}"
