"""The same lines under two editions: what they come to in each, and the difference."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from cdp_common.contracts import comparisons as wire
from cdp_common.contracts.toms import BulkFault
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.money import gbp_from_pence
from cdp_common.web.caller import Caller
from toms_engine.bulk.line_content import line_of
from toms_engine.domain.figures import Figures
from toms_engine.domain.line import Line, Options
from toms_engine.domain.line_checks import Terms
from toms_engine.domain.request_checks import activity_faults
from toms_engine.domain.valuation import METHOD_VERSION, ValuedLine, value_line
from toms_engine.use_cases.published_editions import PublishedEditions
from toms_engine.use_cases.value_in_bulk import terms_of

Pence = tuple[int, int]
"""Social and local economic pence."""


@dataclass(frozen=True, slots=True)
class Side:
    """A line under one edition: valued, or its faults."""

    valued: ValuedLine | None
    faults: Sequence[FieldError]

    @property
    def pence(self) -> Pence | None:
        """Its pence by component, none where it has no value."""
        return None if self.valued is None else (self.valued.social_pence, self.valued.local_economic_pence)


async def compare_valuations(
    editions: PublishedEditions, figures: Figures, caller: Caller, request: wire.ComparisonRequest
) -> wire.Comparison:
    """Both values of each line; a line without one says why, and is in no total."""
    options = Options(request.discount, request.discount_base_year, request.uprate_to_price_year)
    before = await terms_of(
        editions, figures, caller, request.from_edition_hash, options, place="/from_edition_hash"
    )
    after = await terms_of(
        editions, figures, caller, request.to_edition_hash, options, place="/to_edition_hash"
    )
    return await asyncio.to_thread(_compared, request, before, after)


def as_if_on(line: Line, day: date | None) -> Line:
    """A line as another edition sees it: judged on a day if one is named, without the first one's claim."""
    committed_on = line.committed_on if day is None else day
    return replace(line, committed_on=committed_on, claimed_value_gbp=None)


def amounts(social_pence: int, local_economic_pence: int) -> wire.Amounts:
    """Pounds by component, and both."""
    return wire.Amounts(
        social_gbp=gbp_from_pence(social_pence),
        local_economic_gbp=gbp_from_pence(local_economic_pence),
        total_gbp=gbp_from_pence(social_pence + local_economic_pence),
    )


def _compared(request: wire.ComparisonRequest, before: Terms, after: Terms) -> wire.Comparison:
    lines = [line_of(line) for line in request.lines]
    sides = list(
        zip(
            _sides(lines, before),
            _sides([as_if_on(line, request.to_valid_on) for line in lines], after),
            strict=True,
        )
    )
    both = [(one.pence, two.pence) for one, two in sides if one.pence is not None and two.pence is not None]
    first, second = _sum(one for one, _ in both), _sum(two for _, two in both)
    return wire.Comparison(
        from_edition_hash=request.from_edition_hash,
        to_edition_hash=request.to_edition_hash,
        method_version=METHOD_VERSION,
        lines=[_line_view(line, *pair) for line, pair in zip(lines, sides, strict=True)],
        lines_in_both=len(both),
        lines_only_before=sum(one.valued is not None and two.valued is None for one, two in sides),
        lines_only_after=sum(one.valued is None and two.valued is not None for one, two in sides),
        before=amounts(*first),
        after=amounts(*second),
        difference=amounts(second[0] - first[0], second[1] - first[1]),
    )


def _sides(lines: Sequence[Line], terms: Terms) -> list[Side]:
    """Each line under one edition."""
    found = [value_line(index, line, terms) for index, line in enumerate(lines)]
    sound = [(index, line) for index, line in enumerate(lines) if found[index][0] is not None]
    contradictions = list(activity_faults(sound, terms.catalogue))
    sides = []
    for index, (valued, faults) in enumerate(found):
        place = f"/lines/{index}"
        own = [fault for fault in contradictions if fault.pointer.startswith(f"{place}/")]
        named = [replace(one, pointer=one.pointer.removeprefix(place)) for one in (*faults, *own)]
        sides.append(Side(None if named else valued, named))
    return sides


def _line_view(line: Line, before: Side, after: Side) -> wire.ComparedLine:
    difference = None
    if before.pence is not None and after.pence is not None:
        difference = amounts(after.pence[0] - before.pence[0], after.pence[1] - before.pence[1])
    return wire.ComparedLine(
        ref=line.ref,
        measure=line.measure,
        before=_side_view(before),
        after=_side_view(after),
        difference=difference,
    )


def _side_view(side: Side) -> wire.ComparedSide:
    return wire.ComparedSide(
        value=amounts(*side.pence) if side.pence is not None else None,
        counted_quantity=side.valued.counted_quantity if side.valued is not None else None,
        errors=[
            BulkFault(field=fault.pointer.removeprefix("/"), code=fault.code, message=fault.message)
            for fault in side.faults
        ],
    )


def _sum(pence: Iterable[Pence]) -> Pence:
    social = local_economic = 0
    for one, other in pence:
        social, local_economic = social + one, local_economic + other
    return social, local_economic
