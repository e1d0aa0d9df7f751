"""Reading the document of a framework pack, from a folder or one file, with the place of every field.

Whoever checks a pack may not trust it: files, depth and parts are bounded, an alias stands for a single value
only, and a link is never followed.
"""

import json
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cdp_common.contracts.pack_schema import PACK_FILE, PACK_FILES
from cdp_common.web.pointers import escaped
from cdp_tools.errors import ToolError

MAX_FILE_BYTES = 5_000_000
MAX_PARTS = 300_000
MAX_DEPTH = 30
MAX_FOLDER_ENTRIES = 1_000

_ENDINGS = (".yaml", ".yml", ".json")
_NAMED_PARTS = frozenset({"sources", "additionality"})  # may be given in several files, each name once


@dataclass(frozen=True, order=True)
class Place:
    """A position in a file, counted from 1 as editors do."""

    file: str
    line: int
    column: int


@dataclass(frozen=True)
class Fault:
    """What is wrong at one place; `pointer` leads into the pack's document, `field` says it with codes."""

    place: Place
    pointer: str
    field: str
    code: str
    message: str


class PackFaulty(ToolError):
    """A pack cannot be used; `faults` names the file, line, field and reason of each fault."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        told = "\n".join(f"  {told_in_a_line(fault)}" for fault in faults)
        super().__init__(f"the framework pack in {path} cannot be used:\n{told}")
        self.faults = tuple(faults)


def told_in_a_line(fault: Fault) -> str:
    """A fault as compilers tell it: file, line and column first, so that an editor can go there."""
    place, where = fault.place, f"{fault.field}: " if fault.field else ""
    return f"{place.file}:{place.line}:{place.column}: {where}{fault.message} [{fault.code}]"


@dataclass
class PackDocument:
    """A pack as it was written, and where each of its fields stands."""

    path: Path
    content: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def fault(self, pointer: str, code: str, message: str) -> Fault:
        """A fault at a pointer; what is not written is told at the nearest part around it that is."""
        near = pointer
        while near and near not in self.places:
            near = near.rpartition("/")[0]
        first = Place(_head_file(self.path), 1, 1)
        return Fault(self.places.get(near, first), pointer, self._in_codes(pointer), code, message)

    def _in_codes(self, pointer: str) -> str:
        """The pointer with the codes of listed parts instead of their numbers."""
        here: Any = self.content
        steps = []
        for step in pointer.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            here = _below(here, name)
            steps.append(_label(here) or name if name.isdigit() else name)
        return "/".join(steps)


def read_document(path: Path) -> PackDocument:
    """The document of the pack in a folder or a single file; raises `PackFaulty`."""
    document = PackDocument(path)
    faults: list[Fault] = []
    for name, file in _files(path, faults):
        try:
            _add(document, name, file, _read(file), faults)
        except _Unreadable as unreadable:
            place = Place(file.name, unreadable.line, unreadable.column)
            faults.append(Fault(place, "", "", unreadable.code, str(unreadable)))
    if faults:
        raise PackFaulty(path, faults)
    return document


def is_pack(path: Path) -> bool:
    """Whether there may be a pack at a path: a folder with a pack file, or a file of a known kind."""
    if path.is_dir():
        return any((path / f"{PACK_FILE}{ending}").is_file() for ending in _ENDINGS)
    return path.is_file() and path.suffix in _ENDINGS


# ------------------------------------------------------------------ files
def _head_file(path: Path) -> str:
    return path.name if path.is_file() else f"{PACK_FILE}.yaml"


def _files(path: Path, faults: list[Fault]) -> Iterator[tuple[str, Path]]:
    """The files to read, the head first, each with the name that says what it may hold."""
    if not path.is_dir():
        if not path.is_file():
            faults.append(_file_fault(path.name, "file_missing", "there is no such file or folder"))
        elif path.suffix not in _ENDINGS:
            faults.append(_file_fault(path.name, "file_unknown", "a pack is YAML or JSON"))
        else:
            yield PACK_FILE, path
        return
    found = _pack_files(path, faults)
    if PACK_FILE not in found:
        faults.append(_file_fault(f"{PACK_FILE}.yaml", "file_missing", "every pack has this file"))
    yield from ((name, found[name]) for name in PACK_FILES if name in found)


def _pack_files(folder: Path, faults: list[Fault]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for count, file in enumerate(sorted(folder.iterdir())):
        if count >= MAX_FOLDER_ENTRIES:
            words = f"the folder holds more than {MAX_FOLDER_ENTRIES} entries"
            faults.append(_file_fault(folder.name, "too_many_files", words))
            break
        if file.suffix not in _ENDINGS:
            continue
        if file.stem not in PACK_FILES:
            words = f"a pack has no such file; there are: {', '.join(PACK_FILES)}"
            faults.append(_file_fault(file.name, "file_unknown", words))
        elif file.stem in found:
            words = f"{found[file.stem].name} stands beside it; one of them would be overlooked"
            faults.append(_file_fault(file.name, "file_duplicate", words))
        elif not stat.S_ISREG(file.lstat().st_mode):
            faults.append(_file_fault(file.name, "file_not_plain", "links and special files are not read"))
        else:
            found[file.stem] = file
    return found


def _file_fault(file: str, code: str, words: str) -> Fault:
    return Fault(Place(file, 1, 1), "", "", code, words)


# ------------------------------------------------------------------ one file
class _Unreadable(Exception):
    """A file that is not the YAML or JSON of a pack."""

    def __init__(self, code: str, words: str, line: int = 1, column: int = 1) -> None:
        super().__init__(words)
        self.code, self.line, self.column = code, line, column


@dataclass(frozen=True)
class _Read:
    content: dict[str, Any]
    node: yaml.MappingNode


def _read(file: Path) -> _Read:
    if file.stat().st_size > MAX_FILE_BYTES:
        raise _Unreadable("file_too_large", f"a file has at most {MAX_FILE_BYTES} bytes")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Unreadable("not_utf8", "the file is not UTF-8 text") from error
    written = _json(text) if file.suffix == ".json" else None
    # A tab between the parts of a JSON document is a space like any other, which YAML does not allow.
    text = text.replace("\t", " ") if written is not None else text
    try:
        return _composed(text, written)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        words = "the file holds a character that YAML does not allow"
        raise _Unreadable("yaml_syntax", words, line, column) from error
    except yaml.MarkedYAMLError as error:
        raise _in_words(error) from error
    except ValueError as error:
        # What a plain scalar says is not always possible: 2026-02-30 reads as a date and is none.
        raise _Unreadable("not_possible", f"a value cannot be: {error}") from error


def _composed(text: str, written: Any) -> _Read:
    loader = _PackLoader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise _Unreadable("not_a_mapping", "the file must hold named fields at its top level")
        return _Read(written if written is not None else loader.construct_document(node), node)
    finally:
        loader.dispose()


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise _Unreadable("json_syntax", error.msg, error.lineno, error.colno) from error
    except RecursionError as error:
        raise _Unreadable("too_deep", f"parts are nested at most {MAX_DEPTH} deep") from error


class _PackLoader(yaml.SafeLoader):
    """Composes bounded documents in which nothing stands for more than it shows."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = self._parts = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]  # types-PyYAML leaves it bare
        self._depth += 1
        self._parts += 1
        if self._depth > MAX_DEPTH:
            _refuse(f"parts are nested at most {MAX_DEPTH} deep", event.start_mark)
        if self._parts > MAX_PARTS:
            _refuse(f"a file has at most {MAX_PARTS} parts", event.start_mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        if isinstance(event, yaml.AliasEvent) and not isinstance(node, yaml.ScalarNode):
            _refuse("an alias may stand for a single value only", event.start_mark)
        self._depth -= 1
        return node

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:str":
                _refuse("a name must be text; put it in quotes", key.start_mark)
            if key.value in seen:
                _refuse(f"'{key.value}' is written twice", key.start_mark)
            seen.add(key.value)
        return node


def _refuse(words: str, mark: Any) -> None:
    raise yaml.composer.ComposerError(None, None, words, mark)


def _in_words(error: yaml.MarkedYAMLError) -> _Unreadable:
    """The fault and its place, without the parser's excerpt of the file."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    return _Unreadable("yaml_syntax", str(error.problem or error.context), line, column)


# ------------------------------------------------------------------ one document of several files
def _add(document: PackDocument, name: str, file: Path, read: _Read, faults: list[Fault]) -> None:
    for key, value in read.node.value:
        field_name, place = key.value, _place(file, key)
        if name != PACK_FILE and field_name not in PACK_FILES[name]:
            words = f"this file holds {', '.join(PACK_FILES[name])} and nothing named so"
            faults.append(Fault(place, f"/{escaped(field_name)}", field_name, "misplaced", words))
            continue
        given = read.content[field_name]
        earlier = document.content.get(field_name)
        if field_name in _NAMED_PARTS and isinstance(earlier, dict) and isinstance(given, dict):
            faults += _twice(file, field_name, earlier, value)
            document.content[field_name] = {**earlier, **given}
        elif field_name in document.content:
            other = document.places[f"/{escaped(field_name)}"].file
            words = f"it stands in {other} already"
            faults.append(Fault(place, f"/{escaped(field_name)}", field_name, "given_twice", words))
            continue
        else:
            document.content[field_name] = given
            document.places[f"/{escaped(field_name)}"] = place
        _note_places(document.places, file, value, f"/{escaped(field_name)}")


def _twice(file: Path, kind: str, earlier: Mapping[str, Any], node: yaml.MappingNode) -> Iterator[Fault]:
    for key, _ in node.value:
        if key.value in earlier:
            pointer, words = f"/{kind}/{escaped(key.value)}", "another file gives this name a meaning too"
            yield Fault(_place(file, key), pointer, f"{kind}/{key.value}", "given_twice", words)


def _place(file: Path, node: yaml.Node) -> Place:
    return Place(file.name, node.start_mark.line + 1, node.start_mark.column + 1)


def _note_places(places: dict[str, Place], file: Path, node: yaml.Node, pointer: str) -> None:
    """Where everything below a node stands: a field at its name, an item of a list at its beginning."""
    waiting = [(node, pointer)]
    while waiting:
        here, at = waiting.pop()
        if isinstance(here, yaml.MappingNode):
            for key, value in here.value:
                below = f"{at}/{escaped(key.value)}"
                places[below] = _place(file, key)
                waiting.append((value, below))
        elif isinstance(here, yaml.SequenceNode):
            for index, item in enumerate(here.value):
                places[f"{at}/{index}"] = _place(file, item)
                waiting.append((item, f"{at}/{index}"))


def _below(here: Any, name: str) -> Any:
    if isinstance(here, dict):
        return here.get(name)
    if isinstance(here, list) and name.isdigit() and int(name) < len(here):
        return here[int(name)]
    return None


def _label(part: Any) -> str | None:
    """What a reader looks for in the file: the code of a part, or the names that stand for one."""
    if not isinstance(part, dict):
        return None
    if {"measure", "category"} <= part.keys():
        return f"{part['measure']}/{part['category']}"
    if {"place", "industry"} <= part.keys():
        return f"{part['place']}/{part['industry']}"
    return next((part[key] for key in ("code", "scheme", "measure") if isinstance(part.get(key), str)), None)
