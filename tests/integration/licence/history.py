"""Some years of a place that values by a licensed framework: promises, reports, publications."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from numpy.random import Generator
from tests.integration.licence.attacker import Observation
from tests.integration.licence.services import LICENCE, LICENSED, Json, Platform

UNITS = {
    "LX-W1": "fte_years",
    "LX-W2": "fte_years",
    "LX-W3": "weeks",
    "LX-P1": "hours",
    "LX-P2": "attendee_hours",
    "LX-P3": "count",
    "LX-E1": "tco2e",
}
"""The licensed measures that are reported: three of each of two themes, and one theme of a single one."""

_SIZES = {
    "LX-W1": (40, 160, 10),
    "LX-W2": (40, 160, 10),
    "LX-W3": (500, 2500, 10),
    "LX-P1": (9000, 36000, 10),
    "LX-P2": (20000, 90000, 10),
    "LX-P3": (4, 16, 1),
    "LX-E1": (50000, 200000, 1000),
}
"""Smallest and largest quantity, and what one is divided by: all come to pounds of one order."""

THEMES = {"work": ("LX-W1", "LX-W2", "LX-W3"), "people": ("LX-P1", "LX-P2", "LX-P3"), "planet": ("LX-E1",)}
COLUMNS = ("total_gbp", "social_gbp", "local_economic_gbp")


Known = dict[tuple[str, str], float]
"""Counted quantities by edition and measure."""


@dataclass
class History:
    """What was done, by whom, and what came of it."""

    platform: Platform
    licensed: str
    """The hash of the licensed edition."""
    twin: str
    random: Generator
    orgs: list[UUID] = field(default_factory=list)
    reports: dict[tuple[UUID, str], Json] = field(default_factory=dict)
    """The standing report of each organisation and quarter, as the organisation was answered."""
    publications: list[tuple[Json, dict[UUID, Known]]] = field(default_factory=list)
    """What was published, with what each organisation's reports of the quarter then said."""
    tricks: dict[str, Json] = field(default_factory=dict)
    """Publications that an attacker made happen, by what was tried."""
    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Ids of everything made, by the name that paths give them."""

    # -------------------------------------------------------------- reports
    async def report(self, org: UUID, quarter: str, quantities: Mapping[str, str] | None = None) -> Json:
        """An organisation's report of a quarter: the licensed measures, and the same of the open twin."""
        start, end = quarter_days(quarter)
        stated = quantities or self.quantities()
        draft = {
            "place_id": str(self.platform.place),
            "place_slug": "county-durham",
            "period_start": start,
            "period_end": end,
            "lines": self.lines(stated, start),
            "named_totals_agreed": True,
        }
        headers = self.platform.as_org(org)
        made = await self.platform.call("reporting-api", "POST", "/v1/reports", headers, draft)
        self.reports[org, quarter] = made
        self.ids["report_id"].append(made["id"])
        return made

    async def correct(self, org: UUID, quarter: str, quantities: Mapping[str, str]) -> None:
        """The organisation's report again with other quantities."""
        path = f"/v1/reports/{self.reports[org, quarter]['id']}/corrections"
        body = {"reason": "recounted", "lines": self.lines(quantities, quarter_days(quarter)[0])}
        headers = self.platform.as_org(org)
        self.reports[org, quarter] = await self.platform.call("reporting-api", "POST", path, headers, body)
        self.ids["report_id"].append(self.reports[org, quarter]["id"])

    async def validate(self, org: UUID, quarter: str) -> None:
        """All lines of a report accepted, by a validator who holds the licence."""
        staff = self.platform.as_staff(LICENCE)
        report_id = self.reports[org, quarter]["id"]
        report = await self.platform.call("reporting-api", "GET", f"/v1/reports/{report_id}", staff)
        lines = [
            {
                "line_id": line["line_id"],
                "accepted_quantity": line["quantity"],
                "reason": "seen",
                "method": "records",
                "evidence_level": "documented",
            }
            for line in report["lines"]
        ]
        body = {"outcome": "validated", "reason": "checked", "lines": lines}
        await self.platform.call("reporting-api", "POST", f"/v1/reports/{report_id}/reviews", staff, body)

    def quantities(self) -> dict[str, str]:
        """A quantity of each measure."""
        return {
            measure: str(Decimal(int(self.random.integers(low, high))) / divisor)
            for measure, (low, high, divisor) in _SIZES.items()
        }

    def lines(self, quantities: Mapping[str, str], start: str) -> list[Json]:
        """Lines of the licensed edition, and of the twin in quantities of its own."""
        return [
            {
                "measure": measure,
                "edition_hash": edition,
                "quantity": amounts[measure],
                "unit": UNITS[measure],
                "route": "own_activity",
                "started_on": start if measure == "LX-W2" else None,
            }
            for edition, amounts in ((self.licensed, quantities), (self.twin, self.quantities()))
            for measure in UNITS
        ]

    async def publish(self, start: str, end: str, reason: str | None = None) -> Json:
        """The publication of a period."""
        made = await self.platform.publish(start, end, reason)
        quarter = quarter_of(made)
        known = {org: self._own(org, quarter) for org in self.orgs} if quarter is not None else {}
        self.publications.append((made, known))
        self.ids["publication_id"].append(made["id"])
        return made

    def _own(self, org: UUID, quarter: str) -> Known:
        """What counts of each measure in an organisation's own report of a quarter."""
        report = self.reports.get((org, quarter))
        lines = [] if report is None else report["lines"]
        return {(line["edition_hash"], line["measure"]): float(line["counted_quantity"]) for line in lines}

    def series(
        self, framework: str, theme: str, column: str, orgs: Sequence[UUID], *, first: int | None = None
    ) -> list[Observation]:
        """A theme's delivered totals by quarter, where told, with what these organisations knew then.

        `first` takes so many publications; all without it.
        """
        edition = self.licensed if framework == LICENSED else self.twin
        found = []
        for publication, known in self.publications[:first]:
            total = told(publication, framework, theme, column)
            if known and total is not None:
                amounts = {
                    code: sum(known[org].get((edition, code), 0.0) for org in orgs) for code in THEMES[theme]
                }
                found.append(Observation(total, amounts))
        return found


