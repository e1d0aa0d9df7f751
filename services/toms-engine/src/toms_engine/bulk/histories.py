"""A whole history under another edition, added up by measure while it is being read."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import polars as pl

from toms_engine.bulk.rows import Refusal, Rows, ValuedRows
from toms_engine.bulk.valuing import BulkValuer
from toms_engine.domain.line_checks import Terms

EDITION = "edition_hash"
"""The column in which a row names the edition under which it was recorded."""

_AMOUNTS = ("counted_quantity", "social_pence", "local_economic_pence")
_Fault = tuple[str, str, str]
"""The side, the field and the code."""


@dataclass(slots=True)
class Difference:
    """One measure of one recorded edition: sums over its rows that have a value in both editions."""

    lines: int = 0
    counted: tuple[Decimal, Decimal] = (Decimal(0), Decimal(0))
    social_pence: tuple[int, int] = (0, 0)
    local_economic_pence: tuple[int, int] = (0, 0)
    faults: Counter[_Fault] = field(default_factory=Counter)

    def add(self, lines: int, sums: Mapping[str, tuple[Decimal | int, Decimal | int]]) -> None:
        """Count rows in, with their sums before and after."""
        self.lines += lines
        counted, social, local = (sums[name] for name in _AMOUNTS)
        self.counted = (self.counted[0] + counted[0], self.counted[1] + counted[1])
        self.social_pence = (self.social_pence[0] + int(social[0]), self.social_pence[1] + int(social[1]))
        self.local_economic_pence = (
            self.local_economic_pence[0] + int(local[0]),
            self.local_economic_pence[1] + int(local[1]),
        )


class History:
    """Values rows under the editions that they name and under another one.

    A key is (edition, measure); both are None for rows of which that is not known.
    """

    def __init__(self, recorded: Mapping[str, Terms], wanted: Terms, valid_on: date | None) -> None:
        self._recorded = {edition: BulkValuer(terms) for edition, terms in recorded.items()}
        self._measures = {edition: terms.catalogue.measures for edition, terms in recorded.items()}
        # What rows of different editions claim of one activity is not compared: each was recorded on its own.
        self._wanted = {edition: BulkValuer(wanted) for edition in recorded}
        self._valid_on = valid_on
        self.by_measure: dict[tuple[str | None, str | None], Difference] = {}
        self.lines = 0

    def add(self, rows: Rows) -> None:
        """Value a block both ways and add it up."""
        self.lines += rows.count
        self._refuse(None, None, "before", rows.refused)
        if rows.frame.is_empty():
            return
        frame = rows.frame.with_row_index("origin")
        for edition, valuer in self._recorded.items():
            mine = frame.filter(pl.col(EDITION) == edition)
            if mine.height:
                self._add_edition(edition, valuer, mine, rows)
        known = pl.col(EDITION).is_in(list(self._recorded)).fill_null(False)
        unknown = frame.filter(~known).height
        if unknown:
            self._difference(None, None).faults["before", EDITION, "edition_unknown"] += unknown

    def _add_edition(self, edition: str, valuer: BulkValuer, frame: pl.DataFrame, rows: Rows) -> None:
        places = frame.get_column("origin").to_list()
        plain = frame.drop("origin", EDITION)
        before = valuer.value(Rows(plain, lambda at: rows.document(places[at])))
        after = self._wanted[edition].value(
            Rows(self._as_if(plain), lambda at: self._document_as_if(rows.document(places[at])))
        )
        self._add_valued(edition, before, after)
        measure_of = dict(plain.select("row", "measure").iter_rows())
        failed = {refusal.row for refusal in before.refused}
        self._refuse(edition, measure_of, "before", before.refused)
        self._refuse(edition, measure_of, "after", (one for one in after.refused if one.row not in failed))

    def _add_valued(self, edition: str, before: ValuedRows, after: ValuedRows) -> None:
        """Sums by measure of the rows that have a value in both."""
        both = before.frame.select("row", "measure", *_AMOUNTS).join(
            after.frame.select("row", *_AMOUNTS), on="row", suffix="_after"
        )
        wide = [pl.col(name).cast(pl.Int128).sum() for name in both.columns if "pence" in name]
        counted = pl.col("counted_quantity", "counted_quantity_after").sum()
        sums = both.group_by("measure").agg(pl.len().alias("lines"), counted, *wide)
        for row in sums.iter_rows(named=True):
            pairs = {name: (row[name], row[f"{name}_after"]) for name in _AMOUNTS}
            self._difference(edition, row["measure"]).add(row["lines"], pairs)

    def _as_if(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows as the other edition sees them."""
        frame = frame.drop("claimed_value_gbp", strict=False)
        if self._valid_on is None:
            return frame
        return frame.with_columns(committed_on=pl.lit(str(self._valid_on)))

    def _document_as_if(self, document: bytes) -> bytes:
        stated = json.loads(document)
        stated.pop("claimed_value_gbp", None)
        if self._valid_on is not None:
            stated["committed_on"] = str(self._valid_on)
        return json.dumps(stated).encode()

    def _refuse(
        self,
        edition: str | None,
        measure_of: Mapping[int, str | None] | None,
        side: str,
        refused: Iterable[Refusal],
    ) -> None:
        """Count refused rows by their first fault, under their measure where the edition has it."""
        for refusal in refused:
            measure = measure_of[refusal.row] if measure_of is not None else None
            known = edition is not None and measure in self._measures[edition]
            fault = refusal.faults[0]
            name = fault.pointer.removeprefix("/").partition("/")[0]
            difference = self._difference(edition, measure if known else None)
            difference.faults[side, name, fault.code] += 1

    def _difference(self, edition: str | None, measure: str | None) -> Difference:
        return self.by_measure.setdefault((edition, measure), Difference())
