"""The demo's stages: what each one runs, what it makes, and what it depends on."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from judge_server import addressed, served
from process import MARK, end_strays, run_logged
from stages import Stage

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
PACKAGE = CHECKOUT / "wethink_plugins"
CONFIG = HERE / "wethink.yaml"
WETHINK = Path(sys.executable).with_name("wethink")
MIN_KAPPA = 0.9
"""Quadratically weighted, on held-out pairs (chosen). A judge below this would pay for the wrong answers."""
SMALL_SFT = ("max_steps=3", "warmup_steps=1", "per_device_train_batch_size=4")
SMALL_JUDGE = ("max_steps=80", "warmup_steps=10", "per_device_train_batch_size=16")
"""Enough to write verdicts, though not the right ones: what isn't readable would stop the run."""
SMALL_GRPO = (
    "data.train_batch_size=4",
    "actor_rollout_ref.rollout.n=5",
    "actor_rollout_ref.actor.ppo_mini_batch_size=4",
    "actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu=20",
    "actor_rollout_ref.rollout.log_prob_micro_batch_size_per_gpu=20",
)
COMMON = {
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "PYTHONUNBUFFERED": "1",
    "RAY_worker_niceness": "0",
}
"""OMP_WAIT_POLICY: spinning threads make a step ten times as slow on a shared machine. RAY_worker_niceness: Ray's own
choice of 15 gives way to every other program; `nice make demo` still holds, because the value is added."""


@dataclass(frozen=True)
class Settings:
    """What a run is made of. `small` is a run of a few steps and rows that shows that everything works, and no more."""

    out: Path
    seed: int = 0
    steps: int | None = None
    small: bool = False
    environments: Path = CHECKOUT / ".venvs"


