"""Drafts of reports: kept, read, changed and forgotten by the organisation whose they are, nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.contracts.report_drafts import DraftContent, KeptDraft, NewReportDraft
from cdp_common.contracts.reporting import ReportLineDraft
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.db.paging import cut_page
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from reporting_api.domain.report_drafts import (
    ReportDraftNotFound,
    require_reason_of_correction,
    require_same_days,
)
from reporting_api.storage.copies import PlaceCopy
from reporting_api.storage.drafts import (
    add_draft,
    change_draft,
    copy_draft_lines,
    draft_by_id,
    draft_lines_page,
    drafts_page,
    forget_draft,
    forget_old_drafts,
    remove_draft_lines,
)
from reporting_api.storage.reports import report_by_id
from reporting_api.use_cases.correct_report import require_correctable, require_own
from reporting_api.use_cases.gather import place_of

MOST_FORGOTTEN = 20


async def create_report_draft(
    db: Database, partners: PartnersClient, caller: Caller, draft: NewReportDraft, once: Once, now: datetime
) -> Answer:
    """The draft as it is kept; of its lines only the form is looked at until it is submitted."""
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
    period = Period(draft.period_start, draft.period_end)
    await _require_correction_fits(db, caller, draft)
    place = await place_of(db, partners, draft.place_id, now, slug=draft.place_slug)
    content = DraftContent(
        nil_return=draft.nil_return,
        lines=draft.lines,
        named_totals_agreed=draft.named_totals_agreed,
        data_status=draft.data_status,
        reason=draft.reason,
        local_area=draft.local_area,
    )
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        lines = [as_kept(content.lines)]
        kept = await write_draft(tx, caller, place, period, content, lines, now, corrects=draft.corrects)
        return await once.keep(tx, 201, kept, now=now)


async def write_draft(
    tx: AsyncConnection,
    caller: Caller,
    place: PlaceCopy,
    period: Period,
    content: DraftContent,
    portions: Iterable[Sequence[str]],
    now: datetime,
    *,
    corrects: UUID | None = None,
) -> KeptDraft:
    """The draft as written, with its lines, which come in portions and may be more than `content` has."""
    draft_id = new_id()
    row: dict[str, Any] = {
        "id": draft_id,
        "organisation_id": caller.org,
        "place_id": place.id,
        "place_slug": place.slug,
        "period_start": period.start,
        "period_end": period.end,
        "nil_return": content.nil_return,
        "named_totals_agreed": content.named_totals_agreed,
        "data_status": content.data_status,
        "line_count": 0,
        "created_at": now,
        "changed_at": now,
        "version": 0,
        "corrects": corrects,
        "correction_reason": content.reason,
        "local_area": content.local_area,
    }
    await add_draft(tx, row)
    line_count = 0
    for lines in portions:
        await copy_draft_lines(tx, draft_id, line_count, lines)
        line_count += len(lines)
    await change_draft(tx, draft_id, {"line_count": line_count})
    return draft_answer(await _own(tx, caller, draft_id))


def as_kept(lines: Iterable[ReportLineDraft]) -> list[str]:
    """Lines as they are kept: what they state, each as its JSON."""
    return [line.model_dump_json(exclude_defaults=True) for line in lines]


async def _require_correction_fits(db: Database, caller: Caller, draft: NewReportDraft) -> None:
    """Refuse to correct what is not the caller's, cannot be corrected, or is of other days."""
    require_reason_of_correction(draft.corrects, draft.reason)
    if draft.corrects is None:
        return
    async with db.begin() as tx:
        report = require_own(caller, await report_by_id(tx, draft.corrects))
    require_correctable(report)
    stated = (draft.place_id, draft.period_start, draft.period_end)
    require_same_days(stated, (report["place_id"], report["period_start"], report["period_end"]))


async def get_report_draft(db: Database, caller: Caller, draft_id: UUID) -> KeptDraft:
    """One draft of the caller's own organisation."""
    async with db.begin() as tx:
        return draft_answer(await _own(tx, caller, draft_id))


async def list_report_drafts(
    db: Database, caller: Caller, *, place_id: UUID | None, cursor: str | None, limit: int
) -> tuple[list[KeptDraft], str | None]:
    """A page of the drafts of the caller's own organisation."""
    async with db.begin() as tx:
        rows = await drafts_page(tx, caller.org, place_id, cursor, limit)
    kept, following = cut_page(rows, limit, lambda row: [row["id"]])
    return [draft_answer(row) for row in kept], following


async def list_report_draft_lines(
    db: Database, caller: Caller, draft_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[ReportLineDraft], str | None]:
    """A page of a draft's lines."""
    async with db.begin() as tx:
        await _own(tx, caller, draft_id)
        rows = await draft_lines_page(tx, draft_id, cursor, limit)
    kept, following = cut_page(rows, limit, lambda row: [row["ordinal"]])
    return [ReportLineDraft.model_validate(row["line"]) for row in kept], following


async def replace_report_draft(
    db: Database, caller: Caller, draft_id: UUID, content: DraftContent, if_match: str | None, now: datetime
) -> KeptDraft:
    """The draft with its whole new content."""
    async with db.begin() as tx:
        draft = await _own(tx, caller, draft_id, lock=True)
        require_match(if_match, draft_answer(draft))
        require_reason_of_correction(draft["corrects"], content.reason)
        await remove_draft_lines(tx, draft_id)
        await copy_draft_lines(tx, draft_id, 0, as_kept(content.lines))
        await change_draft(
            tx,
            draft_id,
            {
                "nil_return": content.nil_return,
                "named_totals_agreed": content.named_totals_agreed,
                "data_status": content.data_status,
                "line_count": len(content.lines),
                "changed_at": now,
                "correction_reason": content.reason,
                "local_area": content.local_area,
            },
        )
        return draft_answer(await _own(tx, caller, draft_id))


async def delete_report_draft(db: Database, caller: Caller, draft_id: UUID, if_match: str | None) -> None:
    """Forget a draft."""
    async with db.begin() as tx:
        require_match(if_match, draft_answer(await _own(tx, caller, draft_id, lock=True)))
        await forget_draft(tx, draft_id)


async def purge_drafts(db: Database, clock: Clock, kept_for: timedelta) -> int:
    """Forget drafts that nobody has changed for long, a bounded number, and say how many."""
    async with db.begin() as tx:
        return await forget_old_drafts(tx, clock() - kept_for, MOST_FORGOTTEN)


async def _own(tx: AsyncConnection, caller: Caller, draft_id: UUID, *, lock: bool = False) -> RowMapping:
    return require_own_draft(caller, await draft_by_id(tx, draft_id, lock=lock))


def require_own_draft(caller: Caller, row: RowMapping | None) -> RowMapping:
    """The draft if it is the caller's own; otherwise there is none."""
    if row is None or row["organisation_id"] != caller.org:
        raise ReportDraftNotFound("Your organisation keeps no draft with this id.")
    return row


def draft_answer(row: RowMapping) -> KeptDraft:
    """A draft on the wire."""
    return KeptDraft(
        id=row["id"],
        state="draft",
        place_id=row["place_id"],
        organisation_id=row["organisation_id"],
        period_start=row["period_start"],
        period_end=row["period_end"],
        nil_return=row["nil_return"],
        named_totals_agreed=row["named_totals_agreed"],
        data_status=row["data_status"],
        line_count=row["line_count"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        version=row["version"],
        corrects=row["corrects"],
        correction_reason=row["correction_reason"],
        local_area=row["local_area"],
    )
