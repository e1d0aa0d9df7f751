"""One attempt to tell one webhook of one event: signed, to a checked address, within a bounded time."""

from __future__ import annotations

import asyncio
import json
import ssl
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2
import structlog
from sqlalchemy import RowMapping
from standardwebhooks.webhooks import Webhook as Signer

from cdp_common.clients.upstream import trust_store
from cdp_common.kernel.clock import Clock, utc_now
from cdp_common.web.settings import ServiceSettings
from cdp_common.web.webhooks.secrets import decrypt_secret
from cdp_common.web.webhooks.targets import (
    Resolve,
    Target,
    WebhookTargetRefused,
    resolve_target,
    system_addresses,
)

ATTEMPT_TIMEOUT_S = 15.0
MAX_ERROR_CHARS = 200
GONE = 410

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Outcome:
    """How an attempt went: the receiver's status, if it answered, and what was wrong, if anything was."""

    status: int | None
    error: str | None

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants to hear nothing more, ever."""
        return self.status == GONE


class Sender:
    """Sends deliveries, trusting the certificate authorities of `trust` (the usual ones by default).

    It keeps no connection: two names may share an address and must not share what was agreed with one.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        clock: Clock = utc_now,
        resolve: Resolve = system_addresses,
        timeout_s: float = ATTEMPT_TIMEOUT_S,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._resolve = resolve
        self._timeout_s = timeout_s
        self._http = httpx2.AsyncClient(
            timeout=timeout_s,
            verify=trust or trust_store(),
            follow_redirects=False,
            trust_env=False,
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
        )

    async def close(self) -> None:
        """Close what is still open."""
        await self._http.aclose()

    async def send(self, delivery: RowMapping) -> Outcome:
        """One attempt; whatever goes wrong is an outcome, so that no delivery is lost over it."""
        try:
            # Over all of it: a receiver that sends a byte now and then would stay below any other limit.
            async with asyncio.timeout(self._timeout_s):
                status = await self._answer(delivery)
        except (TimeoutError, httpx2.TimeoutException):
            return Outcome(None, "no answer in time")
        except WebhookTargetRefused as refusal:
            return Outcome(None, _short(str(refusal)))
        except httpx2.HTTPError as fault:
            return Outcome(None, _short(f"{type(fault).__name__}: {fault}"))
        except Exception:
            _log.exception("webhook_not_sent", delivery_id=str(delivery["id"]))
            return Outcome(None, "the platform could not send it")
        return Outcome(status, None if 200 <= status < 300 else f"answered {status}")

    async def _answer(self, delivery: RowMapping) -> int:
        target = await resolve_target(
            delivery["url"], allow_loopback=self._settings.webhook_allow_loopback, resolve=self._resolve
        )
        secret = decrypt_secret(
            delivery["secret_encrypted"], delivery["endpoint_id"], self._settings.secret_key()
        )
        response = await self._http.send(self._request(target, delivery, secret), stream=True)
        await response.aclose()  # what it says is of no interest and may be endless
        return response.status_code

    def _request(self, target: Target, delivery: RowMapping, secret: str) -> httpx2.Request:
        now = self._clock()
        body = json.dumps(_thin(delivery), separators=(",", ":"))
        message_id = str(delivery["event_id"])
        headers = {
            "Host": target.host_header,
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Signer(secret).sign(message_id, now, body),
        }
        # The certificate is checked against the name, though the connection goes to the address.
        return self._http.build_request(
            "POST",
            target.address_url,
            content=body,
            headers=headers,
            extensions={"sni_hostname": target.host},
        )


def _thin(delivery: RowMapping) -> dict[str, Any]:
    """What is told: that something happened to something. Who wants more asks the API with own rights."""
    occurred_at: datetime = delivery["occurred_at"]
    return {
        "type": delivery["event_type"],
        "timestamp": occurred_at.isoformat(),
        "data": {
            "event_id": str(delivery["event_id"]),
            "position": delivery["event_position"],
            "aggregate_type": delivery["aggregate_type"],
            "aggregate_id": str(delivery["aggregate_id"]),
            "aggregate_version": delivery["aggregate_version"],
        },
    }


def _short(text: str) -> str:
    return text[:MAX_ERROR_CHARS]
