"""Files of publications: rendered once from what is frozen, kept, signed, and given byte for byte ever
after."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Literal
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.publication_files import PublicationKeys
from cdp_common.contracts.publications import Publication
from cdp_common.db.database import Database
from cdp_common.kernel.errors import Unavailable
from reporting_api.domain.chain import canonical_json
from reporting_api.domain.publications import PublicationNotFound
from reporting_api.storage.copies import place_known
from reporting_api.storage.publication_files import (
    add_publication_key,
    keep_file,
    kept_file,
    publication_key,
)
from reporting_api.storage.publications import publication_by_id
from reporting_api.use_cases.read_publications import thawed
from reporting_api.use_cases.render_publication import as_csv, as_html, as_pdf

FileKind = Literal["html", "csv", "pdf", "signature"]
MEDIA_TYPES = MappingProxyType(
    {"html": "text/html", "csv": "text/csv", "pdf": "application/pdf", "signature": "application/jose"}
)
SIGNATURE_TYPE = "cdp-publication+jws"
_ALGORITHM: Final = "Ed25519"
_NONCE_BYTES = 12
_BINDING = b"cdp publication key"


class PublicationKeyUnreadable(Unavailable):
    """The secret key in force is not the one under which the signing key was kept."""

    code = "publication_key_unreadable"
    title = "Publications cannot be signed with the present secret key"


@dataclass(frozen=True)
class Signing:
    """What making files needs of the service: its public address, and the secret key when it is used."""

    base_url: str
    secret_key: Callable[[], bytes]

    def address(self, publication_id: UUID) -> str:
        """The permanent address of a publication."""
        return f"{self.base_url.rstrip('/')}/v1/publications/{publication_id}"


async def keep_files(
    tx: AsyncConnection, signing: Signing, publication: Publication, document: bytes, now: datetime
) -> None:
    """Keep a new publication's page, table and signature; its PDF is made when first asked for."""
    place = await _place_name(tx, publication.place_id)
    address = signing.address(publication.id)
    page, table = as_html(publication, place, address), as_csv(publication, address)
    signature = await _signature(tx, signing, publication, document, page, table, now)
    for kind, body in (("html", page), ("csv", table), ("signature", signature)):
        await _keep(tx, publication.id, MEDIA_TYPES[kind], body, now)


async def get_publication_file(
    db: Database, signing: Signing, publication_id: UUID, kind: FileKind, now: datetime
) -> tuple[bytes, str]:
    """The bytes of a publication's file and their hash; what is not kept yet is made of the frozen
    document."""
    media_type = MEDIA_TYPES[kind]
    async with db.begin() as tx:
        row = await publication_by_id(tx, publication_id)
        if row is None:
            raise PublicationNotFound("No publication has this id.")
        kept = await kept_file(tx, publication_id, media_type)
        if kept is None and kind != "pdf":
            await keep_files(tx, signing, thawed(row["document"]), row["document"], now)
            kept = await kept_file(tx, publication_id, media_type)
    if kept is None:
        page, _ = await get_publication_file(db, signing, publication_id, "html", now)
        body = await asyncio.to_thread(as_pdf, page)
        async with db.begin() as tx:
            await _keep(tx, publication_id, media_type, body, now)
            kept = await kept_file(tx, publication_id, media_type)
    assert kept is not None  # it was kept above, or by somebody who was faster
    return kept["body"], kept["sha256"]


async def get_publication_keys(db: Database, signing: Signing, now: datetime) -> PublicationKeys:
    """The public keys that signatures are verified with, as a JWK set."""
    async with db.begin() as tx:
        row = await _key(tx, signing, now)
    return PublicationKeys(keys=[{**row["public_jwk"], "use": "sig", "alg": _ALGORITHM}])


async def _keep(
    tx: AsyncConnection, publication_id: UUID, media_type: str, body: bytes, now: datetime
) -> None:
    await keep_file(tx, publication_id, media_type, body, hashlib.sha256(body).hexdigest(), now)


async def _signature(
    tx: AsyncConnection,
    signing: Signing,
    publication: Publication,
    document: bytes,
    page: bytes,
    table: bytes,
    now: datetime,
) -> bytes:
    """A compact JWS over the hashes of what is published in every form that is made at once."""
    row = await _key(tx, signing, now)
    said = canonical_json(
        {
            "publication_id": str(publication.id),
            "place_id": str(publication.place_id),
            "number": publication.number,
            "published_at": publication.published_at.isoformat(),
            "content_sha256": publication.content_sha256,
            "json_sha256": hashlib.sha256(document).hexdigest(),
            "html_sha256": hashlib.sha256(page).hexdigest(),
            "csv_sha256": hashlib.sha256(table).hexdigest(),
        }
    )
    header = {"alg": _ALGORITHM, "kid": row["kid"], "typ": SIGNATURE_TYPE}
    registry = jws.JWSRegistry(algorithms=[_ALGORITHM])
    return jws.serialize_compact(header, said, _opened(signing, row), registry=registry).encode()


def signed_hashes(signature: bytes, public_jwk: dict[str, Any]) -> dict[str, Any] | None:
    """What a publication's signature says; None where it is none of this key."""
    try:
        found = jws.deserialize_compact(signature, OKPKey.import_key(public_jwk), [_ALGORITHM])
        said = json.loads(found.payload)
    except (JoseError, ValueError):
        return None
    is_ours = found.headers().get("typ") == SIGNATURE_TYPE and isinstance(said, dict)
    return said if is_ours else None


async def _key(tx: AsyncConnection, signing: Signing, now: datetime) -> RowMapping:
    """The signing key as it is kept; it is made on first use, by whoever is first."""
    known = await publication_key(tx)
    if known is None:
        await add_publication_key(tx, _fresh(signing, now))
        known = await publication_key(tx)
    assert known is not None  # it was written above, or by somebody who was faster
    return known


def _fresh(signing: Signing, now: datetime) -> dict[str, Any]:
    key = OKPKey.generate_key(_ALGORITHM, auto_kid=True)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    private = json.dumps(key.as_dict(private=True)).encode()
    return {
        "kid": key.kid,
        "public_jwk": dict(key.as_dict(private=False)),
        "private_encrypted": nonce + _cipher(signing).encrypt(nonce, private, _BINDING),
        "created_at": now,
    }


def _opened(signing: Signing, row: RowMapping) -> OKPKey:
    sealed: bytes = row["private_encrypted"]
    try:
        private = _cipher(signing).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _BINDING)
    except InvalidTag as fault:
        raise PublicationKeyUnreadable("The signing key was kept under another secret key.") from fault
    return OKPKey.import_key(json.loads(private))


def _cipher(signing: Signing) -> AESGCM:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=_BINDING)
    return AESGCM(kdf.derive(signing.secret_key()))


async def _place_name(tx: AsyncConnection, place_id: UUID) -> str:
    """The place's short name as words; a place without entries may not be known here."""
    place = await place_known(tx, place_id)
    return "The place" if place is None else place.slug.replace("-", " ").title()
