"""Where a webhook may point: public addresses over https, never into the deployment itself."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx2

from cdp_common.kernel.errors import FieldError, InvalidInput

MAX_PORT = 65_535
_DEFAULT_PORTS = {"https": 443, "http": 80}

# What the IANA special-purpose address registries list as not for the public internet. Written out, because
# what the standard library calls global differs between its versions. Loopback is judged before.
_REFUSED_IPV4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; some clouds' metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # looks public, and is Azure's own platform as seen from inside
        "169.254.0.0/16",  # link-local; most clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Only 2000::/3 is given out, and in it these are not what they seem: Teredo and 6to4 lead on to IPv4.
_PUBLIC_IPV6 = IPv6Network("2000::/3")
_REFUSED_IPV6 = tuple(
    IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
_NAT64 = IPv6Network("64:ff9b::/96")

# Names that never stand for a host of the public internet, whatever a resolver inside says of them: those of
# special use (RFC 6761, 6762, 7686, 8375), the one that ICANN set aside for private use (.internal), and what
# private networks and clusters commonly use.
_INSIDE_NAMES = frozenset(
    {"local", "localhost", "internal", "intranet", "private", "corp", "home", "lan", "localdomain"}
    | {"invalid", "test", "onion", "arpa", "alt"}
)
_THIS_MACHINE = "localhost"
_IS_THIS_MACHINE = "The host is this machine."

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The IP addresses of a host at a port; an OSError when there is none."""


class WebhookTargetRefused(InvalidInput):
    """The address is not one that the platform sends to."""

    code = "webhook_target_refused"
    title = "Webhooks cannot be sent to this address"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, errors=[FieldError("/url", self.code, detail)])


@dataclass(frozen=True)
class Target:
    """A resolved target: the one IP address that the request goes to, whatever the name says later."""

    url: httpx2.URL
    """The address as given; what is resolved and what is asked for are read from this one parse."""
    host: str
    address: str

    @property
    def address_url(self) -> httpx2.URL:
        """The same address with the IP address in the host's place."""
        return self.url.copy_with(host=self.address)

    @property
    def host_header(self) -> str:
        """The `Host` that the receiver expects."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.url.port is None else f"{name}:{self.url.port}"


async def system_addresses(host: str, port: int) -> Sequence[str]:
    """The addresses of a host as this machine resolves it."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]).partition("%")[0] for entry in found]


async def resolve_target(url: str, *, allow_loopback: bool, resolve: Resolve = system_addresses) -> Target:
    """The target with a checked address; sending to that one leaves no room for a change of DNS."""
    parsed, host = _parsed(url)
    _require_outside(host, allow_loopback=allow_loopback)
    try:
        found = await resolve(host, parsed.port or _DEFAULT_PORTS[parsed.scheme])
    except (OSError, UnicodeError):
        found = ()  # a name that cannot be encoded for DNS has no address either
    if not found:
        raise _not_public()
    addresses = [ip_address(address) for address in found]
    # One bad address is enough: a name must not be half inside.
    for address in addresses:
        _require_allowed(address, parsed.scheme, allow_loopback=allow_loopback)
    return Target(parsed, host, str(addresses[0]))


def _parsed(url: str) -> tuple[httpx2.URL, str]:
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as fault:
        raise WebhookTargetRefused("This is not a URL.") from fault
    if parsed.port is not None and not 0 < parsed.port <= MAX_PORT:
        raise WebhookTargetRefused("The port is not a port.")
    host = parsed.raw_host.decode("ascii")
    if parsed.scheme not in _DEFAULT_PORTS or not host or parsed.userinfo:
        raise WebhookTargetRefused("Give an https URL with a host and without credentials.")
    return parsed, host


def _require_outside(host: str, *, allow_loopback: bool) -> None:
    """Refuse a name that is of the inside by itself; an address is judged by itself later."""
    labels = host.lower().rstrip(".").split(".")
    if labels[-1] == _THIS_MACHINE:
        if allow_loopback:
            return
        raise WebhookTargetRefused(_IS_THIS_MACHINE)
    is_name = ":" not in host and not labels[-1].isdigit() and not labels[-1].startswith("0x")
    if is_name and (len(labels) == 1 or labels[-1] in _INSIDE_NAMES):
        raise _not_public()


def _require_allowed(address: IPv4Address | IPv6Address, scheme: str, *, allow_loopback: bool) -> None:
    plain = _embedded(address) or address
    if plain.is_loopback:
        if allow_loopback:
            return
        raise WebhookTargetRefused(_IS_THIS_MACHINE)
    if not is_public(plain):
        raise _not_public()
    if scheme != "https":
        raise WebhookTargetRefused("Webhooks go over https.")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether the address is one of the public internet, for one receiver and of no special purpose."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_IPV4)
    return address in _PUBLIC_IPV6 and not any(address in network for network in _REFUSED_IPV6)


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that packets to this one end up at, if it only stands for one."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:  # what DNS64 gives inside an IPv6-only cluster for any IPv4 host
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


def _not_public() -> WebhookTargetRefused:
    # The same words for a name that does not exist and for one inside: what is inside is not for outsiders.
    return WebhookTargetRefused("The host has no address on the public internet.")
