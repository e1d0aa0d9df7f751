"""A million lines in columns come to what each of them comes to alone: to the penny, and to the code."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from tests.soak.scale import Scale
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

WAYS = {
    "plain": terms(),
    "discounted": terms(Options(discount=True, discount_base_year=2024), licensed=True),
    "uprated": terms(Options(uprate_to_price_year=2024), initial=True),
}
BLOCK = 2_000


@pytest.mark.parametrize("way", WAYS)
def test_a_million_lines_under_every_rule_agree_with_the_scalar_path(
    way: str, scale: Scale, record_property: Any
):
    wanted, chance = WAYS[way], scale.chance("bulk", way)
    valuer, count, valued = BulkValuer(wanted), scale.lines // len(WAYS), 0
    for first in range(0, count, BLOCK):
        rows = [drawn_row(chance, wanted.catalogue, number) for number in range(min(BLOCK, count - first))]
        found = outcomes(valuer.value(_block(rows)), rows)
        for row, together in zip(rows, found, strict=True):
            alone = valued_alone(row, wanted)
            assert without_contract_codes(together, alone) == alone, row
        valued += sum(one.pence is not None for one in found)
    record_property(f"{way}: lines and valued", (count, valued))
    assert valued > count // 3


def _block(rows: list[dict[str, str]]) -> Rows:
    texts = [(number, True, *map(row.get, FIELDS)) for number, row in enumerate(rows, start=1)]
    schema = {"row": pl.Int64, "is_plain": pl.Boolean, **dict.fromkeys(FIELDS, pl.String)}
    return Rows(pl.DataFrame(texts, schema=schema, orient="row"), lambda at: json.dumps(rows[at]).encode())
