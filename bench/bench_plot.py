"""Bar charts as SVG, readable on light and on dark pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_BARS, _NUMBERS = 400, 70
_LETTER = 7.2  # the widest font that is likely takes as much, on the average
_BAR, _GAP, _TITLE = 18, 8, 34
_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2933 }
.title { font-weight: 600 }
.bar { fill: #2f6f4f }
.other { fill: #9aa5b1 }
@media (prefers-color-scheme: dark) {
  text { fill: #e4e7eb } .bar { fill: #6fbf8f } .other { fill: #616e7c }
}
"""


@dataclass(frozen=True)
class Bar:
    """One bar; `ours` decides its colour."""

    label: str
    value: float
    text: str
    ours: bool = True


def bars(title: str, values: Sequence[Bar]) -> str:
    """A chart of horizontal bars from nought, with what each is at its end."""
    most = max((bar.value for bar in values), default=0) or 1
    labels = round(max((len(bar.label) for bar in values), default=0) * _LETTER) + 8
    width = labels + _BARS + _NUMBERS
    height = _TITLE + len(values) * (_BAR + _GAP)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style>",
        f'<text class="title" x="0" y="18">{escape(title)}</text>',
    ]
    for number, bar in enumerate(values):
        top = _TITLE + number * (_BAR + _GAP)
        length = max(1.0, _BARS * bar.value / most)
        base = top + _BAR - 5
        out.append(f'<text x="{labels - 8}" y="{base}" text-anchor="end">{escape(bar.label)}</text>')
        out.append(f'<rect class="{"bar" if bar.ours else "other"}" x="{labels}" y="{top}" width="{length:.1f}" height="{_BAR}" rx="2"/>')
        out.append(f'<text x="{labels + length + 6:.1f}" y="{base}">{escape(bar.text)}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"
