"""Documents by their hash: those that a deployment trusts, and those that clients taught it (APQ).

The protocol of automatic persisted queries is Apollo's (`extensions.persistedQuery`, version 1); its code for
an unknown hash is written as its clients look for it. A document may be named by `documentId` as well, as the
draft on persisted documents of the GraphQL over HTTP working group has it.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.errors import (
    DocumentHashDiffers,
    DocumentMissing,
    DocumentNotKnown,
    DocumentNotTrusted,
    PersistedQueryInvalid,
)

MOST_LEARNED = 1000
"""Documents that clients taught this process; the one that was used longest ago goes first."""

_PREFIX = "sha256:"


class TrustedDocumentsUnusable(Exception):
    """The registry cannot be read, or a document does not have the hash under which it stands."""


def hash_of(document: str) -> str:
    """The SHA-256 of a document, in lower-case hexadecimal."""
    return hashlib.sha256(document.encode()).hexdigest()


def read_registry(path: Path | None) -> dict[str, str]:
    """Trusted documents by their hash: a JSON object as client generators write it.

    Raises `TrustedDocumentsUnusable`, so that a deployment with a broken registry does not start.
    """
    if path is None:
        return {}
    try:
        stated = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise TrustedDocumentsUnusable(f"{path}: {fault}") from fault
    if not isinstance(stated, dict) or not all(isinstance(one, str) for one in stated.values()):
        raise TrustedDocumentsUnusable(f"{path}: documents by their hash, as one JSON object")
    registry = {key.removeprefix(_PREFIX): document for key, document in stated.items()}
    wrong = sorted(key for key, document in registry.items() if hash_of(document) != key)
    if wrong:
        raise TrustedDocumentsUnusable(f"{path}: {wrong[0]} is not the SHA-256 of its document")
    return registry


class Documents:
    """The documents that this process knows by their hash."""

    def __init__(self, trusted: Mapping[str, str], *, only_trusted_for_public: bool) -> None:
        self._trusted = trusted
        self._only_trusted_for_public = only_trusted_for_public
        self._learned: OrderedDict[str, str] = OrderedDict()

    def document(
        self,
        query: str | None,
        document_id: str | None,
        extensions: Mapping[str, Any] | None,
        *,
        is_public: bool,
    ) -> str:
        """The document that a request means; raises where it names none, an unknown or a forbidden one."""
        key = _hash_stated(document_id, extensions)
        if query is None:
            document = self._known(key)
        elif key is not None and hash_of(query) != key:
            raise DocumentHashDiffers("The hash is not that of the document beside it.")
        else:
            document = query
        if is_public and self._only_trusted_for_public and hash_of(document) not in self._trusted:
            raise DocumentNotTrusted("Without a token only the documents of this deployment's registry run.")
        return document

    def learn(self, document: str, extensions: Mapping[str, Any] | None) -> None:
        """Remember a document that was sound, if its request asked for that."""
        key = _hash_stated(None, extensions)
        if key is None or key in self._trusted:
            return
        self._learned[key] = document
        self._learned.move_to_end(key)
        while len(self._learned) > MOST_LEARNED:
            self._learned.popitem(last=False)

    def _known(self, key: str | None) -> str:
        if key is None:
            raise DocumentMissing("State the document, or the hash of a known one.")
        document = self._trusted.get(key) or self._learned.get(key)
        if document is None:
            raise DocumentNotKnown("PersistedQueryNotFound")
        return document


def _hash_stated(document_id: str | None, extensions: Mapping[str, Any] | None) -> str | None:
    if document_id is not None:
        return document_id.removeprefix(_PREFIX)
    stated = (extensions or {}).get("persistedQuery")
    if stated is None:
        return None
    key = stated.get("sha256Hash") if isinstance(stated, dict) else None
    if not isinstance(key, str) or stated.get("version") != 1:
        raise PersistedQueryInvalid("`persistedQuery` has `version` 1 and a `sha256Hash`.")
    return key
