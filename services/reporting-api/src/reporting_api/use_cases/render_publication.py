"""A frozen publication as a page for people, as a table for spreadsheets, and as a tagged PDF."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from cdp_common.contracts.publications import Publication
from cdp_common.contracts.reporting import Grouping, ValueFigure
from cdp_common.kernel.errors import NotOffered
from reporting_api.domain.publications import HEADLINES
from reporting_api.use_cases.draw_charts import bar_chart
from reporting_api.use_cases.publication_sections import csv_rows_of_sections, sections
from reporting_api.use_cases.publication_wording import amounts, day, percent, pounds, quantity
from reporting_api.use_cases.value_contracts import validated_share

FIGURES = MappingProxyType(
    {"committed": "Committed", "due": "Due", "delivered": "Delivered", "validated": "Validated"}
)
STEPS = MappingProxyType(
    {
        "new_delivery": "New delivery",
        "late_reports": "Late reports",
        "validation_changes": "Validation changes",
        "corrections": "Corrections",
        "editions": "Editions",
        "membership": "Membership",
        "together": "Not shown apart",
    }
)
_TITLES = MappingProxyType(
    {
        "theme": "By theme",
        "outcome": "By outcome",
        "measure": "By measure",
        "need_band": "By band of need",
        "area": "By area",
        "route": "By route",
    }
)
_CSV_COLUMNS = (
    "number",
    "period_start",
    "period_end",
    "by",
    "basis",
    "scheme",
    "key",
    "label",
    "figure",
    "total_gbp",
    "social_gbp",
    "local_economic_gbp",
    "low_gbp",
    "high_gbp",
    "fiscal_gbp",
    "withheld",
    "data_status",
    "licence",
    "measure_of",
    "amount",
)
_OF_ALL_COLUMNS = (
    "as_of",
    "coverage_due_count",
    "coverage_reported_count",
    "coverage_ratio",
    "coverage_due_value_ratio",
    "validated_share",
    "editions",
    "edition_hashes",
    "url",
)
"""What every public figure carries: each row has it, so that one that is cut out still says it."""
_CHARTED = frozenset({"theme", "need_band", "route"})


class PdfNotOffered(NotOffered):
    """This installation cannot make PDFs: the library that draws text (Pango) is not on the machine."""

    code = "pdf_not_offered"
    title = "PDF is not offered here"


def as_html(publication: Publication, place: str, address: str) -> bytes:
    """The page of a publication: it needs nothing from elsewhere, and reads without colour, mouse or
    script."""
    value = publication.value
    page = _template().render(
        publication=_Fields(publication),
        title=f"{place}: social value, {_period(publication)} (publication {publication.number})",
        period=_period(publication),
        coverage=_coverage(publication),
        validated_share=_share(value.figures.validated, value.figures.delivered),
        through=day(publication.bridges[0].this_through) if publication.bridges else "",
        address=address,
        figures=FIGURES,
        steps=STEPS,
        groupings=[_grouping(grouping) for grouping in value.groupings if grouping.cells],
        sections=sections(publication),
        four_chart=Markup(  # noqa: S704 - drawn here, with every label escaped
            bar_chart(
                "The four figures", [_bar(FIGURES[name], getattr(value.figures, name)) for name in HEADLINES]
            )
        ),
        pounds=pounds,
        quantity=quantity,
        day=day,
    )
    return page.encode()


def as_csv(publication: Publication, address: str) -> bytes:
    """Every cell of a publication as a row (RFC 4180, UTF-8); what is withheld has no pounds.

    `address` is permanent; ratios have four decimals, and are empty where there is nothing to divide by.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*_CSV_COLUMNS, *_OF_ALL_COLUMNS])
    of_all = [_plain_cell(cell) for cell in _of_all(publication, address)]
    for row in _csv_rows(publication):
        cells = [_plain_cell(cell) for cell in row]
        writer.writerow(cells + [""] * (len(_CSV_COLUMNS) - len(cells)) + of_all)
    return out.getvalue().encode()


def as_pdf(page: bytes) -> bytes:
    """The page as a tagged PDF (PDF/UA-1)."""
    try:
        from weasyprint import HTML
    except OSError as missing:
        raise PdfNotOffered("The library Pango is not on this machine.") from missing
    pdf: bytes = HTML(string=page.decode(), url_fetcher=_fetch_nothing).write_pdf(pdf_variant="pdf/ua-1")
    return pdf


