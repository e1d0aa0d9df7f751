"""Characters that have no place in a name: nobody sees them, or they turn round what stands beside them.

With them two names look alike that are not, or a name reads otherwise than it is written ("Trojan source").
Sources: RFC 8264 (PRECIS), sections 9.12 and 9.13, disallows control characters and what Unicode calls
Default_Ignorable_Code_Point, in free text as well; UAX #31 and RFC 5892, A.1 and A.2, say which of these a
language needs: joiners. They, and selectors of variants, may stand where they change what is seen.
"""

from __future__ import annotations

import re
import unicodedata

# Default_Ignorable_Code_Point, controls without tab and line ends, separators of lines, annotations. Controls
# of direction (202A-202E, 2066-2069, 200E, 200F, 061C) and tags (E0000-E007F) are among them.
_UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
_SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_NEVER = re.compile(f"[{_UNSEEN}]")
_SELECTOR = re.compile(f"[{_SELECTORS}]")
_BY_NEIGHBOURS = re.compile(f"[\u200c\u200d{_SELECTORS}]")
_CANDIDATE = re.compile(f"[{_UNSEEN}\u200c\u200d{_SELECTORS}]")

_VIRAMA = 9
"""Its canonical combining class: it suppresses a vowel, and a joiner after it says how that is written."""
_KEYCAPS = frozenset("#*0123456789")
_PICTURES = frozenset(("So", "Sk"))
_SCRIPTED = frozenset(("Lo", "Lm", "Mn", "Mc", "Me"))
_FIRST_SCRIPTED = "\u0590"
"""Before it stand the letters and marks of Latin, Greek and Cyrillic, which join nothing."""


def unseen_in(text: str) -> str | None:
    """The first character that has no place in a name, if there is one."""
    if text.isascii() and text.isprintable():
        return None  # nearly all
    for found in _CANDIDATE.finditer(text):
        at = found.start()
        if _NEVER.match(found[0]) or not _is_needed(text[at - 1 : at], found[0], text[at + 1 : at + 2]):
            return found[0]
    return None


def without_unseen(text: str) -> str:
    """The text without such characters, for what others have written and is kept."""
    if unseen_in(text) is None:
        return text
    seen = _NEVER.sub("", text)
    kept: list[str] = []
    for at, here in enumerate(seen):
        before = kept[-1] if kept else ""
        if not _BY_NEIGHBOURS.match(here) or _is_needed(before, here, seen[at + 1 : at + 2]):
            kept.append(here)
    return "".join(kept)


def _is_needed(before: str, here: str, after: str) -> bool:
    """Whether a joiner or a selector changes what is seen of its neighbours."""
    if _SELECTOR.match(here):
        return before in _KEYCAPS or (_can_vary(before) and not _SELECTOR.match(before))
    if before and unicodedata.combining(before) == _VIRAMA:
        return True
    return _can_vary(before) and _can_vary(after) and not _SELECTOR.match(after)


def _can_vary(letter: str) -> bool:
    """Whether it is a picture, or of a script whose letters join or vary; no letter at all does not."""
    if letter == "":
        return False
    kind = unicodedata.category(letter)
    return kind in _PICTURES or (letter >= _FIRST_SCRIPTED and kind in _SCRIPTED)
