"""Look at held-out questions while an arm trains: greedy answers to the validation rows, every few steps.

The journal knows only the questions that an arm is trained on. This is the same for all arms, so that their steps to an
accuracy can be compared. Nothing of it is paid, journalled by the reward, or drawn from the training's random numbers.
"""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from checker import is_right
from evaluate import read_rows, respond
from transformers import TrainerCallback

GREEDY = Namespace(blank=False, temperature=0.0, max_new_tokens=40)
BATCH = 96


class Probe(TrainerCallback):
    """Appends a line to `out` for the start, every `every` steps and the last: step, and right answers by type."""

    def __init__(self, rows: Path, processor: Any, out: Path, every: int) -> None:
        self._rows, self._processor, self._out, self._every = read_rows(rows, None), processor, out, every
        self._prompt = (rows.parent / "system_prompt.txt").read_text(encoding="utf-8").strip()

    def on_train_begin(self, args: Any, state: Any, control: Any, **known: Any) -> None:
        self._look(known["model"], 0)

    def on_step_end(self, args: Any, state: Any, control: Any, **known: Any) -> None:
        if state.global_step % self._every == 0 or state.global_step == state.max_steps:
            self._look(known["model"], state.global_step)

    def _look(self, model: Any, step: int) -> None:
        was_training = model.training
        model.eval()
        responses: list[str] = []
        for start in range(0, len(self._rows), BATCH):
            responses += respond(model, self._processor, self._rows[start : start + BATCH], self._prompt, GREEDY)
        model.train(was_training)
        counted: dict[str, list[int]] = {}
        for row, response in zip(self._rows, responses, strict=True):
            right, asked = counted.setdefault(row["category"], [0, 0])
            counted[row["category"]] = [right + is_right(response, row["family"], row["scene"]), asked + 1]
        with self._out.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, "right_of": counted}) + "\n")
