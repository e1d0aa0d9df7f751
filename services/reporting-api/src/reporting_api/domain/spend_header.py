"""Which column of a file of payments states what: by the header's names, proposed by its words, or chosen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cdp_common.kernel.errors import FieldError, InvalidInput
from cdp_common.kernel.sheet_cells import Cell, CellFault, is_blank, text_of
from reporting_api.domain.spend_cells import amount_of
from reporting_api.domain.spend_rules import AmountBasis, SpendField, SpendRules, header_key

FoundBy = Literal["alias", "words", "values", "chosen"]

MAX_PREAMBLE_ROWS = 40
"""The header stands among so many first rows with something in them."""
MAX_COLUMNS = 100
SAMPLE_ROWS = 200
MAX_HEADER_WORDS = 8
"""A title above the header says more than this."""
_NUMBERS_SHARE = 0.8

REQUIRED: tuple[SpendField, ...] = ("paid_on", "amount")
KEPT: frozenset[SpendField] = frozenset(
    {
        "paid_on",
        "amount",
        "currency",
        "supplier_name",
        "supplier_ref",
        "supplier_postcode",
        "company_number",
        "charity_number",
        "vat_number",
        "category",
        "department",
        "reference",
    }
)
"""Fields of which something is stored; `purpose` is only looked at, the others are known and passed over."""


class SpendFileUnreadable(InvalidInput):
    """A file of payments cannot be read as rows under a header."""

    code = "spend_file_unreadable"
    title = "The file of payments cannot be read"


class SpendColumnsMissing(InvalidInput):
    """No column was found, or chosen, for the day or the amount; or a chosen column is not there."""

    code = "spend_columns_missing"
    title = "Columns of the file of payments are missing"


@dataclass(frozen=True, slots=True)
class ColumnFound:
    """A column, its header, and what it states by which evidence; `field` is none where nobody knows.

    `recognised_as` is a field that another column states better.
    """

    number: int
    header: str
    field: SpendField | None = None
    recognised_as: SpendField | None = None
    found_by: FoundBy | None = None
    source: str | None = None
    basis: AmountBasis | None = None


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """The columns of a file, and where each field stands (from 0)."""

    columns: tuple[ColumnFound, ...]
    header_row: int
    rules_version: int

    @property
    def places(self) -> dict[SpendField, int]:
        """The column of each field, from 0."""
        return {one.field: one.number - 1 for one in self.columns if one.field is not None}

    @property
    def amount_basis(self) -> AmountBasis:
        """What the amounts are, as far as the header says."""
        found = (one.basis for one in self.columns if one.field == "amount" and one.basis)
        return next(found, "not_stated")

    @property
    def not_understood(self) -> list[str]:
        """The headers of columns that nobody knows."""
        return [one.header for one in self.columns if not (one.field or one.recognised_as) and one.header]

    def digest(self, date_order: str) -> str:
        """What confirming the mapping names: the header, what each column states, and how days are read."""
        stated = [[one.number, one.header, one.field, one.basis] for one in self.columns]
        document = [self.rules_version, self.header_row, date_order, stated]
        return hashlib.sha256(json.dumps(document, separators=(",", ":")).encode()).hexdigest()


def header_row_of(rows: Sequence[tuple[int, Sequence[Cell | None]]], rules: SpendRules) -> int:
    """Which of the first rows is the header: the one in which most different fields have a name.

    Two at least, and the earliest of equals; where no row has them, two fields by words of theirs. Raises
    `SpendFileUnreadable`.
    """
    keys = [{header_key(text_of(cell)) for cell in cells if isinstance(cell, str)} for _, cells in rows]
    by_name = [{alias.field for key in row for alias in rules.aliases.get(key, ())[:1]} for row in keys]
    by_words = [_fields_by_words(row, rules) for row in keys]
    best = None
    for fields in (by_name, by_words):
        counts = [len(found) for found in fields]
        if best is None and max(counts, default=0) > 1:
            best = counts.index(max(counts))
    if best is None:
        fault = FieldError("?header_row", "header_missing", "say in which row the header stands")
        raise SpendFileUnreadable(
            f"None of the first {MAX_PREAMBLE_ROWS} rows looks like a header.", errors=[fault]
        )
    return best


def _fields_by_words(keys: Collection[str], rules: SpendRules) -> set[str]:
    """The fields of which some cell has a word, each from a cell of its own."""
    found: set[str] = set()
    for key in keys:
        words = set(key.split())
        fields = [name for name in rules.header_words if words & rules.header_words[name]]
        if len(words) <= MAX_HEADER_WORDS:
            found.update([name for name in fields if name not in found][:1])
    return found


def mapping_of(
    header: Sequence[str],
    header_row: int,
    sample: Sequence[Sequence[Cell | None]],
    chosen: Mapping[SpendField, int | None],
    rules: SpendRules,
    *,
    decimal_comma: bool = False,
) -> ColumnMapping:
    """What the columns state. `chosen` says it for fields by column number, or that a field has no column.

    Names go before words, and words before values; a column states one field. Raises `SpendColumnsMissing`.
    """
    if len(header) > MAX_COLUMNS:
        raise SpendFileUnreadable(f"A file has at most {MAX_COLUMNS} columns.")
    found = _chosen(header, chosen)
    settled: set[SpendField | None] = {one.field for one in found.values()}
    settled |= {name for name, at in chosen.items() if at is None}
    _by_alias(header, found, settled, rules)
    shares = [_number_share(sample, at, decimal_comma=decimal_comma) for at in range(len(header))]
    _by_words(header, shares, found, settled, rules)
    _by_values(header, sample, found, settled)
    missing = [name for name in REQUIRED if all(one.field != name for one in found.values())]
    if missing:
        faults = [
            FieldError("?column", f"{name}_column_missing", f"no column was found for {name}: choose one")
            for name in missing
        ]
        raise SpendColumnsMissing("The file's header names no column for it; see errors.", errors=faults)
    columns = tuple(found.get(at, ColumnFound(at + 1, text)) for at, text in enumerate(header))
    return ColumnMapping(columns, header_row, rules.version)


def _chosen(header: Sequence[str], chosen: Mapping[SpendField, int | None]) -> dict[int, ColumnFound]:
    found: dict[int, ColumnFound] = {}
    for name, number in chosen.items():
        if number is None:
            continue
        if not 1 <= number <= len(header) or number - 1 in found:
            message = f"the file has columns 1 to {len(header)}, and a column states one field"
            raise SpendColumnsMissing(
                "A chosen column cannot be used; see errors.",
                errors=[FieldError("?column", "column_unknown", message)],
            )
        basis: AmountBasis | None = "not_stated" if name == "amount" else None
        found[number - 1] = ColumnFound(number, header[number - 1], name, found_by="chosen", basis=basis)
    return found


def _by_alias(
    header: Sequence[str], found: dict[int, ColumnFound], settled: set[SpendField | None], rules: SpendRules
) -> None:
    """Take the names in the order of the rules: the best name of a field wins, and each column states one."""
    offers = [
        (alias.rank, at, alias)
        for at, text in enumerate(header)
        for alias in rules.aliases.get(header_key(text), ())
    ]
    for _, at, alias in sorted(offers, key=lambda offer: offer[:2]):
        if at in found and found[at].field is not None:
            continue
        if alias.field in settled:
            found.setdefault(at, ColumnFound(at + 1, header[at], recognised_as=alias.field, found_by="alias"))
            continue
        found[at] = ColumnFound(
            at + 1, header[at], alias.field, found_by="alias", source=alias.source, basis=alias.basis
        )
        settled.add(alias.field)


def _by_words(
    header: Sequence[str],
    shares: Sequence[float],
    found: dict[int, ColumnFound],
    settled: set[SpendField | None],
    rules: SpendRules,
) -> None:
    """Propose a column whose header has a word of the field, and whose cells do not speak against it."""
    wanted: tuple[SpendField, ...] = ("paid_on", "amount", "supplier_name")
    for name in wanted:
        if name in settled:
            continue
        for at, text in enumerate(header):
            words = set(header_key(text).split())
            if (at in found and found[at].field is not None) or not words & rules.header_words[name]:
                continue
            is_number = shares[at] >= _NUMBERS_SHARE
            if (name == "amount") != is_number and not (name == "paid_on" and "date" in words):
                continue
            basis: AmountBasis | None = "not_stated" if name == "amount" else None
            found[at] = ColumnFound(at + 1, text, name, found_by="words", source="own", basis=basis)
            settled.add(name)
            break


def _by_values(
    header: Sequence[str],
    sample: Sequence[Sequence[Cell | None]],
    found: dict[int, ColumnFound],
    settled: set[SpendField | None],
) -> None:
    """A column headed as the supplier's number that holds names states the name, where no other does."""
    at = next((at for at, one in found.items() if one.field == "supplier_ref"), None)
    if at is None or "supplier_name" in settled or found[at].found_by == "chosen":
        return
    texts = [text_of(row[at]) for row in sample if at < len(row) and not is_blank(row[at])]  # type: ignore[arg-type]  # a blank cell is none
    with_words = sum(1 for text in texts if sum(char.isalpha() for char in text) > len(text) / 2)
    if texts and with_words > len(texts) / 2:
        found[at] = ColumnFound(at + 1, header[at], "supplier_name", found_by="values", source="own")
        settled.add("supplier_name")


def _number_share(sample: Sequence[Sequence[Cell | None]], at: int, *, decimal_comma: bool) -> float:
    """The part of a column's filled cells that are amounts."""
    filled = numbers = 0
    for row in sample:
        cell = row[at] if at < len(row) else None
        if cell is None or is_blank(cell):
            continue
        filled += 1
        try:
            amount_of(cell, decimal_comma=decimal_comma)
            numbers += 1
        except CellFault:
            continue
    return numbers / filled if filled else 0.0
