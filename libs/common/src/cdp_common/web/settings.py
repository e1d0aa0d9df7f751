"""What a process is told by its environment; every variable starts with `CDP_`."""

import base64
import json
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_KEY_BYTES = 32

Mode = Literal["sandbox", "live"]


class KeyFileUnusable(Exception):
    """A key file that the settings name is missing or does not hold such a key."""


class ServiceSettings(BaseSettings):
    """The settings that every process shares; a service with settings of its own subclasses this."""

    # What stands under each setting is also what docs/settings.md says of it.
    model_config = SettingsConfigDict(
        env_prefix="CDP_", frozen=True, extra="ignore", use_attribute_docstrings=True
    )

    mode: Mode = "sandbox"
    """Which of the two deployments this is; sandbox alone loads the magic test inputs."""
    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = Field(default=8100, ge=0, le=65535)
    """The port to listen on."""
    issuer: str = "http://127.0.0.1:8101"
    """The URL of partners-api as everyone sees it: the `iss` of every token."""
    audience: str = "cdp-sandbox"
    """The `aud` that a token must carry."""

    database_url: str | None = Field(default=None, repr=False)
    """The service's database in its app role."""
    database_owner_url: str | None = Field(default=None, repr=False)
    """The same database in its owner role; only `migrate` uses it."""

    partners_url: str = "http://127.0.0.1:8101"
    """Where partners-api answers."""
    toms_url: str = "http://127.0.0.1:8102"
    """Where toms-engine answers."""
    procurement_url: str = "http://127.0.0.1:8103"
    """Where procurement-api answers."""
    charter_url: str = "http://127.0.0.1:8104"
    """Where charter-api answers."""
    reporting_url: str = "http://127.0.0.1:8105"
    """Where reporting-api answers."""

    client_id: str | None = None
    """This service's own OAuth client, for jobs and calls to other services."""
    client_key_file: Path | None = None
    """The private Ed25519 JWK of that client, as JSON."""
    secret_key_file: Path | None = None
    """32 random bytes, base64url: encrypts what must be readable again, such as webhook secrets."""
    sealing_key_file: Path | None = None
    """32 random bytes, base64url: wraps the keys of sealed bids (procurement-api alone)."""
    sealing_key_value: str | None = Field(default=None, repr=False)
    """The same key itself, where a platform hands out secrets as variables; instead of the file."""

    trusted_proxies: str = "127.0.0.1,::1"
    """Addresses and networks, with commas between, whose `X-Forwarded-For` is believed."""
    client_requests_per_minute: int = Field(default=30_000, ge=0, le=10_000_000)
    """How many requests one client may make for one organisation in a minute, in each process; 0 for any.
    The gateway counts in points instead."""
    address_requests_per_minute: int = Field(default=6_000, ge=0, le=10_000_000)
    """How many requests without a token may come from one address in a minute, in each process; 0 for any."""
    allowed_origins: str = ""
    """Origins, with commas between, whose scripts may read answers (CORS); in sandbox also loopback's."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """The least severe line that is logged."""
    build: str = "development"
    """The version of the running build, as `/version` shows it."""
    otlp_endpoint: str | None = None
    """Where traces are sent by OTLP over HTTP; without it they are not exported."""
    max_body_bytes: int = Field(default=1024 * 1024, ge=1024, le=1024**3)
    """The largest request body that is read, unless a route states its own limit."""
    poll_interval_s: float = Field(default=1.0, gt=0, le=3600)
    """How often a consumer asks a feed for more."""
    webhook_allow_loopback: bool = False
    """Whether webhooks may be sent to this machine; sandbox only."""

    @field_validator("database_url", "database_owner_url", "otlp_endpoint", "client_id", mode="before")
    @classmethod
    def _empty_means_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("issuer", "partners_url", "toms_url", "procurement_url", "charter_url", "reporting_url")
    @classmethod
    def _http_without_trailing_slash(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an http(s) URL without query or fragment")
        return value.rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _networks_without_everybody(cls, value: str) -> str:
        named = [item.strip() for item in value.split(",") if item.strip()]
        if any(ip_network(item).prefixlen == 0 for item in named):
            raise ValueError("names everybody: then each caller could state whose address to count it under")
        return ",".join(named)

    @field_validator("allowed_origins")
    @classmethod
    def _origins_each_by_name(cls, value: str) -> str:
        named = [item.strip() for item in value.split(",") if item.strip()]
        for item in named:
            parts = urlsplit(item)
            is_bare = item == f"{parts.scheme}://{parts.netloc}".lower() and "@" not in parts.netloc
            if parts.scheme not in ("http", "https") or not parts.hostname or not is_bare:
                raise ValueError(f"{item} is no origin: a scheme and a host, with its port if it has one")
        return ",".join(named)

    @property
    def origins_allowed(self) -> list[str]:
        """The origins of `allowed_origins`, one by one."""
        return [item for item in self.allowed_origins.split(",") if item]

    @model_validator(mode="after")
    def _live_takes_no_sandbox_setting(self) -> Self:
        if self.mode != "live":
            return self
        if "sandbox" in self.audience:
            raise ValueError("live needs an audience of its own: CDP_AUDIENCE names the sandbox")
        if self.webhook_allow_loopback:
            raise ValueError("live sends no webhook to loopback: unset CDP_WEBHOOK_ALLOW_LOOPBACK")
        if urlsplit(self.issuer).scheme != "https" and not _is_loopback(self.issuer):
            raise ValueError("live needs an https CDP_ISSUER")
        if any(not origin.startswith("https://") for origin in self.origins_allowed):
            raise ValueError("live allows https origins alone: see CDP_ALLOWED_ORIGINS")
        return self

    def client_key(self) -> dict[str, Any]:
        """The private JWK of this service's own OAuth client."""
        path = _stated(self.client_key_file, "CDP_CLIENT_KEY_FILE")
        try:
            key = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as fault:
            raise KeyFileUnusable("CDP_CLIENT_KEY_FILE cannot be read as JSON") from fault
        if not isinstance(key, dict) or key.get("crv") != "Ed25519" or "d" not in key:
            raise KeyFileUnusable("CDP_CLIENT_KEY_FILE holds no private Ed25519 JWK")
        return key

    def secret_key(self) -> bytes:
        """The key that encrypts what must be readable again."""
        return _key_bytes(_stated(self.secret_key_file, "CDP_SECRET_KEY_FILE"), "CDP_SECRET_KEY_FILE")

    def sealing_key(self) -> bytes:
        """The key that wraps the keys of sealed bids, from its variable or its file."""
        if self.sealing_key_value is None:
            return _key_bytes(_stated(self.sealing_key_file, "CDP_SEALING_KEY_FILE"), "CDP_SEALING_KEY_FILE")
        if self.sealing_key_file is not None:
            raise KeyFileUnusable("set CDP_SEALING_KEY_FILE or CDP_SEALING_KEY_VALUE, not both")
        return _key_of(self.sealing_key_value, "CDP_SEALING_KEY_VALUE")


def _stated(path: Path | None, variable: str) -> Path:
    if path is None:
        raise KeyFileUnusable(f"{variable} is not set")
    return path


def _key_bytes(path: Path, variable: str) -> bytes:
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, ValueError) as fault:
        raise KeyFileUnusable(f"{variable} cannot be read as base64url") from fault
    return _key_of(text, variable)


def _key_of(text: str, variable: str) -> bytes:
    stated = text.strip()
    try:
        key = base64.b64decode(stated + "=" * (-len(stated) % 4), altchars=b"-_", validate=True)
    except ValueError:
        # The fault quotes nothing, but whoever prints its context would have the key's text in the frame.
        raise KeyFileUnusable(f"{variable} cannot be read as base64url") from None
    if len(key) != SECRET_KEY_BYTES:
        raise KeyFileUnusable(f"{variable} holds {len(key)} bytes, {SECRET_KEY_BYTES} are needed")
    return key


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
