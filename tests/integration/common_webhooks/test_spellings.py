"""However an address is spelled, what the machine makes of it is what is judged."""

import pytest

from cdp_common.web.webhooks.targets import WebhookTargetRefused, resolve_target, system_addresses

INSIDE = "The host has no address on the public internet."
THIS_MACHINE = "The host is this machine."


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f000001", "017700000001", "127.1", "0x7f.1", "[::1]", "localhost"]
)
async def test_however_this_machine_is_spelled_it_is_found_out(host: str):
    with pytest.raises(WebhookTargetRefused) as refused:
        await resolve_target(f"https://{host}/", allow_loopback=False, resolve=system_addresses)
    assert str(refused.value) == THIS_MACHINE


@pytest.mark.parametrize("host", ["2852039166", "0xa9fea9fe", "169.254.43518", "10.1", "[::ffff:a00:1]"])
async def test_however_an_address_inside_is_spelled_it_is_found_out(host: str):
    with pytest.raises(WebhookTargetRefused) as refused:
        await resolve_target(f"https://{host}/", allow_loopback=False, resolve=system_addresses)
    assert str(refused.value) == INSIDE
