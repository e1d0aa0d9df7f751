"""Cells that are written straight from pence read as the contract says."""

from datetime import UTC, date, datetime
from uuid import UUID

from cdp_common.contracts.reporting import CollectiveValue
from cdp_common.kernel.periods import Period
from reporting_api.domain.figures import FOUR_FIGURES, NOTHING, FigureSum
from reporting_api.domain.groupings import GroupedCell
from reporting_api.domain.obligations import ReportingCoverage
from reporting_api.storage.figures import EditionUse
from reporting_api.storage.remembered import Remembered
from reporting_api.use_cases.compute_value import ComputedValue, Dimension, collective_value
from reporting_api.use_cases.value_json import live_json

SUMS = (
    NOTHING,
    FigureSum(0, 0, 0, 0, 0, 0),
    FigureSum(1, 0, 99, 100, 101, 0),
    FigureSum(-1, -250, -100, -12345, 7, 0),
    FigureSum(10**17 + 5, 10**16, 3, 4, 5, 0),
    FigureSum(5, 6, 7, 8, 9, 2),  # no range
    FigureSum(5, 6, 7, 8, 9, 1, "included", is_split=False),
    FigureSum(licensed="left_out"),
)
LABELS = ('"cells":[]', 'a "quoted" \\ name', "Dŵr\n\t\u0001 Cymru £", 'groupings":[]')


def computed(cells: dict[Dimension, list[GroupedCell]], key: str | None) -> ComputedValue:
    return ComputedValue(
        place_id=UUID(int=7),
        window=Period(date(2026, 4, 1), date(2026, 6, 30)),
        known_at=datetime(2026, 7, 1, 12, 30, tzinfo=UTC),
        headline=dict.fromkeys(
            (*FOUR_FIGURES, "confirmed", "signed", "delivered_against", "delivered_uncommitted"), SUMS[2]
        ),
        cells=cells,
        cell_keys={dimension: None if key is None else (key, dimension) for dimension in cells},
        schemes={},
        coverage=ReportingCoverage(3, 2, ('Late "cells":[]',), has_samples=False),
        timeliness=None,
        due_value_ratio=None,
        editions=[EditionUse("a" * 64, "Open", (2024,))],
        beyond_commitment=SUMS[5],
        open_conflicts=1,
        prior_totals=[],
        has_samples=True,
    )


def cells() -> dict[Dimension, list[GroupedCell]]:
    made = [
        GroupedCell(
            key=f"k{number}",
            label=LABELS[number % len(LABELS)],
            parent="",
            figures={name: SUMS[(number + at) % len(SUMS)] for at, name in enumerate(FOUR_FIGURES)},
            contributions={},
            qualifier="",
            is_licensed=number % 5 == 4,
        )
        for number in range(16)
    ]
    return {
        Dimension("theme"): made,
        Dimension("organisation", "delivered_by"): [],
        Dimension("area"): made[:1],
    }


def licensed_cells(value: ComputedValue) -> dict[Dimension, frozenset[str]]:
    return {
        dimension: frozenset(cell.key for cell in found if cell.is_licensed)
        for dimension, found in value.cells.items()
    }


def test_an_answer_written_from_pence_reads_as_the_contract_does():
    value = computed(cells(), None)
    stated = collective_value(value, licensed_cells(value), publication_number=None, names_missing=True)
    assert CollectiveValue.model_validate_json(live_json(value, Remembered())) == stated
    assert live_json(value, Remembered()).count(b"null") == stated.model_dump_json().count("null")


def test_cells_that_are_remembered_are_those_of_their_key_alone():
    memory, one, none = Remembered(), computed(cells(), "one"), computed(cells(), None)
    other = computed({dimension: found[:3] for dimension, found in cells().items()}, "other")
    for _ in range(2):
        assert live_json(one, memory) == live_json(none, memory)
        assert len(live_json(other, memory)) < len(live_json(one, memory))


def test_a_value_without_groupings_has_none():
    assert b'"groupings":[]' in live_json(computed({}, None), Remembered())
