"""Framework packs from disk: read, held to the schema and to every rule of an edition, without a network.

The rules themselves are those of toms-engine, which stores the packs: the tools call them and have none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cdp_common.contracts.framework_packs import FrameworkPack
from cdp_common.contracts.framework_packs import Tailoring as WireTailoring
from cdp_common.web.pointers import field_errors
from cdp_tools.pack_documents import Fault, PackDocument, PackFaulty, is_pack, read_document
from toms_engine.domain.canonical import edition_hash
from toms_engine.domain.edition import EditionContent
from toms_engine.domain.errors import PackRefused
from toms_engine.use_cases.resolve_pack import ParentEdition, resolve_pack

MAX_GENERATIONS = 8
"""How many parents one above the other are followed."""

MAX_NEIGHBOURS = 200
"""How many files and folders beside a pack are looked through for its parent."""


@dataclass(frozen=True)
class CheckedPack:
    """A pack in which no fault was found, and the edition that it makes."""

    pack: FrameworkPack
    content: EditionContent
    edition_hash: str


def load_pack(path: Path, parents: Sequence[Path] = ()) -> FrameworkPack:
    """The pack in a folder or file, as the API imports it; raises `PackFaulty`."""
    return check_pack(path, parents).pack


def check_pack(path: Path, parents: Sequence[Path] = ()) -> CheckedPack:
    """The pack in a folder or file with its edition; raises `PackFaulty` with every fault found.

    The parent of a tailoring is looked for among `parents` and among the packs beside it.
    """
    return _checked(path, tuple(parents), ())


def read_pack(path: Path) -> tuple[FrameworkPack, PackDocument]:
    """The pack in a folder or file, held to the schema alone, and its document; raises `PackFaulty`."""
    document = read_document(path)
    try:
        return FrameworkPack.model_validate(document.content), document
    except ValidationError as error:
        raise PackFaulty(path, list(_schema_faults(document, error))) from error


def _checked(path: Path, parents: tuple[Path, ...], below: tuple[Path, ...]) -> CheckedPack:
    pack, document = read_pack(path)
    parent = None
    if pack.tailors is not None:
        parent = _parent(document, pack.tailors, parents, (*below, path.resolve()))
    try:
        content = resolve_pack(pack, parent)
    except PackRefused as refused:
        faults = [document.fault(found.pointer, found.code, found.message) for found in refused.errors]
        raise PackFaulty(path, faults) from refused
    return CheckedPack(pack, content, edition_hash(content))


def _schema_faults(document: PackDocument, error: ValidationError) -> Iterator[Fault]:
    for found in error.errors(include_url=False):
        [told] = field_errors([{**found, "loc": ("body", *found["loc"])}], document.content)
        yield document.fault(told.pointer, told.code, told.message)


# ------------------------------------------------------------------ the parent of a tailoring
def _parent(
    document: PackDocument, wanted: WireTailoring, parents: tuple[Path, ...], line: tuple[Path, ...]
) -> ParentEdition:
    if len(line) > MAX_GENERATIONS:
        words = f"at most {MAX_GENERATIONS} editions tailor one another"
        raise PackFaulty(document.path, [document.fault("/tailors", "too_many_parents", words)])
    for candidate in (*parents, *_neighbours(document.path)):
        if candidate.resolve() in line or not _is_named(candidate, wanted):
            continue
        try:
            found = _checked(candidate, parents, line)
        except PackFaulty as faulty:
            words = f"the parent in {candidate} has {len(faulty.faults)} faults; check it first"
            fault = document.fault("/tailors", "parent_faulty", words)
            raise PackFaulty(document.path, [fault]) from faulty
        return ParentEdition(found.content, found.edition_hash)
    words = f"no pack of {wanted.framework} {wanted.edition} is beside this one; say where with --parent"
    raise PackFaulty(document.path, [document.fault("/tailors", "parent_unknown", words)])


def _neighbours(path: Path) -> list[Path]:
    beside = sorted(path.resolve().parent.iterdir())[:MAX_NEIGHBOURS]
    return [found for found in beside if is_pack(found)]


def _is_named(candidate: Path, wanted: WireTailoring) -> bool:
    """Whether a pack has the framework and edition wanted; what cannot be read is not the parent."""
    try:
        content: dict[str, Any] = read_document(candidate).content
    except PackFaulty:
        return False
    return (content.get("framework"), content.get("edition")) == (wanted.framework, wanted.edition)
