"""Over TLS the certificate is checked against the name, although the connection goes to an address."""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from tests.integration.common_webhooks.receiver import Receiver
from tests.integration.common_webhooks.world import running

from cdp_common.db.database import Database
from cdp_common.kernel.clock import utc_now
from cdp_common.web.settings import ServiceSettings
from cdp_common.web.webhooks.delivery import dispatch_once
from cdp_common.web.webhooks.sending import Outcome, Sender

HOST = "hooks.example"


def certificate(folder: Path, name: str) -> Path:
    """A certificate for the name that nobody vouches for, with its key."""
    key = generate_private_key(SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(utc_now() - timedelta(days=1))
        .not_valid_after(utc_now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, SHA256())
    )
    file = folder / f"{name}.pem"
    pkcs8, clear = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, pkcs8, clear)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


async def attempt(
    db: Database, settings: ServiceSettings, file: Path, trusted: Path | None = None
) -> tuple[Outcome, list[Any], Receiver]:
    """One attempt at a receiver with this certificate: the outcome, the names asked for, what came in."""
    asked: list[Any] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    async with running(db, settings, works=False, resolve=resolve) as world:
        webhook = await world.subscribe(f"https://{HOST}:{port}/hook")
        await world.happens()
        await dispatch_once(db)
        [delivery] = await world.deliveries(webhook)
        trust = ssl.create_default_context(cafile=trusted) if trusted else None
        sender = Sender(settings, resolve=resolve, trust=trust)
        outcome = await sender.send(await world.row(delivery))
        await sender.close()
    server.close()
    await server.wait_closed()
    return outcome, asked, receiver


async def test_a_certificate_of_the_name_is_accepted(db: Database, settings: ServiceSettings, tmp_path: Path):
    file = certificate(tmp_path, HOST)

    outcome, asked, receiver = await attempt(db, settings, file, trusted=file)

    assert outcome == Outcome(200, None)
    assert asked == [HOST]
    assert receiver.requests[0].headers["host"].startswith(f"{HOST}:")


async def test_a_certificate_of_another_name_is_refused_before_anything_is_said(
    db: Database, settings: ServiceSettings, tmp_path: Path
):
    file = certificate(tmp_path, "other.example")

    outcome, asked, receiver = await attempt(db, settings, file, trusted=file)

    assert outcome.status is None
    assert "Hostname mismatch" in str(outcome.error)
    assert (asked, receiver.requests) == ([HOST], [])


async def test_a_certificate_that_nobody_vouches_for_is_refused(
    db: Database, settings: ServiceSettings, tmp_path: Path
):
    outcome, _, receiver = await attempt(db, settings, certificate(tmp_path, HOST))

    assert outcome.status is None
    assert "CERTIFICATE_VERIFY_FAILED" in str(outcome.error)
    assert receiver.requests == []
