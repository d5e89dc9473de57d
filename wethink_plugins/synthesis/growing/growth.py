"""What a run did to the set that it extends, into `diversity.json`."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

from wethink_plugins.datasets.write import write_text
from wethink_plugins.synthesis.growing.diversity import DRAW, diversity_of
from wethink_plugins.synthesis.growing.extend import base_of, read_base
from wethink_plugins.synthesis.output import ROWS
from wethink_plugins.synthesis.run import RunFolder

FILE = "diversity.json"


def write_growth(run: RunFolder) -> dict[str, Any] | None:
    """None, and no file, where it extends nothing.

    `before` is of the base, `added` of the run's rows, `after` of both; all of the same draw. `wanted`: shares of the mix.
    """
    if not run.extends:
        return None
    before, rows, mix = diversity_of(base_of(run)), run.folder / ROWS, run.config.mix
    draw = min(DRAW, before.rows)
    value = {
        "before": before.as_dict(),
        "added": diversity_of(read_base(rows), draw).as_dict(),
        "after": diversity_of(chain(base_of(run), read_base(rows)), draw).as_dict(),
        "wanted": {"abilities": _shares(mix.abilities), "question_type": _shares(mix.question_types)},
    }
    write_text(run.folder / FILE, json.dumps(value, indent=1, ensure_ascii=False) + "\n")
    return value


def _shares(weights: dict[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {name: round(weight / total, 4) for name, weight in weights.items() if weight}
