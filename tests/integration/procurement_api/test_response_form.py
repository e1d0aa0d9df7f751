"""What bidders fill in: the same rows in every format, filled in a bid, and nothing runs as a formula."""

import csv
import io

from jsonschema import Draft202012Validator
from openpyxl import load_workbook
from tests.integration.procurement_api.world import TERMS, Json, Party, World, line, refused, tender_draft

from procurement_api.domain.response_form import COLUMNS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TERMS_BY_LOT: Json = {
    **TERMS,
    "measures": [
        {"measure": "M-JOB", "weight": "60", "mandatory": True},
        {"measure": "M-CARBON", "weight": "30", "lots": ["N"], "answer_required": False},
        {"measure": "M-SPEND", "weight": "10", "lots": ["S"]},
    ],
}


async def form_of(world: World, title: str = "South") -> tuple[str, Json]:
    lots = [{"id": "N", "title": "North"}, {"id": "S", "title": title}]
    draft = tender_draft(world, terms=TERMS_BY_LOT, lots=lots)
    tender = await world.done("POST", "/v1/tenders", draft, as_=world.buyer)
    path = f"/v1/tenders/{tender['id']}"
    form = f"{path}/response-form"
    assert refused(await world.get(form)) == (404, "tender_not_found")
    assert refused(await world.get(form, as_=world.buyer)) == (409, "tender_state_wrong")
    etag = await world.etag(path, as_=world.buyer)
    return form, await world.done("POST", f"{path}/publish", as_=world.buyer, if_match=etag)


FILLED = {
    ("N", "M-JOB"): {"quantity": "2.5", "answer": "Two cooks."},
    ("S", "M-JOB"): {"quantity": "1", "answer": "One cook."},
    ("N", "M-CARBON"): {"quantity": "-3"},
    ("S", "M-SPEND"): {"quantity": "100.50", "answer": "Local joiners.", "industry": "construction"},
}


def bid_from(rows: list[dict[str, str]], bidder: Party) -> Json:
    """The bid that a filled template is."""
    lines = [
        {
            name: row[name]
            for name in ("lot", "measure", "unit", "quantity", "answer", "industry")
            if row[name]
        }
        for row in rows
    ]
    return {"tenderer": {"organisation_id": str(bidder.id)}, "lots": ["N", "S"], "lines": lines}


async def test_a_filled_template_is_a_bid(world: World) -> None:
    form, tender = await form_of(world)
    response = await world.get(f"{form}?format=csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [(row["lot"], row["measure"]) for row in rows] == [
        *(("N", "M-JOB"), ("N", "M-CARBON"), ("S", "M-JOB"), ("S", "M-SPEND")),
    ]
    first = rows[0]
    assert {name: first[name] for name in COLUMNS[3:]} == {
        "title": "Measure M-JOB",
        "guidance": "Count.",
        "unit": "fte_years",
        "decimals": "2",
        "minimum": "0",
        "maximum": "",
        "mandatory": "yes",
        "answer_required": "yes",
        "answer_max_chars": "2000",
        "scored": (
            "60 % of the points for social value: 60 % of them by value against the highest bid, "
            "40 % by the written answer, 0 to 5"
        ),
        **dict.fromkeys(("quantity", "answer", "industry", "area_code"), ""),
    }
    assert (rows[1]["minimum"], rows[1]["mandatory"], rows[1]["answer_required"]) == ("", "no", "no")
    told = [{name: cell for name, cell in row.items() if cell} for row in rows]
    for row in rows:
        row.update(FILLED[row["lot"], row["measure"]])
    bidder = world.party("Bidder")
    bid = bid_from(rows, bidder)
    schema = (await world.get(form)).json()
    Draft202012Validator.check_schema(schema)
    entries = schema["properties"]["lines"]["items"]["allOf"][1]["anyOf"]
    assert [entry["form"] for entry in entries] == told
    assert (entries[0]["title"], entries[0]["description"]) == ("Measure M-JOB", "Count.")
    assert list(Draft202012Validator(schema).iter_errors(bid)) == []
    trial = await world.done("POST", f"/v1/tenders/{tender['id']}/bids/validate", bid, as_=bidder)
    assert [each["disregarded"] for each in trial["lines"]] == [None, None, None, None]
    await world.submitted(tender, bidder, bid)


async def test_the_spreadsheet_has_the_same_rows_and_no_formula(world: World) -> None:
    form, _ = await form_of(world, title="=1+1")
    response = await world.http.get(form, headers={"Accept": f"text/html, {XLSX};q=0.9"})
    assert response.headers["content-type"] == XLSX
    assert response.headers["content-disposition"].endswith('.xlsx"')
    book = load_workbook(io.BytesIO(response.content))
    table = [list(row) for row in book["lines"].iter_rows(values_only=True)]
    assert table[0] == list(COLUMNS)
    in_csv = list(csv.reader(io.StringIO((await world.get(f"{form}?format=csv")).text)))
    assert [[cell or "" for cell in row] for row in table] == in_csv
    cells = [cell for row in book["lines"].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value} == {"s"}
    assert "'=1+1" in table[3]
    about = {row[0]: row[1] for row in book["about"].iter_rows(values_only=True)}
    assert about["deadline"] == "2026-12-01T12:00:00+00:00"


WRONG = [
    line("M-JOB", "1.234", "fte_years", lot="N"),
    line("M-JOB", "-1", "fte_years", lot="N"),
    line("M-JOB", "1", "hours", lot="N"),
    line("M-CARBON", "1", "tco2e", lot="S"),
    line("M-HOURS", "1", "hours", lot="N"),
    {"measure": "M-JOB", "quantity": "1", "unit": "fte_years", "lot": "N"},
    {**line("M-JOB", "1", "fte_years", lot="N"), "answer": "x" * 2001},
]


async def test_the_schema_refuses_what_the_service_would_not_count(world: World) -> None:
    form, _ = await form_of(world)
    schema = (await world.get(f"{form}?format=json-schema")).json()
    validator, bidder = Draft202012Validator(schema), world.party("Bidder")
    tenderer = {"organisation_id": str(bidder.id)}
    good = line("M-JOB", "1.5", "fte_years", lot="S")
    assert validator.is_valid({"tenderer": tenderer, "lines": [good]})
    for wrong in WRONG:
        assert not validator.is_valid({"tenderer": tenderer, "lines": [good, wrong]}), wrong
    carbon = line("M-CARBON", "1", "tco2e", lot="N")
    assert not validator.is_valid({"tenderer": tenderer, "lines": [carbon]})  # mandatory: M-JOB
