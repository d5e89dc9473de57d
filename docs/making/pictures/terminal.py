"""What a command prints, as SVG: a dark terminal, text as text, no font from anywhere."""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

_COLUMNS = 106
_FORMAT = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">
<style>
.{unique_id}-matrix, .{unique_id}-title {{ font-family: ui-monospace, 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace; }}
.{unique_id}-matrix {{ font-size: {char_height}px; }}
.{unique_id}-title {{ font-size: 16px; }}
{styles}
</style>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g>
</g>
</svg>
"""
"""Rich's own takes a font from the web. A pair of braces is a field that rich fills in."""


def draw(command: str, printed: str, target: Path) -> None:
    """The command behind a prompt, and below it what it printed, wrapped as a terminal of 104 columns would."""
    console = Console(record=True, width=_COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    asked = Text.assemble(("$ ", "bold green"), (command, "bold"))
    console.print(Padding(asked, (0, 1)))
    console.print(Padding(Text.from_ansi(printed.rstrip("\n")), (0, 1, 1, 1)))
    # Without the clips, one a line: every line is wrapped already, and they cut off what hangs below it.
    drawn = console.export_svg(title="", code_format=_FORMAT)
    target.write_text(re.sub(r' clip-path="[^"]*"', "", drawn), encoding="utf-8")
