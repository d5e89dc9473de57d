"""A page as a list of blocks, put into one HTML file by the template beside this module."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from wethink_plugins.report.bars import Bar, Histogram
from wethink_plugins.report.chart import LineChart

Tone = Literal["", "good", "bad", "quiet", "code", "name", "whole"]


@dataclass(frozen=True)
class Number:
    """A headline figure."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Cell:
    """A table cell that isn't plain: a tone, or a reason that shows under the pointer. `code` keeps white space, `name` some width, `whole` one line."""

    text: str
    tone: Tone = ""
    title: str = ""


@dataclass(frozen=True)
class Fact:
    """A labelled line of a card; `code` keeps white space and tags visible, for what a model wrote."""

    label: str
    text: str
    tone: Tone = ""
    code: bool = False


@dataclass(frozen=True)
class Card:
    """One picture of a gallery, with what belongs to it. `image` is a data URI (see `data_uri`).

    `more` are facts under a line, `more_label`, that opens them.
    """

    title: str
    facts: Sequence[Fact]
    image: str = ""
    caption: str = ""
    more: Sequence[Fact] = ()
    more_label: str = "more"


@dataclass
class Page:
    """Builds a page from top to bottom; every method returns the page. `write` puts it on disk whole or not at all."""

    title: str
    subtitle: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)

    def section(self, heading: str, *paragraphs: str) -> Page:
        self._add("section", heading=heading)
        return self.text(*paragraphs)

    def text(self, *paragraphs: str) -> Page:
        return self._add("text", paragraphs=paragraphs) if paragraphs else self

    def note(self, text: str) -> Page:
        """A remark set apart: what a reader must not miss or mistake."""
        return self._add("note", text=text)

    def numbers(self, *numbers: Number) -> Page:
        return self._add("numbers", numbers=numbers)

    def figure(self, *charts: LineChart | Histogram, caption: str = "") -> Page:
        """One chart, or several side by side."""
        return self._add("figure", charts=charts, caption=caption)

    def table(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[object]],
        caption: str = "",
        legend: Sequence[str] = (),
    ) -> Page:
        """Cells are text, numbers (set to the right, floats with three digits), None (a dash), `Cell` or `Bar`.

        `legend` names the colours of the parts of its bars.
        """
        return self._add("table", **_table(header, rows), caption=caption, legend=legend)

    def fold(self, summary: str, header: Sequence[str], rows: Sequence[Sequence[object]], count: str = "") -> Page:
        """A table under a line that opens it; `count` stands at the line's end."""
        return self._add("fold", **_table(header, rows), summary=summary, count=count)

    def gallery(self, cards: Sequence[Card]) -> Page:
        return self._add("gallery", cards=cards)

    def html(self) -> str:
        return str(_template().render(page=self))

    def write(self, path: Path | str) -> Path:
        """Write beside `path` under another name, then move into place; folders are made."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(self.html())
            os.chmod(name, 0o644)
            os.replace(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
        return path

    def _add(self, kind: str, **content: Any) -> Page:
        self.blocks.append({"kind": kind, **content})
        return self


def _table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> dict[str, object]:
    cells = [[_cell(value) for value in row] for row in rows]
    right = [place for place, column in enumerate(zip(*cells, strict=True)) if all(cell["number"] for cell in column)]
    return {"header": header, "rows": cells, "right": right}


def _cell(value: object) -> dict[str, object]:
    if isinstance(value, Bar):
        return {"text": value.text, "tone": "bars", "title": value.title, "number": False, "bar": value.widths()}
    if isinstance(value, Cell):
        number = _is_numeric(value.text) and value.tone != "code"
        return {"text": value.text, "tone": value.tone, "title": value.title, "number": number, "bar": []}
    text = "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
    number = value is None or isinstance(value, (int, float))
    return {"text": text, "tone": "", "title": "", "number": number, "bar": []}


def _is_numeric(text: str) -> bool:
    return text.replace("%", "").replace(",", "").strip().lstrip("+-−").replace(".", "", 1).isdigit()


@cache
def _template() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("wethink_plugins.report", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2")
