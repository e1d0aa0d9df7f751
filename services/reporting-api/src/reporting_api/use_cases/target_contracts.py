"""Targets and their progress as they go out on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.framework_packs import Baseline
from cdp_common.contracts.targets import (
    Achieved,
    PlaceTarget,
    TargetMeasure,
    TargetProgress,
    TargetVersion,
)
from cdp_common.contracts.toms import Source
from reporting_api.domain.targets import (
    TARGET_FIGURES,
    Goal,
    Reached,
    TargetFigure,
    forecast,
    rate_from,
    share_reached,
    standing,
)
from reporting_api.storage.targets import TargetRows
from reporting_api.use_cases.report_contracts import plain

Figures = Mapping[TargetFigure, Reached | None]
"""What is shown of each figure; none of what is withheld."""


def target_answer(rows: TargetRows) -> PlaceTarget:
    """A target as it stands, with its earlier versions."""
    target, current = rows.target, rows.current
    return PlaceTarget(
        id=target["id"],
        place_id=target["place_id"],
        code=target["code"],
        title=current["title"],
        measures=[
            TargetMeasure(edition_hash=row["edition_hash"], code=row["code"], title=row["title"])
            for row in rows.measures
        ],
        unit=target["unit"],
        accumulation=target["accumulation"],
        workstream=target["workstream"],
        value=plain(current["value"]),
        aim=target["aim"],
        counted_from=target["counted_from"],
        due=current["due"],
        baseline=_baseline(current),
        counts_people=target["counts_people"],
        source=Source.model_validate(current["source"]),
        note=current["note"],
        state=current["state"],
        version=current["version"],
        earlier=[_version(row) for row in rows.versions[1:]],
        data_status=target["data_status"],
    )


@dataclass(frozen=True, slots=True)
class ProgressAt:
    """When and for whom progress is told."""

    as_of: datetime
    today: date
    publication_number: int | None
    contributors: int | None
    coverage: Decimal | None
    is_sample: bool


def progress_answer(
    rows: TargetRows,
    figures: Figures,
    at: ProgressAt,
    *,
    withheld: Literal["disclosure", "licensed"] | None = None,
) -> TargetProgress:
    """How far a target is reached, by both figures."""
    goal = rows.goal
    known = [found for found in figures.values() if found is not None]
    through = max((found.through for found in known if found.through is not None), default=None)
    since = min((day for found in known if (day := rate_from(found, goal)) is not None), default=None)
    return TargetProgress(
        target_id=rows.target["id"],
        target_version=rows.current["version"],
        code=rows.target["code"],
        title=rows.current["title"],
        unit=rows.target["unit"],
        value=plain(goal.value),
        due=goal.due,
        as_of=at.as_of,
        through=through,
        rate_from=since,
        delivered=_achieved(figures["delivered"], goal, at.today),
        validated=_achieved(figures["validated"], goal, at.today),
        withheld=withheld or ("disclosure" if len(known) < len(TARGET_FIGURES) else None),
        publication_number=at.publication_number,
        contributors=at.contributors,
        coverage=at.coverage,
        data_status="synthetic_sample" if at.is_sample else rows.target["data_status"],
    )


def shown_json(figures: Figures) -> dict[str, Any]:
    """What was shown and whose it is, as it is kept beside the publication."""
    return {
        figure: {
            "quantity": None if found.quantity is None else str(found.quantity),
            "contributions": {str(who): str(part) for who, part in sorted(found.contributions.items())},
            "first_day": None if found.first_day is None else found.first_day.isoformat(),
            "through": None if found.through is None else found.through.isoformat(),
            "is_combinable": found.is_combinable,
        }
        for figure, found in figures.items()
        if found is not None
    }


def reached_of_json(shown: Mapping[str, Any], figure: TargetFigure) -> Reached | None:
    """What was shown of a figure; none when it was withheld."""
    found = shown.get(figure)
    if found is None:
        return None
    return Reached(
        None if found["quantity"] is None else Decimal(found["quantity"]),
        {UUID(who): Decimal(part) for who, part in found["contributions"].items()},
        _day(found["first_day"]),
        _day(found["through"]),
        is_combinable=found["is_combinable"],
    )


def _achieved(found: Reached | None, goal: Goal, today: date) -> Achieved | None:
    if found is None:
        return None
    expected = forecast(found, goal)
    return Achieved(
        quantity=None if found.quantity is None else plain(found.quantity),
        share=share_reached(found.quantity, goal),
        forecast=None if expected is None else plain(expected),
        standing=standing(found, goal, today),
        not_combinable=not found.is_combinable,
        held_back=found.is_held_back,
    )


def _version(row: RowMapping) -> TargetVersion:
    return TargetVersion(
        version=row["version"],
        title=row["title"],
        value=plain(row["value"]),
        due=row["due"],
        baseline=_baseline(row),
        source=Source.model_validate(row["source"]),
        note=row["note"],
        state=row["state"],
        reason=row["reason"],
        recorded_at=row["recorded_at"],
    )


def _baseline(row: RowMapping) -> Baseline | None:
    if row["baseline_value"] is None:
        return None
    return Baseline(value=plain(row["baseline_value"]), taken_on=row["baseline_on"])


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
