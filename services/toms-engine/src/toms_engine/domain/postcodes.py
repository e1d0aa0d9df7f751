"""Postcodes of the United Kingdom in their spellings: with one space, with two, filled up to seven places."""

import re

# Outward and inward code as Royal Mail forms them (BS 7666): DH1 1AA, W1A 0AX, SW1A 1AA, and GIR 0AA alone.
_POSTCODE = re.compile(r"(?:[A-Z]{1,2}[0-9][0-9A-Z]?|GIR)[0-9][A-Z]{2}")

INWARD_CHARS = 3
MAX_CHARS = 16


def postcode_key(text: str) -> str | None:
    """A postcode without spaces, in capitals; None if it is none."""
    if len(text) > MAX_CHARS:
        return None
    key = "".join(text.split()).upper()
    return key if _POSTCODE.fullmatch(key) else None


def postcode_text(key: str) -> str:
    """A postcode as people write it, with one space."""
    return f"{key[:-INWARD_CHARS]} {key[-INWARD_CHARS:]}"
