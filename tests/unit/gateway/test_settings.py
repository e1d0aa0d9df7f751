"""The gateway's own settings."""

import pytest

from gateway.endpoint import limits_of
from gateway.settings import Settings

LIVE = {"mode": "live", "audience": "cdp-live", "issuer": "https://issuer.example"}


def test_it_listens_on_its_own_port_and_reads_little() -> None:
    settings = Settings()
    assert settings.port == 8100
    assert settings.max_body_bytes == 131_072
    assert settings.upstream_budget_s == 0.9


@pytest.mark.parametrize(
    ("changed", "answered"),
    [
        ({}, True),
        ({"introspection": False}, False),
        (LIVE, False),
        ({**LIVE, "introspection": True}, True),
    ],
)
def test_introspection_is_on_in_sandbox_unless_set_otherwise(
    changed: dict[str, object], answered: bool
) -> None:
    assert limits_of(Settings.model_validate(changed)).is_introspectable is answered


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDP_MAX_DEPTH", "9")
    monkeypatch.setenv("CDP_MAX_UPSTREAM_CALLS", "40")
    limits = limits_of(Settings())
    assert (limits.max_depth, limits.max_upstream_calls) == (9, 40)
