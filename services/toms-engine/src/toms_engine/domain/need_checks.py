"""The checks on an index's file beyond its single rows, each shown in the receipt with what was found."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from toms_engine.domain.errors import NeedFileRefused
from toms_engine.domain.file_faults import FileFaults
from toms_engine.domain.need_file import Coverage, RankedArea
from toms_engine.domain.need_layout import NeedLayout, PublishedCheck
from toms_engine.domain.needs import DECILES

Outcome = Literal["passed", "failed", "not_run"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check expected and found; `not_run` says in `found` why it could not be made."""

    code: str
    title: str
    outcome: Outcome
    expected: str
    found: str
    source: str | None = None


def checked(layout: NeedLayout, coverage: Coverage, areas: Sequence[RankedArea]) -> list[CheckResult]:
    """The results of all checks; a file that fails one is refused whole with `NeedFileRefused`."""
    results = [
        _row_count(layout, coverage, areas),
        _deciles(layout, areas),
        *_ranks(layout, coverage, areas),
        *(_published(check, coverage, areas) for check in layout.checks),
    ]
    faults = FileFaults()
    for result in results:
        if result.outcome == "failed":
            words = f"{result.title}: expected {result.expected}, found {result.found}"
            faults.of_file(f"checks/{result.code}", "check_failed", words)
    faults.raise_as(NeedFileRefused)
    return results


def by_decile(areas: Sequence[RankedArea], ranking: int = 0) -> list[int]:
    """How many of the areas lie in each decile of a ranking, 1 to 10; 0 is the overall ranking."""
    counts = Counter(area.deciles[ranking] for area in areas)
    return [counts[step] for step in range(1, DECILES + 1)]


def _row_count(layout: NeedLayout, coverage: Coverage, areas: Sequence[RankedArea]) -> CheckResult:
    title, expected, found = "Areas in the file", str(layout.area_count), str(len(areas))
    if coverage == "extract":
        return CheckResult("areas", title, "not_run", expected, f"{found}: the file is declared an extract")
    return CheckResult("areas", title, _outcome(expected == found), expected, found)


def _deciles(layout: NeedLayout, areas: Sequence[RankedArea]) -> CheckResult:
    """Rows whose decile differs were refused before, so that this counts what was recomputed."""
    recomputed = sum(value is not None for area in areas for value in area.deciles)
    title = f"Deciles are ten times the rank over {layout.area_count}, rounded up"
    return CheckResult("deciles", title, "passed", "all", f"all of {recomputed} recomputed")


def _ranks(layout: NeedLayout, coverage: Coverage, areas: Sequence[RankedArea]) -> Iterator[CheckResult]:
    for position, ranking in enumerate(layout.rankings):
        code, title = f"ranks-{ranking.code}", f"Ranks without a gap: {ranking.title}"
        expected = f"1 to {layout.area_count}, areas of equal rank share one of theirs"
        if coverage == "extract":
            yield CheckResult(code, title, "not_run", expected, "the file is declared an extract")
            continue
        ranks = [rank for area in areas if (rank := area.ranks[position]) is not None]
        fault = first_gap(ranks)
        found = f"no gap; {len(ranks) - len(set(ranks))} shared" if fault is None else fault
        yield CheckResult(code, title, _outcome(fault is None), expected, found)


def first_gap(ranks: Sequence[int]) -> str | None:
    """Where ranks do not follow one another; None if they do.

    Areas with equal scores share one of the ranks that they take up together: the official index of 2019
    has 26 such pairs, which share the lower one (for example twice 2,852 and no 2,853).
    """
    follows = 1
    for rank, count in sorted(Counter(ranks).items()):
        if not follows <= rank < follows + count:
            return f"rank {rank} stands where {follows} should"
        follows += count
    return None


def _published(check: PublishedCheck, coverage: Coverage, areas: Sequence[RankedArea]) -> CheckResult:
    if check.kind == "authority_count":
        return _authority_count(check, coverage, areas)
    mine = [area for area in areas if area.authority_code == check.authority]
    expected, found = _numbers(check.expected), by_decile(mine)
    whole = sum(check.expected)
    if coverage == "extract" and len(mine) != whole:
        reason = f"{len(mine)} of its {whole} areas are in the file"
        return CheckResult(check.code, check.title, "not_run", expected, reason, check.source)
    outcome = _outcome(list(check.expected) == found)
    return CheckResult(check.code, check.title, outcome, expected, _numbers(found), check.source)


def _authority_count(check: PublishedCheck, coverage: Coverage, areas: Sequence[RankedArea]) -> CheckResult:
    found = len({area.authority_code for area in areas})
    expected = check.expected[0]
    if coverage == "extract":
        reason = f"{found}: the file is declared an extract"
        return CheckResult(check.code, check.title, "not_run", str(expected), reason, check.source)
    return CheckResult(
        check.code, check.title, _outcome(expected == found), str(expected), str(found), check.source
    )


def _numbers(counts: Sequence[int]) -> str:
    return " ".join(map(str, counts))


def _outcome(holds: bool) -> Outcome:
    return "passed" if holds else "failed"
