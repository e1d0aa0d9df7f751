"""Values blocks of rows: whole columns where a group's factor is proven, single rows where it is not."""

from collections.abc import Iterator, Sequence

import polars as pl

from toms_engine.bulk.activities import Activities
from toms_engine.bulk.arithmetic import rounded, shown, units_of_text
from toms_engine.bulk.grouping import Groups
from toms_engine.bulk.groups import AMOUNTS
from toms_engine.bulk.one_by_one import ref_of, value_document
from toms_engine.bulk.rows import LONE_FIELDS, VALUED_SCHEMA, Refusal, Rows, ValuedRows
from toms_engine.domain.line_checks import Terms
from toms_engine.domain.valuation import ValuedLine

_LONGEST_REF = 300
_CLAIM = r"^-?[0-9]{1,15}\.[0-9]{2}$"


class BulkValuer:
    """Values the blocks of one run under the same terms; what it learns of one block helps with the next."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._groups = Groups(terms)
        self._activities = Activities(terms.catalogue)

    def value(self, rows: Rows) -> ValuedRows:
        """The block with each row either valued or refused."""
        if rows.frame.is_empty():
            return ValuedRows(pl.DataFrame(schema=VALUED_SCHEMA), rows.refused)
        columns, alone = self._in_columns(rows.frame)
        if alone.is_empty():
            return ValuedRows(columns, rows.refused)
        valued, refused = self._one_by_one(alone, rows)
        merged = pl.concat([columns, valued]).sort("row") if valued.height else columns
        return ValuedRows(merged, sorted([*rows.refused, *refused], key=lambda refusal: refusal.row))

    def _in_columns(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The rows that the columns can value, valued, and those that they cannot: `at` and `row`."""
        frame = frame.with_row_index("at").with_columns(units=units_of_text(pl.col("quantity")))
        rows = self._groups.attached(frame)
        able = _could_be_covered(rows)
        outside = able & ~_is_covered(rows)
        if outside.any():
            self._groups.stretch_over(rows.filter(outside))
            rows = self._groups.attached(frame)
        inside = able & _is_covered(rows)
        if not inside.any():
            return pl.DataFrame(schema=VALUED_SCHEMA), frame.select("at", "row")
        valued = _valued(rows if inside.all() else rows.filter(inside))
        if "claimed_value_gbp" in valued.columns:
            valued = valued.filter(_claim_holds(pl.col("claimed_value_gbp"), pl.col("total_pence")))
        done = valued.select("at")
        alone = (
            frame.join(done, on="at", how="anti", maintain_order="left")
            if done.height < frame.height
            else frame.clear()
        )
        return valued.select(*VALUED_SCHEMA), alone.select("at", "row")

    def _one_by_one(self, alone: pl.DataFrame, rows: Rows) -> tuple[pl.DataFrame, list[Refusal]]:
        """The rows at these places, each valued or refused by the domain."""
        found: list[tuple[object, ...]] = []
        refused: list[Refusal] = []
        for at, row in alone.iter_rows():
            document = rows.document(at)
            valued, faults = value_document(document, self._terms, self._activities)
            if valued is None:
                refused.append(Refusal(row, ref_of(document), faults))
            else:
                found.append((row, *_record(valued)))
        return pl.DataFrame(found, schema=VALUED_SCHEMA, orient="row"), refused


def _could_be_covered(rows: pl.DataFrame) -> pl.Series:
    """Which rows state a name, a quantity and options that a column can hold."""
    fits = (pl.col("units") % pl.col("step") == 0) & pl.col("is_plain") & _is_usable_ref(pl.col("ref"))
    for name in LONE_FIELDS:
        if name in rows.columns:
            fits &= pl.col(name).is_null()
    return rows.select(fits.fill_null(False)).to_series()


def _is_covered(rows: pl.DataFrame) -> pl.Series:
    """Which rows lie in the proven span of their group."""
    inside = pl.col("units").is_between("least", "most")
    return rows.select(inside.fill_null(False)).to_series()


def _is_usable_ref(ref: pl.Expr) -> pl.Expr:
    """Whether a row's name is one that its contract takes as it stands; a longer one is looked at alone."""
    return (ref == ref.str.strip_chars()) & ref.str.len_bytes().is_between(1, _LONGEST_REF)


def _valued(rows: pl.DataFrame) -> pl.DataFrame:
    """The amounts of rows that all have a proven factor."""
    present = [name for name in ("counted", *AMOUNTS) if f"{name}_above" in rows.columns]
    rounded_by = _rounded(rows, present)
    amounts = [
        rounded_by[name].cast(pl.Int64).alias(name)
        if name in rounded_by
        else pl.lit(None, dtype=pl.Int64).alias(name)
        for name in AMOUNTS
    ]
    rows = rows.with_columns(*amounts, counted_quantity=shown(rounded_by["counted"]))
    pounds, none = pl.col("pounds").fill_null(0), pl.lit(0, dtype=pl.Int64)
    return rows.with_columns(
        total_pence=pounds,
        social_pence=pl.when("is_social").then(pounds).otherwise(none),
        local_economic_pence=pl.when("is_social").then(none).otherwise(pounds),
        fiscal_pence=pl.when("is_fiscal").then(pounds).otherwise(none),
        low_pence=pl.col("low"),
        high_pence=pl.col("high"),
        initial_spend_pence=pl.col("initial_spend"),
    )


def _rounded(rows: pl.DataFrame, names: Sequence[str]) -> dict[str, pl.Expr]:
    """The rounded product of each row's units with the ratio of each name."""
    units = pl.col("units")
    least, *ends = rows.select(
        units.min(),
        *(pl.col(f"{name}_above").min() for name in names),
        *(pl.col(f"{name}_below").max() for name in names),
    ).row(0)
    found: dict[str, pl.Expr] = {}
    for name, least_above, most_below in zip(names, ends, ends[len(names) :], strict=False):
        above, below = pl.col(f"{name}_above"), pl.col(f"{name}_below")
        if most_below == 1:  # dividing takes longest, and most counted quantities are the stated ones
            found[name] = units * above
        else:
            is_positive = least >= 0 and least_above is not None and least_above >= 0
            found[name] = rounded(units, above, below, is_positive=is_positive)
    return found


def _claim_holds(claim: pl.Expr, pence: pl.Expr) -> pl.Expr:
    """Whether a claimed value is absent or, written with two decimals, what the row came to."""
    plain = pl.when(claim.str.contains(_CLAIM)).then(claim.str.replace(".", "", literal=True))
    return (claim.is_null() | (plain.cast(pl.Int64, strict=False) == pence)).fill_null(False)


def _record(line: ValuedLine) -> Iterator[object]:
    """A valued line as a row of `VALUED_SCHEMA`, its number left out."""
    yield from (line.line.ref, line.line.measure, line.line.unit)
    yield line.counted_quantity
    for name in list(VALUED_SCHEMA)[5:]:
        yield getattr(line, name)
