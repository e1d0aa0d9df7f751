"""What a body hashes to, as its sender states it and as an answer states it (RFC 9530)."""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, b64encode
from typing import Annotated

from fastapi import Header

from cdp_common.kernel.errors import BadRequest

# A member of the dictionary: an algorithm, and a byte sequence between colons (RFC 8941 section 3.3.5).
_MEMBER = re.compile(r"[ \t]*([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):[ \t]*")
_SHA256_CHARS = 44

StatedDigest = Annotated[
    str | None,
    Header(
        alias="Content-Digest",
        max_length=1000,
        description="What the body hashes to, as RFC 9530 writes it: `sha-256=:<base64>:`. "
        "A body that hashes to something else is refused; other algorithms are not checked.",
    ),
]


class ContentDigestMalformed(BadRequest):
    """The header is not written as RFC 9530 has it."""

    code = "content_digest_malformed"
    title = "The Content-Digest header is malformed"


class ContentDigestDiffers(BadRequest):
    """The body that arrived is not the one that its sender hashed."""

    code = "content_digest_differs"
    title = "The body does not hash to its Content-Digest"


def sha256_stated(header: str | None) -> str | None:
    """The SHA-256 that a `Content-Digest` header states, in hexadecimal; none where it states none.

    Raises `ContentDigestMalformed`.
    """
    if header is None:
        return None
    stated: str | None = None
    for part in header.split(","):
        member = _MEMBER.fullmatch(part)
        if member is None:
            raise ContentDigestMalformed("Write it as sha-256=:<base64 of the 32 bytes>:.")
        if member[1] == "sha-256":
            if len(member[2]) != _SHA256_CHARS:
                raise ContentDigestMalformed("A SHA-256 has 32 bytes, which are 44 characters of base64.")
            stated = b64decode(member[2], validate=True).hex()
    return stated


def require_digest(header: str | None, sha256: str) -> None:
    """Refuse a body whose SHA-256 (hexadecimal) is not the one that the header states."""
    stated = sha256_stated(header)
    if stated is not None and not hmac.compare_digest(stated, sha256):
        raise ContentDigestDiffers("What arrived hashes to something else; send it again.")


def digest_header(sha256: str) -> str:
    """A SHA-256 in hexadecimal as the value of a `Content-Digest` or `Repr-Digest` header."""
    return f"sha-256=:{b64encode(bytes.fromhex(sha256)).decode()}:"
