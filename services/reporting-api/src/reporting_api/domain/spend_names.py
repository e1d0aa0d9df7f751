"""Names of suppliers as they are compared, and the digest by which a supplier is found again."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from uuid import UUID

from reporting_api.domain.spend_rows import Payee
from reporting_api.domain.spend_rules import MatchingRules

_WORDS = re.compile(r"[a-z0-9]+|&|\+")
_APOSTROPHES = re.compile(r"['\u2019`]")


def compared_name(name: str, rules: MatchingRules) -> str:
    """A name without accents, punctuation, spellings that vary and words that say only the legal form.

    A name of nothing but such words keeps them.
    """
    plain = unicodedata.normalize("NFKD", name.lower())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    words = [rules.spellings.get(word, word) for word in _WORDS.findall(_APOSTROPHES.sub("", plain))]
    text = f" {' '.join(words)} "
    for legal in rules.legal_words:
        text = text.replace(f" {legal} ", " ")
    return text.strip() or " ".join(words)


def supplier_digest(secret: bytes, organisation_id: UUID, payee: Payee, rules: MatchingRules) -> str:
    """By what a partner's supplier is found again: its first identifier, else its compared name.

    Keyed by the service's secret, so that without it nobody confirms a guess at a name that was removed.
    """
    identity = payee.identifiers[0] if payee.identifiers else f"name:{compared_name(payee.name, rules)}"
    message = f"supplier\n{organisation_id}\n{identity}".encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()
