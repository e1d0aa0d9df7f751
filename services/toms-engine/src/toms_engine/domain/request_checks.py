"""What the lines of one request must hold to together: an activity is counted once.

- A measure lists the measures that it excludes for the same activity; the relation is closed in both
  directions. So two lines that name the same activity never stand under measures that exclude each other.
- A shared activity is split: what lines of one request claim of it in one measure, for one group of people
  and for the same days, is never more than the whole. A line that states no share claims the whole.

The engine keeps no lines, so what other requests claimed of an activity is checked where it is kept.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from cdp_common.kernel.errors import FieldError
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.line import Line

_WHOLE = Decimal(1)

Numbered = tuple[int, Line]
"""A line with its place in the request."""


def activity_faults(lines: Iterable[Numbered], catalogue: Catalogue) -> Iterator[FieldError]:
    """The faults between lines that name the same activity; each line has been checked on its own."""
    by_activity: dict[str, list[Numbered]] = {}
    for index, line in lines:
        if line.activity is not None:
            by_activity.setdefault(line.activity, []).append((index, line))
    for together in by_activity.values():
        if len(together) > 1:
            yield from _exclusion_faults(together, catalogue)
            yield from _share_faults(together)


def _exclusion_faults(together: Sequence[Numbered], catalogue: Catalogue) -> Iterator[FieldError]:
    first_of: dict[str, int] = {}
    for index, line in together:
        first_of.setdefault(line.measure, index)
    for index, line in together:
        for other in catalogue.excludes[line.measure]:
            if other in first_of:
                words = f"{line.measure} and {other} (line {first_of[other]}) do not count the same activity"
                yield FieldError(f"/lines/{index}/measure", "measures_exclude_each_other", words)


def _share_faults(together: Sequence[Numbered]) -> Iterator[FieldError]:
    by_count: dict[tuple[str, str | None], list[Numbered]] = {}
    for index, line in together:
        by_count.setdefault((line.measure, line.target_group), []).append((index, line))
    for same in by_count.values():
        most, day = _highest_claim(line for _, line in same)
        if most <= _WHOLE:
            continue
        words = f"lines of this activity claim {most} of it together on {day}"
        for index, line in same:
            if line.period_start <= day <= line.period_end:
                yield FieldError(f"/lines/{index}/attribution_share", "activity_shares_above_one", words)


def _highest_claim(lines: Iterable[Line]) -> tuple[Decimal, date]:
    """The largest sum of shares claimed for one day, and the first such day."""
    changes: dict[date, Decimal] = {}
    for line in lines:
        share = _share(line)
        changes[line.period_start] = changes.get(line.period_start, Decimal(0)) + share
        after = date.fromordinal(line.period_end.toordinal() + 1)
        changes[after] = changes.get(after, Decimal(0)) - share
    running = most = Decimal(0)
    when = date.min
    for day in sorted(changes):
        running += changes[day]
        if running > most:
            most, when = running, day
    return most, when


def _share(line: Line) -> Decimal:
    return _WHOLE if line.attribution_share is None else line.attribution_share
