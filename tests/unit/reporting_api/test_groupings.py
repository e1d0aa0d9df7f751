"""From rows to cells: keys, order, contributors."""

from uuid import UUID

from reporting_api.domain.figures import FigureName, FigureRow, FigureSum, sum_of
from reporting_api.domain.groupings import cells_of, headline_of

A, B = UUID(int=1), UUID(int=2)


def row(code: str, figure: FigureName = "delivered", pence: int = 100, **changes: object) -> FigureRow:
    stated: dict[str, object] = {
        "code": code,
        "qualifier": "",
        "label": code.title(),
        "parent": "",
        "parent_qualifier": "",
        "figure": figure,
        "deliverer_id": None,
        "commissioner_id": None,
        "sums": FigureSum(social_pence=pence),
        "has_samples": False,
        "is_licensed": False,
        **changes,
    }
    return FigureRow(**stated)  # type: ignore[arg-type]  # the values are those of the fields above


def test_equal_codes_of_two_frameworks_are_told_apart():
    cells = cells_of(
        [row("t1", qualifier="open"), row("t1", qualifier="own"), row("t2", qualifier="own")], "theme"
    )
    assert [cell.key for cell in cells] == ["t1~open", "t1~own", "t2"]


def test_a_cell_names_its_parent_by_the_parents_key():
    rows = [
        row("o1", qualifier="open", parent="t1", parent_qualifier="open"),
        row("o2", qualifier="own", parent="t1", parent_qualifier="own"),
    ]
    assert [cell.parent for cell in cells_of(rows, "outcome")] == ["t1~open", "t1~own"]


def test_need_bands_are_all_shown_from_severe_to_not_placed():
    cells = cells_of([row("low"), row("not_placed")], "need_band")
    assert [cell.key for cell in cells] == ["severe", "high", "mild", "low", "not_placed"]
    assert [cell.figures["delivered"].total_pence for cell in cells] == [0, 0, 0, 100, 100]


def test_routes_have_their_own_order_and_organisations_their_names():
    assert [cell.label for cell in cells_of([row("joint"), row("grant")], "route")] == [
        "Grant funding",
        "Joint projects",
    ]
    named = [row(str(A), label="zinc"), row(str(B), label="Alum")]
    assert [cell.label for cell in cells_of(named, "organisation")] == ["Alum", "zinc"]


def test_contributors_are_added_up_and_those_that_are_public_left_out():
    rows = [
        row("x", deliverer_id=A, commissioner_id=B),
        row("x", deliverer_id=A, pence=11),
        row("x", deliverer_id=None, pence=5),
        row("x", figure="signed", deliverer_id=A),
    ]
    [cell] = cells_of(rows, "organisation")
    assert cell.contributions == {"delivered": {A: 111}, "delivered social": {A: 111}}
    assert cell.figures["delivered"].total_pence == 116
    [on_basis] = cells_of(rows, "organisation", "commissioned_by")
    assert on_basis.contributions == {
        "delivered": {A: 111},
        "delivered social": {A: 111},
        "delivered commissioned": {B: 100},
        "delivered commissioned social": {B: 100},
    }


def test_each_part_that_a_cell_shows_is_contributed_to_and_a_range_where_every_line_has_one():
    split = FigureSum(social_pence=60, local_pence=40, fiscal_pence=5, low_pence=50, high_pence=150)
    bare = FigureSum(social_pence=10, lines_without_range=1)
    [ranged] = cells_of([row("x", deliverer_id=A)._replace(sums=split)], "measure")
    parts = {"": 100, " social": 60, " local": 40, " fiscal": 5, " low": 50, " high": 150}
    assert ranged.contributions == {f"delivered{part}": {A: pence} for part, pence in parts.items()}
    rows = [row("x", deliverer_id=who)._replace(sums=of) for who, of in ((A, split), (B, bare))]
    [cell] = cells_of(rows, "measure")
    assert set(cell.contributions) == {f"delivered{part}" for part in ("", " social", " local", " fiscal")}


def test_a_headline_has_every_figure():
    headline = headline_of([row("total"), row("total", figure="confirmed", pence=7)])
    assert headline["delivered"].total_pence == 100
    assert headline["confirmed"].total_pence == 7
    assert headline["signed"] == FigureSum()


def test_a_range_is_known_while_no_line_lacks_one():
    known, unknown = FigureSum(low_pence=1, high_pence=3), FigureSum(lines_without_range=1)
    taken_back = FigureSum(lines_without_range=-1)
    assert sum_of([known, known]).has_range
    assert not sum_of([known, unknown]).has_range
    assert sum_of([known, unknown, taken_back]).has_range
