"""Evaluate models that were trained with this project in VLMEvalKit, on the paper's benchmarks or on your own TSVs.

    python recipes/evaluation/run_vlmevalkit.py --vlmevalkit VLMEvalKit --work-dir outputs \\
        --model base=Qwen/Qwen2.5-VL-7B-Instruct --model trained=runs/7b/model
    wethink evaluate --table outputs --base base --trained trained

Without --data: all of benchmarks.yaml. Several GPUs: `torchrun --nproc-per-node 8 recipes/evaluation/run_vlmevalkit.py ...`
What stands behind `--` goes to VLMEvalKit's run.py as it is (`-- --reuse --judge gpt-4o-mini --verbose`).
"""

from __future__ import annotations

import argparse
import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

from wethink_plugins.evaluation.benchmarks import read_benchmarks
from wethink_plugins.prompts import system_prompt

HERE = Path(__file__).resolve().parent


def parse_arguments() -> tuple[argparse.Namespace, list[str]]:
    words, rest = sys.argv[1:], []
    if "--" in words:
        words, rest = words[: words.index("--")], words[words.index("--") + 1 :]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    home = os.environ.get("VLMEVALKIT_HOME")
    parser.add_argument("--vlmevalkit", type=Path, default=home and Path(home), help="its checkout; or VLMEVALKIT_HOME")
    parser.add_argument(
        "--model", action="append", required=True, metavar="NAME=FOLDER", help="several times for several"
    )
    parser.add_argument(
        "--data",
        nargs="+",
        help="VLMEvalKit's names; `NAME:wethink` for a TSV of make_tsv.py, asked and graded as in training",
    )
    parser.add_argument("--work-dir", type=Path, default=Path("outputs"))
    parser.add_argument("--as-published", action="store_true", help="VLMEvalKit's own wrapper, its traps included")
    parser.add_argument("--with-dev", action="store_true", help="MMBench's dev split too, whose answers are public")
    parser.add_argument("--prompt", default="wethink", help="system prompt: a registered name, or a text file")
    # All stated: `WeThink-Qwen2.5VL-7B` in vlmeval/config.py and the defaults of its wrapper.
    parser.add_argument("--min-pixels", type=int, default=1280 * 28 * 28)
    parser.add_argument("--max-pixels", type=int, default=16384 * 28 * 28)
    parser.add_argument("--max-new-tokens", type=int, default=2048)
    parser.add_argument("--device", default="auto")
    return parser.parse_args(words), rest


def models(arguments: argparse.Namespace) -> dict[str, dict[str, Any]]:
    common = {
        "class": "WeThinkAsPublished" if arguments.as_published else "WeThinkFormat",
        "system_prompt": system_prompt(arguments.prompt),
        "min_pixels": arguments.min_pixels,
        "max_pixels": arguments.max_pixels,
        "max_new_tokens": arguments.max_new_tokens,
        "temperature": 0.01,
        "top_p": 0.001,
        "top_k": 1,
        "device": arguments.device,
    }
    found = {}
    for word in arguments.model:
        name, equals, folder = word.partition("=")
        if not (name and equals and folder) or "/" in name:
            sys.exit(f"--model {word}: write NAME=FOLDER, a name without /")
        found[name] = {**common, "model_path": folder}
    return found


def names(arguments: argparse.Namespace) -> list[str]:
    if arguments.data:
        return list(arguments.data)
    listed = read_benchmarks().benchmarks
    more = [key for one in listed if one.instead for key in one.instead.keys] if arguments.with_dev else []
    return [key for one in listed for key in one.keys] + more


def datasets(wanted: list[str]) -> dict[str, dict[str, str]]:
    """VLMEvalKit wants the class of each; its own list has it for those it knows, else it is multiple choice."""
    from vlmeval.dataset import DATASET_CLASSES

    found = {}
    for word in wanted:
        name, _, own = word.partition(":")
        known = next((cls.__name__ for cls in DATASET_CLASSES if name in cls.supported_datasets()), "CustomMCQDataset")
        found[name] = {"class": "WeThinkDataset" if own == "wethink" else known, "dataset": name}
    return found


def main() -> None:
    arguments, rest = parse_arguments()
    home = arguments.vlmevalkit
    if home is None or not (home / "run.py").is_file():
        sys.exit(
            "needs a checkout of VLMEvalKit: git clone https://github.com/open-compass/VLMEvalKit, then --vlmevalkit DIR"
        )
    described = models(arguments)  # before minutes of imports
    sys.path[:0] = [str(home.resolve()), str(HERE)]
    if arguments.as_published:
        os.environ.pop("SPLIT_THINK", None)
    else:
        os.environ["SPLIT_THINK"] = "1"
    config = arguments.work_dir / "config.json"
    sys.argv = [str(home / "run.py"), "--config", str(config), "--work-dir", str(arguments.work_dir), *rest]
    # Not as __main__: its settings for several GPUs come first, then our classes, then it runs.
    host = runpy.run_path(str(home / "run.py"), run_name="vlmevalkit_run")
    import vlmeval.dataset
    import vlmeval.vlm
    import wethink_dataset
    import wethink_model

    vlmeval.vlm.WeThinkFormat = wethink_model.WeThinkFormat
    vlmeval.vlm.WeThinkAsPublished = wethink_model.WeThinkAsPublished
    vlmeval.dataset.WeThinkDataset = wethink_dataset.WeThinkDataset
    arguments.work_dir.mkdir(parents=True, exist_ok=True)
    if int(os.environ.get("RANK", 0)) == 0:
        config.write_text(json.dumps({"model": described, "data": datasets(names(arguments))}, indent=2))
    host["load_env"]()
    host["main"]()


if __name__ == "__main__":
    main()
