"""The figures of a publication as rows: what was frozen, cell by cell, withheld ones as withheld."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.exports import ExportAbout, ExportCoverage
from cdp_common.contracts.publications import Publication
from cdp_common.contracts.reporting import CollectiveValue, FourFigures, ValueCell, ValueFigure
from reporting_api.domain.export_columns import COLUMNS
from reporting_api.domain.exports import ExportAsked, ExportRefused
from reporting_api.storage.publications import latest_of_period, publication_numbered
from reporting_api.use_cases.read_publications import thawed

_FOUR = ("committed", "due", "delivered", "validated")
_PARTS = ("signed_in_window", "delivered_against_commitment", "delivered_uncommitted", "confirmed")
_POUNDS = ("total_gbp", "social_gbp", "local_economic_gbp", "low_gbp", "high_gbp", "fiscal_gbp")


async def publication_asked(tx: AsyncConnection, asked: ExportAsked, now: datetime) -> Publication:
    """The publication that an export asks for: that number, or the last of the period by its moment.

    Raises `ExportRefused` where there is none.
    """
    number, moment = asked.publication_number, asked.as_of or now
    if number is None:
        row = await latest_of_period(tx, asked.place_id, asked.period, moment)
    else:
        row = await publication_numbered(tx, asked.place_id, number)
    if row is None or row["published_at"] > moment:
        raise ExportRefused("not_published")
    found = thawed(row["document"])
    if (found.period_start, found.period_end) != (asked.period.start, asked.period.end):
        raise ExportRefused("not_published")
    return found


def about_publication(asked: ExportAsked, publication: Publication, row_schema: str) -> ExportAbout:
    """What the rows of a publication are."""
    value = publication.value
    figures = [getattr(value.figures, name) for name in _FOUR]
    cells = [cell for grouping in value.groupings for cell in grouping.cells]
    return ExportAbout(
        kind=asked.kind,
        rows=None,
        place_id=publication.place_id,
        period_start=publication.period_start,
        period_end=publication.period_end,
        as_of=value.as_of,
        ledger_position=publication.ledger_position,
        publication_number=publication.number,
        edition_hashes=sorted(edition.edition_hash for edition in value.editions),
        licence=publication.licence,
        coverage=ExportCoverage(
            due_count=value.coverage.due_count,
            reported_count=value.coverage.reported_count,
            ratio=value.coverage.ratio,
        ),
        licensed_frameworks=[],  # what is published anybody may see
        licensed_left_out=any(figure.licensed != "none" for figure in figures)
        or any(cell.withheld == "licensed" for cell in cells),
        data_status=value.data_status,
        row_schema=row_schema,
    )


def publication_rows(publication: Publication) -> list[str]:
    """Every figure of the publication as a line of JSON: the total with its parts, then the groupings."""
    value = publication.value
    common = {
        "publication_id": str(publication.id),
        "publication_number": publication.number,
        "place_id": str(publication.place_id),
        "period_start": publication.period_start.isoformat(),
        "period_end": publication.period_end.isoformat(),
        "published_at": _time(publication.published_at),
        "data_status": value.data_status,
    }
    names = [column.name for column in COLUMNS["published_figures"]]
    rows = (common | row for row in (*_total(value), *_grouped(value)))
    return [
        json.dumps({name: row.get(name) for name in names}, ensure_ascii=False, separators=(",", ":"))
        for row in rows
    ]


def _total(value: CollectiveValue) -> Iterator[dict[str, Any]]:
    whole = {"grouping": "total", "key": "", "label": ""}
    yield from (whole | row for row in _of_four(value.figures, None))
    for name in _PARTS:
        yield whole | _figure(name, getattr(value, name))


def _grouped(value: CollectiveValue) -> Iterator[dict[str, Any]]:
    for grouping in value.groupings:
        for cell in grouping.cells:
            named = {
                "grouping": grouping.by,
                "basis": grouping.basis,
                "scheme": grouping.scheme,
                "key": cell.key,
                "label": cell.label,
            }
            yield from (named | row for row in _of_four(cell.figures, cell))


def _of_four(figures: FourFigures | None, cell: ValueCell | None) -> Sequence[dict[str, Any]]:
    if figures is not None:
        return [_figure(name, getattr(figures, name)) for name in _FOUR]
    assert cell is not None  # the total is always shown
    return [{"figure": name, "withheld": cell.withheld or "disclosure"} for name in _FOUR]


def _figure(name: str, figure: ValueFigure) -> dict[str, Any]:
    pounds = {field: _gbp(getattr(figure, field)) for field in _POUNDS}
    return {"figure": name, "licensed": figure.licensed, **pounds}


def _gbp(value: Decimal | None) -> str | None:
    return None if value is None else format(value, ".2f")


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
