"""Texts for XML: what people paste may hold characters that no XML document does."""

import re

_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xml_text(text: str) -> str:
    """The text with the replacement character for what XML cannot hold (XML 1.0, section 2.2); unescaped."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
