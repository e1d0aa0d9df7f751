"""Framework packs: an edition of a measurement framework, kept as a folder of readable YAML files.

A pack is written for people to read and compare: sources and additionality factors are named once and
referred to by name, and a crosswalk is a table of measure by category. Loading writes all of that out.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cdp_common.contracts.toms import FrameworkPack
from cdp_common.kernel.errors import FieldError
from cdp_tools.errors import ToolError
from cdp_tools.yaml_files import read_mapping

PACK_FILE = "pack.yaml"
LIST_FILES = {
    "measures": "measures.yaml",
    "proxies": "proxies.yaml",
    "multipliers": "multipliers.yaml",
    "crosswalks": "crosswalks.yaml",
}
"""The file that holds each of a pack's long lists; everything else stands in pack.yaml."""

# What a list's file may hold beside the list itself: things named once and referred to by name.
_NAMED_PARTS = {
    "measures": ("additionality",),
    "proxies": ("sources",),
    "multipliers": ("sources",),
    "crosswalks": (),
}
_OPTIONAL = frozenset({"multipliers", "crosswalks"})


class PackInvalid(ToolError):
    """A pack does not load; `faults` names the file, the field and the reason of each fault."""

    def __init__(self, folder: Path, faults: Sequence[FieldError]) -> None:
        lines = "\n".join(f"  {fault.pointer}: {fault.message}" for fault in faults)
        super().__init__(f"the framework pack in {folder} cannot be used:\n{lines}")
        self.faults = tuple(faults)


def load_pack(folder: Path) -> FrameworkPack:
    """The pack in `folder` as the contract that toms-engine imports.

    Raises `PackInvalid` with every fault found, `DataFileMissing` or `DataFileUnreadable`.
    """
    parts = {name: _read_part(folder, name) for name in LIST_FILES}
    head = read_mapping(folder / PACK_FILE)
    faults = [*_misplaced(head, parts), *_written_out(parts)]
    if faults:
        raise PackInvalid(folder, faults)
    content = head | {name: part[name] for name, part in parts.items()}
    try:
        pack = FrameworkPack.model_validate(content)
    except ValidationError as error:
        raise PackInvalid(folder, [_fault(found, content) for found in error.errors()]) from error
    faults = [*_repeated(pack), *_dangling(pack)]
    if faults:
        raise PackInvalid(folder, faults)
    return pack


def _read_part(folder: Path, name: str) -> dict[str, Any]:
    path = folder / LIST_FILES[name]
    if name in _OPTIONAL and not path.exists():
        return {name: []}
    return read_mapping(path)


def _misplaced(head: dict[str, Any], parts: dict[str, dict[str, Any]]) -> Iterator[FieldError]:
    """Fields in a file where they would be overlooked, and lists that are not there."""
    for name, file in LIST_FILES.items():
        if name in head:
            yield FieldError(f"{PACK_FILE}#/{name}", "misplaced", f"{name} belong in {file}")
        if not isinstance(parts[name].get(name), list):
            yield FieldError(f"{file}#/{name}", "list_missing", f"the file needs a list named {name}")
        for field in sorted(parts[name].keys() - {name, *_NAMED_PARTS[name]}):
            yield FieldError(f"{file}#/{field}", "misplaced", f"this file holds {name} and nothing named so")


# ------------------------------------------------------------------ writing out what is named once
def _written_out(parts: dict[str, dict[str, Any]]) -> list[FieldError]:
    """Replaces, in place, names by what they stand for; gives the names that stand for nothing."""
    faults: list[FieldError] = []
    for name in ("proxies", "multipliers"):
        known = parts[name].get("sources", {})
        for pointer, item in _items(parts, name):
            faults += _resolve_sources(item, known, pointer)
    factors = parts["measures"].get("additionality", {})
    for pointer, item in _items(parts, "measures"):
        faults += _resolve(item, "additionality", factors, pointer)
    for _, item in _items(parts, "crosswalks"):
        if isinstance(item.get("rows"), dict):
            item["rows"] = list(_rows(item["rows"]))
    return faults


