"""What a publication shows of a place's targets: protected, held against what was shown before, and
frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.reporting import CollectiveValue
from cdp_common.contracts.targets import TargetProgress
from reporting_api.domain.disclosure import DisclosureRule
from reporting_api.domain.targets import (
    TARGET_FIGURES,
    Reached,
    TargetFigure,
    held_to,
    is_beside_safe,
)
from reporting_api.storage.targets import TargetRows, keep_progress, progress_shown, targets_of_place
from reporting_api.use_cases.read_targets import figures_counted
from reporting_api.use_cases.target_contracts import (
    Figures,
    ProgressAt,
    progress_answer,
    reached_of_json,
    shown_json,
)


@dataclass(frozen=True, slots=True)
class ShownProgress:
    """The progress of a target as a publication shows it, and what it is made of."""

    answer: TargetProgress
    figures: Figures


async def progress_to_publish(
    tx: AsyncConnection,
    value: CollectiveValue,
    position: int | None,
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> list[ShownProgress]:
    """How far each open target of the place is reached at the period's end, as the public may see it.

    A publication of a period that ends before one that was shown shows none: progress is told going forward.
    """
    place_targets = [rows for rows in await targets_of_place(tx, value.place_id) if _is_told(rows, value)]
    earlier = await progress_shown(tx, [rows.target["id"] for rows in place_targets])
    found = []
    for rows in place_targets:
        shown = earlier[rows.target["id"]]
        if any(row["period_end"] > value.window_end for row in shown):
            continue
        found.append(await _progress(tx, rows, shown, value, position, agreed, rule))
    return found


async def keep_published_progress(
    tx: AsyncConnection,
    shown: Sequence[ShownProgress],
    publication: Mapping[str, Any],
    published_at: datetime,
) -> None:
    """Keep what a publication shows of targets, for the public to read and the next one to be held
    against."""
    await keep_progress(
        tx,
        [
            {
                "publication_id": publication["id"],
                "target_id": one.answer.target_id,
                "number": publication["number"],
                "published_at": published_at,
                "period_end": publication["period_end"],
                "answer": one.answer.model_dump(mode="json"),
                "shown": shown_json(one.figures),
            }
            for one in shown
        ],
    )


def _is_told(rows: TargetRows, value: CollectiveValue) -> bool:
    """Whether a publication of the period tells of the target: it is open, and counts by the period's end."""
    since = rows.goal.counted_from
    return rows.current["state"] == "open" and (since is None or since <= value.window_end)


async def _progress(
    tx: AsyncConnection,
    rows: TargetRows,
    shown: Sequence[RowMapping],
    value: CollectiveValue,
    position: int | None,
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> ShownProgress:
    counted, is_sample = await figures_counted(tx, rows, value.window_end, position)
    withheld = _withheld_by_value(rows, value)
    figures: dict[TargetFigure, Reached | None] = dict.fromkeys(TARGET_FIGURES)
    if withheld is None:
        figures = {
            figure: held_to(counted[figure], _shown_before(shown, figure), rows.goal, agreed, rule)
            for figure in TARGET_FIGURES
        }
        delivered, validated = figures["delivered"], figures["validated"]
        if delivered is not None and validated is not None:
            # Together they tell what is not validated; that must not be one organisation's own.
            is_safe = is_beside_safe(delivered, validated, rows.goal, agreed, rule)
            figures["validated"] = validated if is_safe else None
    at = ProgressAt(
        value.as_of,
        value.window_end,
        value.publication_number,
        None,
        value.coverage.ratio,
        is_sample=is_sample,
    )
    return ShownProgress(progress_answer(rows, figures, at, withheld=withheld), figures)


def _shown_before(shown: Sequence[RowMapping], figure: TargetFigure) -> list[Reached]:
    found = [reached_of_json(row["shown"], figure) for row in shown]
    return [one for one in found if one is not None]


def _withheld_by_value(rows: TargetRows, value: CollectiveValue) -> Literal["disclosure", "licensed"] | None:
    """Why the publication's own figures forbid quantities: where pounds of a measure are withheld, its
    quantity would tell them."""
    if any(row["is_licensed"] for row in rows.measures):
        return "licensed"
    codes = {row["code"] for row in rows.measures}
    hidden = {
        cell.key.partition("~")[0]
        for grouping in value.groupings
        if grouping.by == "measure"
        for cell in grouping.cells
        if cell.suppressed
    }
    return "disclosure" if codes & hidden else None
