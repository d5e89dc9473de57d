"""Faults that only the host's own code, or a Ray cluster, shows; and doctor as a user runs it, in a host's environment."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from tests.doctor import page

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class HostFault:
    """`settings` and `files` (name -> text) make it; DIR in both is the folder of the set-up."""

    name: str
    host: str
    says: str
    fix: str
    settings: tuple = ()
    files: tuple = ()


NAN = "def compute_score(inputs, **_):\n    return [{'overall': float('nan'), 'format': 0.0, 'accuracy': 0.0} for _ in inputs]\n"
E1, VERL, LF = "easyr1", "verl", "llamafactory"
MINE = "worker.reward.reward_function=DIR/mine.py:compute_score"
EASYR1_FAULTS = [
    HostFault("a key that EasyR1 hasn't got", E1, "EasyR1 refuses the recipe: ConfigKeyError: Key 'max_epochs' not in 'TrainerConfig'", "remove or rename the key", ("trainer.max_epochs=1",)),
    HostFault("a reward file that fails to load", E1, "Failed to load reward function: No module named 'not_installed'", "repair the reward file", (MINE,), (("mine.py", f"import not_installed\n{NAN}"),)),
    HostFault("a reward that isn't finite", E1, "2 rewards for 2 rows, not finite", "must return one finite number", (MINE,), (("mine.py", NAN),)),
    HostFault("prompts longer than max_prompt_length, with EasyR1's filter off", E1, "tokens, over data.max_prompt_length of 400; EasyR1 cuts them", "data.filter_overlong_prompts: true", ("data.max_prompt_length=400", "data.train_files=DIR/unmeasured.parquet", "data.val_files=DIR/unmeasured.parquet")),
]  # fmt: skip
VERL_FAULTS = [
    HostFault("a setting that verl hasn't got", VERL, "verl refuses the recipe: ConfigCompositionException: Could not override 'trainer.no_such_key'", "want a + in front", ("trainer.no_such_key=1",)),
    HostFault("a plugin that fails to load, which verl hides", VERL, "verl.plugins: theirs (no_such_module) fails to load, which verl hides", "repair or remove theirs", (), (("site/theirs-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n"), ("site/theirs-1.0.dist-info/entry_points.txt", "[verl.plugins]\ntheirs = no_such_module\n"))),
]  # fmt: skip
LLAMAFACTORY_FAULTS = [
    HostFault("a setting that LLaMA-Factory hasn't got", LF, "LLaMA-Factory has no setting cutof_len", "did you mean cutoff_len?", ("cutof_len=512",)),
    HostFault("cutoff_len cuts the answer", LF, "fills cutoff_len of 64 tokens", "raise cutoff_len", ("cutoff_len=64",)),
]  # fmt: skip
RAY_FAULT = HostFault("a key that is set here and not in the workers of a running Ray cluster", E1, "MY_JUDGE_KEY is set here and not in the workers of node", "before `ray start`")  # fmt: skip
HOST_FAULTS = [*EASYR1_FAULTS, RAY_FAULT, *VERL_FAULTS, *LLAMAFACTORY_FAULTS]


def doctor(host, folder, *arguments, cwd, path=(), check=None, **variables):
    """(exit code, findings) of the real command in that environment."""
    paths = [*path, *([os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else [])]
    done = host.run(
        "python", "-m", "wethink_plugins.cli.main", "doctor", *arguments, "--json", cwd=cwd, check=False,
        PYTHONPATH=os.pathsep.join(map(str, paths)), OMP_NUM_THREADS=1, **variables,
    )  # fmt: skip
    start = done.stdout.index("[\n")
    return done.returncode, json.loads(done.stdout[start : done.stdout.rindex("]") + 1])


def faults_in(found):
    return [f"{one['level']}: {one['check']}: {one['text']}" for one in found if one["level"] != "ok"]


def planted(fault, folder):
    """Its files written, its settings with this folder."""
    for name, text in fault.files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return [setting.replace("DIR", str(folder)) for setting in fault.settings]


def check(fault, code, found, folder, to_page=True):
    """One finding, the right one with the right fix, and the page has it."""
    assert (code, len(faults_in(found))) == (1, 1), faults_in(found)
    one = next(one for one in found if one["level"] != "ok")
    says, fix = (_shown(text, folder) for text in (f"{one['check']}: {one['text']}", one["fix"]))
    assert fault.says in says and fault.fix in fix
    if to_page:
        page.check(fault.name, fault.host, says, fix)


def _shown(text, folder):
    text = re.sub(r"node \d+\.\d+\.\d+\.\d+:\d+", "node 10.0.0.1:40001", text.replace(str(folder), "DIR"))
    return re.sub(r"up to \d+ tokens", "up to N tokens", text)
