"""Our own ids (UUIDv7) and the identifiers by which public registers know an organisation."""

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from types import MappingProxyType
from uuid import UUID

from cdp_common.kernel.errors import InvalidInput

RANDOM_BYTES = 10
_RANDOM_BITS = 74  # of the 80, version and variant take six
_STEP_BITS = 32
_LOW_BITS = 2**62 - 1


def uuid7(timestamp_ms: int, random_bytes: bytes) -> UUID:
    """The UUIDv7 (RFC 9562) of a moment in Unix milliseconds and ten random bytes."""
    if not 0 <= timestamp_ms < 2**48:
        raise ValueError("the timestamp must fit 48 bits")
    if len(random_bytes) != RANDOM_BYTES:
        raise ValueError(f"{RANDOM_BYTES} random bytes are needed")
    number = (timestamp_ms << 80) | int.from_bytes(random_bytes, "big")
    number = number & ~(0xF << 76) | (0x7 << 76)
    number = number & ~(0x3 << 62) | (0x2 << 62)
    return UUID(int=number)


def new_id() -> UUID:
    """A fresh id; those that one process makes sort in the order in which it made them."""
    return _ids.next(time.time_ns() // 1_000_000)


class _Ids:
    """Makes ids that grow even within a millisecond (RFC 9562, 6.2), so that sorting by id keeps an order."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last_ms = -1
        self._last_random = 0

    def next(self, now_ms: int) -> UUID:
        with self._lock:
            if now_ms > self._last_ms:
                self._last_ms, self._last_random = now_ms, secrets.randbits(_RANDOM_BITS)
            else:
                self._last_random += 1 + secrets.randbits(_STEP_BITS)
                if self._last_random >> _RANDOM_BITS:  # used up: borrow from the millisecond to come
                    self._last_ms, self._last_random = self._last_ms + 1, secrets.randbits(_RANDOM_BITS)
            moment, random = self._last_ms, self._last_random
        # What `uuid7` writes, without the way through bytes: version and variant between random bits.
        high, low = random >> 62, random & _LOW_BITS
        return UUID(int=moment << 80 | 0x7 << 76 | high << 64 | 0x2 << 62 | low)


_ids = _Ids()


class IdentifierMalformed(InvalidInput):
    """The identifier does not have the form that its register gives out."""

    code = "identifier_malformed"
    title = "The organisation identifier is malformed"


class IdentifierSchemeUnknown(IdentifierMalformed):
    """The identifier names a register that the platform does not know."""

    code = "identifier_scheme_unknown"
    title = "The organisation identifier's scheme is not known"


SCHEMES: Mapping[str, str] = MappingProxyType(
    {
        "GB-COH": r"[0-9]{8}|[A-Z]{2}[0-9]{6}|[A-Z]{2}[0-9]{5}[A-Z]|R[0-9]{7}",  # Companies House
        "GB-CHC": r"[0-9]{6,7}(-[0-9]{1,2})?",  # Charity Commission for England and Wales
        "GB-SC": r"SC[0-9]{6}",  # Scottish Charity Regulator
        "GB-NIC": r"[0-9]{6}",  # Charity Commission for Northern Ireland
        "GB-MPR": r"[A-Z]{0,2}[0-9]{1,6}[A-Z]{0,2}",  # Mutuals Public Register
        "GB-NHS": r"[A-Z0-9]{3,10}",  # NHS Organisation Data Service
        "GB-UKPRN": r"1[0-9]{7}",  # UK Register of Learning Providers
        "GB-PPON": (  # Public Procurement Organisation Number (central digital platform)
            r"P[BCDGHJLMNPQRTVWXYZ]{3}-[1-9]{4}-[BCDGHJLMNPQRTVWXYZ]{3}[DGHJLMNPQRTVWXYZC]"
        ),
        "GB-LAE": r"[A-Z]{3,4}",  # local authorities for England
        "GB-SHPE": r"[A-Z0-9]{4,6}",  # registered providers of social housing, England
        "GB-EDU": r"[0-9]{5,6}",  # URN in the register of schools
        "GB-VAT": r"[0-9]{9}|[0-9]{12}|GD[0-4][0-9]{2}|HA[5-9][0-9]{2}",  # HMRC
    }
)
"""The registers that may name an organisation (org-id.guide codes) and the form of their identifiers."""

# Written in front of the number by habit, and not part of it.
_CUSTOMARY_PREFIX = MappingProxyType({"GB-VAT": "GB", "GB-NIC": "NIC"})
_VAT_WEIGHTS = (8, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True, order=True)
class OrganisationIdentifier:
    """What one public register calls an organisation, in the register's own form."""

    scheme: str
    id: str

    def __post_init__(self) -> None:
        pattern = SCHEMES.get(self.scheme)
        if pattern is None:
            raise IdentifierSchemeUnknown("known schemes are " + ", ".join(SCHEMES))
        if re.fullmatch(pattern, self.id) is None:
            raise IdentifierMalformed(f"the identifier does not have the form of {self.scheme}")
        if self.scheme == "GB-VAT" and self.id.isdigit() and not _vat_number_holds(self.id[:9]):
            raise IdentifierMalformed("the check digits of the VAT number do not hold")

    @classmethod
    def parse(cls, text: str) -> "OrganisationIdentifier":
        """Read `GB-COH:01234567`; case, spaces and a customary prefix (`GB`, `NIC`) are forgiven."""
        scheme, colon, number = text.partition(":")
        if not colon:
            raise IdentifierMalformed("an identifier is written as scheme, colon, number")
        scheme = scheme.strip().upper()
        number = "".join(number.split()).upper().removeprefix(_CUSTOMARY_PREFIX.get(scheme, ""))
        return cls(scheme, number)

    @property
    def text(self) -> str:
        """How it is written in one piece, `GB-COH:01234567`."""
        return f"{self.scheme}:{self.id}"


def _vat_number_holds(digits: str) -> bool:
    """Whether the last two of nine digits check the first seven (either of HMRC's two rules)."""
    weighted = sum(weight * int(digit) for weight, digit in zip(_VAT_WEIGHTS, digits[:7], strict=True))
    remainder = (weighted + int(digits[7:])) % 97
    return remainder in (0, 97 - 55)
