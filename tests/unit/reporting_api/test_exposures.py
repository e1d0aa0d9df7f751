"""What stays exposed although cells are withheld: told to whoever publishes, cell by cell."""

from decimal import Decimal
from uuid import UUID

from reporting_api.domain.disclosure import Cell, DisclosureRule, Level, withheld_levels
from reporting_api.domain.exposures import Exposure, exposures

RULE = DisclosureRule(3, Decimal(10), "test")
A, B, C, D, E = (UUID(int=number) for number in range(1, 6))
LARGE = {A: 5_000, B: 5_000, C: 5_000}


def cell(key: str, pence: dict[UUID, int], parent: str = "") -> Cell:
    return Cell(key, parent, {"delivered": pence})


def found(*levels: Level, agreed: frozenset[UUID] = frozenset()) -> list[Exposure]:
    return exposures(levels, withheld_levels(levels, agreed, RULE), agreed, RULE)


def test_what_can_be_protected_is_not_exposed():
    assert found(Level([cell("one", {A: 50}), cell("two", LARGE), cell("three", LARGE)])) == []


def test_one_organisation_beside_named_ones_is_the_remainder_of_the_total():
    """Beside its cell another one is withheld, so that where its value lies stays open."""
    cells = [cell("x", {A: 100, D: 50}), cell("y", {A: 100, B: 90}), cell("z", {B: 80})]
    [exposure] = found(Level(cells), agreed=frozenset({A, B}))
    assert (exposure.code, exposure.keys, exposure.parent) == ("cell_told", ("x",), "")
    assert exposure.organisations == frozenset({D})
    assert exposure.figures == ("delivered",)
    wide = [cell("x", {A: 100, D: 50, E: 40}), cell("y", {A: 100, B: 90, D: 60}), cell("z", {B: 80})]
    [exposure] = found(Level(wide), agreed=frozenset({A, B}))
    assert (exposure.code, exposure.keys) == ("remainder_too_few", ("x", "y"))
    assert exposure.organisations == frozenset({D, E})


def test_a_remainder_that_one_dominates_says_so():
    [exposure] = found(Level([cell("x", {D: 10_000}), cell("y", {A: 500, B: 400})]))
    assert (exposure.code, exposure.keys) == ("remainder_dominated", ("x", "y"))


def test_a_cell_without_room_beside_it_can_be_estimated():
    """Together they are of four; beside x there is less than a tenth of it, whoever of the rest looks."""
    cells = [cell("x", {A: 4_000, B: 4_000}), cell("y", {C: 790, D: 780})]
    [exposure] = found(Level(cells))
    assert (exposure.code, exposure.keys) == ("cell_estimated", ("x",))
    assert exposure.organisations == frozenset({A, B})


def test_nothing_is_exposed_under_a_cell_that_is_withheld_for_it():
    above = [cell("x", {A: 900, B: 900}), cell("y", LARGE), cell("z", LARGE)]
    below = [cell("x1", {A: 900}, "x"), cell("x2", {B: 900}, "x")]
    assert found(Level(above), Level(below)) == []
