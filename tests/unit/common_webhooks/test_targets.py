"""Which addresses a webhook may be sent to."""

from collections.abc import Sequence

import pytest

from cdp_common.web.webhooks.targets import Resolve, WebhookTargetRefused, resolve_target

INSIDE = "The host has no address on the public internet."
THIS_MACHINE = "The host is this machine."


def gives(*addresses: str) -> Resolve:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolve


async def refusal(url: str, *addresses: str, allow_loopback: bool = False) -> str:
    with pytest.raises(WebhookTargetRefused) as refused:
        await resolve_target(url, allow_loopback=allow_loopback, resolve=gives(*addresses))
    return str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "93.184.216.34",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "169.253.255.255",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2606:2800:220:1:248:1893:25c8:1946",
        "2a00:1450:4009:80b::200e",
        "2001:200::1",  # the first after the special block
        "::ffff:5db8:d822",
        "64:ff9b::5db8:d822",  # 93.184.216.34 behind NAT64
    ],
)
async def test_public_addresses_are_sent_to_over_https(address: str):
    target = await resolve_target(
        "https://hooks.example/in?a=b", allow_loopback=False, resolve=gives(address)
    )
    assert (target.host, target.address) == ("hooks.example", address)
    shown = f"[{address}]" if ":" in address else address
    assert str(target.address_url) == f"https://{shown}/in?a=b"
    assert target.host_header == "hooks.example"


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",  # carrier-grade NAT
        "100.100.100.200",
        "100.127.255.255",
        "168.63.129.16",
        "169.254.0.0",
        "169.254.169.254",  # metadata
        "169.254.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.0",
        "192.168.255.255",
        "198.18.0.0",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.0",
        "239.255.255.255",
        "240.0.0.0",
        "255.255.255.255",
        "::",
        "::7f00:1",  # IPv4-compatible, long gone
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a00:1",  # 10.0.0.1 behind NAT64
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "100::1",
        "2001::1",  # Teredo
        "2001:10::1",
        "2001:db8::1",
        "2002:a00:1::1",  # 10.0.0.1 by 6to4
        "2002:5db8:d822::1",
        "3fff::1",
        "4000::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",  # metadata
        "fdff::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
@pytest.mark.parametrize("allow_loopback", [False, True])
async def test_every_other_address_is_refused_in_the_same_words(address: str, allow_loopback: bool):
    assert await refusal("https://hooks.example/", address, allow_loopback=allow_loopback) == INSIDE


LOOPBACK = ["127.0.0.1", "127.255.255.254", "::1", "::ffff:7f00:1", "64:ff9b::7f00:1"]


@pytest.mark.parametrize("address", LOOPBACK)
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_this_machine_is_a_target_only_where_it_is_allowed(address: str, scheme: str):
    url = f"{scheme}://hooks.example/"
    assert await refusal(url, address) == THIS_MACHINE
    allowed = await resolve_target(url, allow_loopback=True, resolve=gives(address))
    assert allowed.address == address


@pytest.mark.parametrize("allow_loopback", [False, True])
async def test_a_public_address_is_sent_to_over_https_only(allow_loopback: bool):
    url = "http://hooks.example/"
    assert await refusal(url, "93.184.216.34", allow_loopback=allow_loopback) == "Webhooks go over https."


@pytest.mark.parametrize("bad", ["10.0.0.1", "fd00::1", "::ffff:192.168.0.1"])
async def test_one_address_inside_is_enough_to_refuse_a_name(bad: str):
    assert await refusal("https://hooks.example/", "93.184.216.34", bad) == INSIDE
    assert await refusal("https://hooks.example/", bad, "93.184.216.34") == INSIDE


async def test_of_several_addresses_the_first_is_used():
    target = await resolve_target(
        "https://hooks.example/", allow_loopback=False, resolve=gives("93.184.216.34", "93.184.216.35")
    )
    assert target.address == "93.184.216.34"


@pytest.mark.parametrize(
    "url",
    [
        "https://user@hooks.example/",
        "https://user:password@hooks.example/",
        "https://:password@hooks.example/",
        "https://93.184.216.34\\@hooks.example/",
        "ftp://hooks.example/",
        "//hooks.example/",
        "https:///path",
        "file:///etc/passwd",
    ],
)
async def test_an_address_with_credentials_or_without_a_web_host_is_refused(url: str):
    assert await refusal(url, "93.184.216.34") == "Give an https URL with a host and without credentials."


@pytest.mark.parametrize("url", ["https://[::1", "https://0177.0.0.1/", "https://h.example:https/"])
async def test_what_is_no_url_is_refused(url: str):
    assert await refusal(url, "93.184.216.34") == "This is not a URL."


@pytest.mark.parametrize("port, is_one", [(0, False), (1, True), (65_535, True), (65_536, False)])
async def test_a_port_is_one_of_the_65535(port: int, is_one: bool):
    url = f"https://hooks.example:{port}/"
    if is_one:
        await resolve_target(url, allow_loopback=False, resolve=gives("93.184.216.34"))
    else:
        assert await refusal(url, "93.184.216.34") == "The port is not a port."


@pytest.mark.parametrize("fault", [OSError("no such host"), UnicodeError("label too long"), None])
async def test_a_name_without_an_address_is_refused_like_one_inside(fault: Exception | None):
    async def resolve(host: str, port: int) -> Sequence[str]:
        if fault is not None:
            raise fault
        return []

    with pytest.raises(WebhookTargetRefused) as refused:
        await resolve_target("https://hooks.example/", allow_loopback=False, resolve=resolve)
    assert str(refused.value) == INSIDE


@pytest.mark.parametrize(
    "url, host, header, port",
    [
        ("https://hooks.example/", "hooks.example", "hooks.example", 443),
        ("https://HOOKS.example:443/", "hooks.example", "hooks.example", 443),
        ("https://hooks.example:80/", "hooks.example", "hooks.example:80", 80),
        ("https://hooks.example:8443/", "hooks.example", "hooks.example:8443", 8443),
        ("https://bücher.example/", "xn--bcher-kva.example", "xn--bcher-kva.example", 443),
        ("https://[2606:2800:220:1::1]:8443/", "2606:2800:220:1::1", "[2606:2800:220:1::1]:8443", 8443),
    ],
)
async def test_the_receiver_is_asked_for_by_name_and_port(url: str, host: str, header: str, port: int):
    asked: list[tuple[str, int]] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return ["93.184.216.34"]

    target = await resolve_target(url, allow_loopback=False, resolve=resolve)

    assert (target.host, target.host_header) == (host, header)
    assert asked == [(host, port)]
    assert target.address_url.host == "93.184.216.34"
    assert (target.address_url.port or 443) == port


async def test_a_refusal_points_at_the_url():
    with pytest.raises(WebhookTargetRefused) as refused:
        await resolve_target("https://hooks.example/", allow_loopback=False, resolve=gives("10.0.0.1"))
    [fault] = refused.value.errors
    assert (fault.pointer, fault.code) == ("/url", "webhook_target_refused")
