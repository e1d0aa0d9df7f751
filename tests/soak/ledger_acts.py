"""What the ledger's state machine does and looks at, one function each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.publications import Publication
from cdp_common.contracts.reporting import Report
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import Period
from reporting_api.domain.groupings import headline_of
from reporting_api.storage.figures import LineFigures, Slice
from tests.integration.reporting_api.world import PARTNERS, World

T = TypeVar("T")


def one_of(found: Sequence[T], which: int) -> T | None:
    """One of those found, always the same for the same number; none of none."""
    return found[which % len(found)] if found else None


def review_body(report: Report, share: str) -> dict[str, Any]:
    """A review that accepts all or half of the first line, or returns the report."""
    if share == "none":
        return {"outcome": "returned", "reason": "not seen"}
    accepted = {"all": report.lines[0].quantity, "half": report.lines[0].quantity / 2}
    judged = {
        "line_id": str(report.lines[0].line_id),
        "accepted_quantity": f"{accepted[share]:f}",
        "reason": "seen",
        "method": "sample",
        "evidence_level": "documented",
    }
    return {"outcome": "validated", "reason": "checked", "lines": [judged]}


async def open_conflicts(world: World) -> list[str]:
    """The ids of the place's open conflicts."""
    path = f"/v1/places/{world.place}/conflicts"
    answer = await world.http.get(path, params={"state": "open"}, headers=world.as_validator())
    assert answer.status_code == 200, answer.text
    return [found["id"] for found in answer.json()["items"]]


async def merge(world: World, merged: UUID, survivor: UUID) -> None:
    """Tell that a record leads to another, and take it in."""
    data = {"organisation_id": str(merged), "survivor_id": str(survivor)}
    world.neighbours.tell(PARTNERS, "organisation.merged", new_id(), data, 2)
    await world.consume()


async def some_block(tx: AsyncConnection, place_id: UUID, look: int) -> int:
    """The last position of one of the place's blocks."""
    query = "SELECT last_position FROM ledger_blocks WHERE place_id = :place ORDER BY number"
    blocks = list(await tx.scalars(text(query), {"place": place_id}))
    return blocks[look * 7 % len(blocks)] if blocks else 0


async def stands(tx: AsyncConnection, publication: Publication) -> None:
    """What a publication says is what the lines up to its position say, licensed value left out."""
    period = Period(publication.period_start, publication.period_end)
    lines = Slice(publication.place_id, period, publication.ledger_position)
    headline = headline_of(await LineFigures(tx, lines).figures_by("total"))
    figures = publication.value.figures
    assert figures.committed.total_gbp * 100 == headline["committed"].total_pence
    assert figures.due.total_gbp * 100 == headline["due"].total_pence
    for shown, sums in (
        (figures.delivered, headline["delivered"]),
        (figures.validated, headline["validated"]),
    ):
        if shown.licensed in ("none", "left_out"):
            assert shown.total_gbp * 100 == sums.total_pence
