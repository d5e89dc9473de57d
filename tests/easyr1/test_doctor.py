"""`wethink doctor easyr1` beside EasyR1's own code: silent on healthy set-ups, and right about what only it shows."""

import json
import shutil

import pytest

from tests.datasets.builders import row, write_rows
from tests.doctor.live import EASYR1_FAULTS, check, doctor, faults_in, planted
from tests.easyr1.conftest import HERE
from tests.servers import ModelServer

pytestmark = pytest.mark.easyr1
IMAGES = ["images/a.png", None, ["images/a.png", "images/b.png"]]
JUDGED = {"category": "descriptive", "reward": "model", "answer": "three circles"}
ROWS = [row(i, image_path=IMAGES[i % 3], **(JUDGED if i % 2 else {})) for i in range(8)]


@pytest.fixture(scope="module")
def judge():
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="module")
def made(host, model, judge, tmp_path_factory):
    """What a user's own commands make of rows, with a judge that is up."""
    folder = tmp_path_factory.mktemp("doctor")
    endpoint = {"base_url": judge.base_url, "model": "scripted", "usd_per_million": {"prompt": 0.1, "completion": 0.4}}
    (folder / "wethink.yaml").write_text(json.dumps({"judge": {"endpoints": [endpoint], "store": None}}))
    wethink = ("python", "-m", "wethink_plugins.cli.main")
    for name in ("train", "val"):
        rows = write_rows(folder, ROWS, f"{name}.jsonl")
        host.run(
            *wethink, "data", "export", "easyr1", rows, "--out", folder / f"{name}.parquet", "--model", model, "--split", name,
            "--config", folder / "wethink.yaml",
        )  # fmt: skip
    shutil.copy(folder / "train.parquet", folder / "unmeasured.parquet")  # no manifest says how long its prompts are
    host.run(*wethink, "prompt", "easyr1", "--model", model, "--copy", folder / "model")
    host.run(*wethink, "recipe", "show", "easyr1/grpo_7b", "--out", folder / "run.yaml")
    return folder


@pytest.fixture
def look(easyr1, made):
    """Doctor, started where EasyR1 would be: (exit code, findings)."""
    file = made / f"run_{easyr1.version}.yaml"
    file.write_text(easyr1.can_read((made / "run.yaml").read_text()))

    def run(*settings):
        words = ["data.rollout_batch_size=4", *settings]
        return doctor(
            easyr1.host, made, "easyr1", "--recipe", file, *words, cwd=easyr1.sources, path=(HERE / "stubs",),
            RAY_TMPDIR=made,
        )  # fmt: skip

    return run


def test_a_healthy_set_up_has_no_finding(easyr1, look):
    code, found = look()
    assert (code, faults_in(found)) == (0, [])
    said = {one["check"]: one for one in found}
    assert "the gold answer gets 1.000, 1.000" in said["dry run"]["text"]
    assert "<answer> </answer> tags" in said["dry run"]["detail"], "the prompt, as EasyR1 itself makes it"
    assert "up to 10 judge calls a step" in said["plan"]["text"] and "an epoch" in said["plan"]["text"]
    assert "$" in said["plan"]["text"] and said["framework"]["text"].startswith("EasyR1 0.3.")


def test_a_template_in_a_file_is_right_after_v0_3_2_only(easyr1, look, made, model):
    easyr1.host.run("wethink", "prompt", "easyr1", "--model", model, "--out", made / "chat.jinja")
    code, found = look(f"worker.actor.model.model_path={model}", f"data.override_chat_template={made / 'chat.jinja'}")
    if easyr1.version == "HEAD":
        assert (code, faults_in(found)) == (0, [])
    else:
        assert code == 1 and len(faults_in(found)) == 1
        assert f"takes the template's text, so each prompt would be {made / 'chat.jinja'}" in faults_in(found)[0]


@pytest.mark.parametrize("fault", EASYR1_FAULTS, ids=[fault.name for fault in EASYR1_FAULTS])
def test_a_planted_fault_is_named_with_its_fix(easyr1, look, made, fault):
    if easyr1.version != "HEAD" and fault is not EASYR1_FAULTS[0]:
        pytest.skip("the same code of ours at each version; the wording of the page is HEAD's")
    check(fault, *look(*planted(fault, made)), made, to_page=easyr1.version == "HEAD")
