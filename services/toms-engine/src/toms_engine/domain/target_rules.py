"""What workstreams and their numeric targets must hold to."""

from collections.abc import Iterator

from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.exact import decimal_places
from toms_engine.domain.edition import EditionContent, Measure, Target


def target_faults(content: EditionContent) -> Iterator[FieldError]:
    """Where workstreams and targets contradict the measures that they speak of."""
    measures = {measure.code: measure for measure in content.measures}
    streams: set[str] = set()
    for index, stream in enumerate(content.workstreams):
        if stream.code in streams:
            yield FieldError(f"/workstreams/{index}/code", "code_duplicate", "the code is used above")
        streams.add(stream.code)
        for position, code in enumerate(stream.measures):
            if code not in measures:
                place = f"/workstreams/{index}/measures/{position}"
                yield FieldError(place, "measure_unknown", "the edition has no such measure")
    seen: set[str] = set()
    for index, target in enumerate(content.targets):
        pointer = f"/targets/{index}"
        if target.code in seen:
            yield FieldError(f"{pointer}/code", "code_duplicate", "the code is used above")
        seen.add(target.code)
        if target.workstream is not None and target.workstream not in streams:
            yield FieldError(f"{pointer}/workstream", "workstream_unknown", "there is no such workstream")
        yield from _date_faults(pointer, target)
        if target.measure not in measures:
            words = "the edition has no such measure"
            yield FieldError(f"{pointer}/measure", "measure_unknown", words)
        else:
            yield from _number_faults(pointer, target, measures[target.measure])


def _date_faults(pointer: str, target: Target) -> Iterator[FieldError]:
    if target.counted_from is not None and target.counted_from > target.due:
        words = "it would be due before it is counted"
        yield FieldError(f"{pointer}/due", "target_dates_reversed", words)
    if target.baseline is not None and target.baseline.taken_on >= target.due:
        words = "a baseline is taken before the target is due"
        yield FieldError(f"{pointer}/baseline/taken_on", "target_dates_reversed", words)


def _number_faults(pointer: str, target: Target, measure: Measure) -> Iterator[FieldError]:
    if target.unit != measure.unit:
        words = f"the measure is counted in {measure.unit}"
        yield FieldError(f"{pointer}/unit", "unit_mismatch", words)
        return
    if measure.unit == "text":
        yield FieldError(f"{pointer}/measure", "unit_not_numeric", "a text measure has no number to reach")
        return
    numbers = [("value", target.value)]
    if target.baseline is not None:
        numbers.append(("baseline/value", target.baseline.value))
    for field, number in numbers:
        place = f"{pointer}/{field}"
        if decimal_places(number) > measure.decimals:
            words = f"the measure is counted to {measure.decimals} decimals"
            yield FieldError(place, "too_many_decimals", words)
        if number < 0 and not measure.negative_allowed:
            yield FieldError(place, "negative_not_allowed", "the measure is never negative")
