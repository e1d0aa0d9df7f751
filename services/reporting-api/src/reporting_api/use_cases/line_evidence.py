"""What lines rest on: stored files by their ids, and documents elsewhere by their addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.reporting import Evidence, ReportLineDraft
from cdp_common.db.database import Database
from cdp_common.kernel.errors import FieldError
from reporting_api.domain.reports import ReportInvalid
from reporting_api.storage.evidence import evidence_named

LineEvidence = list[dict[str, Any]]
"""The evidence of a line as it is stored: what the line states, with the hash of a stored file."""


async def evidence_of_lines(
    db: Database, organisation_id: UUID, drafts: Sequence[ReportLineDraft]
) -> list[LineEvidence]:
    """What each line rests on.

    Refused where a file is not the organisation's, gone, or another one, and where an address comes without
    the hash of what lies there: what a report rested on could be changed later, and nobody would see it.
    """
    ids = {one.evidence_id for draft in drafts for one in draft.evidence if one.evidence_id is not None}
    known: Mapping[UUID, RowMapping] = {}
    if ids:
        async with db.begin() as tx:
            known = await evidence_named(tx, organisation_id, ids)
    faults = [
        FieldError(f"/lines/{index}/evidence/{place}{where}", code, message)
        for index, draft in enumerate(drafts)
        for place, one in enumerate(draft.evidence)
        for where, code, message in _faults(one, known)
    ]
    if faults:
        raise ReportInvalid("Evidence cannot be referred to like this; see errors.", errors=faults)
    return [[_stored(one, known) for one in draft.evidence] for draft in drafts]


def attachments_of(lines: Sequence[Mapping[str, Any]]) -> list[tuple[UUID, UUID, UUID]]:
    """Which stored lines rest on which files: file, line and report of each."""
    return [
        (evidence_id, line["line_id"], line["report_id"])
        for line in lines
        if line["evidence"]
        for evidence_id in sorted(
            {UUID(one["evidence_id"]) for one in line["evidence"] if "evidence_id" in one}
        )
    ]


def _faults(one: Evidence, known: Mapping[UUID, RowMapping]) -> Iterator[tuple[str, str, str]]:
    if (one.evidence_id is None) == (one.url is None):
        yield "", "evidence_unnamed", "name either a stored file or an address"
        return
    if one.evidence_id is None:
        if one.sha256 is None:
            yield "/sha256", "sha256_missing", "state the SHA-256 of what lies at the address"
        return
    file = known.get(one.evidence_id)
    if file is None:
        yield "/evidence_id", "evidence_unknown", "the organisation has no such file"
    elif file["blob_key"] is None:
        yield "/evidence_id", "evidence_removed", "the file is gone"
    elif one.sha256 not in (None, file["sha256"]):
        yield "/sha256", "evidence_differs", "the stored file hashes to something else"


def _stored(one: Evidence, known: Mapping[UUID, RowMapping]) -> dict[str, Any]:
    stated = one.model_dump(mode="json", exclude_none=True)
    if one.evidence_id is not None:
        stated["sha256"] = known[one.evidence_id]["sha256"]
    return stated
