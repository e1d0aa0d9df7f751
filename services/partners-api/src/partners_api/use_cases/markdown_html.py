"""Markdown as HTML that is safe to show: CommonMark with tables, and nothing that runs, tracks or embeds.

Raw HTML in a text is shown as text. What is rendered passes through nh3 (ammonia) besides, so that a fault of
one of the two is not enough. Images go beside a text, where they have their alternative text.
"""

from functools import lru_cache
from html import unescape

import nh3
from markdown_it import MarkdownIt

_TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("em", "strong", "s", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"https", "http", "mailto", "tel"}
_KEPT_TEXTS = 512

_reader = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
_reader.disable("image")


@lru_cache(maxsize=_KEPT_TEXTS)
def html_of(markdown: str) -> str:
    """The text as safe HTML; links open as such, and tell nobody where they were followed from."""
    rendered: str = _reader.render(markdown)
    return nh3.clean(
        rendered,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


def plain_text_of(markdown: str) -> str:
    """The words of the text alone, for a search to look through."""
    return " ".join(unescape(nh3.clean(html_of(markdown), tags=set())).split())
