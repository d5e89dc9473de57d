"""Every recipe and every variant, through EasyR1's own configuration classes, as `wethink recipe show --out` writes it."""

import json
import re
import shlex
import subprocess

import pytest

from tests.datasets.builders import row, write_rows
from tests.hosts.conftest import CHECKOUT
from wethink_plugins.cli.main import main
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.recipes.choice import chosen
from wethink_plugins.recipes.order import Order
from wethink_plugins.recipes.steps import launch
from wethink_plugins.recipes.table import table

pytestmark = pytest.mark.easyr1
FOLDER = CHECKOUT / "recipes" / "easyr1"
CONFIGS = sorted(file.stem for file in FOLDER.glob("grpo_*.yaml"))
VARIANTS = [name for name, variant in table().variants.items() if "easyr1" in variant.hosts]
# Keys that came later than a version, which refuses them by name.
LATER = {"HEAD": (), "v0.3.2": ("lora",), "v0.3.1": ("lora", "dynamic_batching", "find_last_checkpoint")}
TAGGED = """max_prompt_length rollout_batch_size global_batch_size adv_estimator kl_coef lr n temperature total_epochs
    min_pixels max_pixels model_path override_chat_template train_files""".split()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Name -> the command line that a recipe makes; all in a folder with everything that they name."""
    folder = tmp_path_factory.mktemp("run")
    lines = {}
    for name in (*CONFIGS, *VARIANTS):
        file = folder / name / "run.yaml"
        words = ("--host", "easyr1") if name in VARIANTS else ()
        with pytest.raises(SystemExit) as ended:
            main(["recipe", "show", name if words else f"easyr1/{name}", *words, "--out", str(file)])
        assert not ended.value.code
        for side in ("train", "val"):
            (file.parent / f"{side}.parquet").touch()
        lines[name] = [f"config={file}", "trainer.max_steps=3"]
    return lines


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
        _check_variants(found, written)


def test_the_line_that_recipe_run_prints_is_read_as_it_was_said(easyr1, tmp_path):
    """From a shell's point of view, with a setting that has a blank in it."""
    rows = write_rows(tmp_path, [row(0), row(1), row(2)])
    said = ("trainer.max_steps=3", "trainer.project_name=a b", "data.rollout_batch_size=8")
    order = Order(chosen("easyr1/grpo_3b"), tmp_path / "out", rows, str(tmp_path), val_rows=1, settings=said)
    for side in ("train", "val"):
        (tmp_path / "out" / "data").mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / "data" / f"{side}.parquet").touch()
    for file, text in order.texts.items():
        file.write_text(easyr1.can_read(text) if file == order.run_file else text)
    words = shlex.split(launch(order).line)
    module = words.index("verl.trainer.main")
    found = easyr1.answer("host_config.py", json.dumps({"run": words[module + 1 :]}))["run"]
    config = found["config"]
    assert "not found" not in found["printed"]
    assert (config["trainer"]["max_steps"], config["trainer"]["project_name"]) == (3, "a b")
    assert config["data"]["rollout_batch_size"] == 8
    assert config["data"]["train_files"] == str(tmp_path / "out" / "data" / "train.parquet")
    assert config["worker"]["actor"]["model"]["model_path"] == str(tmp_path / "out" / "model")


def _check(config):
    reward, data = config["worker"]["reward"], config["data"]
    assert reward["reward_function"].endswith("adapters/easyr1.py")
    assert reward["reward_function_name"] == "compute_score"
    assert reward["reward_function_kwargs"]["config"].endswith("/wethink.yaml")
    assert config["worker"]["actor"]["model"]["model_path"].endswith("/model")
    assert data["override_chat_template"] is None, "up to v0.3.2 a file's name would be the prompt"
    assert (config["worker"]["rollout"]["n"], data["filter_overlong_prompts"]) == (5, False)


def _check_variants(found, written):
    """Each differs from the paper's run in what the table says, and its reward's YAML is the one beside it."""
    plain = found["grpo_7b"]["config"]
    for name in VARIANTS:
        config, variant = found[name]["config"], table().variants[name]
        assert config["trainer"]["max_steps"] == 3
        file = config["worker"]["reward"].pop("reward_function_kwargs")["config"]
        assert file == written[name][0].removeprefix("config=").replace("run.yaml", "wethink.yaml")
        WeThinkConfig.load(file)
        # EasyR1 copies some settings into other sections itself.
        expected = {key.split(".")[-1] for key in variant.settings.get("easyr1", {})}
        changed = {key for key, value in _flat(config).items() if _flat(plain).get(key) != value}
        assert {key.split(".")[-1] for key in changed if not _is_place(key)} == expected, name


def _is_place(key):
    return key.startswith(("data.train_files", "data.val_files", "trainer.")) or key.endswith(
        ("model_path", "tokenizer_path")
    )


def _flat(values, prefix=""):
    if not isinstance(values, dict):
        return {prefix: values}
    return {
        key: one for name, value in values.items() for key, one in _flat(value, f"{prefix}.{name}".strip(".")).items()
    }


def test_the_reward_s_yaml_loads():
    config = WeThinkConfig.load(FOLDER / "wethink.yaml")
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
