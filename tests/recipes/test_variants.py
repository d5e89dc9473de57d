"""The table of variants: each makes a configuration that differs from its recipe in what it says, and in nothing else."""

import json

import pytest
import yaml

from tests.datasets.builders import row, write_rows
from wethink_plugins.cli.main import main
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.errors import WeThinkError
from wethink_plugins.recipes.choice import chosen
from wethink_plugins.recipes.chosen_rows import write_chosen
from wethink_plugins.recipes.compose import host_text, reward_text
from wethink_plugins.recipes.table import Rows, table
from wethink_plugins.shipped import recipe, recipes

PAIRS = [(name, host) for name, one in table().variants.items() for host in one.hosts]


def flat(values, prefix=""):
    if not isinstance(values, dict) or not values:
        return {prefix: values}
    return {
        key: one
        for name, value in values.items()
        for key, one in flat(value, f"{prefix}.{name}" if prefix else str(name)).items()
    }


def changed(before, after):
    before, after = flat(before), flat(after)
    return {key for key in {*before, *after} if before.get(key, "lacks") != after.get(key, "lacks")}


@pytest.mark.parametrize(("name", "host"), PAIRS)
def test_a_variant_changes_what_it_says_and_nothing_else(name, host):
    choice = chosen(name, host)
    variant = table().variants[name]
    plain = yaml.safe_load(recipe(choice.name).read_text(encoding="utf-8"))
    made = yaml.safe_load(host_text(choice))
    allowed = {"trainer.experiment_name", *variant.settings.get(host, {})}
    differs = changed(plain, made)
    assert all(any(key == one or key.startswith(f"{one}.") for one in allowed) for key in differs), differs
    assert made.get("trainer", {}).get("experiment_name") != plain.get("trainer", {}).get("experiment_name", "none")
    text = reward_text(choice)
    if choice.entry.reward:
        reward = WeThinkConfig.load(yaml.safe_load(text))
        base = WeThinkConfig.load(yaml.safe_load(recipe(choice.entry.reward).read_text(encoding="utf-8")))
        differs = {key.split(".")[0] for key in changed(base.model_dump(), reward.model_dump())}
        assert differs <= set(variant.reward)
    assert variant.what in host_text(choice) and (not name.startswith("ablation/") or variant.question)


def test_each_ablation_is_another_experiment():
    """Two that came out the same would be one experiment under two names."""
    for host in ("verl", "easyr1"):
        made = {}
        for name, _ in [pair for pair in PAIRS if pair[1] == host and pair[0].startswith("ablation/")]:
            choice = chosen(name, host)
            values = yaml.safe_load(host_text(choice))
            values["trainer"].pop("experiment_name")
            what = json.dumps([values, yaml.safe_load(reward_text(choice)), choice.rows.model_dump(), _first(choice)])
            assert what not in made, f"{name} is {made.get(what)}"
            made[what] = name


def _first(choice):
    return [variant.first for variant in choice.variants.values()]


@pytest.mark.parametrize("name", table().recipes)
def test_every_recipe_of_the_table_is_there_with_its_reward(name):
    entry = table().recipes[name]
    assert name in recipes() and (entry.reward is None or entry.reward in recipes())
    if entry.reward:
        loaded = WeThinkConfig.load(yaml.safe_load(recipe(entry.reward).read_text(encoding="utf-8")))
        assert (loaded.weights.accuracy, loaded.weights.format) == (0.7, 0.3)


def test_several_variants_add_up_and_the_later_one_wins():
    choice = chosen("verl/grpo_7b", more=["ablation/group_8", "judge/rules", "ablation/group_16"])
    assert yaml.safe_load(host_text(choice))["actor_rollout_ref"]["rollout"]["n"] == 16
    assert choice.rows == Rows(without_judge=True) and not yaml.safe_load(reward_text(choice))["judge"]["endpoints"]


def test_the_thinking_model_s_reward_begins_inside_the_thought():
    assert yaml.safe_load(reward_text(chosen("verl/grpo_qwen3_vl_8b")))["style"] == "think_open"


def test_the_two_verl_recipes_differ_in_the_model_and_its_length():
    plain, thinking = (
        yaml.safe_load(recipe(f"verl/{name}").read_text(encoding="utf-8")) for name in ("grpo_7b", "grpo_qwen3_vl_8b")
    )
    assert changed(plain, thinking) == {"data.max_response_length", "trainer.experiment_name"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ablation/group_8",), "add --host verl"),
        (("ablation/group_8", "llamafactory"), "not for llamafactory"),
        (("judge/pool", "easyr1"), "is for verl"),
        (("verl/grpo_7b", "easyr1"), "is for verl"),
        (("easyr1/grpo_7b", None, ["judge/pool"]), "is for verl, easyr1/grpo_7b for easyr1"),
        (("grpo_7b",), "is one of verl/grpo_7b, easyr1/grpo_7b"),
        (("easyr1/wethink",), "no recipe that can be run"),
        (("verl/grpo_7b", None, ["group_9"]), "no variant 'group_9'"),
    ],
)
def test_what_does_not_go_together_is_said(arguments, says):
    with pytest.raises(WeThinkError) as error:
        chosen(*arguments)
    assert says in str(error.value)


