"""Reading the guides: the commands that a reader would run, and the output that the guide promises."""

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "guides"
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "--- block {} ---"


@dataclass(frozen=True)
class Block:
    """Commands, and the lines that their output holds in this order; … stands for anything."""

    commands: str
    promised: tuple[str, ...]


def blocks_of(guide: str) -> list[Block]:
    """A guide's bash blocks; a text block right after one shows what it prints."""
    text = (FOLDER / guide).read_text(encoding="utf-8")
    found: list[Block] = []
    for fence in _FENCE.finditer(text):
        kind, content = fence[1], fence[2]
        if kind == "bash":
            found.append(Block(content, ()))
        elif kind == "text":
            found[-1] = Block(found[-1].commands, tuple(content.splitlines()))
    return found


def script_of(blocks: list[Block]) -> str:
    """One script of all blocks, which stops at the first that fails and marks where each begins."""
    parts = ["set -euo pipefail"]
    for number, block in enumerate(blocks):
        parts += [f"echo '{MARK.format(number)}'", block.commands]
    return "\n".join(parts)


def outputs_of(output: str, count: int) -> list[str]:
    """What each block printed; blocks that were not reached are missing."""
    found = []
    rest = output
    for number in range(count):
        before, mark, rest = rest.partition(MARK.format(number) + "\n")
        if number > 0:
            found.append(before)
        if not mark:
            return found
    return [*found, rest]


def missing(promised: tuple[str, ...], output: str) -> list[str]:
    """The promised lines that the output does not hold, in their order."""
    lines = iter(output.splitlines())
    return [wanted for wanted in promised if not any(_fits(wanted, line) for line in lines)]


def _fits(wanted: str, line: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in wanted.strip().split("…"))
    return re.fullmatch(pattern, line.strip()) is not None
