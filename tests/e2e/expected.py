"""What the story must come to, worked out from its files alone, without the platform's own rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).resolve().parents[2] / "data"
PACK = DATA / "frameworks" / "open-measures-2026"
QUARTER = (date(2026, 7, 1), date(2026, 9, 30))
PENNY = Decimal("0.01")

Record = dict[str, Any]


@dataclass(frozen=True)
class Worth:
    """Pounds in the two components."""

    social: Decimal = Decimal("0.00")
    local: Decimal = Decimal("0.00")

    def __add__(self, other: "Worth") -> "Worth":
        return Worth(self.social + other.social, self.local + other.local)

    @property
    def figure(self) -> dict[str, str]:
        """As an answer writes it."""
        return {
            "social_gbp": str(self.social),
            "local_economic_gbp": str(self.local),
            "total_gbp": str(self.social + self.local),
        }


@dataclass(frozen=True)
class Promise:
    """One promised line, with the first and last day of what it belongs to."""

    line: Record
    starts_on: date
    ends_on: date


class Arithmetic:
    """The story's sums."""

    def __init__(self, sample: Record) -> None:
        self._sample = sample
        self._measures = {row["code"]: row for row in _read("measures")["measures"]}
        self._factors = _read("measures")["additionality"]
        self._proxies = {row["code"]: row for row in _read("proxies")["proxies"]}
        self._multipliers = {
            (row["place"], row["industry"]): Decimal(row["multiplier"])
            for row in _read("multipliers")["multipliers"]
        }

    # ------------------------------------------------------------------ the four figures
    def committed(self) -> Worth:
        """The whole life of everything promised."""
        return self._sum(self._promised(promise) for promise in self._promises())

    def due(self) -> Worth:
        """What of it falls due in the quarter."""
        return self._sum(self._due(promise) for promise in self._promises())

    def delivered(self, *, corrected: bool, measure: str | None = None) -> Worth:
        """What stands reported for the quarter: of one measure, or of all."""
        return self._sum(
            self.reported(line)
            for line in self._standing_lines(corrected=corrected)
            if measure in (None, line["measure"])
        )

    def validated(self, *, corrected: bool) -> Worth:
        """What the validator accepted of it."""
        changes = self._changes() if corrected else {}
        found = []
        for review in self._sample["reviews"]:
            lines = {line["key"]: line for line in self._report(review["report"])["lines"]}
            for accepted in review["lines"]:
                changed = changes.get((review["report"], accepted["line"]), {})
                quantity = changed.get("quantity", accepted["accepted_quantity"])
                found.append(self.reported({**lines[accepted["line"]], "quantity": quantity}))
        return self._sum(found)

    def reported(self, line: Record) -> Worth:
        """One line of a report of the quarter."""
        measure = self._measures[line["measure"]]
        quantity = Decimal(line["quantity"]) * Decimal(line.get("attribution_share", "1"))
        if measure["accumulation"] == "stock":
            quantity = quantity * _days(*QUARTER) / 365
        return self._priced(line, quantity, *QUARTER)

    def returned_reports(self) -> set[str]:
        """The reports that the validator sent back: they stand for nothing."""
        return {review["report"] for review in self._sample["reviews"] if review["outcome"] == "returned"}

    # ------------------------------------------------------------------ their parts
    def _promises(self) -> Iterator[Promise]:
        tender = self._sample["tender"]
        won = next(bid for bid in tender["bids"] if bid["key"] == tender["award"]["bid"])
        terms = tender["terms"]
        for line in won["lines"]:
            yield Promise(line, terms["contract_starts_on"], terms["contract_ends_on"])
        for item in self._sample["agreements"]:
            for line in item["agreement"]["lines"]:
                yield Promise(line, item["agreement"]["starts_on"], item["agreement"]["ends_on"])
        for item in self._sample["plans"]:
            for line in item["plan"]["lines"]:
                yield Promise(line, item["plan"]["starts_on"], item["plan"]["ends_on"])
        for pledge in self._sample["charter_signature"]["pledges"]:
            if "target" in pledge:
                yield Promise(pledge["target"], pledge["starts_on"], pledge["ends_on"])

    def _promised(self, promise: Promise) -> Worth:
        measure = self._measures[promise.line["measure"]]
        quantity, years = Decimal(promise.line["quantity"]), len(_months(promise)) // 12
        if measure.get("year_rule") == "every_contract_year":
            quantity *= years
        return self._priced(promise.line, quantity, promise.starts_on, promise.ends_on)

    def _due(self, promise: Promise) -> Worth:
        whole = self._promised(promise)
        dated = promise.line.get("schedule")
        if dated is None:
            months = _months(promise)
            dated = [{"due_on": day, "share": Fraction(1, len(months))} for day in months]
        falling = [part for part in dated if QUARTER[0] <= part["due_on"] <= QUARTER[1]]
        if len(falling) == len(dated):
            return whole
        return self._sum(
            Worth(_cut(whole.social, Fraction(part["share"])), _cut(whole.local, Fraction(part["share"])))
            for part in falling
        )

    def _standing_lines(self, *, corrected: bool) -> Iterator[Record]:
        changes = self._changes() if corrected else {}
        for report in self._sample["reports"]:
            if report["key"] in self.returned_reports():
                continue
            for line in report["lines"]:
                yield {**line, **changes.get((report["key"], line["key"]), {})}

    def _changes(self) -> Mapping[tuple[str, str], Record]:
        correction = self._sample["correction"]
        return {
            (correction["report"], change["line"]): change | {"key": change["line"]}
            for change in correction["changes"]
        }

    def _report(self, key: str) -> Record:
        found: Record = next(report for report in self._sample["reports"] if report["key"] == key)
        return found

    # ------------------------------------------------------------------ pounds
    def _priced(self, line: Record, quantity: Decimal, starts_on: date, ends_on: date) -> Worth:
        measure = self._measures[line["measure"]]
        if measure["valuation"] == "none":
            return Worth()
        if measure["valuation"] == "local_multiplier":
            multiplier = self._multipliers[(self._sample["place"], line["industry"])]
            return Worth(local=_pounds(quantity * (multiplier - 1)))
        proxy = self._proxies[measure["proxy"]]
        net = Decimal(1)
        for name, share in self._factors.get(measure.get("additionality"), {}).items():
            net *= 1 if name == "source" else 1 - Decimal(share)
        pounds = _pounds(quantity * net * _unit_value(proxy, starts_on, ends_on))
        return Worth(local=pounds) if proxy["component"] == "local_economic" else Worth(social=pounds)

    @staticmethod
    def _sum(parts: Iterator[Worth] | Sequence[Worth]) -> Worth:
        return sum(parts, start=Worth())


