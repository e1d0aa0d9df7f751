"""Finds the group of each row, and stretches the groups' proven spans over the quantities of a block."""

import json
import operator
from bisect import bisect_left
from collections.abc import Sequence
from functools import reduce

import polars as pl

from toms_engine.bulk.groups import Group, Table
from toms_engine.bulk.one_by_one import line_of
from toms_engine.bulk.rows import OPTION_FIELDS
from toms_engine.domain.line_checks import Terms

MOST_GROUPS = 20_000
"""Sets of options kept at once; a file with more of them begins anew, and is slower for it."""


class Groups:
    """The groups met in one run, numbered in the order in which they came."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._numbers: dict[tuple[str | None, ...], int | None] = {}
        self._groups: list[Group] = []
        self._table = Table.of([])
        self._is_stale = True

    def attached(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows with their group's row of the table; null where their options are faulty.

        The table is that of the groups as they are: what they do not cover yet is for `stretch_over`.
        """
        if len(self._numbers) > MOST_GROUPS:
            self._numbers, self._groups, self._is_stale = {}, [], True
        stated = [name for name in OPTION_FIELDS if name in frame.columns]
        differs = frame.select(pl.col(stated).ne_missing(pl.col(stated).first()).any()).row(0)
        keys = [name for name, varies in zip(stated, differs, strict=True) if varies] or stated[:1]
        rows = self._with_table(frame.with_columns(kind=_hash_of(keys)), stated)
        if _have_the_keys_of_their_kind(rows, keys):
            return rows
        return self._with_table(_exact_kinds(frame, keys), stated)

    def _with_table(self, frame: pl.DataFrame, stated: list[str]) -> pl.DataFrame:
        """The rows with their group's row, and with the `first` row of their kind."""
        kinds = frame.select("kind", first="at").unique("kind", keep="first", maintain_order=True)
        options = frame.select(stated)[kinds.get_column("first")]
        numbers = [self._number_of(dict(zip(stated, row, strict=True))) for row in options.iter_rows()]
        if self._is_stale:
            self._table, self._is_stale = Table.of(self._groups), False
        table = self._table.for_units(_most_units(frame))
        kinds = kinds.with_columns(group=pl.Series(numbers, dtype=pl.UInt32))
        kinds = kinds.join(table, on="group", how="left", maintain_order="left")
        return frame.join(kinds, on="kind", how="left", maintain_order="left")

    def stretch_over(self, rows: pl.DataFrame) -> None:
        """Stretch the groups' spans over these rows' `units`, as far as that can be."""
        ends = rows.group_by("group").agg(least=pl.col("units").min(), most=pl.col("units").max())
        for number, least, most in ends.iter_rows():
            group, self._is_stale = self._groups[number], True
            if not (group.reach(least) and group.reach(most)):
                self._stretch_within(group, rows.filter(pl.col("group") == number))

    def _stretch_within(self, group: Group, rows: pl.DataFrame) -> None:
        """Stretch a group as far as some of its quantities reach, where not all of them can be covered."""
        units = rows.get_column("units").unique().sort().to_list()
        if group.least > group.most and not any(group.reach(one) for one in _sample(units)):
            return
        beyond = bisect_left(units, group.most)
        # Upwards the quantities that pass come first, downwards too: so each search halves what is left.
        bisect_left(range(beyond, len(units)), True, key=lambda place: not group.reach(units[place]))
        below = bisect_left(units, group.least)
        bisect_left(range(below), True, key=lambda place: not group.reach(units[below - 1 - place]))

    def _number_of(self, options: dict[str, str | None]) -> int | None:
        key = tuple(options.get(name) for name in OPTION_FIELDS)
        if key not in self._numbers:
            given = {name: value for name, value in options.items() if value is not None}
            line, _ = line_of(json.dumps({**given, "ref": "-", "quantity": "0"}).encode())
            self._numbers[key] = len(self._groups) if line is not None else None
            if line is not None:
                self._groups.append(Group(line, self._terms))
                self._is_stale = True
        return self._numbers[key]


def _hash_of(keys: list[str]) -> pl.Expr:
    """One number for the values of these fields: each field has its own seed, so that their order counts."""
    hashes = (pl.col(name).hash(seed) for seed, name in enumerate(keys))
    return reduce(operator.xor, hashes)


def _have_the_keys_of_their_kind(rows: pl.DataFrame, keys: list[str]) -> bool:
    """Whether each row has the keys of the first row of its kind.

    A kind is a hash, because hashes are found fast. That no two sets of keys share one is looked at, not
    hoped for: if they did, rows would be valued as what they are not.
    """
    same = (pl.col(name).eq_missing(pl.col(name).gather(pl.col("first"))).all() for name in keys)
    return bool(rows.select(pl.all_horizontal(same)).item())


def _exact_kinds(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The rows with a kind that only rows of the same keys share: slower, and never needed so far."""
    kinds = frame.select(keys).unique(maintain_order=True).with_row_index("kind")
    return frame.join(kinds, on=keys, how="left", nulls_equal=True, maintain_order="left")


def _most_units(frame: pl.DataFrame) -> int:
    most: int | None = frame.select(pl.col("units").abs().max()).item()
    return most or 0


def _sample(values: Sequence[int]) -> Sequence[int]:
    """Some of sorted values, the middle ones first."""
    middle, quarter = len(values) // 2, len(values) // 4
    return [values[place] for place in dict.fromkeys((middle, quarter, middle + quarter, 0, len(values) - 1))]
