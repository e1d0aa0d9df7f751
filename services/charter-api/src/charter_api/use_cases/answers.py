"""From rows to what goes out on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.charter import Charter, CharterLevel, CharterPledge, Pledge, Signatory
from cdp_common.contracts.commitments import CommitmentLine
from charter_api.storage.signatures import pledges_of, signature_by_id
from charter_api.use_cases.stated_levels import level_name


def charter_answer(row: RowMapping) -> Charter:
    """A charter version."""
    return Charter(
        id=row["id"],
        place_id=row["place_id"],
        version=row["version"],
        title=row["title"],
        preamble=row["preamble"],
        pledges=[CharterPledge(**pledge) for pledge in row["pledges"]],
        levels=[CharterLevel(**level) for level in row["levels"]],
        review_months=row["review_months"],
        renewal_notice_days=row["renewal_notice_days"],
        source=row["source"],
        data_status=row["data_status"],
        published_at=row["published_at"],
    )


def pledge_answer(row: RowMapping, withdrawn_on: date | None) -> Pledge:
    """A pledge; it ends with its signature."""
    return Pledge(
        id=row["id"],
        signature_id=row["signature_id"],
        pledge=row["pledge"],
        title=row["title"],
        objective=row["objective"],
        text=row["text"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        commitment=None if row["commitment"] is None else CommitmentLine.model_validate(row["commitment"]),
        withdrawn_on=withdrawn_on,
    )


def signatory_answers(rows: Sequence[RowMapping], pledge_rows: Sequence[RowMapping]) -> list[Signatory]:
    """Entries of the register with their pledges, in the order of `rows`."""
    by_signature: dict[UUID, list[RowMapping]] = {}
    for pledge in pledge_rows:
        by_signature.setdefault(pledge["signature_id"], []).append(pledge)
    return [
        Signatory(
            id=row["id"],
            place_id=row["place_id"],
            charter_id=row["charter_id"],
            charter_version=row["charter_version"],
            organisation_id=row["organisation_id"],
            organisation_name=row["organisation_name"],
            organisation_kind=row["organisation_kind"],
            state=row["state"],
            signed_on=row["signed_on"],
            renewal_due_on=row["renewal_due_on"],
            expires_on=row["expires_on"],
            signed_by_role=row["signed_by_role"],
            areas=row["areas"],
            merged_into=row["merged_into"],
            level=row["level"],
            level_name=level_name(row["level"], row["levels"]),
            pledges=[
                pledge_answer(pledge, row["withdrawn_on"]) for pledge in by_signature.get(row["id"], [])
            ],
            version=row["version"],
            data_status=row["data_status"],
        )
        for row in rows
    ]


async def signatory_now(tx: AsyncConnection, signature_id: UUID, today: date) -> Signatory:
    """The register's entry of a signature that is there, with what this transaction has changed."""
    row = await signature_by_id(tx, signature_id, today)
    assert row is not None
    [signatory] = signatory_answers([row], await pledges_of(tx, [signature_id]))
    return signatory