# The demo's configuration was there first. What it and the real recipe don't share, and why.
TWIN = {
    "size": "data.train_batch_size data.train_files data.val_files trainer.total_epochs trainer.total_training_steps",
    "learning": "actor_rollout_ref.rollout.n actor_rollout_ref.actor.optim actor_rollout_ref.actor.ppo_mini_batch_size actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu data.seed actor_rollout_ref.actor.data_loader_seed actor_rollout_ref.rollout.seed actor_rollout_ref.actor.fsdp_config.seed",
    "as verl's default": "data.shuffle actor_rollout_ref.actor.clip_ratio actor_rollout_ref.actor.grad_clip actor_rollout_ref.actor.loss_agg_mode actor_rollout_ref.actor.entropy_coeff actor_rollout_ref.actor.freeze_vision_tower actor_rollout_ref.actor.kl_loss_coef actor_rollout_ref.actor.kl_loss_type actor_rollout_ref.rollout.top_p actor_rollout_ref.rollout.enable_chunked_prefill actor_rollout_ref.rollout.gpu_memory_utilization",
    "no reference model": "actor_rollout_ref.ref",
    "memory and speed": "actor_rollout_ref.actor.ppo_max_token_len_per_gpu actor_rollout_ref.rollout.log_prob_max_token_len_per_gpu actor_rollout_ref.rollout.log_prob_micro_batch_size_per_gpu",
    "written out, and verl's default": "actor_rollout_ref.actor.use_dynamic_bsz actor_rollout_ref.model.use_fused_kernels actor_rollout_ref.rollout.log_prob_use_dynamic_bsz data.mm_processor_kwargs",
    "rows are checked": "data.filter_overlong_prompts_workers",
    "given on the command line": "actor_rollout_ref.model.path reward.reward_manager ray_kwargs.ray_init.runtime_env.env_vars.WETHINK_CONFIG",
    "bookkeeping": "trainer.project_name trainer.experiment_name trainer.save_freq trainer.max_actor_ckpt_to_keep trainer.resume_mode trainer.default_local_dir",
}  # fmt: skip


def test_the_demo_s_configuration_is_the_recipe_in_small():
    """Under size/cpu the recipe may differ from recipes/cpu/grpo.yaml in these keys only."""
    twin = yaml.safe_load(recipe("cpu/grpo").read_text(encoding="utf-8"))
    made = yaml.safe_load(host_text(chosen("verl/grpo_7b", more=["size/cpu"])))
    known = [key for keys in TWIN.values() for key in keys.split()]
    differs = changed(twin, made)
    assert [key for key in sorted(differs) if not any(key == one or key.startswith(f"{one}.") for one in known)] == []
    assert [one for one in known if not any(key == one or key.startswith(f"{one}.") for key in differs)] == []


JUDGED = {"category": "descriptive", "reward": "model", "answer": "three circles"}
ROWS = [row(0), row(1, abilities=["Mathematics"]), row(2, **JUDGED), row(3, reward="auto", category="Fill-in-blank")]


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        (Rows(without_judge=True), ["r0", "r1", "r3"]),
        (Rows(abilities="math"), ["r0", "r1", "r2", "r3"]),
        (Rows(abilities="mathem"), ["r1"]),
        (Rows(without_judge=True, abilities="MATHEM"), ["r1"]),
    ],
)
def test_which_rows_a_variant_trains_on(tmp_path, rows, kept):
    file = write_rows(tmp_path, [*ROWS, {"id": "broken", "problem": "?"}])
    read, written = write_chosen(file, rows, None, False, tmp_path / "out.jsonl")
    ids = [json.loads(line)["id"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert ids == [*kept, "broken"], "what validation rejects stays, for the export to say so"
    assert (read, written) == (5, len(ids))


def test_the_chain_of_thought_of_another_field(tmp_path):
    file = write_rows(tmp_path, [row(0, raw_cot="Hm. Three?"), row(1)])
    with pytest.raises(WeThinkError) as error:
        write_chosen(file, Rows(chain_of_thought="raw_cot"), None, False, tmp_path / "out.jsonl")
    assert "row r1: raw_cot" in str(error.value) and not (tmp_path / "out.jsonl").exists()
    file = write_rows(tmp_path, [row(0, raw_cot="Hm. Three?")])
    write_chosen(file, Rows(chain_of_thought="raw_cot"), None, False, tmp_path / "out.jsonl")
    assert json.loads((tmp_path / "out.jsonl").read_text())["refined_cot"] == "Hm. Three?"


def test_no_row_left_is_an_error(tmp_path):
    with pytest.raises(WeThinkError, match="none of 1 rows"):
        write_chosen(write_rows(tmp_path, [row(0)]), Rows(abilities="music"), None, False, tmp_path / "out.jsonl")


def test_show_writes_both_files_with_paths_of_this_machine(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["recipe", "show", "model_only", "--host", "verl", "--out", str(tmp_path / "run.yaml"), "--model", "/m"])
    run, reward = (yaml.safe_load((tmp_path / f"{name}.yaml").read_text()) for name in ("run", "wethink"))
    assert run["actor_rollout_ref"]["model"]["path"] == "/m"
    assert run["ray_kwargs"]["ray_init"]["runtime_env"]["env_vars"]["WETHINK_CONFIG"] == str(tmp_path / "wethink.yaml")
    assert reward["journal"]["path"] == str(tmp_path / "journal")
    assert reward["aliases"]["reward_method"] == {"rule": "model", "auto": "model"}
    assert capsys.readouterr().out.count("wrote ") == 2
