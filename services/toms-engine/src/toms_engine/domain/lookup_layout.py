"""The layout of an official lookup file, as data: which column holds what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from toms_engine.domain.edition import Source
from toms_engine.domain.file_faults import FileFaults
from toms_engine.domain.need_layout import header_key

LookupKind = Literal["postcodes", "wards", "changes"]
Relation = Literal["unchanged", "split", "merged", "irregular"]

YEAR = "##"
"""Stands in a header's name for the two digits of a year, which change with each edition."""


@dataclass(frozen=True, slots=True)
class Vintage:
    """A vintage of area codes, as indices name it, and how files head its column."""

    vintage: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookupLayout:
    """What a lookup file looks like, and what holds for whichever edition of it."""

    layout: str
    version: int
    kind: LookupKind
    title: str
    licence: str
    attribution: str
    source: Source
    columns: Mapping[str, tuple[str, ...]]
    required: frozenset[str]
    vintages: tuple[Vintage, ...]
    no_area_codes: frozenset[str]
    relations: Mapping[str, Relation] = field(default_factory=dict)

    def positions(self, header: Sequence[str], faults: FileFaults) -> dict[str, int]:
        """Where each column stands in a header; what is missing or stands there twice is a fault.

        The column of a vintage has the vintage's name; of several, one is enough.
        """
        named = {**self.columns, **{one.vintage: one.names for one in self.vintages if one.names}}
        patterns = {key: [_pattern(name) for name in names] for key, names in named.items()}
        found: dict[str, int] = {}
        for position, text in enumerate(header):
            comparable = header_key(text)
            for key, expected in patterns.items():
                if any(pattern.fullmatch(comparable) for pattern in expected):
                    if key in found:
                        words = f"columns {found[key] + 1} and {position + 1} are the same column"
                        faults.at_line(1, key, "column_duplicate", words)
                    found.setdefault(key, position)
        for key in sorted(self.required - found.keys()):
            words = f"no column is headed “{named[key][0]}”"
            faults.of_file(key, "column_missing", words)
        if self.kind == "postcodes" and not any(one.vintage in found for one in self.vintages):
            known = ", ".join(name for one in self.vintages for name in one.names)
            faults.of_file("areas", "column_missing", f"no column of area codes: {known}")
        return found


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("[0-9]{2}".join(re.escape(header_key(part)) for part in name.split(YEAR)))
