"""The layout of an index's official file, as data: which column holds what, and what is known of the index.

A layout belongs to one edition of one nation's index. Nothing here knows of a nation: another one is another
layout file.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from toms_engine.domain.edition import Source
from toms_engine.domain.file_faults import FileFaults

RankingKind = Literal["overall", "domain", "supplementary", "sub_domain"]
CheckKind = Literal["authority_count", "decile_counts"]

OVERALL = "overall"
"""The code of the ranking from which bands are cut."""

IDENTITY_COLUMNS = ("area_code", "area_name", "authority_code", "authority_name")
RANKING_COLUMNS = ("score", "rank", "decile")


@dataclass(frozen=True, slots=True)
class Ranking:
    """One ranking of an index's areas: the index itself, a domain, or a part of one.

    Its columns are headed by its `names` in the layout's forms, or by what `columns` says for score, rank
    or decile. `need` is the domain of need, in the words of measures, that the ranking tells about;
    `weight_percent` is the publisher's weight of a domain in the whole.
    """

    code: str
    title: str
    kind: RankingKind
    names: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    need: str | None = None
    weight_percent: Decimal | None = None
    part_of: str | None = None


@dataclass(frozen=True, slots=True)
class Denominator:
    """A count of people of each area, as the file gives it."""

    code: str
    title: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublishedCheck:
    """A published fact that a right file agrees with."""

    code: str
    kind: CheckKind
    title: str
    expected: tuple[int, ...]
    source: str
    authority: str | None = None


@dataclass(frozen=True, slots=True)
class NeedLayout:
    """What a file of one edition of an index looks like, and what holds for the index whoever loads it."""

    layout: str
    version: int
    index: str
    nation: str
    title: str
    vintage: str
    area_count: int
    licence: str
    source: Source
    weights_source: Source
    comparability: str
    area_code_pattern: str
    authority_code_pattern: str
    columns: Mapping[str, tuple[str, ...]]
    forms: Mapping[str, tuple[str, ...]]
    rankings: tuple[Ranking, ...]
    denominators: tuple[Denominator, ...]
    population: str | None
    checks: tuple[PublishedCheck, ...]

    def headers(self) -> dict[str, str]:
        """Every header that the layout knows, in comparable form, with the key of its column."""
        known: dict[str, str] = {}
        for key, names in self._names():
            for name in names:
                other = known.setdefault(header_key(name), key)
                if other != key:
                    raise ValueError(f"{self.layout}: {name!r} names both {other} and {key}")
        return known

    def column_keys(self) -> list[str]:
        """The keys of all columns, in the layout's order; `income.rank` is the rank of the ranking income."""
        return [key for key, _ in self._names()]

    def title_of(self, key: str) -> str:
        """The first name of a column, as a person looks for it in the file."""
        return next(names[0] for known, names in self._names() if known == key)

    def _names(self) -> list[tuple[str, Sequence[str]]]:
        named: list[tuple[str, Sequence[str]]] = [(key, self.columns[key]) for key in IDENTITY_COLUMNS]
        for ranking in self.rankings:
            named.extend(
                (f"{ranking.code}.{part}", headers)
                for part in RANKING_COLUMNS
                if (headers := self._headers_of(ranking, part))
            )
        named.extend((f"people.{one.code}", one.names) for one in self.denominators)
        return named

    def _headers_of(self, ranking: Ranking, part: str) -> Sequence[str]:
        """A ranking's own headers for a part, else what the forms make of its names.

        None if it has no such part.
        """
        own = ranking.columns.get(part, ())
        return own or [
            form.replace("{name}", name) for name in ranking.names for form in self.forms.get(part, ())
        ]


def header_key(header: str) -> str:
    """A header without what varies between exports: case, white space, punctuation, a byte order mark."""
    plain = unicodedata.normalize("NFKC", header).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def columns_by_key(known: Mapping[str, str], header: Sequence[str], faults: FileFaults) -> dict[str, int]:
    """Where each column stands in a header; a column that stands there twice is a fault.

    `known` gives the column of a header in comparable form. Other columns of the file are left out.
    """
    found: dict[str, int] = {}
    for position, text in enumerate(header):
        key = known.get(header_key(text))
        if key is None:
            continue
        if key in found:
            words = f"columns {found[key] + 1} and {position + 1} are the same column"
            faults.at_line(1, key, "column_duplicate", words)
        found.setdefault(key, position)
    return found
