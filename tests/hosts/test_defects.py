"""Each defect that validation rejects, left in place, breaks or silently changes what a real host does with the row."""

import json
import re
import tempfile
from pathlib import Path

import pytest

from tests.hosts import defects_page
from tests.hosts.conftest import CHECKOUT
from tests.hosts.defect_cases import (
    CASES,
    HEALTHY,
    LF,
    REWARD,
    SYSTEM,
    VERL,
    cases_of,
    key_of,
    response,
    write_pictures,
    write_sharegpt,
    write_verl,
)
from wethink_plugins.datasets.defects import DEFECTS
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rewards.hybrid import HybridReward
from wethink_plugins.sample import Sample

PROGRAMS = CHECKOUT / "tests" / "hosts"


def test_every_defect_that_is_rejected_has_a_case():
    rejected = {name for name, defect in DEFECTS.items() if defect.action == "reject"}
    assert rejected <= {case.defect for case in CASES}
    assert {case.defect for case in CASES} <= set(DEFECTS)


def agree(found):
    """Each case's pattern is in what was seen; all that differ are shown at once. Then the page."""
    wrong = {
        key_of(case): (case.seen, seen) for case, seen in found.items() if not re.search(case.seen, seen, re.DOTALL)
    }
    assert not wrong, json.dumps(wrong, indent=1)
    defects_page.write(found)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    write_pictures(folder)
    return folder


@pytest.fixture(scope="module")
def reward():
    return HybridReward.from_config({"judge": {"offline": True}})


# --- LLaMA-Factory


@pytest.fixture(scope="module")
def llamafactory(sft, task, pictures, tmp_path_factory):
    """Case -> report, all of one process."""
    home, cases = tmp_path_factory.mktemp("lf"), cases_of(LF)
    for case in cases:
        write_sharegpt(case, pictures, home / key_of(case))
    done = sft.run("python", PROGRAMS / "defects_llamafactory.py", task / "model", *(home / key_of(c) for c in cases))
    found = json.loads(done.stdout.split("\nFOUND ")[1].splitlines()[0])
    return {case: found[key_of(case)] for case in cases}


@pytest.mark.host
def test_in_llamafactory(llamafactory, reward):
    agree({case: _seen_by_llamafactory(case, report, reward) for case, report in llamafactory.items()})


def _seen_by_llamafactory(case, report, reward):
    if "error" in report:
        return f"{report['stage']}: {report['error']}"
    rows = report["rows"]
    bad = rows[-1]
    assert len(rows) == 1 + case.repeat and rows[0]["trained"] == response(HEALTHY) + "<|im_end|>\n"
    assert SYSTEM in bad["text"]
    if case.repeat > 1:
        return f"{len(rows)} rows, {len({one['text'] for one in rows})} different"
    if case.change.get("image_path"):
        return f"a stripe of 300:1 is read as one of {bad['pads']}:1"
    answers = bad["trained"].count("<|im_end|>")
    if answers > 1:
        return f"{answers} <|im_end|> in one answer"
    trained = bad["trained"].removesuffix("<|im_end|>\n")
    score = reward.score(Sample("bad", None, HEALTHY["problem"], trained, "3", "fill_in_blank"))
    return f"trained: {trained}" + (f" (format {score.format:.0f})" if score.format < 1 else "")


# --- verl

READ_VERL = """
import json, sys
from pathlib import Path
from omegaconf import OmegaConf
from transformers import AutoProcessor, AutoTokenizer
from verl.utils.dataset.rl_dataset import RLHFDataset
model, *folders = sys.argv[1:]
made = dict(tokenizer=AutoTokenizer.from_pretrained(model), processor=AutoProcessor.from_pretrained(model))
config = OmegaConf.create(dict(max_prompt_length=512, filter_overlong_prompts=True, filter_overlong_prompts_workers=1))
found = {}
for folder in map(Path, folders):
    dataset = RLHFDataset(data_files=str(folder / "bad.parquet"), config=config, **made)
    found[folder.name] = [dataset[i]["extra_info"]["id"] for i in range(len(dataset))]
print("\\nFOUND " + json.dumps(found))
"""


@pytest.mark.host
def test_in_verl(grpo, task, pictures, tmp_path):
    cases = cases_of(VERL)
    for case in cases:
        write_verl(case, pictures, tmp_path / key_of(case))
    done = grpo.run(
        "python",
        "-c",
        READ_VERL,
        task / "model",
        *(tmp_path / key_of(case) for case in cases),
        HF_HOME=tmp_path / "home",
    )
    read = json.loads(done.stdout.split("\nFOUND ")[1].splitlines()[0])
    assert all(ids == ["healthy"] for ids in read.values()), read
    agree({case: f"{len(read[key_of(case)])} of 2 rows are left, and no error" for case in cases})


# --- our own reward, on the row as it is


def test_in_our_reward(reward):
    agree({case: SEEN[case.defect](case.row, reward) for case in cases_of(REWARD)})


def _paid(row, answer, reward):
    sample = Sample(
        row["id"], None, row["problem"], f"<think>I look.</think>\n<answer>{answer}</answer>", row["answer"],
        row["category"], row["options"], row["reward"],
    )  # fmt: skip
    return reward.score(sample).accuracy


def _unknown(row, reward):
    try:
        return f"paid {_paid(row, '3', reward)}"
    except WeThinkError as error:
        return f"{type(error).__name__}: {error}"


def _same_id(row, reward):
    """As the journal has it, which watch, replay and sweep read."""
    with tempfile.TemporaryDirectory() as folder:
        journalled = HybridReward.from_config({"judge": {"offline": True}, "journal": {"path": f"{folder}/journal"}})
        paid = {_paid(one, "3", journalled) for one in (HEALTHY, row)}
        journalled.close()
        lines = [json.loads(line) for file in Path(folder).rglob("*") if file.is_file() for line in file.open()]
    return f"{len(lines)} lines paid {sorted(paid)}, ids {sorted({line['id'] for line in lines})}"


def _outside(row, reward):
    paid = [_paid(row, answer, reward) for answer in ("A", "B", *row["options"])]
    return f"best answer of an option paid {max(paid):.0f}"


def _disagree(row, reward):
    right, wrong = _paid(row, "A", reward), _paid(row, "B", reward)
    return f"right letter paid {right:.0f}, wrong letter paid {wrong:.0f}"


def _right(row, reward):
    return f"right answer paid {_paid(row, row['right'], reward):.0f}: {row['right']} for the gold {row['answer']}"


SEEN = {
    "unknown_value": _unknown,
    "duplicate_id": _same_id,
    "answer_outside_options": _outside,
    "options_disagree": _disagree,
    "unreadable_gold": _right,
    "method_against_type": _right,
}