def _read(name: str) -> Record:
    content: Record = yaml.load((PACK / f"{name}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    return content


def _unit_value(proxy: Record, starts_on: date, ends_on: date) -> Decimal:
    """£ per unit: the one value, or the mean of the years' values by days."""
    if "series" not in proxy:
        return Decimal(proxy["central_gbp"])
    by_year = {point["year"]: Decimal(point["central_gbp"]) for point in proxy["series"]}
    days = [starts_on + timedelta(days=n) for n in range((ends_on - starts_on).days + 1)]
    return sum((by_year[day.year] for day in days), start=Decimal(0)) / len(days)


def _days(starts_on: date, ends_on: date) -> int:
    """Days of a period that holds no 29 February."""
    return (ends_on - starts_on).days + 1


def _months(promise: Promise) -> list[date]:
    """The last day of each month of a promise that runs over whole months."""
    ends, day = [], promise.starts_on
    while day <= promise.ends_on:
        following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        ends.append(following - timedelta(days=1))
        day = following
    assert ends[-1] == promise.ends_on
    return ends


def _pounds(exact: Decimal) -> Decimal:
    return exact.quantize(PENNY, ROUND_HALF_UP)


def _cut(pounds: Decimal, share: Fraction) -> Decimal:
    """A part that is not the last one: cut to the penny."""
    return Decimal(int(Fraction(pounds) * 100 * share)) * PENNY
