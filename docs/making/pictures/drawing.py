"""SVG by code: boxes, texts and arrows at given places. Text stays text.

It has a ground of its own, so it is read on a dark page as on a light one, and uses whatever sans-serif face is there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

INK, SOFT, EDGE, GROUND, RAISED = "#1d2025", "#5b616b", "#c9cdd3", "#fbfbf9", "#ffffff"
BLUE, GREEN, RED, AMBER = "#2563b8", "#1a7f4b", "#bd3b2f", "#8a6100"
BLUE_GROUND, GREEN_GROUND, RED_GROUND, AMBER_GROUND = "#e8f0fb", "#e6f4ec", "#fbeae8", "#fdf5e0"
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"
MONO = "ui-monospace, 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace"
_STYLE = (
    f"text{{font-family:{SANS};fill:{INK}}} .m{{font-family:{MONO}}} .b{{font-weight:650}} "
    ".num{font-variant-numeric:tabular-nums}"
)
_TAGS = re.compile(r"(<[^>]*>|…)")
_HEAD = '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'


@dataclass
class Drawing:
    """Draws in the order of the calls, from the top left; `title` is what a screen reader says."""

    width: float
    height: float
    title: str
    parts: list[str] = field(default_factory=list)

    def box(
        self, x: float, y: float, width: float, height: float, fill: str = RAISED, edge: str = EDGE, round_: float = 8
    ) -> None:
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{round_:g}" fill="{fill}" stroke="{edge}"/>'
        )

    def bar(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:g}" width="{width:.1f}" height="{height:g}" rx="2" fill="{fill}"/>'
        )

    def text(
        self, x: float, y: float, text: str, size: float = 14, fill: str = INK, kind: str = "", anchor: str = "start"
    ) -> None:
        """`kind`: m (as code), b (bold), num. `y` is the line that letters stand on."""
        named = f" class={quoteattr(kind)}" if kind else ""
        self.parts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}" style="fill:{fill}"{named}'
            f' xml:space="preserve">{escape(text)}</text>'
        )

    def code(self, x: float, y: float, text: str, size: float) -> None:
        """Tags stand back behind what they hold."""
        parts = "".join(
            f'<tspan style="fill:{SOFT}">{escape(part)}</tspan>' if _TAGS.fullmatch(part) else f'<tspan class="b">{escape(part)}</tspan>'
            for part in _TAGS.split(text)
            if part
        )
        self.parts.append(f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" class="m" xml:space="preserve">{parts}</text>')

    def lines(self, x: float, y: float, texts: list[str], size: float = 13, fill: str = SOFT, step: float = 0) -> None:
        for number, text in enumerate(texts):
            self.text(x, y + number * (step or size * 1.45), text, size, fill)

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str = EDGE, dash: str = "") -> None:
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{stroke}"{dashed}/>')

    def arrow(self, *points: tuple[float, float], dash: str = "") -> None:
        places = " ".join(f"{x:g},{y:g}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<polyline points="{places}" fill="none" stroke="{SOFT}" stroke-width="1.6" marker-end="url(#head)"{dashed}/>'
        )

    def svg(self) -> str:
        opening = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" width="{self.width:g}"'
            f' height="{self.height:g}" role="img" aria-label={quoteattr(self.title)}>'
        )
        marker = f'{_HEAD}<path d="M0 0 8 4 0 8z" fill="{SOFT}"/></marker>'
        ground = f'<rect x="0.5" y="0.5" width="{self.width - 1:g}" height="{self.height - 1:g}" rx="12" fill="{GROUND}" stroke="{EDGE}"/>'
        head = [opening, f"<title>{escape(self.title)}</title><defs><style>{_STYLE}</style>{marker}</defs>", ground]
        return "\n".join([*head, *self.parts, "</svg>"]) + "\n"
