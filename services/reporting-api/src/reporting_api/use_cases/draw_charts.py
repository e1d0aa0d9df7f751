"""Bar charts as inline SVG: each says in words what it shows, and never by colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

WIDTH, LABEL, BAR, ROW = 640, 210, 270, 26
MAX_BARS = 40


def bar_chart(name: str, bars: Sequence[tuple[str, Decimal, str]]) -> str:
    """A horizontal bar for each label with its value written beside it; at most the first forty.

    A bar's third part is its value in words. Negative values have no bar and stand as what they are.
    """
    shown = bars[:MAX_BARS]
    largest = max((value for _, value, _ in shown), default=Decimal(0))
    height = ROW * max(len(shown), 1) + 8
    words = "; ".join(f"{label} {text}" for label, _, text in shown) or "nothing"
    rows = []
    for index, (label, value, text) in enumerate(shown):
        top = 4 + index * ROW
        length = int(value * BAR / largest) if largest > 0 and value > 0 else 0
        rows.append(
            f'<text x="{LABEL - 8}" y="{top + 16}" text-anchor="end">{escape(_short(label))}</text>'
            f'<rect x="{LABEL}" y="{top + 3}" width="{length}" height="{ROW - 8}" fill="#003a70"/>'
            f'<text x="{LABEL + length + 6}" y="{top + 16}">{escape(text)}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label={quoteattr(f"{name}: {words}")} '
        f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-size="12" fill="#0b0c0c">'
        f"<title>{escape(name)}: {escape(words)}</title>{''.join(rows)}</svg>"
    )


def _short(label: str) -> str:
    return label if len(label) <= 32 else f"{label[:31]}…"
