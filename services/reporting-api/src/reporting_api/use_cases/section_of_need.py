"""A publication's figures by need, on its page and in its CSV."""

from __future__ import annotations

from collections.abc import Iterator

from cdp_common.contracts.published_need import PublishedNeed, PublishedNeedCell
from reporting_api.domain.groupings import NEED_BANDS
from reporting_api.use_cases.publication_wording import pounds
from reporting_api.use_cases.section_tables import CsvRow, Section

_WHY_ABSENT = {
    "no_need_index": "the place names no index of need",
    "need_index_not_loaded": "the index of need that the place names is not loaded",
    "population_unknown": "it is not known how many people live in every area",
    "several_indices": "value landed in areas of another index of need too",
    "nothing_placed": "no value landed in a stated area",
    "value_below_zero": "in some decile corrections take away more than landed there",
    "deciles_withheld": "a decile is withheld, and the index would tell something of it",
}
_HEAD = ("People", "Delivered", "For each head", "Validated", "For each head")


def need_sections(need: PublishedNeed) -> Iterator[Section]:
    """The tables by band and by decile, with what is said of the whole."""
    if need.per_head_absent is not None:
        note = f"Nothing is said for each head: {_WHY_ABSENT[need.per_head_absent]}."
    else:
        note = (
            f"{need.population:,} people live in the place: {pounds(need.delivered_per_head_gbp)} delivered "
            f"and {pounds(need.validated_per_head_gbp)} validated for each."
        )
    notes = (note, *_moved(need))
    yield Section(
        "By band of need, for each head",
        "Pounds and pounds for each head by band of need",
        notes,
        ("Band", *_HEAD),
        tuple(_row(NEED_BANDS[cell.key], cell) for cell in need.bands),
    )
    if not need.deciles:
        return
    yield Section(
        "By decile of deprivation",
        "Pounds and pounds for each head by decile; 1 is the most deprived tenth of the country's areas",
        tuple(
            f"Concentration of what was {figure}: {_concentration(index, absent)}."
            for figure, index, absent in (
                ("delivered", need.delivered_concentration_index, need.delivered_concentration_absent),
                ("validated", need.validated_concentration_index, need.validated_concentration_absent),
            )
        ),
        ("Decile", *_HEAD),
        tuple(_row(_decile(cell.key), cell) for cell in need.deciles),
    )


def _moved(need: PublishedNeed) -> Iterator[str]:
    """That bands are not those of the publication before, where they are not."""
    count = len(need.moved_areas)
    if count:
        areas = "1 area is in another band" if count == 1 else f"{count} areas are in other bands"
        yield f"{areas} of need than in the publication before."


def need_rows(need: PublishedNeed) -> Iterator[CsvRow]:
    """People, pounds for each head, deciles and concentration; pounds of bands and areas are groupings."""
    if need.population is not None:
        yield CsvRow("total", "total", "Total", "", "people", str(need.population))
    for by, cells in (("need_band", need.bands), ("decile", need.deciles), ("area", need.areas)):
        for cell in cells:
            label = _label(by, cell.key)
            if cell.population is not None:
                yield CsvRow(by, cell.key, label, "", "people", str(cell.population))
            yield from _figure_rows(by, label, cell)
    for figure, per_head, index in (
        ("delivered", need.delivered_per_head_gbp, need.delivered_concentration_index),
        ("validated", need.validated_per_head_gbp, need.validated_concentration_index),
    ):
        if per_head is not None:
            yield CsvRow("total", "total", "Total", figure, "pounds_per_head", f"{per_head:f}")
        if index is not None:
            yield CsvRow("total", "total", "Total", figure, "concentration_index", f"{index:f}")


def _concentration(index: object, absent: str | None) -> str:
    if index is None:
        return f"not said, because {_WHY_ABSENT[str(absent)]}"
    return f"{index:f} (below 0: more landed in deprived areas than people live there)"


def _label(by: str, key: str) -> str:
    if by == "area":
        return key
    return NEED_BANDS[key] if by == "need_band" else f"Decile {_decile(key)}"


def _decile(key: str) -> str:
    decile, _, band = key.partition("~")
    if not band:
        return NEED_BANDS.get(decile, decile)
    return f"{decile}, {NEED_BANDS[band].lower()}"


def _row(label: str, cell: PublishedNeedCell) -> tuple[str, ...]:
    people = "not known" if cell.population is None else f"{cell.population:,}"
    if cell.suppressed:
        return (label, people, *["withheld"] * 4)
    return (
        label,
        people,
        *(
            text
            for figure, each in (
                (cell.delivered, cell.delivered_per_head_gbp),
                (cell.validated, cell.validated_per_head_gbp),
            )
            for text in (
                pounds(None if figure is None else figure.total_gbp),
                "not said" if each is None else pounds(each),
            )
        ),
    )


def _figure_rows(by: str, label: str, cell: PublishedNeedCell) -> Iterator[CsvRow]:
    for name, figure, each in (
        ("delivered", cell.delivered, cell.delivered_per_head_gbp),
        ("validated", cell.validated, cell.validated_per_head_gbp),
    ):
        if by == "decile":
            total = "" if figure is None else f"{figure.total_gbp:f}"
            yield CsvRow(by, cell.key, label, name, "pounds", total, cell.withheld or "")
        if each is not None:
            yield CsvRow(by, cell.key, label, name, "pounds_per_head", f"{each:f}")
