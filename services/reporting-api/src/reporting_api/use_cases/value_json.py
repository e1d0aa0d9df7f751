"""A collective value as JSON, its cells written straight from pence.

A grouping by area has more than a thousand figures. As contracts each would be made, checked and read again
to be written; the contract says what the answer looks like all the same, and a test holds the two together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cdp_common.contracts.reporting import Grouping
from cdp_common.kernel.money import gbp_text
from reporting_api.domain.figures import FOUR_FIGURES, NOTHING, FigureSum
from reporting_api.domain.groupings import GroupedCell
from reporting_api.storage.remembered import Remembered
from reporting_api.use_cases.compute_value import (
    WEIGHT_CHARACTERS,
    CellsKey,
    ComputedValue,
    Dimension,
    collective_value,
)
from reporting_api.use_cases.value_contracts import value_figure, withheld_for

_text = json.JSONEncoder().encode
_NO_CELLS = '"cells":[]'
"""How the contract writes a grouping without cells; within a text of JSON no quote stands bare."""


def live_json(computed: ComputedValue, memory: Remembered, periods: Sequence[Grouping] = ()) -> bytes:
    """What somebody with a role in the place is answered: the contract `CollectiveValue` as JSON.

    `memory` keeps the cells' text for the next who asks for the same ones; the groupings by `periods`, which
    have few cells and one at least, come last.
    """
    without = replace(computed, cells={dimension: [] for dimension in computed.cells})
    bare: Mapping[Dimension, frozenset[str]] = dict.fromkeys(computed.cells, frozenset())
    value = collective_value(without, bare, publication_number=None, names_missing=True)
    value = value.model_copy(update={"groupings": [*value.groupings, *periods]})
    first, *others = value.model_dump_json().split(_NO_CELLS)
    written = [
        _written(cells, computed.cell_keys[dimension], memory) + after
        for (dimension, cells), after in zip(computed.cells.items(), others, strict=True)
    ]
    return "".join((first, *written)).encode()


def _written(cells: Sequence[GroupedCell], key: CellsKey | None, memory: Remembered) -> str:
    """The cells of a grouping, those bare that are nothing to a reader without the licence."""
    found = None if key is None else memory.get(("written", *key), str)
    if found is None:
        found = '"cells":[' + ",".join([_cell(cell, is_withheld=cell.is_licensed) for cell in cells]) + "]"
        if key is not None:
            memory.keep(("written", *key), found, len(found) // WEIGHT_CHARACTERS + 1)
    return found


def _cell(cell: GroupedCell, *, is_withheld: bool) -> str:
    """`value_contracts.value_cell` as JSON."""
    named = f'{{"key":{_text(cell.key)},"label":{_text(cell.label)},"figures":'
    if is_withheld:
        return f'{named}null,"suppressed":true,"withheld":{json.dumps(withheld_for(cell))}}}'
    figures = ",".join([f'"{name}":{_figure(cell.figures[name])}' for name in FOUR_FIGURES])
    return f'{named}{{{figures}}},"suppressed":false,"withheld":null}}'


def _figure(sums: FigureSum) -> str:
    """`value_contracts.value_figure` as JSON."""
    if sums is NOTHING:
        return _NOTHING
    social, local, fiscal, low, high, without_range, licensed, is_split = sums
    if is_split and without_range == 0 and min(social, local, fiscal, low, high) >= 0:
        total = social + local  # nearly always: all amounts at once, for areas have thousands of them
        return _USUAL % (
            *(total // 100, total % 100, social // 100, social % 100, local // 100, local % 100),
            *(low // 100, low % 100, high // 100, high % 100, fiscal // 100, fiscal % 100, licensed),
        )
    split, limits = '"social_gbp":null,"local_economic_gbp":null', '"low_gbp":null,"high_gbp":null'
    if is_split:
        split = f'"social_gbp":"{gbp_text(social)}","local_economic_gbp":"{gbp_text(local)}"'
    if without_range == 0:
        limits = f'"low_gbp":"{gbp_text(low)}","high_gbp":"{gbp_text(high)}"'
    return (
        f'{{"total_gbp":"{gbp_text(social + local)}",{split},{limits},'
        f'"fiscal_gbp":"{gbp_text(fiscal)}","licensed":"{licensed}"}}'
    )


_NOTHING = value_figure(NOTHING).model_dump_json()
_USUAL = (
    '{"total_gbp":"%d.%02d","social_gbp":"%d.%02d","local_economic_gbp":"%d.%02d",'
    '"low_gbp":"%d.%02d","high_gbp":"%d.%02d","fiscal_gbp":"%d.%02d","licensed":"%s"}'
)
