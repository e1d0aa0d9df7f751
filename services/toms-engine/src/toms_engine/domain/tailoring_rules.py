"""What a tailoring must hold to: it takes over what is there, adds under new codes and changes openly.

A proxy of the parent is never stated again, not even with the same figures: an author who guesses licensed
figures is not told which guess is right. A measure that is to be priced otherwise says so with a reason.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from cdp_common.kernel.errors import FieldError
from toms_engine.domain.edition import Crosswalk, EditionContent, Measure
from toms_engine.domain.tailoring import MeasureChange, Revaluation, Tailoring, changed_measure


def tailoring_faults(
    own: EditionContent, tailoring: Tailoring, parent: EditionContent, parent_hash: str
) -> list[FieldError]:
    """Where a tailoring contradicts itself or its parent; pointers lead into the pack that tailors."""
    return [
        *_parent_faults(own, tailoring, parent, parent_hash),
        *_selection_faults(tailoring, parent),
        *_stated_again(own, parent),
        *_category_faults(own, parent),
        *_change_faults(own, tailoring, parent),
    ]


def _parent_faults(
    own: EditionContent, tailoring: Tailoring, parent: EditionContent, parent_hash: str
) -> Iterator[FieldError]:
    if tailoring.edition_hash not in (None, parent_hash):
        words = "the parent edition of this name has another hash"
        yield FieldError("/tailors/edition_hash", "parent_hash_differs", words)
    if (own.framework, own.edition) == (parent.framework, parent.edition):
        yield FieldError("/edition", "edition_tailors_itself", "a tailoring has an edition code of its own")
    if parent.data_status == "synthetic_sample" and own.data_status != "synthetic_sample":
        words = "what tailors a synthetic sample is one itself and says so"
        yield FieldError("/data_status", "sample_not_marked", words)


def _selection_faults(tailoring: Tailoring, parent: EditionContent) -> Iterator[FieldError]:
    measures = {measure.code for measure in parent.measures}
    schemes = {crosswalk.scheme for crosswalk in parent.crosswalks}
    if tailoring.measures is not None and tailoring.without:
        words = "measures are left out of all of them, not out of a list"
        yield FieldError("/tailors/without", "selection_ambiguous", words)
    for field, codes, known, code in (
        ("measures", tailoring.measures, measures, "measure_unknown"),
        ("without", tailoring.without, measures, "measure_unknown"),
        ("crosswalks", tailoring.crosswalks, schemes, "crosswalk_unknown"),
    ):
        for position, chosen in enumerate(codes or ()):
            if chosen not in known:
                place = f"/tailors/{field}/{position}"
                yield FieldError(place, code, "the parent edition has nothing under this code")


def _stated_again(own: EditionContent, parent: EditionContent) -> Iterator[FieldError]:
    """Codes of the parent under which the pack states something of its own."""
    changed = "a proxy of the parent is never changed; another figure takes a new code"
    taken = "the parent edition uses the code; what is added takes a new one"
    known = _codes(parent)
    for kind, codes in _codes(own).items():
        is_proxy = kind == "proxies"
        for index, code in enumerate(codes):
            if code in known[kind]:
                fault = "proxy_changed_from_parent" if is_proxy else "code_stands_in_parent"
                yield FieldError(f"/{kind}/{index}/code", fault, changed if is_proxy else taken)


def _codes(content: EditionContent) -> dict[str, list[str]]:
    return {
        "themes": [theme.code for theme in content.themes],
        "outcomes": [outcome.code for outcome in content.outcomes],
        "measures": [measure.code for measure in content.measures],
        "proxies": [proxy.code for proxy in content.proxies],
    }


def _category_faults(own: EditionContent, parent: EditionContent) -> Iterator[FieldError]:
    """Tags and categories of the parent that the pack would give another meaning."""
    tags = {tag.code: tag.title for tag in parent.tags}
    words = "the parent edition says otherwise what this stands for"
    for tag in own.tags:
        if tags.get(tag.code, tag.title) != tag.title:
            yield FieldError(f"/tags/{tag.code}", "meaning_changed_from_parent", words)
    old = {crosswalk.scheme: crosswalk for crosswalk in parent.crosswalks}
    for index, crosswalk in enumerate(own.crosswalks):
        known = old[crosswalk.scheme].categories if crosswalk.scheme in old else {}
        for code, title in crosswalk.categories.items():
            if known.get(code, title) != title:
                place = f"/crosswalks/{index}/categories/{code}"
                yield FieldError(place, "meaning_changed_from_parent", words)


def _change_faults(own: EditionContent, tailoring: Tailoring, parent: EditionContent) -> Iterator[FieldError]:
    measures = {m.code: m for m in parent.measures if tailoring.takes_over(m.code)}
    proxies = {proxy.code for proxy in (*parent.proxies, *own.proxies)}
    seen: set[str] = set()
    for index, change in enumerate(tailoring.changes):
        pointer = f"/changes/{index}"
        measure = measures.get(change.measure)
        if measure is None:
            words = "no measure under this code is taken over from the parent"
            yield FieldError(f"{pointer}/measure", "measure_not_taken_over", words)
        elif change.measure in seen:
            yield FieldError(f"{pointer}/measure", "code_duplicate", "the measure is changed above")
        else:
            yield from _one_change(pointer, change, measure, proxies)
        seen.add(change.measure)


def _one_change(
    pointer: str, change: MeasureChange, measure: Measure, proxies: Collection[str]
) -> Iterator[FieldError]:
    if changed_measure(measure, change).origin != "tailored":
        yield FieldError(pointer, "change_without_effect", "everything here is as the parent has it")
    revalued = change.revalued
    if revalued is None:
        return
    if not any(getattr(measure, name) != value for name, value in revalued.changes.items()):
        words = "the measure is valued as in the parent"
        yield FieldError(f"{pointer}/revalued", "revaluation_without_effect", words)
    yield from _revaluation_faults(f"{pointer}/revalued", revalued, measure, proxies)


def _revaluation_faults(
    pointer: str, revalued: Revaluation, measure: Measure, proxies: Collection[str]
) -> Iterator[FieldError]:
    if revalued.proxy is not None and measure.valuation != "proxy":
        words = "the measure is not valued by proxy; a valued measure beside it takes a new code"
        yield FieldError(f"{pointer}/proxy", "proxy_not_expected", words)
    elif revalued.proxy is not None and revalued.proxy not in proxies:
        words = "neither the pack nor its parent has such a proxy"
        yield FieldError(f"{pointer}/proxy", "proxy_unknown", words)
    if revalued.additionality is not None and measure.valuation == "none":
        words = "there is no value to adjust"
        yield FieldError(f"{pointer}/additionality", "additionality_without_value", words)


# ------------------------------------------------------------------ from the resolved edition to the pack
@dataclass(frozen=True)
class PackPlaces:
    """Where in the pack the parts of an edition are written, by JSON pointer."""

    moved: Mapping[str, str]
    """A pointer into the edition, and the pointer into the pack that it stands for."""

    def of(self, fault: FieldError) -> FieldError:
        """The fault with its pointer into the pack; what is not moved stays where it is."""
        head, tail = fault.pointer, ""
        while head and head not in self.moved:
            head, _, step = head.rpartition("/")
            tail = f"/{step}{tail}"
        if not head:
            return fault
        target = self.moved[head]
        # Below a part that the pack does not write out itself there is nothing to point at.
        written_out = target.split("/")[1] not in ("tailors", "changes")
        return FieldError(target + tail if written_out else target, fault.code, fault.message)


def places_of(tailoring: Tailoring, edition: EditionContent, own: EditionContent) -> PackPlaces:
    """Where the tailoring pack states the parts of the edition that came of it."""
    moved: dict[str, str] = {}
    changes = {change.measure: f"/changes/{index}" for index, change in enumerate(tailoring.changes)}
    added = 0
    for index, measure in enumerate(edition.measures):
        if measure.origin == "added":
            moved[f"/measures/{index}"] = f"/measures/{added}"
            added += 1
        else:
            moved[f"/measures/{index}"] = changes.get(measure.code, "/tailors/measures")
    for kind in ("themes", "outcomes", "proxies"):
        inherited = len(getattr(edition, kind)) - len(getattr(own, kind))
        for index in range(len(getattr(edition, kind))):
            target = f"/{kind}/{index - inherited}" if index >= inherited else "/tailors/measures"
            moved[f"/{kind}/{index}"] = target
    _place_multipliers(moved, edition, own)
    _place_crosswalks(moved, edition, own)
    return PackPlaces(moved)


def _place_multipliers(moved: dict[str, str], edition: EditionContent, own: EditionContent) -> None:
    stated = {(row.place, row.industry): index for index, row in enumerate(own.multipliers)}
    for index, row in enumerate(edition.multipliers):
        position = stated.get((row.place, row.industry))
        moved[f"/multipliers/{index}"] = "/tailors" if position is None else f"/multipliers/{position}"


def _place_crosswalks(moved: dict[str, str], edition: EditionContent, own: EditionContent) -> None:
    stated: dict[str, tuple[int, Crosswalk]] = {}
    for position, crosswalk in enumerate(own.crosswalks):
        stated.setdefault(crosswalk.scheme, (position, crosswalk))
    for index, crosswalk in enumerate(edition.crosswalks):
        if crosswalk.scheme not in stated:
            moved[f"/crosswalks/{index}"] = "/tailors/crosswalks"
            continue
        position, mine = stated[crosswalk.scheme]
        moved[f"/crosswalks/{index}"] = f"/crosswalks/{position}"
        inherited = len(crosswalk.rows) - len(mine.rows)
        for row in range(len(crosswalk.rows)):
            target = f"/crosswalks/{position}/rows/{row - inherited}"
            moved[f"/crosswalks/{index}/rows/{row}"] = target if row >= inherited else "/tailors/crosswalks"
