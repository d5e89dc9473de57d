"""VLMEvalKit's own code, from a checkout: the traps of its wrapper, the names of its numbers, and a whole evaluation.

Needs VLMEVALKIT_HOME, a clone of https://github.com/open-compass/VLMEvalKit, and VLMEVALKIT_PYTHON, a Python in which it
is installed (by default `python` of `.venv` in that folder). The models are those of `make demo` where it has run
(WETHINK_DEMO_RUN, by default runs/demo), else one of random weights.
"""

import json
import os
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.hosts.conftest import CHECKOUT, RECIPE
from wethink_plugins.evaluation.benchmarks import read_benchmarks

pytestmark = [pytest.mark.host, pytest.mark.slow]
EVALUATION = CHECKOUT / "recipes" / "evaluation"
DEMO = Path(os.environ.get("WETHINK_DEMO_RUN", CHECKOUT / "runs" / "demo"))
ROWS = 24


@pytest.fixture(scope="module")
def kit():
    """Runs its Python; gives (exit code, output)."""
    home = os.environ.get("VLMEVALKIT_HOME")
    if not home or not (Path(home) / "run.py").is_file():
        pytest.skip(
            "needs VLMEVALKIT_HOME, a clone of https://github.com/open-compass/VLMEvalKit, installed (pip install -e)"
        )
    python = os.environ.get("VLMEVALKIT_PYTHON", str(Path(home) / ".venv" / "bin" / "python"))

    def run(*words, **variables):
        paths = os.pathsep.join([str(CHECKOUT), home])
        quiet = {"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1", "PYTHONPATH": paths}
        environment = {**os.environ, **quiet, **{name: str(value) for name, value in variables.items()}}
        done = subprocess.run(
            [python, *map(str, words)],
            env=environment,
            cwd=home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode, done.stdout

    looked_for = (
        "import sys, importlib.util as u; sys.exit(not all(map(u.find_spec, ('torch', 'pandas', 'qwen_vl_utils'))))"
    )
    if not Path(python).exists() or run("-c", looked_for)[0]:
        pytest.skip(f"needs VLMEVALKIT_PYTHON, a Python in which VLMEvalKit can be imported; {python} is none")
    return run


@pytest.fixture(scope="module")
def models(tmp_path_factory, request):
    """(base, trained, folder of rows)."""
    if (DEMO / "grpo" / "model" / "config.json").is_file():
        return DEMO / "sft", DEMO / "grpo" / "model", DEMO / "data"
    task = request.getfixturevalue("task")
    return task / "model", task / "model", task / "data"


@pytest.fixture(scope="module")
def probed(kit, models):
    code, output = kit(CHECKOUT / "tests/hosts/vlmevalkit_probe.py", EVALUATION, models[1])
    assert code == 0, output[-3000:]
    return json.loads(output.rpartition("PROBE ")[2])


def test_the_wrapper_reads_only_a_single_answer_block(probed):
    """`extract_response_for_eval`: its branch for </think> is never reached; two blocks, equal ones too, are none."""
    found = probed["extraction"]
    assert found["one_block"] == "B"
    assert found["no_answer_block"] == "<think>A or B</think>B"
    assert found["two_blocks"] == "<think>t</think><answer>B</answer> so <answer>B</answer>"


def test_the_wrapper_drops_the_prompt_of_two_benchmarks_and_ours_does_not(probed):
    published, ours = probed["asked"]["WeThinkAsPublished"], probed["asked"]["WeThinkFormat"]
    assert published["OCRBench"] == published["AI2D_TEST"] == ["user"]
    assert published["MathVista_MINI"] == published["MMBench_DEV_EN_V11"] == ["system", "user"]
    assert {str(ours[name]) for name in ours if name != "no dataset"} == {"['system', 'user']"}
    assert "'NoneType' object has no attribute 'lower'" in published["no dataset"] and ours["no dataset"] == "ok"


def test_the_list_names_datasets_and_numbers_that_are_there(probed):
    for one in read_benchmarks().benchmarks:
        for key in [*one.keys, *(one.instead.keys if one.instead else [])]:
            assert key in probed["known"], key
        for key in set(one.keys) & probed["ratings"].keys() - {"WeMath"}:
            for pattern in one.read:
                names = [name for name in probed["ratings"][key] if fnmatchcase(name, pattern)]
                assert len(names) == 1, (key, pattern, probed["ratings"][key])
                assert probed["ratings"][key][names[0]] * one.times in (50, 1) or one.name == "HallusionBench"
    assert probed["ratings"]["WeMath"] == {}, "a score with a per cent sign: read from the score file"


@pytest.fixture(scope="module")
def evaluated(kit, models, tmp_path_factory):
    folder = tmp_path_factory.mktemp("vlmevalkit")
    base, trained, data = models
    rows = data / "test.jsonl"
    code, output = kit(EVALUATION / "make_tsv.py", rows, "--name", "Shapes", "--out", folder / "LMU", "--limit", ROWS)
    assert code == 0, output
    (folder / "wethink.yaml").write_text("judge: {offline: true}\n")
    code, output = kit(
        EVALUATION / "run_vlmevalkit.py", "--vlmevalkit", os.environ["VLMEVALKIT_HOME"], "--work-dir", folder / "out",
        "--model", f"base={base}", "--model", f"trained={trained}", "--data", "Shapes:wethink", "Shapes_MCQ",
        "--min-pixels", 784, "--max-pixels", 50176, "--max-new-tokens", 40, "--", "--judge", "exact_matching",
        LMUData=folder / "LMU", WETHINK_CONFIG=folder / "wethink.yaml",
    )  # fmt: skip
    assert code == 0, output[-3000:]
    return folder


def test_base_beside_trained(kit, evaluated):
    options = ("--base", "base", "--trained", "trained", "--benchmarks", EVALUATION / "shapes.yaml", "--json")
    code, output = kit("-m", "wethink_plugins.cli.main", "evaluate", "--table", evaluated / "out", *options)
    assert code == 0, output
    lines = {line["name"]: line for line in json.loads(output[output.index("{") :])["lines"]}
    assert set(lines) == {"Shapes", "Shapes, choices"}
    values = {name: (line["base"]["value"], line["trained"]["value"]) for name, line in lines.items()}
    assert all(0 <= value <= 100 for pair in values.values() for value in pair), values
    if DEMO.is_dir():
        assert values["Shapes"][1] - values["Shapes"][0] > 20, values


def test_predictions_keep_the_answer_and_the_rest_apart(kit, evaluated):
    file = next((evaluated / "out" / "trained").glob("T*/trained_Shapes.xlsx"))
    read = "import pandas, sys; print('ROWS ' + pandas.read_excel(sys.argv[1]).fillna('').to_json(orient='records'))"
    rows = json.loads(kit("-c", read, file)[1].rpartition("ROWS ")[2])
    assert len(rows) == ROWS and {"prediction", "thinking"} <= set(rows[0])
    assert not any("<think>" in str(row["prediction"]) for row in rows)
    if DEMO.is_dir():
        assert sum("<think>" in row["thinking"] for row in rows) > ROWS / 2


def test_the_data_recipe_is_named_where_it_is_wrong(kit):
    code, output = kit(EVALUATION / "run_vlmevalkit.py", "--vlmevalkit", RECIPE, "--model", "a=b")
    assert code != 0 and "needs a checkout of VLMEvalKit" in output
