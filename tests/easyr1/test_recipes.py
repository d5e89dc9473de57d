"""Every recipe, through EasyR1's own configuration classes, as `wethink recipe show --out` writes it."""

import json
import os
import re
import subprocess

import pytest

from tests.hosts.conftest import CHECKOUT
from wethink_plugins.config import WeThinkConfig

pytestmark = pytest.mark.easyr1
FOLDER = CHECKOUT / "recipes" / "easyr1"
CONFIGS = sorted(file.stem for file in FOLDER.glob("grpo_*.yaml"))
ABLATIONS = sorted(file.stem for file in FOLDER.glob("ablation_*.sh"))
# Keys that came later than a version, which refuses them by name.
LATER = {"HEAD": (), "v0.3.2": ("lora",), "v0.3.1": ("lora", "dynamic_batching", "find_last_checkpoint")}
TAGGED = """max_prompt_length rollout_batch_size global_batch_size adv_estimator kl_coef lr n temperature total_epochs
    min_pixels max_pixels model_path override_chat_template train_files""".split()
# Keeps the command line in place of training.
LAUNCH = "#!/bin/sh\nprintf '%s\\n' \"$@\" > arguments\n"


@pytest.fixture(scope="module")
def written(host, tmp_path_factory):
    """Name -> the command line that a recipe makes; all in a folder with everything that they name."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "bin").mkdir()
    (folder / "bin" / "python3").write_text(LAUNCH)
    (folder / "bin" / "python3").chmod(0o755)
    for name in ("train", "val", "train_rule_only", "train_math_only"):
        (folder / f"{name}.parquet").touch()
    names = [*CONFIGS, *ABLATIONS, "wethink", "wethink_model_only"]
    files = {name: folder / f"{name}{'.sh' if name in ABLATIONS else '.yaml'}" for name in names}
    for file in files.values():
        host.run("wethink", "recipe", "show", f"easyr1/{file.name}", "--out", file)
    (folder / "run.yaml").write_text((folder / "grpo_7b.yaml").read_text())
    lines = {name: [f"config={files[name]}"] for name in CONFIGS}
    return {**lines, **{name: _arguments_of(files[name]) for name in ABLATIONS}}


def _arguments_of(script):
    variables = {**os.environ, "PATH": f"{script.parent / 'bin'}:{os.environ['PATH']}"}
    subprocess.run(["bash", script, "trainer.max_steps=3"], cwd=script.parent, env=variables, check=True)
    module, name, *words = (script.parent / "arguments").read_text().splitlines()
    assert (module, name) == ("-m", "verl.trainer.main")
    return words


def test_every_recipe_parses_and_every_path_is_found(easyr1, written):
    found = easyr1.answer("host_config.py", json.dumps(written))
    for name in CONFIGS:
        text = (FOLDER / f"{name}.yaml").read_text()
        later = [key for key in LATER[easyr1.version] if re.search(rf"^ +{key}:", text, re.MULTILINE)]
        if later:
            assert any(f"'{key}'" in found[name]["error"] for key in later)
            continue
        assert "not found" not in found[name]["printed"]
        _check(found[name]["config"])
    if easyr1.version != "v0.3.1":
        _check_ablations(found)


def _check(config):
    reward, data = config["worker"]["reward"], config["data"]
    assert reward["reward_function"].endswith("adapters/easyr1.py")
    assert reward["reward_function_name"] == "compute_score"
    assert reward["reward_function_kwargs"]["config"].endswith("/wethink.yaml")
    assert config["worker"]["actor"]["model"]["model_path"].endswith("/model")
    assert data["override_chat_template"] is None, "up to v0.3.2 a file's name would be the prompt"
    assert (config["worker"]["rollout"]["n"], data["filter_overlong_prompts"]) == (5, False)


def _check_ablations(found):
    """Each differs from the paper's run in the one thing that it says, and takes more settings."""
    plain = found["grpo_7b"]["config"]
    for name in ABLATIONS:
        config = found[name]["config"]
        assert config["trainer"]["max_steps"] == 3
        changed = {
            f"{part}.{key}"
            for part in ("data", "algorithm", "worker")
            for key in plain[part]
            if config[part][key] != plain[part][key]
        }
        expected = "worker.reward" if name == "ablation_model_only" else "data.train_files"
        assert changed == {expected}, name


@pytest.mark.parametrize("recipe", ["wethink", "wethink_model_only"])
def test_the_reward_s_yaml_loads(recipe):
    config = WeThinkConfig.load(FOLDER / f"{recipe}.yaml")
    assert (config.weights.accuracy, config.weights.format, len(config.judge.endpoints)) == (0.7, 0.3, 1)


@pytest.mark.parametrize("recipe", CONFIGS)
def test_every_value_that_shapes_the_result_says_where_it_is_from(recipe):
    lines = (FOLDER / f"{recipe}.yaml").read_text().splitlines()
    for key in TAGGED:
        line = next(line for line in lines if re.match(rf" +{key}:", line))
        assert re.search("# .*(stated|reported|inferred|chosen)", line), line


def test_the_launch_on_two_nodes_is_a_script_that_says_how_to_use_it():
    script = FOLDER / "two_nodes.sh"
    done = subprocess.run(["bash", script], capture_output=True, text=True)
    assert done.returncode == 2 and "worker HEAD_IP" in done.stderr
