"""Levels and pledges as they are stored or stated, in the words of the rules on levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping

from cdp_common.contracts.charter import PledgeDraft
from charter_api.domain.levels import Level, PledgeMade


def levels_of(stated: Sequence[Mapping[str, Any]]) -> dict[str, Level]:
    """The levels of a charter version by their codes, the first one first."""
    levels = sorted(map(as_level, stated), key=lambda level: level.order)
    return {level.code: level for level in levels}


def as_level(stated: Mapping[str, Any]) -> Level:
    """What the rules need of a level."""
    return Level(
        code=stated["code"],
        order=stated["order"],
        least_pledges=stated["least_pledges"],
        least_objectives=stated["least_objectives"],
        least_targets=stated["least_targets"],
    )


def level_name(code: str | None, stated: Sequence[Mapping[str, Any]]) -> str | None:
    """What a level of a charter version is called; None where a signature is at none."""
    return next((one["name"] for one in stated if one["code"] == code), None)


def pledges_running(rows: Sequence[RowMapping], day: date) -> list[PledgeMade]:
    """Of a signature's pledges those that run on a day or later."""
    return [
        PledgeMade(row["objective"], has_target=row["commitment"] is not None)
        for row in rows
        if row["ends_on"] >= day
    ]


def pledges_stated(drafts: Sequence[PledgeDraft], offered: Sequence[Mapping[str, Any]]) -> list[PledgeMade]:
    """The pledges of a draft; those that the charter version does not offer are left out."""
    objectives = {pledge["code"]: pledge["objective"] for pledge in offered}
    return [
        PledgeMade(objectives[draft.pledge], has_target=draft.target is not None)
        for draft in drafts
        if draft.pledge in objectives
    ]
