"""What this service seals and signs with, read from its key files when it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from procurement_api.use_cases.known_tenders import KnownTenders
from procurement_api.use_cases.receipts import ReceiptSigner
from procurement_api.use_cases.sealing import KeyProvider


@dataclass(frozen=True)
class Keys:
    """The key that wraps the tenders' keys, the one that hides who bids, and the signer of receipts."""

    sealing: KeyProvider
    identity_key: bytes = field(repr=False)
    signer: ReceiptSigner
    panel_key: bytes = field(repr=False)
    """Hides who was erased from a panel."""
    tenders: KnownTenders = field(default_factory=KnownTenders, repr=False)
    """Tenders that bids were submitted to lately, with their public keys."""


async def service_keys(request: Request) -> Keys:
    """The keys that were read when the application started."""
    keys: Keys = request.app.state.keys
    return keys


ServiceKeys = Annotated[Keys, Depends(service_keys)]
