"""The keys of identity providers are remembered for a while, and read again once where that may help."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.unit.partners_api.test_identity_rules import PROVIDER

from cdp_common.kernel.identifiers import new_id
from partners_api.use_cases import provider_keys
from partners_api.use_cases.provider_keys import KEPT_FOR, REFETCH_AFTER, ProviderKeys, ProviderUnreachable

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
ADDRESS = "https://keys.example/jwks"
OF_ADDRESS = replace(PROVIDER, jwks_uri=ADDRESS)
DISCOVERY = f"{PROVIDER.issuer}/.well-known/openid-configuration"


class Web:
    """What stands where, and how often each was asked for."""

    def __init__(self, **pages: Any) -> None:
        self.pages: dict[str, Any] = {ADDRESS: {"keys": [{"kid": "a"}]}}
        self.asked: list[str] = []

    async def fetch(self, address: str) -> Any:
        self.asked.append(address)
        await asyncio.sleep(0)
        return self.pages[address]


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def keys(web: Web) -> ProviderKeys:
    return ProviderKeys(web.fetch, only_https=True)


async def kids(keys: ProviderKeys, kid: str | None, now: datetime, provider: Any = OF_ADDRESS) -> list[str]:
    return [key["kid"] for key in await keys.keys_for(provider, kid, now)]


async def test_keys_are_read_once_and_then_again_after_their_time(web: Web, keys: ProviderKeys) -> None:
    assert await kids(keys, "a", NOW) == ["a"]
    assert await kids(keys, "a", NOW + KEPT_FOR - timedelta(seconds=1)) == ["a"]
    assert len(web.asked) == 1
    await kids(keys, "a", NOW + KEPT_FOR)
    assert len(web.asked) == 2


async def test_an_unknown_key_is_looked_for_once_and_not_sooner_than_the_bound(
    web: Web, keys: ProviderKeys
) -> None:
    await kids(keys, "a", NOW)
    web.pages[ADDRESS] = {"keys": [{"kid": "a"}, {"kid": "b"}, {"kid": "c", "use": "enc"}, "x"]}
    assert await kids(keys, "b", NOW + REFETCH_AFTER - timedelta(seconds=1)) == []
    assert len(web.asked) == 1
    assert await kids(keys, "b", NOW + REFETCH_AFTER) == ["b"]
    assert await kids(keys, "c", NOW + REFETCH_AFTER) == []
    assert await kids(keys, None, NOW + REFETCH_AFTER) == ["a", "b"]
    assert len(web.asked) == 2


async def test_many_who_ask_at_once_wait_for_one_reading(web: Web, keys: ProviderKeys) -> None:
    found = await asyncio.gather(*[kids(keys, "a", NOW) for _ in range(20)])
    assert found == [["a"]] * 20
    assert len(web.asked) == 1
    late = NOW + REFETCH_AFTER
    await asyncio.gather(*[kids(keys, "unknown", late) for _ in range(20)])
    assert len(web.asked) == 2


async def test_discovery_names_the_address_of_this_very_issuer(web: Web, keys: ProviderKeys) -> None:
    web.pages[DISCOVERY] = {"issuer": PROVIDER.issuer, "jwks_uri": ADDRESS}
    assert await kids(keys, "a", NOW, PROVIDER) == ["a"]
    assert web.asked == [DISCOVERY, ADDRESS]


@pytest.mark.parametrize(
    "page",
    [
        [],
        {},
        {"issuer": PROVIDER.issuer},
        {"issuer": "https://other.example", "jwks_uri": ADDRESS},
        {"issuer": PROVIDER.issuer, "jwks_uri": "http://keys.example/jwks"},
    ],
)
async def test_another_discovery_document_is_not_believed(web: Web, keys: ProviderKeys, page: Any) -> None:
    web.pages[DISCOVERY] = page
    with pytest.raises(ProviderUnreachable):
        await keys.keys_for(PROVIDER, "a", NOW)


@pytest.mark.parametrize("page", [None, {"keys": {}}, {"keys": [{"kid": "a"}] * 51}])
async def test_a_key_set_of_another_form_is_not_read(web: Web, keys: ProviderKeys, page: Any) -> None:
    web.pages[ADDRESS] = page
    with pytest.raises(ProviderUnreachable):
        await keys.keys_for(OF_ADDRESS, "a", NOW)


async def test_keys_in_the_row_are_asked_of_nobody(web: Web, keys: ProviderKeys) -> None:
    assert await kids(keys, "r", NOW, replace(PROVIDER, jwks={"keys": [{"kid": "r"}]})) == ["r"]
    assert web.asked == []


async def test_no_more_providers_are_remembered_than_the_bound(
    web: Web, keys: ProviderKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_keys, "MAX_PROVIDERS", 2)
    several = [replace(OF_ADDRESS, id=new_id()) for _ in range(3)]
    for provider in several:
        await kids(keys, "a", NOW, provider)
    await kids(keys, "a", NOW, several[2])
    assert len(web.asked) == 3
    await kids(keys, "a", NOW, several[0])
    assert len(web.asked) == 4
