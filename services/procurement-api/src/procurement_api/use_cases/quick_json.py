"""JSON of bids read and written by msgspec: a sixth of what the standard library takes for the same bytes.

Only for what is plain: documents that were validated as bids hold texts, and whole numbers far below the
size at which the two would write them otherwise (`tests/unit/procurement_api/test_quick_json.py`).
"""

from __future__ import annotations

from typing import Any

import msgspec

_reader: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
_writer = msgspec.json.Encoder(order="sorted")


def quick_document(body: bytes) -> Any:
    """What the JSON says; raises `ValueError` for what is none, `RecursionError` for what nests deeply."""
    return _reader.decode(body)


def quick_canonical(document: Any) -> bytes:
    """The document as `canonical_json` writes it; raises `ValueError` for what it cannot write."""
    return _writer.encode(document)
