"""What a page's Python finds already there when it is run: a person's own trainer, rows and reward."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.docs import materials
from tests.docs.blocks import Block

# Blocks that import these need the trainer itself.
HOST_CODE = ("swift", "nemo_rl", "torch", "ray", "datasets", "trl", "verl")


def _trainer(folder: Path) -> dict[str, object]:
    """A trainer that calls its reward as TRL does."""

    def trainer(*_, reward_funcs=None, **__):
        paid = reward_funcs(prompts=["p"], completions=[materials.ANSWER], answer=["3"])
        assert paid == [1.0], paid

    return {"GRPOTrainer": trainer, "model": None, "dataset": None, "args": None}


def _other_trainers(folder: Path) -> dict[str, object]:
    (folder / "my_terms.py").write_text("def brevity(sample, score):\n    return 1.0\n")
    return {
        **_trainer(folder), "response": materials.ANSWER, "gold": "3", "responses": [materials.ANSWER, materials.ANSWER],
        "golds": ["3", "4"], "types": ["fill_in_blank"] * 2, "options": [None, None], "row_ids": ["a", "b"],
        "prompt_ids": ["g", "g"], "my_old_score": lambda row: 0.5, "my_reward": lambda responses, golds: [0.5] * len(golds),
    }  # fmt: skip


RUNS: dict[str, Callable[[Path], dict[str, object]]] = {
    "README.md": _trainer,
    "docs/index.md": _trainer,
    "docs/other-trainers.md": _other_trainers,
}


def names_for(folder: Path, block: Block) -> dict[str, object]:
    """The names; `__text__`: the block with its paths in the folder."""
    materials.write_yaml(folder / "wethink.yaml", {"judge": {"offline": True}})
    text = block.text.replace("/path/", f"{folder}/")
    return {**RUNS[block.page](folder), "__name__": "page", "__text__": text}
