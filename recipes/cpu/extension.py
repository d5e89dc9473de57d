"""What is it good for to extend a set where it is thin? Base, base and extended rows, base and as many random rows, in TRL.

    .venvs/grpo/bin/python recipes/cpu/extension.py --runs runs/demo runs/demo-seed1 runs/demo-seed2

The rows come out of `wethink synth run` (extension_rows.py). All arms start from the demo's warm start and train for the
same steps and answers. Arms are finished one by one and not repeated. Writes `extension.json`, `.md`, `.html` and
`families.md` into `--out`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from arms import Arm, Arms, Rows, figures_of, folder_of
from arms_report import Study, markdown, parsed, study
from extension_rows import FOLDER, THIN, make
from families import THINKING

BASE, EXTENDED, RANDOM = "base", "base + extended", "base + random"
FILES = {BASE: "base", EXTENDED: "extended", RANDOM: "random"}
ABOUT = {
    BASE: "the thinned rows alone",
    EXTENDED: "and the rows that steering adds",
    RANDOM: "and as many that came without steering",
}


class Extension(Arms):
    """Same reward, steps and answers a step; only the rows differ."""

    folder = "extension"
    arms: ClassVar = {
        name: Arm(ABOUT[name], rows=Rows(file, f"{FOLDER}/{file}.jsonl", FOLDER)) for name, file in FILES.items()
    }
    scripts = (
        "control_arms.py",
        "arm_training.py",
        "probe.py",
        "evaluate.py",
        "checker.py",
        "extension_rows.py",
        "extension_models.py",
    )
    probe_every = 4
    own_calls = True


STUDIES = (Study("Rows", "The same steps on a thinned set, and on what two ways to grow it make of it.", (BASE, EXTENDED, RANDOM), by_type=True),)  # fmt: skip


def by_family(runs: Sequence[Path]) -> list[list[str]]:
    """Header and a row an arm: accuracy on test rows of the thin thinking families, the other ones, and of all; each seed."""
    rows = [["arm", "seeds", "all", "thin families", "other thinking families", "each seed, all", "each seed, thin"]]
    for name in FILES:
        found = [figures_of(folder) for run in runs if (folder := run / Extension.folder / folder_of(name)).exists()]
        if found:
            whole = [one["accuracy"] for one in found]
            thin = [_mean(one["per_family"], THIN) for one in found]
            rest = [_mean(one["per_family"], [family for family in THINKING if family not in THIN]) for one in found]
            means = [f"{sum(values) / len(values):.3f}" for values in (whole, thin, rest)]
            rows.append([name, str(len(found)), *means, _each(whole), _each(thin)])
    return rows


def diversity_table(runs: Sequence[Path]) -> list[list[str]]:
    """Header and a row a seed: what `wethink synth run --extend` told of the set before and after."""
    rows = [["seed", "rows", "pairs of abilities and type", "wordings", "problems", "random: rows added"]]
    for run in runs:
        told = json.loads((run / FOLDER / "rows.json").read_text(encoding="utf-8"))
        before, after = (told["steered"]["diversity"][when] for when in ("before", "after"))
        seed = str(json.loads((run / "summary.json").read_text(encoding="utf-8"))["seed"])
        shown = [f"{before[name]:g} -> {after[name]:g}" for name in ("rows", "effective_cells", "effective_wordings", "problems")]  # fmt: skip
        rows.append([seed, *shown, str(told["added"])])
    return rows


def _mean(shares: Mapping[str, Any], families: Sequence[str] | Mapping[str, Any]) -> float:
    """Each family has as many test rows."""
    return sum(shares[family] for family in families) / len(families)


def _each(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.3f}" for value in values)


def main() -> int:
    """Makes the rows that lack, trains what is missing, draws what is there."""
    chosen = parsed(Extension, __doc__)
    runs = [run.resolve() for run in chosen.runs]
    for run in runs:
        if (run / "summary.json").exists() and not (run / FOLDER / "rows.json").exists():
            make(run)
    code = study(
        Extension,
        STUDIES,
        "A set that is extended where it is thin",
        "A model of 1.2 million parameters on the demo's task, trained in TRL from the same warm start for the same "
        "steps and answers a step, on a thinned set of rows and on two sets that were grown from it by the synthesis "
        "pipeline. Held-out questions of all types, greedy, graded by checker.py.",
        __doc__,
    )
    ready = [run for run in runs if (run / FOLDER / "rows.json").exists()]
    if ready:
        text = f"{markdown(by_family(ready))}\n{markdown(diversity_table(ready))}"
        (chosen.out / "families.md").write_text(text, encoding="utf-8")
        print(text)
    return code


if __name__ == "__main__":
    sys.exit(main())
