"""What the reward costs a step: verl on GPUs, a model of real shape with random weights, several steps, twice.

    python recipes/verl/measure.py --config-of FOLDER                                    # the offline stand-in
    python recipes/verl/measure.py --config-of FOLDER --shape 7b --reward wethink.yaml   # a judge of your own

verl scores an answer while others are still being written, so its log has no time of the reward. It is measured by
difference: the same steps with this reward, and with one that returns a constant. Random weights write noise, so answers
get a fixed length and rewards mean nothing; times are those of a real step.

Needs one GPU of 80 GB for the shape of 3B (8 for 7b), verl 0.9 with vLLM and flash-attn, wethink-plugins, and in FOLDER a
Qwen2.5-VL's config, tokenizer and processor (no weights are read). Prints seconds a step, tokens a second and GPU, and the
share of a step that the reward takes, and writes them to OUT/measured.json.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

STEPS, WARM = 6, 2
GPUS = {"3b": 1, "7b": 8}
_STEP = re.compile(r"\bstep:(\d+) - (.+)")
_PAIR = re.compile(r"([A-Za-z_][\w/@.-]*):(?:np\.float64\()?(-?[\d.]+(?:e[-+]?\d+)?)\)?(?= - |\s*$)")


def lacking(config_of: Path | None, gpus: int) -> str:
    """What keeps it from running here, in one line; empty when nothing does."""
    found = visible_gpus()
    if found < gpus:
        return f"needs {gpus} GPU{'s' if gpus > 1 else ''} of 80 GB, {found or 'none'} found: nothing measured"
    missing = [name for name in ("verl", "vllm", "flash_attn") if importlib.util.find_spec(name) is None]
    if missing:
        return f"needs {', '.join(missing)} in this environment: nothing measured"
    if config_of is None or not (config_of / "config.json").is_file():
        return "needs --config-of FOLDER with a Qwen2.5-VL's config.json, tokenizer and processor: nothing measured"
    return ""


def visible_gpus() -> int:
    """As the driver sees them; 0 where there is no driver."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return 0
    done = subprocess.run([program, "--query-gpu=index", "--format=csv,noheader"], capture_output=True, text=True)
    return len(done.stdout.split()) if done.returncode == 0 else 0


def random_model(config_of: Path, out: Path) -> Path:
    """The shape that the config tells, with weights drawn at random, in bfloat16; made once."""
    if (out / "config.json").is_file():
        return out
    import torch
    from transformers import AutoConfig, AutoModelForImageTextToText

    config = AutoConfig.from_pretrained(config_of)
    torch.manual_seed(0)
    with torch.device("cuda"):
        model = AutoModelForImageTextToText.from_config(config, dtype=torch.bfloat16)
    partial = out.with_name(f".{out.name}")
    model.save_pretrained(partial)
    for file in config_of.iterdir():
        if file.is_file() and file.suffix in (".json", ".jinja", ".txt") and not (partial / file.name).exists():
            shutil.copyfile(file, partial / file.name)
    os.replace(partial, out)
    return out


def write_rows(folder: Path, number: int) -> Path:
    """Questions about pictures of 640 x 480, a third of them descriptive, as many as the steps need."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    for i in range(16):
        Image.effect_noise((640, 480), 20 + 5 * i).convert("RGB").save(folder / f"{i}.png")
    lines = []
    for i in range(number):
        judged = i % 3 == 0
        row = {
            "id": f"r{i}", "problem": f"What is to be seen here? ({i})", "image_path": f"{i % 16}.png",
            "answer": "a grey picture of noise" if judged else str(i), "abilities": "recognition",
            "category": "descriptive" if judged else "fill_in_blank", "reward": "model" if judged else "rule",
        }  # fmt: skip
        lines.append(json.dumps(row))
    file = folder / "rows.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def constant(**_: object) -> float:
    """The reward that costs nothing, in verl's form."""
    return 0.0


