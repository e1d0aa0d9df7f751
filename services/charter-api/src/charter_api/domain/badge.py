"""The badge of a signature as a picture for a website: words and shapes alone, no script, nothing fetched."""

from __future__ import annotations

from html import escape

from cdp_common.kernel.xml_text import xml_text
from charter_api.domain.standing import SignatureState

MAX_NAME_CHARS = 44
"""What fits on the badge; the whole name is in its text alternative."""

_GOOD, _OVER, _SAMPLE = "#0b5d3b", "#5a5a5a", "#6b4a00"
_WORDS: dict[SignatureState, str] = {
    "active": "Signatory",
    "due_for_renewal": "Signatory",
    "suspended": "Signature suspended",
    "lapsed": "Signature lapsed",
    "withdrawn": "No longer a signatory",
    "merged": "Signature continued under another number",
}


def badge_of(
    organisation: str,
    charter: str,
    state: SignatureState,
    expires_on: str,
    *,
    level: str | None,
    is_sample: bool,
) -> str:
    """The badge as SVG with a title and a description; it says so when the signature is not in force, and
    a sample says in all three that it is one, in a colour of its own."""
    is_good = state in ("active", "due_for_renewal")
    word = _WORDS[state]
    until = f"until {expires_on}" if is_good else "not in force"
    at_level = "" if level is None else f", {level}"
    standing = until if level is None else f"{_short(level)}, {until}"
    colour = _SAMPLE if is_sample else _GOOD if is_good else _OVER
    title = escape(f"{'Sample. ' if is_sample else ''}{word}{at_level}: {organisation}, {charter}")
    note = " An invented sample, no real signature." if is_sample else ""
    description = escape(f"{organisation}. {word} of {charter}{at_level}, {until}.{note}")
    lines = [
        f'<text x="24" y="44" font-size="22" font-weight="700">{escape(word)}</text>',
        f'<text x="24" y="76" font-size="15">{escape(_short(charter))}</text>',
        f'<text x="24" y="104" font-size="15">{escape(_short(organisation))}</text>',
        f'<text x="24" y="130" font-size="13">{escape(standing)}</text>',
    ]
    if is_sample:
        lines.append('<text x="376" y="130" font-size="15" font-weight="700" text-anchor="end">SAMPLE</text>')
    return xml_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="150" viewBox="0 0 400 150" '
        'role="img" aria-labelledby="badge-title badge-description">'
        f'<title id="badge-title">{title}</title><desc id="badge-description">{description}</desc>'
        f'<rect width="400" height="150" rx="12" fill="{colour}"/>'
        f'<g fill="#ffffff" font-family="Arial, Helvetica, sans-serif">{"".join(lines)}</g></svg>'
    )


def _short(text: str) -> str:
    return text if len(text) <= MAX_NAME_CHARS else f"{text[: MAX_NAME_CHARS - 1]}…"
