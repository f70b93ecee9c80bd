"""How does a number become a picture that needs no network, no script and no colour sense?  Inline SVG.

Widths are percentages and text has its own size, so that a chart is as readable on a phone as on a desk; colours are
classes, so that light, dark and print each have theirs. Every picture has its numbers as words in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_BAR, _STEP = 14, 42
_PLOT, _FOOT = 150, 22


@dataclass(frozen=True, slots=True)
class ChartPart:
    """A label, its size, how the size reads in words, and the class that colours it."""

    label: str
    size: float
    words: str
    look: str = "plain"


def stacked(parts: Sequence[ChartPart], title: str) -> Markup:
    """One bar cut into its parts; the labels are the table beside it."""
    whole = sum(part.size for part in parts)
    pieces, start = [], 0.0
    for part in parts:
        share = 100 * part.size / whole if whole else 0.0
        tip = escape(f"{part.label}: {part.words}")
        pieces.append(
            f'<rect class="{part.look}" x="{start:.3f}%" y="0" width="{share:.3f}%" height="28"><title>{tip}</title></rect>'
        )
        start += share
    return _svg(28, title, pieces, "stacked")


def bars(parts: Sequence[ChartPart], title: str) -> Markup:
    """Horizontal bars, each under its label and number."""
    longest = max((part.size for part in parts), default=0) or 1
    pieces = []
    for number, part in enumerate(parts):
        y = number * _STEP
        pieces += [
            f'<text x="0" y="{y + 13}">{escape(_short(part.label, 28))}</text>',
            f'<text x="100%" y="{y + 13}" text-anchor="end">{escape(part.words)}</text>',
            f'<rect class="track" x="0" y="{y + 19}" width="100%" height="{_BAR}" rx="3"/>',
            f'<rect class="{part.look}" x="0" y="{y + 19}" width="{100 * part.size / longest:.3f}%" height="{_BAR}" rx="3">'
            f"<title>{escape(part.label)}: {escape(part.words)}</title></rect>",
        ]
    return _svg(max(1, len(parts)) * _STEP - 6, title, pieces)


def columns(parts: Sequence[ChartPart], title: str) -> Markup:
    """Upright columns over time; first, last and largest are written out."""
    tallest = max((part.size for part in parts), default=0) or 1
    slot = 100 / max(1, len(parts))
    width = min(slot * 0.7, 12)
    pieces = [f'<line class="axis" x1="0" x2="100%" y1="{_PLOT}" y2="{_PLOT}"/>']
    peak = max(range(len(parts)), key=lambda number: parts[number].size, default=0)
    for number, part in enumerate(parts):
        height = (_PLOT - 24) * part.size / tallest
        middle = (number + 0.5) * slot
        pieces.append(
            f'<rect class="{part.look}" x="{middle - width / 2:.3f}%" y="{_PLOT - height:.1f}" width="{width:.3f}%" '
            f'height="{height:.1f}"><title>{escape(part.label)}: {escape(part.words)}</title></rect>'
        )
        if number == peak:
            pieces.append(_note(part.words, middle, _PLOT - height - 6))
        if number in (0, len(parts) - 1):
            pieces.append(_note(part.label, middle, _PLOT + 16))
    return _svg(_PLOT + _FOOT, title, pieces)


def _note(words: str, middle: float, y: float) -> str:
    """Text centred under its column, but inside the picture."""
    anchor, x = ("start", 0.0) if middle < 20 else ("end", 100.0) if middle > 80 else ("middle", middle)
    return f'<text x="{x:.3f}%" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(height: int, title: str, pieces: Sequence[str], look: str = "chart") -> Markup:
    escaped = escape(title)
    start = f'<svg class="{look}" role="img" aria-label="{escaped}" width="100%" height="{height}">'
    return Markup("\n".join([start, f"<title>{escaped}</title>", *pieces, "</svg>"]))  # noqa: S704 -- every text above is escaped


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
