"""Real hosts, each in its own environment, and one tiny task and model that they all run on."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
RECIPE = CHECKOUT / "recipes" / "cpu"
PATIENCE_S = 1800


@dataclass(frozen=True)
class Host:
    """An environment with a host framework in it."""

    folder: Path

    def run(self, *command, cwd=None, check=True, **variables):
        """Output and errors together; fails with their end when the program fails."""
        program, *rest = map(str, command)
        quiet = {
            "OMP_WAIT_POLICY": "PASSIVE",
            "OMP_NUM_THREADS": "2",
            "HF_HUB_OFFLINE": "1",
            "TOKENIZERS_PARALLELISM": "false",
        }
        done = subprocess.run(
            [str(self.folder / "bin" / program), *rest],
            cwd=cwd,
            env={**os.environ, **quiet, **{k: str(v) for k, v in variables.items()}},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_S,
        )
        assert not check or done.returncode == 0, f"{program} ended with {done.returncode}:\n{done.stdout[-4000:]}"
        return done


def environment(name):
    folder = Path(os.environ.get(f"WETHINK_{name.upper()}_ENV", CHECKOUT / ".venvs" / name))
    if (folder / "bin" / "python").exists():
        return Host(folder)
    says = f"needs the environment {name}: run `make test`, or set WETHINK_{name.upper()}_ENV"
    if os.environ.get("WETHINK_REQUIRE_HOSTS"):
        pytest.fail(says)
    return pytest.skip(says)


@pytest.fixture(scope="session")
def grpo():
    """verl 0.9.1 and TRL 1.16."""
    return environment("grpo")


@pytest.fixture(scope="session")
def sft():
    """LLaMA-Factory 0.9.5."""
    return environment("sft")


@pytest.fixture(scope="session")
def vllm():
    """vLLM 0.28's CPU build, and verl 0.9.1."""
    return environment("vllm")


@pytest.fixture(scope="session")
def task(grpo, tmp_path_factory):
    """A folder with the demo's rows in small, a tiny model of random weights, and a wethink.yaml."""
    folder = tmp_path_factory.mktemp("task")
    (folder / "wethink.yaml").write_text("judge: {offline: true}\n")
    (folder / "prompt.txt").write_text((CHECKOUT / "wethink_plugins/prompts/wethink.txt").read_text())
    grpo.run("python", RECIPE / "dataset.py", "--out", folder / "data", "--seed", 0, "--small")
    grpo.run(
        "python", RECIPE / "tiny_model.py", "--rows", folder / "data/warm.jsonl", "--out", folder / "model",
        "--system-prompt", folder / "prompt.txt", "--seed", 0,
    )  # fmt: skip
    return folder


def export(host, task, kind, rows, out):
    """Through the command that a user runs."""
    host.run(
        "wethink", "data", "export", kind, task / "data" / rows, "--images", task / "data", "--out", task / out,
        "--config", task / "wethink.yaml",
    )  # fmt: skip
    return task / out
