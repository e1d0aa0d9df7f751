"""Reading the YAML files of the data folder: safe constructors only, and nothing lost without a word."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from cdp_tools.errors import ToolError

MAX_FILE_BYTES = 5_000_000

_Loader = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # the library's own in C, where it was built, reads ten times faster


class DataFileMissing(ToolError):
    """A data file that is needed is not there."""


class DataFileUnreadable(ToolError):
    """A data file is not YAML that can be used; the text names the file and, where known, the line."""


def read_mapping(path: Path) -> dict[str, Any]:
    """The mapping that a YAML file holds; a key written twice is refused, as the first would be lost."""
    if not path.is_file():
        raise DataFileMissing(f"{path.name}: there is no such file in {path.parent}")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise DataFileUnreadable(f"{path.name}: the file is larger than {MAX_FILE_BYTES} bytes")
    try:
        content = _load(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise DataFileUnreadable(f"{path.name}: the file is not UTF-8 text") from error
    except yaml.YAMLError as error:
        raise DataFileUnreadable(f"{path.name}: {_in_words(error)}") from error
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise DataFileUnreadable(f"{path.name}: the file must hold named fields at its top level")
    return content


def _load(text: str) -> Any:
    loader = _Loader(text)
    try:
        document = loader.get_single_node()
        if document is None:
            return None
        _refuse_repeated_keys(document)
        return loader.construct_document(document)
    finally:
        loader.dispose()


def _refuse_repeated_keys(document: yaml.Node) -> None:
    """The safe loader by itself would keep the last of two equal keys silently."""
    waiting, seen = [document], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:  # an alias of a node that was looked at already
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            _refuse_repeated(key for key, _ in node.value)
            waiting += [value for _, value in node.value]


def _refuse_repeated(keys: Iterable[yaml.Node]) -> None:
    names = set()
    for key in keys:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key must be plain text", key.start_mark)
        if key.value in names:
            raise yaml.constructor.ConstructorError(
                None, None, f"'{key.value}' is written twice", key.start_mark
            )
        names.add(key.value)


def _in_words(error: yaml.YAMLError) -> str:
    """The fault and its line, without the parser's excerpt of the file."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return "the file is not YAML"