def _fetch_nothing(url: str) -> dict[str, object]:
    """The page holds everything itself, so that whatever it asked for would be a fault."""
    raise ValueError(f"a publication's page asks for nothing, not for {url}")


class _Fields:
    """A publication for the template: fields by attribute, and figures by name as well."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __getattr__(self, name: str) -> object:
        return _wrapped(getattr(self._value, name))

    def __getitem__(self, name: str) -> object:
        return _wrapped(getattr(self._value, name))


def _wrapped(value: object) -> object:
    if isinstance(value, list):
        return [_wrapped(item) for item in value]
    return _Fields(value) if hasattr(value, "model_fields_set") else value


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("reporting_api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("publication.html")


def _grouping(grouping: Grouping) -> dict[str, object]:
    title = _title(grouping)
    bars = [_bar(cell.label, cell.figures.delivered) for cell in grouping.cells if cell.figures is not None]
    return {
        "title": title,
        "additive": grouping.additive,
        "cells": _wrapped(list(grouping.cells)),
        "chart": (
            Markup(bar_chart(f"Delivered, {title}", bars))  # noqa: S704 - drawn here, labels escaped
            if grouping.by in _CHARTED and bars
            else ""
        ),
    }


def _title(grouping: Grouping) -> str:
    if grouping.by == "organisation":
        return "By organisation that delivers" if grouping.basis == "delivered_by" else "By commissioner"
    if grouping.by == "crosswalk":
        return f"By {grouping.title or grouping.scheme}"
    return _TITLES[grouping.by]


def _bar(label: str, figure: ValueFigure) -> tuple[str, Decimal, str]:
    return label, figure.total_gbp, pounds(figure.total_gbp)


def _csv_rows(publication: Publication) -> Iterator[list[object]]:
    value = publication.value
    head: list[object] = [publication.number, publication.period_start, publication.period_end]
    tail: list[object] = [value.data_status, publication.licence]
    for name in HEADLINES:
        figure: ValueFigure = getattr(value.figures, name)
        yield [*head, "total", "", "", "total", "Total", name, *amounts(figure), "", *tail]
    for grouping in value.groupings:
        for cell in grouping.cells:
            place = [grouping.by, grouping.basis or "", grouping.scheme or "", cell.key, cell.label]
            for name in HEADLINES:
                found = None if cell.figures is None else getattr(cell.figures, name)
                yield [*head, *place, name, *amounts(found), cell.withheld or "", *tail]
    for row in csv_rows_of_sections(publication):
        place = [row.by, "", "", row.key, row.label]
        yield [*head, *place, row.figure, *[""] * 6, row.withheld, *tail, row.measure_of, row.amount]


def _of_all(publication: Publication, address: str) -> list[object]:
    """When it was known, who had reported, how much was validated, by what it is measured, where it stays."""
    value, coverage = publication.value, publication.value.coverage
    ratios = (coverage.ratio, coverage.due_value_ratio, validated_share(value.figures))
    return [
        value.as_of.isoformat(),
        coverage.due_count,
        coverage.reported_count,
        *("" if ratio is None else format(ratio, "f") for ratio in ratios),
        "; ".join(edition.label for edition in value.editions),
        " ".join(edition.edition_hash for edition in value.editions),
        address,
    ]


def _plain_cell(value: object) -> object:
    """Text that a spreadsheet does not run: what begins like a formula gets an apostrophe before it."""
    if isinstance(value, str) and value[:1] in ("=", "+", "@", "\t", "\r"):
        return f"'{value}"
    return value


def _coverage(publication: Publication) -> str:
    coverage = publication.value.coverage
    if coverage.ratio is None:
        return "nobody owed a report"
    counted = f"{coverage.reported_count} of {coverage.due_count}"
    reported = f"{counted} quarterly reports ({percent(coverage.ratio)})"
    if coverage.due_value_ratio is None:
        return reported
    return f"{reported}; {percent(coverage.due_value_ratio)} of what was due"


def _share(part: ValueFigure, whole: ValueFigure) -> str:
    if whole.total_gbp <= 0:
        return "nothing was delivered"
    return f"{percent(part.total_gbp / whole.total_gbp)} of what was delivered"


def _period(publication: Publication) -> str:
    return f"{day(publication.period_start)} to {day(publication.period_end)}"
