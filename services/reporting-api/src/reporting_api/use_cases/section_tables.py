"""What a section of a publication's page and CSV is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the page: the first column names the row, the others are numbers."""

    title: str
    caption: str
    notes: tuple[str, ...]
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row of the CSV that is no sum of the four figures: what is measured of which cell, as a decimal."""

    by: str
    key: str
    label: str
    figure: str
    measure_of: str
    amount: str
    withheld: str = ""
