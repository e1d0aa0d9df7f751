"""Reading lookup files: postcodes, wards and changes of areas, row by row, with every fault counted."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress

from toms_engine.domain.file_faults import FileFaults
from toms_engine.domain.lookup_layout import LookupLayout, Relation
from toms_engine.domain.postcodes import postcode_key

MAX_SMALL_ROWS = 500_000
"""Of lookups that are looked through as a whole; England and Wales have 35,672 small areas."""

MAX_NAME_CHARS = 300
_CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,63}")
_MONTH = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])")

Row = tuple[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class PostcodeRow:
    """A postcode without its space, and the area of each vintage in which it lies."""

    postcode: str
    area_codes: tuple[str | None, ...]
    ward_code: str | None
    authority_code: str | None
    introduced: int | None
    terminated: int | None


@dataclass(frozen=True, slots=True)
class WardRow:
    """The ward into which most of an area falls."""

    area_code: str
    ward_code: str
    ward_name: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """An area of the older vintage and one of the newer that share ground."""

    from_code: str
    to_code: str
    from_name: str
    to_name: str
    relation: Relation


@dataclass
class LookupCounts:
    """What a lookup's rows add up to."""

    rows: int = 0
    terminated: int = 0
    without_area: int = 0
    relations: Counter[str] = field(default_factory=Counter)


class LookupReader:
    """Reads the rows of one file; faults are collected, and after the first no row is given out."""

    def __init__(self, layout: LookupLayout, rows: Iterable[Row], faults: FileFaults) -> None:
        self.counts = LookupCounts()
        self._layout, self._faults = layout, faults
        self._lines = iter(rows)
        header = next(self._lines, (1, ()))[1]
        self._width = len(header)
        self._at = layout.positions(header, faults)
        self.vintages = tuple(
            one.vintage for one in layout.vintages if not one.names or one.vintage in self._at
        )

    def postcodes(self) -> Iterator[PostcodeRow]:
        """The postcodes of the file, live and terminated."""
        spellings = [
            at for key in ("postcode", "postcode_7", "postcode_8") if (at := self._at.get(key)) is not None
        ]
        areas = [self._at[vintage] for vintage in self.vintages]
        for line, row in self._rows():
            keys = {postcode_key(row[at]) for at in spellings}
            key = keys.pop()
            if key is None or keys:
                code = "postcode_malformed" if key is None and not keys else "postcode_spellings_differ"
                self._faults.at_line(line, "postcode", code, "one postcode is needed, such as DH1 1AA")
                continue
            found = PostcodeRow(
                postcode=key,
                area_codes=tuple(self._area(line, row[at]) for at in areas),
                ward_code=self._optional_code(line, row, "ward"),
                authority_code=self._optional_code(line, row, "authority"),
                introduced=self._month(line, row, "introduced"),
                terminated=self._month(line, row, "terminated"),
            )
            self.counts.terminated += found.terminated is not None
            self.counts.without_area += not any(found.area_codes)
            if not self._faults.total:
                yield found

    def wards(self) -> list[WardRow]:
        """The wards of areas; an area that stands twice is a fault."""
        lines_of_areas: dict[str, int] = {}
        found = []
        for line, row in self._rows(MAX_SMALL_ROWS):
            area = self._code(line, row, "area")
            before = lines_of_areas.setdefault(area, line)
            if before != line:
                self._faults.at_line(
                    line, "area", "area_duplicate", f"the area stands in line {before} already"
                )
            found.append(WardRow(area, self._code(line, row, "ward"), self._name(line, row, "ward_name")))
        return found

    def changes(self) -> list[ChangeRow]:
        """The changes of areas; what the file calls each must be what it is."""
        found: list[tuple[int, ChangeRow]] = []
        for line, row in self._rows(MAX_SMALL_ROWS):
            word = row[self._at["relation"]].strip().upper()
            relation = self._layout.relations.get(word)
            if relation is None:
                known = ", ".join(self._layout.relations)
                self._faults.at_line(line, "relation", "relation_unknown", f"one of {known} is needed")
                continue
            change = ChangeRow(
                from_code=self._code(line, row, "from"),
                to_code=self._code(line, row, "to"),
                from_name=self._name(line, row, "from_name"),
                to_name=self._name(line, row, "to_name"),
                relation=relation,
            )
            self.counts.relations[relation] += 1
            found.append((line, change))
        self._check_relations(found)
        return [change for _, change in found]

    def _check_relations(self, found: Sequence[tuple[int, ChangeRow]]) -> None:
        """Unchanged is one to one, split one to several, merged several to one, and irregular the rest."""
        targets = Counter(change.from_code for _, change in found)
        sources = Counter(change.to_code for _, change in found)
        pairs: set[tuple[str, str]] = set()
        for line, change in found:
            pair = change.from_code, change.to_code
            if pair in pairs:
                self._faults.at_line(
                    line, "to", "change_duplicate", "the two areas stand together further up"
                )
            pairs.add(pair)
            splits, merges = targets[change.from_code] > 1, sources[change.to_code] > 1
            fitting: dict[Relation, bool] = {
                "unchanged": not splits and not merges,
                "split": splits and not merges,
                "merged": merges and not splits,
                "irregular": True,
            }
            if not fitting[change.relation]:
                is_one = next(compress(fitting, fitting.values()))
                words = f"by the rows of the file it is {is_one}, not {change.relation}"
                self._faults.at_line(line, "relation", "relation_differs", words)

    def _rows(self, limit: int | None = None) -> Iterator[Row]:
        if self._faults.total:
            return
        for line, row in self._lines:
            if limit is not None and self.counts.rows >= limit:
                self._faults.at_line(line, "", "rows_too_many", f"such a file has at most {limit} rows")
                return
            self.counts.rows += 1
            if len(row) == self._width:
                yield line, row
            else:
                words = f"the line has {len(row)} fields and the header {self._width}"
                self._faults.at_line(line, "", "row_length", words)
        if not self.counts.rows:
            self._faults.of_file("rows", "rows_missing", "the file has no rows")

    def _area(self, line: int, text: str) -> str | None:
        code = text.strip()
        if not code or code in self._layout.no_area_codes:
            return None
        if not _CODE.fullmatch(code):
            self._faults.at_line(line, "area", "code_malformed", "a code has capitals and digits")
        return code

    def _code(self, line: int, row: Sequence[str], key: str) -> str:
        code = row[self._at[key]].strip()
        if not _CODE.fullmatch(code):
            self._faults.at_line(line, key, "code_malformed", "a code has capitals and digits")
        return code

    def _optional_code(self, line: int, row: Sequence[str], key: str) -> str | None:
        if key not in self._at or not row[self._at[key]].strip():
            return None
        return self._code(line, row, key)

    def _name(self, line: int, row: Sequence[str], key: str) -> str:
        name = " ".join(row[self._at[key]].split())
        if not 1 <= len(name) <= MAX_NAME_CHARS or not name.isprintable():
            words = f"a name has 1 to {MAX_NAME_CHARS} printable characters"
            self._faults.at_line(line, key, "name_malformed", words)
        return name

    def _month(self, line: int, row: Sequence[str], key: str) -> int | None:
        """A month as year × 100 + month, as the files write it."""
        text = row[self._at[key]].strip() if key in self._at else ""
        if not text:
            return None
        if not _MONTH.fullmatch(text):
            self._faults.at_line(line, key, "month_malformed", "a month is written as 201805")
            return None
        return int(text)