# verl's own manager with the function above, in place of ours.
CONSTANT = (
    "reward.reward_manager.name=naive", "reward.custom_reward_function.name=constant",
    f"reward.custom_reward_function.path={Path(__file__).resolve()}",
)  # fmt: skip


def command_of(order: argparse.Namespace, arm: str, model: Path, rows: Path) -> list[str]:
    """`wethink recipe run`, made small in everything but the model."""
    gpus, prompts = GPUS[order.shape], order.prompts
    settings = [
        f"data.train_batch_size={prompts}", f"actor_rollout_ref.actor.ppo_mini_batch_size={prompts}",
        "data.filter_overlong_prompts=false", f"data.max_response_length={order.response_length}",
        "actor_rollout_ref.rollout.ignore_eos=true", f"trainer.n_gpus_per_node={gpus}",
        f"actor_rollout_ref.rollout.tensor_model_parallel_size={min(gpus, 2)}", "actor_rollout_ref.actor.checkpoint.save_contents=[extra]",
        f"trainer.total_training_steps={STEPS}", "trainer.save_freq=-1", "trainer.test_freq=-1", "trainer.val_before_train=false",
        "actor_rollout_ref.actor.fsdp_config.param_offload=true", "actor_rollout_ref.actor.fsdp_config.optimizer_offload=true",
        *(CONSTANT if arm == "constant" else ()),
    ]  # fmt: skip
    return [
        sys.executable, "-m", "wethink_plugins.cli.main", "recipe", "run", "verl/grpo_7b", *settings, "--anyway",
        "--data", str(rows), "--val-rows", "8", "--model", str(model), "--reward", str(order.reward), "--out", str(order.out / arm),
    ]  # fmt: skip


def step_times(log: str) -> dict[str, float]:
    """Medians over the steps after the first two, from verl's own console."""
    steps = [
        {name: float(value) for name, value in _PAIR.findall(found[2])}
        for found in map(_STEP.search, log.splitlines())
        if found and int(found[1]) > WARM
    ]
    if not steps:
        raise SystemExit("measure.py: no step after the first two in the log: look at train.log")
    return {
        "seconds_a_step": statistics.median(step["timing_s/step"] for step in steps),
        "tokens_a_second_and_gpu": statistics.median(step["perf/throughput"] for step in steps),
    }


def compared(ours: dict[str, float], constant: dict[str, float]) -> dict[str, float]:
    """Our arm's times, and what of a step is gone with a reward that costs nothing; noise can make it negative."""
    more = ours["seconds_a_step"] - constant["seconds_a_step"]
    return {**ours, "share_of_step_in_reward": more / ours["seconds_a_step"]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=GPUS, default="3b")
    parser.add_argument("--config-of", type=Path, help="folder with the config, tokenizer and processor of that shape")
    parser.add_argument("--reward", type=Path, help="the reward's YAML (default: rules and the offline stand-in)")
    parser.add_argument("--prompts", type=int, default=64, help="a step; five answers each")
    parser.add_argument("--response-length", type=int, default=512)
    parser.add_argument("--out", type=Path, default=Path("runs/measure"))
    order = parser.parse_args()
    if reason := lacking(order.config_of, GPUS[order.shape]):
        print(f"measure.py: {reason}", file=sys.stderr)
        return 1
    order.out.mkdir(parents=True, exist_ok=True)
    if order.reward is None:
        order.reward = order.out / "offline.yaml"
        order.reward.write_text("judge: {offline: true}\n")
    rows = write_rows(order.out / "rows", order.prompts * STEPS + 8)
    model, found = random_model(order.config_of, order.out / "model"), {}
    for arm in ("reward", "constant"):
        code = subprocess.run(command_of(order, arm, model, rows), check=False).returncode
        if code:
            return code
        found[arm] = step_times((order.out / arm / "train.log").read_text(errors="replace"))
    result = compared(found["reward"], found["constant"])
    (order.out / "measured.json").write_text(json.dumps(result, indent=1) + "\n")
    for name, value in result.items():
        print(f"{name:36} {value:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