@dataclass(frozen=True)
class Chain:
    """The stages of one run; `on_text` sees the output of whatever is running."""

    settings: Settings
    on_text: Callable[[str], None] = lambda text: None

    def stages(self) -> list[Stage]:
        """All stages, in order."""
        size = {"seed": self.settings.seed, "small": self.settings.small}
        drawing = [HERE / name for name in ("dataset.py", "scenes.py", "families.py", "teacher.py")]
        rewarding = [PACKAGE / "rewards", PACKAGE / "adapters", CONFIG, CHECKOUT / "patches" / "verl"]
        judging = [
            *drawing[1:],
            *(HERE / f"judge_{name}" for name in ("labels.py", "pairs.py", "model.py", "sft.yaml", "prompt.txt")),
        ]
        photographs = [HERE / "photographs.py", HERE / "photographs.jsonl"]
        telling = [HERE / name for name in ("summary.py", "curves.py", "checker.py")]
        return [
            Stage("data", "Draw scenes and questions", self.data, ["data"], settings=size, sources=drawing),
            Stage("photographs", "Fetch a few photographs", self.photographs, ["photographs"], sources=photographs),
            Stage("export", "Validate and export rows", self.export, ["export"], ["data", "photographs"], sources=[PACKAGE / "datasets"]),
            Stage("base", "Build a model from nothing", self.base, ["base"], ["data"], size, [HERE / "tiny_model.py"]),
            Stage("sft", "Warm start in LLaMA-Factory", self.sft, ["sft"], ["export", "base"], size, [HERE / "sft.yaml"]),
            Stage("before", "Answer test questions before", self.before, ["before"], ["sft"], sources=[HERE / "evaluate.py"]),
            Stage("judge", "Train and calibrate the judge", self.judge, ["judge"], ["data"], size,
                  [*judging, HERE / "tiny_model.py", CONFIG]),
            Stage("grpo", "GRPO in verl, hybrid reward", self.grpo, ["grpo"], ["export", "sft", "judge"],
                  {**size, "steps": self.settings.steps}, [HERE / "grpo.yaml", *rewarding]),
            Stage("after", "Answer test questions after", self.after, ["after"], ["grpo"], sources=[HERE / "evaluate.py"]),
            Stage("summary", "Grade and count", self.summary, ["predictions.jsonl", "rewards.jsonl", "summary.json"], ["before", "after"], size, telling),
            Stage("report", "Draw the report", self.report, ["report.html"], ["summary"], sources=[HERE / "page.py", PACKAGE / "report"]),
        ]  # fmt: skip

    def data(self, partial: Path) -> None:
        from wethink_plugins.prompts.builtin import WETHINK

        small = ["--small"] if self.settings.small else []
        self._python("data", "dataset.py", "--out", partial / "data", "--seed", self.settings.seed, *small)
        (partial / "data" / "system_prompt.txt").write_text(WETHINK + "\n", encoding="utf-8")

    def photographs(self, partial: Path) -> None:
        self._python("photographs", "photographs.py", partial / "photographs")

    def export(self, partial: Path) -> None:
        """The same verbs that a user calls: every file is validated, then written for the host that reads it."""
        out, made = self.settings.out, partial / "export"
        made.mkdir()
        for name in ("train", "val", "test"):
            self._wethink("validate", out / "data" / f"{name}.jsonl", "--images", out / "data")
        self._wethink(
            "export", "llamafactory", out / "data/warm.jsonl", "--images", out / "data", "--out", made / "llamafactory"
        )
        for name in ("train", "val"):
            self._wethink(
                "export",
                "verl",
                out / f"data/{name}.jsonl",
                "--images",
                out / "data",
                "--out",
                made / f"{name}.parquet",
            )
        rows = out / "photographs" / "rows.jsonl"
        self._wethink("validate", rows, "--images", rows.parent)
        self._wethink("export", "verl", rows, "--images", rows.parent, "--out", made / "photographs.parquet")
        self._wethink("export", "llamafactory", rows, "--images", rows.parent, "--out", made / "photographs")

    def base(self, partial: Path) -> None:
        data = self.settings.out / "data"
        texts = [data / "warm.jsonl", data / "train.jsonl"]
        self._python("base", "tiny_model.py", "--rows", *texts, "--system-prompt", data / "system_prompt.txt",
                     "--out", partial / "base", "--seed", self.settings.seed)  # fmt: skip

    def sft(self, partial: Path) -> None:
        out = self.settings.out
        small = SMALL_SFT if self.settings.small else ()
        self._tune("sft", "sft.yaml", out / "base", out / "export" / "llamafactory", "warm", partial / "sft", small)

    def judge(self, partial: Path) -> None:
        """Its pairs, the model, its training, and what it is worth on pairs that it hasn't seen."""
        made, small = partial / "judge", self.settings.small
        seed, pairs = ["--seed", self.settings.seed], ["--pairs", 1280, "--held-out", 40] if small else []
        self._python("judge", "judge_pairs.py", "--out", made / "data", *seed, *pairs)
        self._python("judge", "judge_model.py", "--rows", made / "data" / "judge.jsonl", "--out", made / "base", *seed)
        self._tune(
            "judge",
            "judge_sft.yaml",
            made / "base",
            made / "data",
            "judge",
            made / "model",
            SMALL_JUDGE if small else (),
        )
        wanted = [] if small else ["--min-kappa", MIN_KAPPA]
        command = [WETHINK, "judge", "calibrate", made / "data" / "held_out.jsonl", "--config", CONFIG, "--rounds", 200]
        with self._judge(made / "model") as address:
            self._run("judge", [*command, "--out", made / "calibration", *wanted], address)

    def before(self, partial: Path) -> None:
        self._evaluate("before", self.settings.out / "sft", partial / "before")

    def grpo(self, partial: Path) -> None:
        out, made = self.settings.out, partial / "grpo"
        shutil.rmtree(out / "journal", ignore_errors=True)
        steps = 2 if self.settings.small and self.settings.steps is None else self.settings.steps
        command = [sys.executable, "-m", "verl.trainer.main_ppo", "--config-path", HERE, "--config-name", "grpo"]
        command += [f"data.train_files={out / 'export/train.parquet'}", f"data.val_files={out / 'export/val.parquet'}"]
        command += [
            f"data.seed={self.settings.seed}",
            f"actor_rollout_ref.model.path={out / 'sft'}",
            f"trainer.default_local_dir={made}",
        ]
        command += ["reward.reward_manager.source=register", "reward.reward_manager.name=wethink"]
        command += [f"trainer.total_training_steps={steps}"] if steps else []
        command += SMALL_GRPO if self.settings.small else ()
        with short_folder(out) as ray, self._judge(out / "judge" / "model") as judge:
            environment = {
                "VERL_PLATFORM": "cpu",
                "OMP_NUM_THREADS": "1",
                "RAY_TMPDIR": str(ray),
                "RAY_USAGE_STATS_ENABLED": "0",
            }
            environment |= {
                "WETHINK_CONFIG": str(CONFIG),
                "WETHINK_JOURNAL": str(out / "journal"),
                "HYDRA_FULL_ERROR": "1",
            }
            self._run("grpo", command, {**environment, **judge, "RAY_DEDUP_LOGS": "0"})
        newest = max(made.glob("global_step_*/actor/huggingface"), key=lambda folder: folder.stat().st_mtime)
        os.replace(newest, made / "model")

    def after(self, partial: Path) -> None:
        self._evaluate("after", self.settings.out / "grpo" / "model", partial / "after")

    def summary(self, partial: Path) -> None:
        from summary import write_summary

        with self._judge(self.settings.out / "judge" / "model") as judge, addressed(judge):
            write_summary(self.settings.out, partial, self.settings.seed, self.settings.environments)

    def report(self, partial: Path) -> None:
        from page import write_page

        write_page(self.settings.out, partial / "report.html")

    def _evaluate(self, name: str, model: Path, folder: Path) -> None:
        """Greedy answers to the test questions, with their pictures and with blank ones."""
        folder.mkdir()
        data = self.settings.out / "data"
        common = ["--model", model, "--rows", data / "test.jsonl", "--system-prompt", data / "system_prompt.txt"]
        self._python(name, "evaluate.py", *common, "--stage", name, "--out", folder / "answers.jsonl")
        self._python(name, "evaluate.py", *common, "--stage", "blank", "--out", folder / "blank.jsonl", "--blank")

    def _judge(self, model: Path) -> contextlib.AbstractContextManager[dict[str, str]]:
        """A server of its own for each stage that pays, so that none is left behind; see `judge_server.py`."""
        log, mark = self.settings.out / "logs" / "judge-server.log", {MARK: str(self.settings.out)}
        return served(model, self.settings.environments / "sft", log, {**COMMON, **mark})

    def _tune(
        self, log: str, recipe: str, model: Path, data: Path, name: str, made: Path, small: tuple[str, ...]
    ) -> None:
        """Supervised fine-tuning in LLaMA-Factory, unmodified."""
        command = [self.settings.environments / "sft" / "bin" / "llamafactory-cli", "train", HERE / recipe]
        command += [f"model_name_or_path={model}", f"dataset_dir={data}", f"dataset={name}", f"output_dir={made}"]
        command += [f"seed={self.settings.seed}", *small]
        self._run(log, command, {"HF_HOME": str(made.parent / "cache")})

    def _wethink(self, *arguments: object) -> None:
        self._run("export", [WETHINK, "data", *arguments, "--config", CONFIG], {})

    def _python(self, log: str, script: str, *arguments: object) -> None:
        self._run(log, [sys.executable, HERE / script, *arguments], {})

    def _run(self, log: str, command: list[object], environment: Mapping[str, str]) -> None:
        mark = {MARK: str(self.settings.out)}
        try:
            run_logged(
                command, self.settings.out / "logs" / f"{log}.log", {**COMMON, **environment, **mark}, self.on_text
            )
        finally:
            end_strays(str(self.settings.out))


@contextlib.contextmanager
def short_folder(out: Path) -> Iterator[Path]:
    """A temporary folder with a short name: Ray puts sockets in it, whose paths may have 107 characters.

    The same one for every run in `out`, so that the next run removes what a killed one left.
    """
    root = Path("/tmp") if Path("/tmp").is_dir() else Path(tempfile.gettempdir())
    folder = root / f"wt{hashlib.sha256(str(out).encode()).hexdigest()[:8]}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
