"""How the `Idempotency-Key` header is called and written."""

from typing import Final

HEADER: Final = "Idempotency-Key"
KEY_PATTERN: Final = r'^([A-Za-z0-9_-]{22,128}|"[A-Za-z0-9_-]{22,128}")$'
"""A UUID is of this form too, and the quotation marks are the IETF draft's."""
