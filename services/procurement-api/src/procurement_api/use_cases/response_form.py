"""The form that a tender's bidders fill in, as JSON Schema, CSV and XLSX."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.bids import BidDraft
from cdp_common.contracts.tenders import PinnedMeasure, TenderTerms
from cdp_common.db.database import Database
from cdp_common.kernel.json_text import json_text
from cdp_common.kernel.sheet_cells import safe_cell
from cdp_common.web.caller import Caller
from cdp_common.web.workbooks import XLSX, Sheet, SheetColumn, workbook_of
from procurement_api.domain.response_form import (
    ASKED,
    COLUMNS,
    FILLED,
    FormMeasure,
    FormRow,
    Scoring,
    cells_of,
    form_rows,
)
from procurement_api.domain.tender import TenderStateWrong
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.answers import london_text
from procurement_api.use_cases.response_schema import bid_schema
from procurement_api.use_cases.rights import visible_tender

FormFormat = Literal["json-schema", "csv", "xlsx"]

MEDIA_TYPES: dict[FormFormat, str] = {
    "json-schema": "application/schema+json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": XLSX,
}

_WIDTHS = {"title": 40, "guidance": 60, "scored": 50, "answer": 80, "lot_title": 30}
_WIDTH = 14


@dataclass(frozen=True)
class _Form:
    """A tender's form: its rows, how they are scored, and what stands above them."""

    about: Sequence[tuple[str, str]]
    rows: Sequence[FormRow]
    scoring: Scoring


async def get_response_form(
    db: Database, caller: Caller | None, tender_id: UUID, format_: FormFormat
) -> bytes:
    """The form of a tender that has been published, on its newest terms."""
    async with db.begin() as tx:
        tender = visible_tender(caller, await tender_by_id(tx, tender_id))
    if tender["published_at"] is None:
        raise TenderStateWrong("The measures are pinned when the tender is published.")
    form = _form(tender)
    if format_ == "csv":
        return _csv(form)
    if format_ == "xlsx":
        # Of a hundred measures in a hundred lots it takes a second or more.
        return await asyncio.to_thread(_xlsx, form)
    schema = bid_schema(tender["title"], BidDraft.model_json_schema(), form.rows, form.scoring)
    return json_text(schema).encode()


def _form(tender: RowMapping) -> _Form:
    terms = TenderTerms.model_validate(tender["terms"])
    lots = {lot["id"]: lot["title"] for lot in tender["lots"]}
    measures = [_measure(PinnedMeasure.model_validate(measure)) for measure in tender["measures"]]
    scoring = Scoring(
        method=terms.scoring.method,
        quantitative_share=terms.scoring.quantitative_share,
        qualitative_share=terms.scoring.qualitative_share,
        scale_max=terms.scoring.qualitative_scale_max,
    )
    about = [
        ("tender_id", str(tender["id"])),
        ("title", tender["title"]),
        ("terms_version", str(tender["terms_version"])),
        ("deadline", london_text(tender["deadline_at"])),
        ("local_area", terms.local_area),
        ("columns to fill in", ", ".join(FILLED)),
    ]
    return _Form(about, form_rows(measures, lots), scoring)


def _measure(pinned: PinnedMeasure) -> FormMeasure:
    return FormMeasure(
        code=pinned.measure,
        title=pinned.title,
        guidance=pinned.guidance,
        unit=pinned.unit,
        decimals=pinned.decimals,
        negative_allowed=pinned.negative_allowed,
        maximum=pinned.maximum_per_line,
        mandatory=pinned.mandatory,
        answer_required=pinned.answer_required,
        answer_max_chars=pinned.answer_max_chars,
        needs_industry=pinned.needs_industry,
        weight=pinned.weight,
        target=pinned.target,
        lots=frozenset(pinned.lots),
    )


def _csv(form: _Form) -> bytes:
    """A header and a line per row; an apostrophe before what looks like a formula is no part of the text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for row in form.rows:
        cells = cells_of(row, form.scoring)
        writer.writerow({name: safe_cell(cell) for name, cell in cells.items()})
    return text.getvalue().encode()


def _xlsx(form: _Form) -> bytes:
    columns = [SheetColumn(name, _WIDTHS.get(name, _WIDTH), name not in ASKED) for name in COLUMNS]
    cells = (cells_of(row, form.scoring) for row in form.rows)
    lines = Sheet("lines", ([row[name] for name in COLUMNS] for row in cells), columns)
    return workbook_of([lines, Sheet("about", form.about)])
