"""Certificates, their status lists, the issuer and its keys: what a third party trusts a signature by."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.certificates import CertificateKeySet
from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import NotFound
from cdp_common.web.caller import Caller
from charter_api.domain.badge import badge_of
from charter_api.domain.certificate import (
    LIST_ENTRIES,
    CertificateNotInForce,
    Certified,
    StatusPurpose,
    claims_of,
    credential_of,
    issuer_document,
    status_list_of,
)
from charter_api.storage.charters import charter_by_id
from charter_api.storage.place_keys import newest_charter_of, place_keys_of, states_in_list
from charter_api.use_cases.own_signature import known_signature
from charter_api.use_cases.place_keys import CertificateKeys, add_next_key, known_keys, published, signed
from charter_api.use_cases.stated_levels import level_name, levels_of

MAX_LIST_NUMBER = 2**31 // LIST_ENTRIES


class IssuerNotFound(NotFound):
    """The place has published no Charter, so it issues nothing."""

    code = "issuer_not_found"
    title = "There is no such issuer of certificates"


class CertificateKeyNotFound(NotFound):
    """The place has no key with this id."""

    code = "certificate_key_not_found"
    title = "There is no such key"


class StatusListNotFound(NotFound):
    """No certificate points to a list with this number."""

    code = "status_list_not_found"
    title = "There is no such status list"


async def certify_signature(db: Database, keys: CertificateKeys, signature_id: UUID, now: datetime) -> str:
    """The certificate of a signature that is in force, as a signed JWT; the same until its period ends."""
    async with db.begin() as tx:
        row = await known_signature(tx, signature_id, now.date())
        if row["state"] not in ("active", "due_for_renewal"):
            raise CertificateNotInForce(f"The signature is {row['state']}.")
        charter = await charter_by_id(tx, row["charter_id"])
        issuer = await _issuer(tx, row["place_id"])
        assert charter is not None
        key = (await known_keys(tx, keys, row["place_id"], now))[-1]
    return signed(keys, key, claims_of(credential_of(_certified(row, charter, issuer), keys.at)))


def _certified(row: RowMapping, charter: RowMapping, issuer: RowMapping) -> Certified:
    stated = charter["levels"]
    return Certified(
        signature_id=row["id"],
        place_id=row["place_id"],
        charter_id=row["charter_id"],
        charter_title=charter["title"],
        charter_version=charter["version"],
        pledge_titles=tuple(pledge["title"] for pledge in charter["pledges"]),
        organisation_id=row["organisation_id"],
        organisation_name=row["organisation_name"],
        issuer_name=issuer["title"],
        certified_from=row["certified_from"],
        expires_on=row["expires_on"],
        period=row["period"],
        status_number=row["status_number"],
        levels=tuple((code, str(level_name(code, stated))) for code in levels_of(stated)),
        level=row["level"],
        is_sample=_is_sample(row, charter),
    )


def _is_sample(signature: RowMapping, charter: RowMapping) -> bool:
    """Whether either is invented: who really signs a sample Charter has signed nothing real."""
    return "synthetic_sample" in (signature["data_status"], charter["data_status"])


async def _issuer(tx: AsyncConnection, place_id: UUID) -> RowMapping:
    """The Charter in whose name the place issues: the version published last."""
    charter = await newest_charter_of(tx, place_id)
    if charter is None:
        raise IssuerNotFound("The place has published no Charter.")
    return charter


async def read_status_list(
    db: Database, keys: CertificateKeys, place_id: UUID, purpose: StatusPurpose, number: int, now: datetime
) -> str:
    """The status list credential as it stands today, as a signed JWT."""
    if not 0 <= number < MAX_LIST_NUMBER:
        raise StatusListNotFound("No status list has this number.")
    first = number * LIST_ENTRIES
    async with db.begin() as tx:
        issuer = await _issuer(tx, place_id)
        states = await states_in_list(tx, place_id, now.date(), first, first + LIST_ENTRIES)
        key = (await known_keys(tx, keys, place_id, now))[-1]
    listed = status_list_of(place_id, purpose, number, states, issuer["title"], now.date(), keys.at)
    return signed(keys, key, claims_of(listed))


async def read_issuer(db: Database, keys: CertificateKeys, place_id: UUID, now: datetime) -> dict[str, Any]:
    """The issuer's description with every key of the place, the old ones included."""
    async with db.begin() as tx:
        issuer = await _issuer(tx, place_id)
        rows = await known_keys(tx, keys, place_id, now)
    methods = {row["kid"]: published(keys, row) for row in rows}
    return issuer_document(place_id, issuer["title"], methods, keys.at)


async def read_keys(db: Database, keys: CertificateKeys, place_id: UUID, now: datetime) -> CertificateKeySet:
    """Every public key of the place as a JWK set."""
    async with db.begin() as tx:
        await _issuer(tx, place_id)
        rows = await known_keys(tx, keys, place_id, now)
    return CertificateKeySet(keys=[published(keys, row) for row in rows])


async def read_key(db: Database, keys: CertificateKeys, place_id: UUID, kid: str) -> dict[str, Any]:
    """One public key as a JWK."""
    async with db.begin() as tx:
        rows = await place_keys_of(tx, place_id)
    for row in rows:
        if row["kid"] == kid:
            return published(keys, row)
    raise CertificateKeyNotFound("The place has no key with this id.")


async def rotate_key(
    db: Database, keys: CertificateKeys, caller: Caller, place_id: UUID, once: Once, now: datetime
) -> Answer:
    """The place's keys with a new one that signs from now on; needs the role of programme manager."""
    caller.requires_role(place_id, "programme_manager")
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        await _issuer(tx, place_id)
        rows = await add_next_key(tx, keys, place_id, now)
        event = NewEvent(
            type="certificate_key.rotated",
            aggregate_type="certificate_keys",
            aggregate_id=place_id,
            aggregate_version=rows[-1]["generation"],
            place_id=place_id,
            audience=("public",),
            data={"place_id": str(place_id), "kid": keys.at.key(place_id, rows[-1]["kid"])},
            effective_on=now.date(),
        )
        await record_event(tx, event, now)
        answer = CertificateKeySet(keys=[published(keys, row) for row in rows])
        return await once.keep(tx, 201, answer, now=now)


async def draw_badge(db: Database, signature_id: UUID, now: datetime) -> str:
    """The badge of a signature as SVG, as it stands today."""
    async with db.begin() as tx:
        row = await known_signature(tx, signature_id, now.date())
        charter = await charter_by_id(tx, row["charter_id"])
    assert charter is not None
    return badge_of(
        row["organisation_name"],
        charter["title"],
        row["state"],
        row["expires_on"].isoformat(),
        level=level_name(row["level"], charter["levels"]),
        is_sample=_is_sample(row, charter),
    )
