"""Where a webhook may point: public addresses over https, never into the deployment itself."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from cdp_common.kernel.errors import FieldError, InvalidInput

_DEFAULT_PORTS = {"https": 443, "http": 80}


class WebhookTargetRefused(InvalidInput):
    """The address is not one that the platform sends to."""

    code = "webhook_target_refused"
    title = "Webhooks cannot be sent to this address"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, errors=[FieldError("/url", self.code, detail)])


@dataclass(frozen=True)
class Target:
    """A resolved target: the one IP address that the request goes to, whatever the name says later."""

    url: str
    host: str
    address: str
    port: int
    scheme: str


async def resolve_target(url: str, *, allow_loopback: bool) -> Target:
    """The target with a checked address; sending to that one leaves no room for a change of DNS."""
    parts = urlsplit(url)
    try:
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError as fault:
        raise WebhookTargetRefused("The port is not a port.") from fault
    if not parts.hostname or parts.username is not None or port == 0:
        raise WebhookTargetRefused("Give an https URL with a host and without credentials.")
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError as fault:
        raise WebhookTargetRefused("The host has no address.") from fault
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    # One bad address is enough: a name must not be half inside.
    for address in addresses:
        _require_allowed(address, parts.scheme, allow_loopback=allow_loopback)
    return Target(url, parts.hostname, str(addresses[0]), port, parts.scheme)


def _require_allowed(address: IPv4Address | IPv6Address, scheme: str, *, allow_loopback: bool) -> None:
    plain = address
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        plain = address.ipv4_mapped
    if plain.is_loopback:
        if allow_loopback:
            return
        raise WebhookTargetRefused("The host is this machine.")
    if not plain.is_global or plain.is_multicast:
        raise WebhookTargetRefused("The host is not on the public internet.")
    if scheme != "https":
        raise WebhookTargetRefused("Webhooks go over https.")
