"""Passages in which a search found something, as parts and as HTML that holds nothing but text and marks."""

from dataclasses import dataclass
from html import escape

MATCH_BEGINS, MATCH_ENDS = "\ue000", "\ue001"
"""Characters of a private range, which no indexed text holds: what stands between them was sought."""


@dataclass(frozen=True)
class Part:
    """A part of a passage."""

    text: str
    is_match: bool


def searchable(text: str) -> str:
    """The text without the two characters, so that nobody can write a mark into a passage."""
    return text.replace(MATCH_BEGINS, "").replace(MATCH_ENDS, "")


def parts_of(passage: str) -> list[Part]:
    """The parts of a marked passage in their order; an unclosed mark goes to the end."""
    parts: list[Part] = []
    for index, piece in enumerate(passage.split(MATCH_BEGINS)):
        match, ends, rest = piece.partition(MATCH_ENDS)
        if index == 0 or not ends:
            parts.append(Part(piece.replace(MATCH_ENDS, ""), is_match=index > 0))
        else:
            parts += [Part(match, is_match=True), Part(rest.replace(MATCH_ENDS, ""), is_match=False)]
    return [part for part in parts if part.text]


def html_of(parts: list[Part]) -> str:
    """The parts as HTML: every character of theirs is text."""
    return "".join(
        f"<mark>{escape(part.text)}</mark>" if part.is_match else escape(part.text) for part in parts
    )
