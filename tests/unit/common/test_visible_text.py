"""A name holds nothing that cannot be seen, unless a language or a picture needs it there."""

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.kernel.visible_text import unseen_in, without_unseen
from cdp_common.web.requests import may_hold_unseen

# Format characters that print something, or have to do with hieroglyphs alone.
_PRINTED = frozenset((*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD))
_HIEROGLYPHS = range(0x13430, 0x13456)
_LINES = frozenset((0x9, 0xA, 0xD, 0x85))
_TURNING = frozenset(("RLE", "LRE", "RLO", "LRO", "PDF", "RLI", "LRI", "FSI", "PDI"))
EVERY = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]


def test_no_character_that_turns_text_or_is_not_printed_stands_between_letters():
    refused = {each for each in EVERY if unseen_in(f"a{each}b") == each}
    format_characters = {
        each
        for each in EVERY
        if unicodedata.category(each) == "Cf" and ord(each) not in _PRINTED and ord(each) not in _HIEROGLYPHS
    }
    controls = {each for each in EVERY if unicodedata.category(each) == "Cc" and ord(each) not in _LINES}
    assert {each for each in EVERY if unicodedata.bidirectional(each) in _TURNING} <= refused
    assert format_characters | controls <= refused
    # What is refused beside them: fillers, joiners of graphemes, selectors, line separators, and what Unicode
    # keeps free for more of the kind.
    assert {unicodedata.category(each) for each in refused} == {"Cc", "Cf", "Cn", "Lo", "Mn", "Zl", "Zp"}
    assert sum(unicodedata.category(each) in ("Lo", "Mn") for each in refused) == 4 + 1 + 2 + 4 + 16 + 240
    for form in (json.dumps, lambda text: json.dumps(text, ensure_ascii=False)):
        assert [each for each in refused if not may_hold_unseen(form(f"a{each}b").encode())] == []


@pytest.mark.parametrize(
    "name",
    [
        "Durham County Council",
        "Café “Zürich” – £5 · Ωμέγα · Дом",
        "two\r\nlines\tof text",
        "می\u200cخواهم",  # Persian: a joiner that keeps letters apart
        "ශ්\u200dරී ලංකා",  # Sinhala: Sri
        "ന്\u200d x",  # Malayalam: a letter without its vowel, at the end of a word
        "葛\U000e0100城",  # a variant of a letter in a Japanese name
        "👩🏽\u200d🌾 and ❤\ufe0f\u200d🔥, 1\ufe0f\u20e3, ©\ufe0f",
    ],
)
def test_what_a_language_or_a_picture_needs_is_left(name: str):
    assert unseen_in(name) is None
    assert without_unseen(name) == name


@pytest.mark.parametrize(
    ("name", "unseen", "left"),
    [
        ("Durham\u202e licnuoC", "\u202e", "Durham licnuoC"),
        ("Dur\u200bham", "\u200b", "Durham"),
        ("Dur\u200dham", "\u200d", "Durham"),
        ("می\u200c", "\u200c", "می"),
        ("می\u200c\u200cخ", "\u200c", "می\u200cخ"),
        ("می\u202a\u200cخ", "\u202a", "می\u200cخ"),
        ("Durham\ufe0f", "\ufe0f", "Durham"),
        ("❤\ufe0f\ufe0f", "\ufe0f", "❤\ufe0f"),
        ("\ufe0f\u200d", "\ufe0f", ""),
        ("\U000e0044urham", "\U000e0044", "urham"),
        ("\x1b[2J", "\x1b", "[2J"),
    ],
)
def test_what_is_not_seen_is_found_and_left_out(name: str, unseen: str, left: str):
    assert unseen_in(name) == unseen
    assert without_unseen(name) == left


@given(st.text(st.sampled_from("aé1 می്ශ❤🔥\ufe0f\u200c\u200d\u200b\u202e\U000e0100\xad"), max_size=12))
def test_what_is_left_is_seen_and_nothing_else_was_taken(text: str):
    left = without_unseen(text)
    assert unseen_in(left) is None
    assert (left == text) == (unseen_in(text) is None)
    assert [each for each in left if each.isprintable()] == [each for each in text if each.isprintable()] or (
        "\ufe0f" in text or "\U000e0100" in text
    )
