"""Line charts as SVG, for how a cost grows: readable on light and on dark pages.

The horizontal axis is logarithmic where what grows does so tenfold; the vertical one begins at nought,
so that level is level and twice is twice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from html import escape

_WIDTH, _HEIGHT = 640, 312
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 150, 52, 50
_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2933 }
.title { font-weight: 600 }
.axis { stroke: #9aa5b1; stroke-width: 1 }
.grid { stroke: #9aa5b1; stroke-width: 1; stroke-opacity: 0.3 }
polyline { fill: none; stroke-width: 2.5; stroke-linejoin: round }
.s0 { stroke: #2f6f4f } .s1 { stroke: #b35c1e } .s2 { stroke: #41639f } .s3 { stroke: #8a4f8a }
circle { stroke: none } .d0 { fill: #2f6f4f } .d1 { fill: #b35c1e } .d2 { fill: #41639f } .d3 { fill: #8a4f8a }
@media (prefers-color-scheme: dark) {
  text { fill: #e4e7eb }
  .s0 { stroke: #6fbf8f } .s1 { stroke: #e0975c } .s2 { stroke: #86a6dd } .s3 { stroke: #c590c5 }
  .d0 { fill: #6fbf8f } .d1 { fill: #e0975c } .d2 { fill: #86a6dd } .d3 { fill: #c590c5 }
}
"""


@dataclass(frozen=True)
class Curve:
    """One line: what is measured, by what grows."""

    name: str
    points: Sequence[tuple[float, float]]


class Scale(Enum):
    linear = "linear"
    logarithmic = "logarithmic"


def curves(title: str, across: str, up: str, lines: Sequence[Curve], scale: Scale = Scale.logarithmic) -> str:
    """A chart of lines over one axis; `across` and `up` say what stands on the axes, and in which unit."""
    places = sorted({x for line in lines for x, _ in line.points})
    step = _step(max((y for line in lines for _, y in line.points), default=0) or 1)
    steps = max(1, math.ceil(max((y for line in lines for _, y in line.points), default=0) / step))
    frame = _Frame(places, step * steps, scale)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" role="img">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style>",
        f'<text class="title" x="0" y="18">{escape(title)}</text>',
        *_grid(frame, places, [step * number for number in range(steps + 1)]),
        f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2:.0f}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>',
        f'<text x="0" y="{_TOP - 14}">{escape(up)}</text>',
        *(part for number, line in enumerate(lines) for part in _line(frame, number, line)),
        *_names(frame, lines),
    ]
    return "\n".join([*out, "</svg>"]) + "\n"


class _Frame:
    """Where a point stands on the page."""

    def __init__(self, places: Sequence[float], top: float, scale: Scale) -> None:
        # What is nought has a place of its own, a step before the first that has a logarithm.
        above = [x for x in places if x > 0]
        self._nought = above[0] / 10 if above else 1.0
        self._logarithmic = scale is Scale.logarithmic
        self._first, self._last = (self._measure(x) for x in (places[0], places[-1])) if places else (0.0, 1.0)
        self._top = top

    def _measure(self, x: float) -> float:
        return math.log10(x if x > 0 else self._nought) if self._logarithmic else x

    def x(self, x: float) -> float:
        width = _WIDTH - _LEFT - _RIGHT
        return _LEFT + width * (self._measure(x) - self._first) / ((self._last - self._first) or 1)

    def y(self, y: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * y / self._top


def _step(most: float) -> float:
    """A round number that goes into `most` three to seven times."""
    power = 10 ** math.floor(math.log10(most / 4))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if most / (factor * power) <= 6)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:.3g}"


def _grid(frame: _Frame, places: Sequence[float], heights: Sequence[float]) -> list[str]:
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    out = []
    for height in heights:
        y = frame.y(height)
        out.append(f'<line class="{"grid" if height else "axis"}" x1="{_LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
        out.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_number(height)}</text>')
    for place in places:
        out.append(f'<line class="axis" x1="{frame.x(place):.1f}" y1="{bottom}" x2="{frame.x(place):.1f}" y2="{bottom + 4}"/>')
        out.append(f'<text x="{frame.x(place):.1f}" y="{bottom + 18}" text-anchor="middle">{_number(place)}</text>')
    return out


def _line(frame: _Frame, number: int, line: Curve) -> list[str]:
    places = [(frame.x(x), frame.y(y)) for x, y in line.points]
    out = [f'<polyline class="s{number % 4}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>']
    return out + [f'<circle class="d{number % 4}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in places]


def _names(frame: _Frame, lines: Sequence[Curve]) -> list[str]:
    """Each at the end of its line, and none on another."""
    out, free = [], float(_HEIGHT)
    ended = sorted(((frame.y(line.points[-1][1]), number) for number, line in enumerate(lines) if line.points), reverse=True)
    for y, number in ended:
        free = min(y + 4, free)
        x = frame.x(lines[number].points[-1][0]) + 10
        out.append(f'<circle class="d{number % 4}" cx="{x:.1f}" cy="{free - 4:.1f}" r="3.5"/>')
        out.append(f'<text x="{x + 8:.1f}" y="{free:.1f}">{escape(lines[number].name)}</text>')
        free -= 16
    return out
