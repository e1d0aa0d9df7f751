"""Asks the domain name system for TXT records, for a bounded time."""

from collections.abc import Awaitable, Callable, Sequence
from functools import cache

from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer

from partners_api.domain.verification import DnsUnavailable

LIFETIME_S = 3.0
MAX_RECORDS = 50

TxtLookup = Callable[[str], Awaitable[Sequence[str]]]
"""Gives the TXT records of a name, none where there are none; raises `DnsUnavailable`."""


async def look_up_txt(name: str) -> Sequence[str]:
    """The TXT records of the name, by the machine's own resolvers."""
    try:
        answer = await _resolver().resolve(name, "TXT", lifetime=LIFETIME_S, search=False)
    except (NXDOMAIN, NoAnswer):
        return []
    except (DNSException, OSError) as fault:
        raise DnsUnavailable("The domain name system did not answer; try again shortly.") from fault
    return [b"".join(record.strings).decode("utf-8", "replace") for record in list(answer)[:MAX_RECORDS]]


@cache
def _resolver() -> Resolver:
    """Made on first use: it reads the machine's configuration."""
    return Resolver()
