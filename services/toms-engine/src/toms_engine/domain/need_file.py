"""Reading an index's official file: rows into ranked areas, or the faults for which it is refused whole."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import repeat
from typing import Literal, TypeVar

from toms_engine.domain.errors import NeedFileRefused
from toms_engine.domain.file_faults import FileFaults
from toms_engine.domain.need_layout import OVERALL, NeedLayout, columns_by_key
from toms_engine.domain.needs import decile

Coverage = Literal["complete", "extract"]
Value = TypeVar("Value", int, Decimal)

MAX_NAME_CHARS = 300
MAX_PLAIN_DIGITS = 9
MAX_SCORE_DIGITS = 18
MAX_SCORE_CHARS = 26
"""Digits, thousands separators, a point and a sign."""

# Thousands separators stand in threes, and a count may have been saved with zeros behind a point.
_COUNT = re.compile(r"(?:[0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})(?:\.0+)?")
_SCORE = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class RankedArea:
    """One area of an index with its rankings, in the layout's order.

    None is a value that an extract leaves out.
    """

    code: str
    name: str
    authority_code: str
    authority_name: str
    scores: tuple[Decimal | None, ...]
    ranks: tuple[int | None, ...]
    deciles: tuple[int | None, ...]
    people: tuple[int | None, ...]

    def agrees_with(self, other: "RankedArea") -> bool:
        """Whether no value that both have differs; names of areas are not looked at."""
        ours, theirs = self._values(), other._values()
        return len(ours) == len(theirs) and all(
            one is None or two is None or one == two for one, two in zip(ours, theirs, strict=True)
        )

    def completed_by(self, other: "RankedArea") -> "RankedArea":
        """The same area with the values that only the other, which agrees with it, has."""
        return replace(
            self,
            scores=_filled(self.scores, other.scores),
            ranks=_filled(self.ranks, other.ranks),
            deciles=_filled(self.deciles, other.deciles),
            people=_filled(self.people, other.people),
        )

    def _values(self) -> tuple[object, ...]:
        return (self.authority_code, self.authority_name, *self.scores, *self.ranks, *self.people)


def _filled(ours: tuple[Value | None, ...], theirs: tuple[Value | None, ...]) -> tuple[Value | None, ...]:
    return tuple(two if one is None else one for one, two in zip(ours, theirs, strict=True))


def count_of(text: str) -> int | None:
    """A whole number as files write it: 29199, 29,199 or 29199.00; None if it is none."""
    plain = text.strip()
    if len(plain) <= MAX_PLAIN_DIGITS and plain.isascii() and plain.isdigit():
        return int(plain)  # nearly every field of a file of two million
    if not _COUNT.fullmatch(plain):
        return None
    return int(plain.partition(".")[0].replace(",", ""))


def score_of(text: str) -> Decimal | None:
    """A decimal as files write it, of at most 18 digits; None if it is none."""
    plain = text.strip()
    if len(plain) > MAX_SCORE_CHARS or not _SCORE.fullmatch(plain):
        return None
    digits = plain.replace(",", "")
    return Decimal(digits) if sum(map(str.isdigit, digits)) <= MAX_SCORE_DIGITS else None


def read_need_file(
    layout: NeedLayout, coverage: Coverage, rows: Iterable[tuple[int, Sequence[str]]]
) -> list[RankedArea]:
    """The areas of a file, from its rows with their line numbers, the header first.

    Raises `NeedFileRefused` with every fault of header and rows: a missing or double column, a row of
    another length, malformed codes and numbers, an area that stands twice, a rank outside 1 to N, a decile
    that is not ten times the rank over N rounded up. An extract may leave out values other than the overall
    rank.
    """
    faults = FileFaults()
    lines = iter(rows)
    header = next(lines, (1, ()))[1]
    reader = _Reader(layout, coverage, header, faults)
    faults.raise_as(NeedFileRefused)
    areas = list(reader.areas(lines))
    faults.raise_as(NeedFileRefused)
    return areas


@dataclass(frozen=True, slots=True)
class _Column:
    """Where a number stands in each row."""

    key: str
    position: int
    is_needed: bool = False


class _Reader:
    """Reads the rows under one header; a header with faults has no rows."""

    def __init__(
        self, layout: NeedLayout, coverage: Coverage, header: Sequence[str], faults: FileFaults
    ) -> None:
        self._layout, self._faults = layout, faults
        self._may_lack = coverage == "extract"
        self._width = len(header)
        at = columns_by_key(layout.headers(), header, faults)
        for key in layout.column_keys():
            if key not in at:
                faults.of_file(key, "column_missing", f"no column is headed “{layout.title_of(key)}”")
        self._at = at
        if faults.total:
            return
        codes = [ranking.code for ranking in layout.rankings]
        self._score_columns = [self._column(f"{code}.score") for code in codes]
        self._rank_columns = [
            _Column(f"{code}.rank", at[f"{code}.rank"], is_needed=code == OVERALL) for code in codes
        ]
        self._decile_columns = [self._column(f"{code}.decile") for code in codes]
        self._people_columns = [
            _Column(f"people.{one.code}", at[f"people.{one.code}"]) for one in layout.denominators
        ]
        self._area_code = re.compile(layout.area_code_pattern)
        self._authority_code = re.compile(layout.authority_code_pattern)
        self._lines_of_areas: dict[str, int] = {}
        self._names_of_authorities: dict[str, str] = {}

    def _column(self, key: str) -> _Column | None:
        """A column that a layout may do without."""
        return _Column(key, self._at[key]) if key in self._at else None

    def areas(self, lines: Iterator[tuple[int, Sequence[str]]]) -> Iterator[RankedArea]:
        for line, row in lines:
            if len(row) != self._width:
                words = f"the line has {len(row)} fields and the header {self._width}"
                self._faults.at_line(line, "", "row_length", words)
                continue
            yield self._area(line, row)
        if not self._lines_of_areas:
            self._faults.of_file("rows", "rows_missing", "the file has no areas")

    def _area(self, line: int, row: Sequence[str]) -> RankedArea:
        code = self._code(line, row, "area_code", self._area_code)
        before = self._lines_of_areas.setdefault(code, line)
        if before != line:
            words = f"the area stands in line {before} already"
            self._faults.at_line(line, "area_code", "area_duplicate", words)
        authority = self._code(line, row, "authority_code", self._authority_code)
        authority_name = self._name(line, row, "authority_name")
        if self._names_of_authorities.setdefault(authority, authority_name) != authority_name:
            words = "the authority has another name further up"
            self._faults.at_line(line, "authority_name", "authority_name_differs", words)
        ranks = [self._rank(line, row, column) for column in self._rank_columns]
        return RankedArea(
            code=code,
            name=self._name(line, row, "area_name"),
            authority_code=authority,
            authority_name=authority_name,
            scores=tuple(self._score(line, row, column) for column in self._score_columns),
            ranks=tuple(ranks),
            deciles=tuple(map(self._decile, repeat(line), repeat(row), self._decile_columns, ranks)),
            people=tuple(self._count(line, row, column) for column in self._people_columns),
        )

    def _code(self, line: int, row: Sequence[str], key: str, pattern: re.Pattern[str]) -> str:
        text = row[self._at[key]].strip()
        if not pattern.fullmatch(text):
            self._faults.at_line(line, key, "code_malformed", f"a code looks like {pattern.pattern}")
        return text

    def _name(self, line: int, row: Sequence[str], key: str) -> str:
        text = " ".join(row[self._at[key]].split())
        if not 1 <= len(text) <= MAX_NAME_CHARS or not text.isprintable():
            words = f"a name has 1 to {MAX_NAME_CHARS} printable characters"
            self._faults.at_line(line, key, "name_malformed", words)
        return text

    def _left_out(self, line: int, column: _Column) -> None:
        if column.is_needed or not self._may_lack:
            self._faults.at_line(line, column.key, "value_missing", "a value is needed")

    def _count(self, line: int, row: Sequence[str], column: _Column) -> int | None:
        text = row[column.position]
        number = count_of(text)
        if number is None:
            if not text.strip():
                self._left_out(line, column)
                return None
            words = "a whole number such as 29,199 is needed"
            self._faults.at_line(line, column.key, "number_malformed", words)
        return number

    def _score(self, line: int, row: Sequence[str], column: _Column | None) -> Decimal | None:
        if column is None:
            return None
        text = row[column.position]
        number = score_of(text)
        if number is None:
            if not text.strip():
                self._left_out(line, column)
                return None
            words = "a decimal such as 19.888 is needed"
            self._faults.at_line(line, column.key, "number_malformed", words)
        return number

    def _rank(self, line: int, row: Sequence[str], column: _Column) -> int | None:
        rank = self._count(line, row, column)
        if rank is not None and not 1 <= rank <= self._layout.area_count:
            words = f"a rank lies between 1 and {self._layout.area_count}"
            self._faults.at_line(line, column.key, "rank_out_of_range", words)
            return None
        return rank

    def _decile(self, line: int, row: Sequence[str], column: _Column | None, rank: int | None) -> int | None:
        """The decile by the rank; what the file says must agree."""
        stated = None if column is None else self._count(line, row, column)
        if rank is None:
            if stated is not None and column is not None:
                words = "a decile stands here without its rank"
                self._faults.at_line(line, column.key, "rank_missing", words)
            return None
        computed = decile(rank, self._layout.area_count)
        if stated is not None and column is not None and stated != computed:
            words = f"ten times the rank over {self._layout.area_count}, rounded up, is {computed}"
            self._faults.at_line(line, column.key, "decile_differs", words)
        return computed
