"""The rules of the Knowledge Hub: four eyes, safe HTML, passages that hold text alone."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.kernel.errors import CdpError
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.hub_pages import Hand, require_other_person
from partners_api.domain.snippets import MATCH_BEGINS, MATCH_ENDS, html_of, parts_of, searchable
from partners_api.storage.human_values import human_values
from partners_api.use_cases.markdown_html import html_of as markdown_html
from partners_api.use_cases.markdown_html import plain_text_of

ONE, OTHER, ANNA, BERT = (new_id() for _ in range(4))


@pytest.mark.parametrize(
    ("author", "by", "is_other"),
    [
        (Hand("a", ONE, ANNA), Hand("a", ONE, BERT), True),  # two people at one client
        (Hand("a", ONE, ANNA), Hand("b", OTHER, ANNA), False),  # one person for two organisations
        (Hand("a", ONE, None), Hand("b", ONE, None), False),  # two clients of one organisation
        (Hand("a", ONE, ANNA), Hand("b", ONE, None), False),
        (Hand("a", ONE, None), Hand("b", OTHER, ANNA), True),
    ],
)
def test_a_version_is_reviewed_by_another_person(author: Hand, by: Hand, is_other: bool) -> None:
    if is_other:
        require_other_person(author, by)
    else:
        with pytest.raises(CdpError) as refused:
            require_other_person(author, by)
        assert refused.value.code == "reviewer_is_author"


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&#58;alert(1))",
    "[x](\tjavascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "![x](javascript:alert(1))",
    "![x](https://tracker.example/pixel.gif)",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe src='https://evil.example'></iframe>",
    "<math><mtext></mtext><mglyph><style></math><img src onerror=alert(1)>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<form action='https://evil.example'><input name=q></form>",
    "<base href='https://evil.example/'>",
    '[x](https://example.org "onmouseover=alert(1) x=")',
    "`</code><script>alert(1)</script>`",
    "```\n</pre><script>alert(1)</script>\n```",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "<!-- --><script>alert(1)</script>",
    "<p style='background:url(javascript:alert(1))' onclick='alert(1)'>x",
    "> " * 500 + "x",
    "[" * 2_000 + "x",
    "*" * 5_000,
]
TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("em", "strong", "s", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"href", "title", "rel", "start"}


class Harmless(HTMLParser):
    """Reads HTML as it is sent and collects what may not be in it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.faults.append(tag)
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.faults.append(f"{tag} {name}")
            scheme = re.match(r"[\s\x00-\x20]*([a-zA-Z][a-zA-Z0-9+.-]*):", value or "")
            if name == "href" and scheme and scheme[1].lower() not in ("https", "http", "mailto", "tel"):
                self.faults.append(f"{tag} {value}")

    def handle_comment(self, data: str) -> None:
        self.faults.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.faults.append("declaration")


def faults_of(html: str) -> list[str]:
    parser = Harmless()
    parser.feed(html)
    parser.close()
    return parser.faults


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_runs_or_embeds_comes_out_of_a_hostile_text(text: str) -> None:
    for around in (text, f"- {text}", f"| a |\n|---|\n| {text} |", f"**{text}**\n\n{text}"):
        assert faults_of(markdown_html(around)) == []


@given(
    st.lists(st.sampled_from([*HOSTILE, "\n", "\n\n", "[", "](", ")", "<", ">", "`", "*x*", '"']), max_size=6)
)
def test_nothing_comes_out_of_hostile_texts_run_together_either(pieces: list[str]) -> None:
    text = "".join(piece[:200] for piece in pieces)
    assert faults_of(markdown_html(text)) == []
    assert faults_of(html_of(parts_of(plain_text_of(text)))) == []


def test_the_checker_of_these_tests_sees_what_would_be_harm() -> None:
    assert faults_of("<p onclick=x><script>") == ["p onclick", "script"]
    assert faults_of("<a href=' javascript:x'>") == ["a  javascript:x"]


def test_markdown_is_shown_as_it_is_meant() -> None:
    text = "# Bid\n\n- one\n- [two](https://example.org)\n\n| a |\n|---|\n| ~~b~~ |"
    html = markdown_html(text)
    assert "<h1>Bid</h1>" in html
    assert '<a href="https://example.org" rel="noopener noreferrer nofollow">two</a>' in html
    assert "<td><s>b</s></td>" in html
    assert plain_text_of(text) == "Bid one two a b"


@given(st.text(alphabet=st.sampled_from([*"ab<&\"'>", MATCH_BEGINS, MATCH_ENDS]), max_size=20))
def test_a_passage_is_text_with_marks_and_nothing_else(passage: str) -> None:
    parts = parts_of(passage)
    assert "".join(part.text for part in parts) == searchable(passage)
    shown = html_of(parts)
    assert re.sub(r"</?mark>", "", shown).count("<") == 0
    assert shown.count("<mark>") == shown.count("</mark>") == sum(part.is_match for part in parts)


def test_there_are_fourteen_human_values_with_their_source() -> None:
    listed = human_values()
    assert len({value.code for value in listed.values}) == len(listed.values) == 14
    assert "BBC research" in listed.source
