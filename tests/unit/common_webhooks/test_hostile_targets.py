"""Ways in which an address was ever dressed up: each of these targets is refused as it is written."""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

import pytest

from cdp_common.web.webhooks.targets import WebhookTargetRefused, resolve_target

# Numbers that this machine reads as addresses without asking anybody; in every spelling.
NUMBERS = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://127.255.255.254/",
    "https://2130706433/",  # 127.0.0.1 as one number
    "https://0x7f000001/",
    "https://0x7f.0x0.0x0.0x1/",
    "https://0177.0.0.1/",  # octal
    "https://0177.0x0.0.1/",
    "https://017700000001/",
    "https://127.0.0.1./",
    "https://0/",
    "https://0.0.0.0/",
    "https://0x0/",
    "https://10.1/",
    "https://0xa000001/",
    "https://3232235777/",  # 192.168.1.1
    "https://192.168.257/",
    "https://169.254.169.254/",
    "https://2852039166/",  # 169.254.169.254
    "https://0xa9fea9fe/",
    "https://0xA9.0xFE.0xA9.0xFE/",
    "https://0251.0376.0251.0376/",
    "https://025177524776/",
    "https://169.254.43518/",
    "https://１２７.０.０.１/",  # full-width digits
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",  # ideographic full stops
    "https://%31%32%37.0.0.1/",
    "https://100.100.100.200/",
    "https://168.63.129.16/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://192.0.0.192/",
    "https://[::]/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::127.0.0.1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[0:0:0:0:0:ffff:169.254.169.254]/",
    "https://[64:ff9b::10.0.0.1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[64:ff9b:1::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:a9fe:a9fe::1]/",
    "https://[2001:0:7f00:1::]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25lo]/",
    "https://[fd00:ec2::254]/",
    "https://[fc00::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[100::1]/",
    "https://[2001:db8::1]/",
]
# Names of the inside: refused by themselves, though a resolver inside may give them a public address.
NAMES = [
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://api.localhost/",
    "https://printer.local/",
    "https://printer.local./",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://metadata/",
    "https://partners-api:8101/",
    "https://partners-api.cdp.svc.cluster.local/",
    "https://host.docker.internal/",
    "https://router.lan/",
    "https://wiki.corp/",
    "https://hidden.onion/",
    "https://1.0.0.127.in-addr.arpa/",
]
# What is not one plain https address of one host.
SHAPES = [
    "http://hooks.example.org/",
    "gopher://hooks.example.org/",
    "file:///etc/passwd",
    "https://user@hooks.example.org/",
    "https://hooks.example.org@127.0.0.1/",
    "https://127.0.0.1\\@hooks.example.org/",
    "https://hooks.example.org:0/",
    "https://hooks.example.org:65536/",
    "https://hooks.example.org:-1/",
    "https://",
    "https://hooks.example.org\\n.internal/",
    "https://[::1",
]


async def numbers(host: str, port: int) -> Sequence[str]:
    """What a system's resolver makes of a number without asking anybody: short, octal and hexadecimal too."""
    if ":" in host:
        return [str(IPv6Address(host.partition("%")[0]))]
    return [str(IPv4Address(socket.inet_aton(host)))]


async def public(host: str, port: int) -> Sequence[str]:
    """A resolver that finds every name outside."""
    return ["93.184.216.34"]


@pytest.mark.parametrize("url", NUMBERS)
async def test_an_address_of_the_inside_is_refused_however_it_is_spelled(url: str):
    with pytest.raises(WebhookTargetRefused):
        await resolve_target(url, allow_loopback=False, resolve=numbers)


@pytest.mark.parametrize("url", NAMES)
async def test_a_name_of_the_inside_is_refused_whatever_it_resolves_to(url: str):
    with pytest.raises(WebhookTargetRefused):
        await resolve_target(url, allow_loopback=False, resolve=public)


@pytest.mark.parametrize("url", SHAPES)
async def test_what_is_no_plain_https_address_is_refused(url: str):
    with pytest.raises(WebhookTargetRefused):
        await resolve_target(url, allow_loopback=False, resolve=public)


async def test_a_name_that_moves_inside_after_it_was_checked_is_not_followed():
    """DNS rebinding: the request goes to the address that was checked, and each attempt checks anew."""
    answers = iter([["93.184.216.34"], ["169.254.169.254"], ["93.184.216.34", "10.0.0.1"]])

    async def rebinding(host: str, port: int) -> Sequence[str]:
        return next(answers)

    target = await resolve_target("https://hooks.example.org/", allow_loopback=False, resolve=rebinding)
    assert target.address_url.host == "93.184.216.34"
    for _ in range(2):
        with pytest.raises(WebhookTargetRefused):
            await resolve_target("https://hooks.example.org/", allow_loopback=False, resolve=rebinding)


async def test_localhost_is_a_target_where_loopback_is_allowed_and_no_other_inside_name_is():
    async def here(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    allowed = await resolve_target("http://localhost:9000/", allow_loopback=True, resolve=here)
    assert allowed.address == "127.0.0.1"
    with pytest.raises(WebhookTargetRefused):
        await resolve_target("https://printer.local/", allow_loopback=True, resolve=public)


def test_at_least_forty_ways_in_are_tried():
    assert len({*NUMBERS, *NAMES, *SHAPES}) >= 80
