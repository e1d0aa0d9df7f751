"""Many lines at once come to what each of them comes to alone, to the penny and to the code."""

from __future__ import annotations

import json
from random import Random  # noqa: TID251 - the same rows for the same seed

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.toms_engine.every_rule import (
    drawn_row,
    outcomes,
    terms,
    valued_alone,
    without_contract_codes,
)

from toms_engine.bulk.rows import FIELDS, Rows
from toms_engine.bulk.valuing import BulkValuer
from toms_engine.domain.line import Options
from toms_engine.domain.line_checks import Terms

YEAR = {"period_start": "2025-01-01", "period_end": "2025-12-31"}
WAYS = {
    "plain": (Options(), False, False),
    "discounted": (Options(discount=True, discount_base_year=2024), True, False),
    "uprated": (Options(uprate_to_price_year=2024), False, True),
    "both": (Options(discount=True, uprate_to_price_year=2023), True, True),
}


def way(name: str) -> Terms:
    options, licensed, initial = WAYS[name]
    return terms(options, licensed=licensed, initial=initial)


def block(rows: list[dict[str, str]]) -> Rows:
    """Rows as a reader gives them."""
    texts = [(number, True, *map(row.get, FIELDS)) for number, row in enumerate(rows, start=1)]
    schema = {"row": pl.Int64, "is_plain": pl.Boolean, **dict.fromkeys(FIELDS, pl.String)}
    frame = pl.DataFrame(texts, schema=schema, orient="row")
    return Rows(frame, lambda at: json.dumps(rows[at]).encode())


def assert_agreement(rows: list[dict[str, str]], wanted: Terms, valuer: BulkValuer) -> int:
    """Both ways come to the same; how many rows were valued."""
    found = outcomes(valuer.value(block(rows)), rows)
    for row, together in zip(rows, found, strict=True):
        alone = valued_alone(row, wanted)
        assert without_contract_codes(together, alone) == alone, row
    return sum(one.pence is not None for one in found)


@pytest.mark.parametrize("name", WAYS)
def test_hundreds_of_rows_under_every_rule_come_to_what_each_comes_to_alone(name: str):
    wanted = way(name)
    valuer, chance = BulkValuer(wanted), Random(f"rows {name}")
    valued = 0
    for _ in range(2):
        rows = [drawn_row(chance, wanted.catalogue, number) for number in range(250)]
        valued += assert_agreement(rows, wanted, valuer)
    assert valued > 150  # the rest is refused, by every rule


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**40),
    count=st.integers(1, 40),
    variety=st.integers(1, 3),
    name=st.sampled_from(sorted(WAYS)),
)
def test_any_block_comes_to_what_its_rows_come_to_alone(seed: int, count: int, variety: int, name: str):
    wanted, chance = way(name), Random(seed)
    rows = [drawn_row(chance, wanted.catalogue, number, variety=variety) for number in range(count)]
    assert_agreement(rows, wanted, BulkValuer(wanted))


def test_an_activity_is_counted_once_in_a_file_and_the_rows_before_stand():
    wanted = way("plain")
    shared = {"measure": "hour", "unit": "hours", "quantity": "1", **YEAR}
    rows = [
        {**shared, "ref": str(number), "activity": "garden", "attribution_share": share}
        for number, share in enumerate(("0.5", "0.6", "0.5", "0.1"))
    ]
    valuer = BulkValuer(wanted)
    found = outcomes(valuer.value(block(rows)), rows)
    assert [one.faults for one in found] == [
        (),
        (("attribution_share", "activity_shares_above_one"),),
        (),
        (("attribution_share", "activity_shares_above_one"),),
    ]
    [later] = outcomes(valuer.value(block(rows[:1])), rows[:1])  # what another block of the file claims
    assert later.faults == (("attribution_share", "activity_shares_above_one"),)


def test_a_row_may_state_what_its_quantity_is_made_of():
    inputs = {"kind": "volunteering", "volunteers": 3, "paid_hours_each": "2.5"}
    row = {"ref": "1", "measure": "hour", "unit": "hours", **YEAR}
    frame = block([row]).frame.with_columns(is_plain=pl.lit(False))
    document = json.dumps({**row, "inputs": inputs}).encode()
    valued = BulkValuer(way("plain")).value(Rows(frame, [document].__getitem__))
    assert valued.frame["total_pence"].to_list() == [13470]  # 3 × 2.5 × £17.96


def test_rows_whose_hashes_collide_are_told_apart(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pl.Expr, "hash", lambda self, seed: pl.lit(7, dtype=pl.UInt64))
    wanted, chance = way("plain"), Random("collisions")
    rows = [drawn_row(chance, wanted.catalogue, number) for number in range(60)]
    assert assert_agreement(rows, wanted, BulkValuer(wanted)) > 20