def told(
    publication: Json, framework: str, theme: str, column: str, figure: str = "delivered"
) -> float | None:
    """What a publication tells of a framework's theme, None where its value is not in it."""
    for grouping in publication["value"]["groupings"]:
        if grouping["by"] != "theme":
            continue
        for cell in grouping["cells"]:
            if cell["key"] == f"{theme}~{framework}" and cell["figures"] is not None:
                shown = cell["figures"][figure]
                if shown["licensed"] != "left_out" and shown[column] is not None:
                    return float(shown[column])
    return None


def licensed_part(publication: Json, theme: str, figure: str = "delivered") -> str:
    """What a publication says of the licensed value in a theme; left out where the cell is withheld."""
    for grouping in publication["value"]["groupings"]:
        if grouping["by"] == "theme":
            for cell in grouping["cells"]:
                if cell["key"] == f"{theme}~{LICENSED}" and cell["figures"] is not None:
                    return str(cell["figures"][figure]["licensed"])
    return "left_out"


def quarter_days(quarter: str) -> tuple[str, str]:
    """First and last day of a quarter such as 2026-3."""
    year, number = quarter.split("-")
    first = 3 * int(number) - 2
    last = {3: "03-31", 6: "06-30", 9: "09-30", 12: "12-31"}[first + 2]
    return f"{year}-{first:02}-01", f"{year}-{last}"


def quarter_of(publication: Json) -> str | None:
    """The quarter of a publication, None when it is of another period."""
    year, month, _ = publication["period_start"].split("-")
    quarter = f"{year}-{(int(month) + 2) // 3}"
    days = (publication["period_start"], publication["period_end"])
    return quarter if days == quarter_days(quarter) else None


def quarters_from(year: int, count: int) -> Iterator[str]:
    """Quarters one after the other."""
    for number in range(count):
        yield f"{year + number // 4}-{number % 4 + 1}"
