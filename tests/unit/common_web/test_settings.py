"""Settings come from the environment, and what cannot be right is refused at the start."""

import base64
import json
from typing import Any

import pytest
from joserfc.jwk import OKPKey
from pydantic import ValidationError

from cdp_common.web.settings import KeyFileUnusable, ServiceSettings

LIVE: dict[str, Any] = {"mode": "live", "audience": "cdp-live", "issuer": "https://id.example.org"}


def test_a_sandbox_needs_no_setting():
    settings = ServiceSettings()
    assert (settings.mode, settings.audience, settings.max_body_bytes) == ("sandbox", "cdp-sandbox", 1048576)
    assert (settings.poll_interval_s, settings.webhook_allow_loopback) == (1.0, False)


def test_the_environment_sets_them(monkeypatch):
    for name, value in {
        "CDP_PORT": "8104",
        "CDP_ISSUER": "https://id.example.org/",
        "CDP_DATABASE_URL": "",
        "CDP_OTLP_ENDPOINT": "",
        "CDP_WEBHOOK_ALLOW_LOOPBACK": "true",
        "CDP_SOMETHING_ELSE": "1",
    }.items():
        monkeypatch.setenv(name, value)
    settings = ServiceSettings()
    assert (settings.port, settings.issuer) == (8104, "https://id.example.org")
    assert (settings.database_url, settings.otlp_endpoint) == (None, None)
    assert settings.webhook_allow_loopback is True


def test_addresses_with_passwords_are_not_shown():
    settings = ServiceSettings(
        database_url="postgresql://a:s3cret@h/d", database_owner_url="postgresql://b:s3cret@h/d"
    )
    assert "s3cret" not in repr(settings)


def test_proxies_are_believed_by_address_and_never_everybody():
    assert ServiceSettings().trusted_proxies == "127.0.0.1,::1"
    assert ServiceSettings(trusted_proxies=" 10.0.0.0/8, fd00::1 ,").trusted_proxies == "10.0.0.0/8,fd00::1"
    for everybody in ("*", "0.0.0.0/0", "10.0.0.1,::/0", "gateway", "10.0.0.1/8"):
        with pytest.raises(ValidationError):
            ServiceSettings(trusted_proxies=everybody)


@pytest.mark.parametrize(
    "changes",
    [
        {"audience": "cdp-sandbox"},
        {"issuer": "http://id.example.org"},
        {"webhook_allow_loopback": True},
    ],
)
def test_live_takes_no_sandbox_setting(changes):
    ServiceSettings(**LIVE)
    with pytest.raises(ValidationError):
        ServiceSettings(**{**LIVE, **changes})


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:8101", "http://localhost:8101", "http://[::1]:8101"])
def test_live_on_one_machine_may_speak_http(issuer):
    assert ServiceSettings(**{**LIVE, "issuer": issuer}).issuer == issuer


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": "test"},
        {"port": 65536},
        {"issuer": "ftp://x"},
        {"partners_url": "partners-api:8101"},
        {"toms_url": "http://x/?a=1"},
        {"max_body_bytes": 0},
        {"poll_interval_s": 0},
        {"log_level": "LOUD"},
    ],
)
def test_what_cannot_be_right_is_refused(changes):
    with pytest.raises(ValidationError):
        ServiceSettings(**changes)


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        ServiceSettings().port = 1  # type: ignore[misc]  # the mistake under test


@pytest.mark.parametrize("padding", ["", "\n", "=", "=\n"])
def test_a_key_file_holds_32_bytes_in_base64url(tmp_path, padding):
    key = bytes(range(223, 255))
    path = tmp_path / "key"
    path.write_text(base64.urlsafe_b64encode(key).decode().rstrip("=") + padding)
    settings = ServiceSettings(secret_key_file=path, sealing_key_file=path)
    assert settings.secret_key() == settings.sealing_key() == key


@pytest.mark.parametrize("text", ["", "AAAA", "not base64url!", "é", "A" * 44])
def test_any_other_key_file_is_refused_by_name(tmp_path, text):
    path = tmp_path / "key"
    path.write_text(text)
    with pytest.raises(KeyFileUnusable, match="CDP_SECRET_KEY_FILE"):
        ServiceSettings(secret_key_file=path).secret_key()


def test_the_sealing_key_may_be_a_variable_instead_of_a_file(tmp_path, monkeypatch):
    key = bytes(range(223, 255))
    text = base64.urlsafe_b64encode(key).decode()
    monkeypatch.setenv("CDP_SEALING_KEY_VALUE", text.rstrip("="))
    settings = ServiceSettings()
    assert settings.sealing_key() == key
    assert text.rstrip("=") not in repr(settings)
    path = tmp_path / "key"
    path.write_text(text)
    with pytest.raises(KeyFileUnusable, match="not both"):
        ServiceSettings(sealing_key_file=path).sealing_key()
    for wrong in ("", "AAAA", "not base64url!", "A" * 44):
        with pytest.raises(KeyFileUnusable, match="CDP_SEALING_KEY_VALUE") as refused:
            ServiceSettings(sealing_key_value=wrong).sealing_key()
        assert refused.value.__cause__ is None


def test_a_missing_key_file_is_refused_by_name(tmp_path):
    with pytest.raises(KeyFileUnusable, match="CDP_SEALING_KEY_FILE is not set"):
        ServiceSettings().sealing_key()
    with pytest.raises(KeyFileUnusable, match="CDP_CLIENT_KEY_FILE cannot be read"):
        ServiceSettings(client_key_file=tmp_path / "none").client_key()


def test_the_client_key_is_a_private_ed25519_jwk(tmp_path):
    path = tmp_path / "client.json"
    key = OKPKey.generate_key("Ed25519")
    path.write_text(json.dumps(key.as_dict(private=True)))
    assert ServiceSettings(client_key_file=path).client_key()["d"] == key.as_dict(private=True)["d"]
    others: list[Any] = [key.as_dict(private=False), {"kty": "RSA"}, [], "x"]
    for other in others:
        path.write_text(json.dumps(other))
        with pytest.raises(KeyFileUnusable, match="CDP_CLIENT_KEY_FILE"):
            ServiceSettings(client_key_file=path).client_key()