def _items(parts: dict[str, dict[str, Any]], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each item of a list that is a mapping, with its place; others are left for the contract to refuse."""
    found = parts[name].get(name)
    for index, item in enumerate(found if isinstance(found, list) else []):
        if isinstance(item, dict):
            yield f"{LIST_FILES[name]}#/{name}/{_label(item, index)}", item


def _resolve_sources(item: dict[str, Any], known: dict[str, Any], pointer: str) -> list[FieldError]:
    """A proxy lists `sources`, a multiplier has one `source`."""
    faults = _resolve(item, "source", known, pointer)
    listed = item.get("sources")
    if isinstance(listed, list):
        holders = [{"sources": name} for name in listed]
        faults += [fault for holder in holders for fault in _resolve(holder, "sources", known, pointer)]
        item["sources"] = [holder["sources"] for holder in holders]
    return faults


def _resolve(item: dict[str, Any], field: str, known: Any, pointer: str) -> list[FieldError]:
    """Puts what a name stands for in its place; anything but a name is left as it is."""
    name = item.get(field)
    if not isinstance(name, str):
        return []
    if not isinstance(known, dict) or name not in known:
        return [FieldError(f"{pointer}/{field}", "name_unknown", f"'{name}' is not named in this file")]
    item[field] = known[name]
    return []


def _rows(table: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for measure, shares in table.items():
        for category, share in shares.items() if isinstance(shares, dict) else [(None, shares)]:
            yield {"measure": measure, "category": category, "share": share}


# ------------------------------------------------------------------ naming the place of a fault
def _label(item: dict[str, Any], index: int) -> str:
    """What a reader looks for in the file: the item's code, else its number counted from 0."""
    if "category" in item:  # a row of a crosswalk
        return f"{item.get('measure')}/{item['category']}"
    for key in ("code", "scheme", "industry"):
        if isinstance(item.get(key), str):
            return str(item[key])
    return str(index)


def _fault(found: Any, content: dict[str, Any]) -> FieldError:
    """A fault of the contract, told as file, item and field."""
    location: tuple[str | int, ...] = found["loc"]
    file = LIST_FILES.get(str(location[0]), PACK_FILE) if location else PACK_FILE
    steps: list[str] = []
    here: Any = content
    for step in location:
        here = _step_into(here, step)
        steps.append(_label(here, step) if isinstance(step, int) and isinstance(here, dict) else str(step))
    return FieldError(f"{file}#/{'/'.join(steps)}", str(found["type"]), str(found["msg"]))


def _step_into(here: Any, step: str | int) -> Any:
    if isinstance(here, dict):
        return here.get(step)
    if isinstance(here, list) and isinstance(step, int) and step < len(here):
        return here[step]
    return None


# ------------------------------------------------------------------ references
def _repeated(pack: FrameworkPack) -> Iterator[FieldError]:
    """Codes that name two things of one kind."""
    kinds: list[tuple[str, str, Iterable[str]]] = [
        (PACK_FILE, "themes", (theme.code for theme in pack.themes)),
        (PACK_FILE, "outcomes", (outcome.code for outcome in pack.outcomes)),
        (LIST_FILES["measures"], "measures", (measure.code for measure in pack.measures)),
        (LIST_FILES["proxies"], "proxies", (proxy.code for proxy in pack.proxies)),
        (LIST_FILES["crosswalks"], "crosswalks", (crosswalk.scheme for crosswalk in pack.crosswalks)),
        (
            LIST_FILES["multipliers"],
            "multipliers",
            (f"{multiplier.place}/{multiplier.industry}" for multiplier in pack.multipliers),
        ),
    ]
    for file, kind, codes in kinds:
        for code, times in Counter(codes).items():
            if times > 1:
                yield FieldError(f"{file}#/{kind}/{code}", "repeated", "the code is used more than once")


def _dangling(pack: FrameworkPack) -> Iterator[FieldError]:
    """References of the pack to something that it does not hold."""
    themes = {theme.code for theme in pack.themes}
    outcomes = {outcome.code for outcome in pack.outcomes}
    measures = {measure.code for measure in pack.measures}
    proxies = {proxy.code for proxy in pack.proxies}
    for outcome in pack.outcomes:
        yield from _unknown(f"{PACK_FILE}#/outcomes/{outcome.code}/theme", [outcome.theme], themes)
    for measure in pack.measures:
        place = f"{LIST_FILES['measures']}#/measures/{measure.code}"
        yield from _unknown(f"{place}/outcome", [measure.outcome], outcomes)
        yield from _unknown(f"{place}/proxy", [measure.proxy] if measure.proxy else [], proxies)
        yield from _unknown(f"{place}/excludes", measure.excludes, measures - {measure.code})
        if (measure.valuation == "proxy") != (measure.proxy is not None):
            yield FieldError(
                f"{place}/proxy", "proxy_mismatch", "a proxy goes with valuation: proxy, and only so"
            )
    for crosswalk in pack.crosswalks:
        place = f"{LIST_FILES['crosswalks']}#/crosswalks/{crosswalk.scheme}"
        yield from _unknown(f"{place}/rows", (row.measure for row in crosswalk.rows), measures)
        yield from _unknown(f"{place}/rows", (row.category for row in crosswalk.rows), crosswalk.categories)


def _unknown(pointer: str, codes: Iterable[str], known: Iterable[str]) -> Iterator[FieldError]:
    """A fault for each code that is not known, once."""
    for code in sorted(set(codes) - set(known)):
        yield FieldError(pointer, "code_unknown", f"'{code}' names nothing in this pack")
