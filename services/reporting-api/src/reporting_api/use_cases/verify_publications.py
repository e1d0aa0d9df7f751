"""Holding a place's publications to their content, their files, and the lines that they were made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.database import Database
from cdp_common.kernel.money import pence_from_gbp
from cdp_common.kernel.periods import Period
from reporting_api.domain.chain import canonical_json
from reporting_api.domain.groupings import headline_of
from reporting_api.domain.licensed_totals import Pounds, TotalKey, sum_of_parts
from reporting_api.domain.publications import HEADLINES, content_hash
from reporting_api.storage.figures import Slice, figures_by
from reporting_api.storage.licensed_totals import licensed_parts, shown_in
from reporting_api.storage.publication_files import kept_files, publication_key
from reporting_api.storage.publications import publications_after
from reporting_api.use_cases.publication_files import MEDIA_TYPES, signed_hashes
from reporting_api.use_cases.read_publications import thawed
from reporting_api.use_cases.value_contracts import validated_share
from reporting_api.use_cases.value_to_publish import organisations_agreed_at
from reporting_api.use_cases.verify_published_need import need_faults
from reporting_api.use_cases.verify_published_sources import source_faults
from reporting_api.use_cases.verify_published_value import cell_faults

PAGE = 100
_BESIDE = (
    *("id", "place_id", "number", "period_start", "period_end", "published_at", "restates"),
    *("ledger_position", "content_sha256"),
)
"""Columns that say what the frozen document says too."""
SHARE_STATED = 4
"""From this format on publications state the validated share."""


async def publication_faults_of(db: Database, place_id: UUID) -> AsyncIterator[str]:
    """What does not hold in the publications of a place: their numbers, content, figures and files."""
    number = 0
    while True:
        async with db.begin() as tx:
            rows = await publications_after(tx, place_id, number, PAGE)
            faults = [fault for row in rows for fault in await _faults_of_publication(tx, row)]
        for fault in faults:
            yield fault
        if not rows:
            return
        for row in rows:
            if row["number"] != number + 1 or row["previous_number"] != (number or None):
                yield f"publication {row['number']} follows {number}"
            number = row["number"]


async def _faults_of_publication(tx: AsyncConnection, row: RowMapping) -> list[str]:
    name = f"publication {row['number']}"
    try:
        publication = thawed(row["document"])
        document = json.loads(row["document"])
    except ValueError:
        return [f"{name}: the frozen document cannot be read"]
    faults = [f"{name}: {fault}" for fault in await _file_faults(tx, row)]
    if canonical_json(document) != row["document"]:
        faults.append(f"{name}: the frozen document is not canonical")
    if publication.format >= SHARE_STATED and publication.validated_share != validated_share(
        publication.value.figures
    ):
        faults.append(f"{name}: the validated share is not that of its figures")
    if content_hash(document["value"]) != publication.content_sha256:
        faults.append(f"{name}: the hash of its content differs")
    other = [part for part in _BESIDE if row[part] != getattr(publication, part)]
    faults += [f"{name}: the {part} beside it is another" for part in other]
    rule = publication.disclosure
    if (row["minimum_organisations"], row["dominance_percent"]) != (
        rule.minimum_organisations,
        rule.dominance_percent,
    ):
        faults.append(f"{name}: the thresholds beside it are others")
    period = Period(publication.period_start, publication.period_end)
    lines = Slice(publication.place_id, period, publication.ledger_position)
    if row["agreed_organisations"] != sorted(
        await organisations_agreed_at(tx, lines, publication.published_at)
    ):
        faults.append(f"{name}: the organisations beside it that agreed to be named are others")
    headline = headline_of(await figures_by(tx, lines, "total"))
    licensed = await shown_in(tx, publication.id)
    faults += [f"{name}: {fault}" for fault in await _licensed_faults(tx, lines, licensed)]
    faults += [f"{name}: {fault}" for fault in await need_faults(tx, publication, lines)]
    faults += [f"{name}: {fault}" for fault in await cell_faults(tx, publication, lines, licensed)]
    faults += [f"{name}: {fault}" for fault in await source_faults(tx, row, publication)]
    for figure in HEADLINES:
        shown = pence_from_gbp(getattr(publication.value.figures, figure).total_gbp)
        stood = headline[figure].total_pence + sum(
            row["social_pence"] + row["local_pence"] for row in licensed if row["figure"] == figure
        )
        if shown != stood:
            faults.append(f"{name}: {figure} is {shown} pence, the lines say {stood}")
    return faults


async def _licensed_faults(tx: AsyncConnection, lines: Slice, licensed: Sequence[RowMapping]) -> list[str]:
    """Which of the licensed totals that were included are not what the lines say."""
    parts = await licensed_parts(tx, lines) if licensed else {}
    return [
        f"the licensed {row['figure']} of theme {row['theme']} is not what the lines say"
        for row in licensed
        if row["outcome"] == "included"
        and sum_of_parts(parts.get(TotalKey(row["theme"], row["framework"], row["figure"]), {}))
        != Pounds(row["social_pence"], row["local_pence"])
    ]


async def _file_faults(tx: AsyncConnection, row: RowMapping) -> list[str]:
    """Which of a publication's files, its document among them, are not the ones that were signed."""
    files = {kept["media_type"]: kept for kept in await kept_files(tx, row["id"])}
    faults = [
        f"the {kind} file is not the one that was kept"
        for kind, kept in files.items()
        if hashlib.sha256(kept["body"]).hexdigest() != kept["sha256"]
    ]
    signature = files.get(MEDIA_TYPES["signature"])
    if signature is None:
        return faults
    key = await publication_key(tx)
    signed = None if key is None else signed_hashes(signature["body"], key["public_jwk"])
    if signed is None:
        return [*faults, "its signature is not one of this service's key"]
    found = {"json_sha256": hashlib.sha256(row["document"]).hexdigest()}
    for kind in ("html", "csv"):
        kept = files.get(MEDIA_TYPES[kind])
        found[f"{kind}_sha256"] = "" if kept is None else kept["sha256"]
    others = [name for name, sha256 in found.items() if sha256 != signed.get(name)]
    return [*faults, *(f"the {name} is not the one that was signed" for name in others)]
