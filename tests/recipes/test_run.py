"""`wethink recipe run` as a user types it, up to the launch; the launch itself is in tests/hosts/test_recipes.py."""

import json
import shlex
import sys

import pyarrow.parquet as pq
import pytest
import yaml

from tests.datasets.builders import row, write_rows
from wethink_plugins.cli.main import main
from wethink_plugins.recipes.choice import chosen
from wethink_plugins.recipes.order import Order
from wethink_plugins.recipes.steps import launch, preparing

JUDGED = {"category": "descriptive", "reward": "model", "answer": "three circles"}
ROWS = [row(i) for i in range(6)] + [row(i, **JUDGED) for i in range(6, 9)]


@pytest.fixture
def place(tmp_path):
    """Rows, pictures, a model's folder that nothing is loaded from, and a reward with a judge that nobody asks."""
    write_rows(tmp_path, ROWS)
    write_rows(tmp_path, [row(20), row(21)], "val.jsonl")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    (tmp_path / "mine.yaml").write_text(
        "judge: {prompt: mine.txt, endpoints: [{base_url: 'http://127.0.0.1:9/v1', model: m}]}\n"
    )
    (tmp_path / "mine.txt").write_text("Judge {question} {reference} {answer}")
    return tmp_path


@pytest.fixture
def run(place, capfd):
    """(exit code, lines on stdout, lines on stderr) of the real command; a later option wins over the ones here."""

    def recipe_run(name, *more, dry=("--no-doctor", "--dry-run")):
        words = [
            "recipe",
            "run",
            name,
            "--data",
            place / "rows.jsonl",
            "--model",
            place / "model",
            "--out",
            place / "out",
        ]
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in (*words, "--val", place / "val.jsonl", *more, *dry)])
        out, err = capfd.readouterr()
        return ended.value.code or 0, out.splitlines(), err.splitlines()

    return recipe_run


def loaded(file):
    return yaml.safe_load(file.read_text())


def test_a_dry_run_leaves_all_but_the_training_done(run, place):
    code, printed, _ = run("verl/grpo_7b", "trainer.total_epochs=2")
    assert code == 0 and printed[-1] == "not launched: this is a dry run"
    out = place / "out"
    shown = [shlex.split(line[2:]) for line in printed if line.startswith("$ ")]
    assert [words[:4] for words in shown[:2]] == [["wethink", "data", "export", "verl"]] * 2
    launch = [
        sys.executable,
        "-m",
        "verl.trainer.main_ppo",
        "--config-path",
        str(out),
        "--config-name",
        "run",
        "trainer.total_epochs=2",
    ]
    assert shown[-1] == [f"WETHINK_CONFIG={out / 'wethink.yaml'}", *launch]
    config = loaded(out / "run.yaml")
    assert config["actor_rollout_ref"]["model"]["path"] == str(place / "model")
    assert [pq.read_metadata(config["data"][f"{side}_files"]).num_rows for side in ("train", "val")] == [9, 2]
    assert "# reported" in (out / "run.yaml").read_text(), "the values keep their sources"
    assert loaded(out / "wethink.yaml")["journal"]["path"] == str(out / "journal")


def test_json_says_the_same(run):
    code, printed, _ = run("verl/grpo_7b", "--json")
    found = json.loads("\n".join(printed))
    assert code == 0 and len(found["commands"]) == 3 and "verl.trainer.main_ppo" in found["commands"][-1]


def test_validation_rows_are_taken_out_of_the_training_rows(place, capfd):
    write_rows(place, [row(i, image_path=None) for i in range(9)])
    out, name = place / "out", "Qwen/Qwen2.5-VL-7B-Instruct"
    words = ["recipe", "run", "verl/grpo_7b", "--data", place / "rows.jsonl", "--model", name, "--out", out]
    with pytest.raises(SystemExit):
        main([str(word) for word in (*words, "--val-rows", 2, "--no-doctor", "--dry-run")])
    assert "not launched" in capfd.readouterr().out
    config = loaded(out / "run.yaml")
    assert config["actor_rollout_ref"]["model"]["path"] == name
    assert [pq.read_metadata(config["data"][f"{side}_files"]).num_rows for side in ("train", "val")] == [7, 2]


def test_a_variant_chooses_rows_and_reward(run, place):
    code, _, errors = run("verl/grpo_7b", "--with", "judge/rules")
    assert code == 0 and any("6 of 9 rows" in line for line in errors)
    assert loaded(place / "out" / "wethink.yaml")["judge"]["endpoints"] == []
    assert pq.read_metadata(place / "out" / "data" / "train.parquet").num_rows == 6


def test_a_reward_of_ones_own_keeps_its_files(run, place):
    code, _, _ = run("verl/grpo_7b", "--with", "ablation/weights_05_05", "--reward", place / "mine.yaml")
    made = loaded(place / "out" / "wethink.yaml")
    assert code == 0 and made["judge"]["prompt"] == str(place / "mine.txt")
    assert made["weights"] == {"accuracy": 0.5, "format": 0.5} and made["journal"]["path"] == str(
        place / "out" / "journal"
    )


def test_supervised_fine_tuning(place, capfd):
    words = [
        "recipe",
        "run",
        "llamafactory/sft_7b_lora",
        "--data",
        place / "rows.jsonl",
        "--model",
        place / "model",
        "--out",
        place / "out",
    ]
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in (*words, "--no-doctor", "--dry-run")])
    printed = capfd.readouterr().out
    assert ended.value.code in (0, None)
    assert f"-m llamafactory.cli train {place / 'out' / 'run.yaml'}" in printed
    config = loaded(place / "out" / "run.yaml")
    rows = json.loads((place / "out" / "data" / "wethink.json").read_text())
    assert (config["dataset_dir"], config["dataset"], len(rows)) == (str(place / "out" / "data"), "wethink", 9)
    assert rows[0]["system"].startswith("You FIRST think about")


def test_the_same_command_goes_on_and_another_run_is_kept_out(run, place):
    assert run("verl/grpo_7b")[0] == 0
    before = (place / "out" / "data" / "train.parquet").read_bytes()
    code, _, errors = run("verl/grpo_7b")
    assert code == 0 and "goes on" in errors[0]
    assert (place / "out" / "data" / "train.parquet").read_bytes() == before
    code, _, errors = run("verl/grpo_7b", "trainer.total_epochs=3")
    assert code == 0 and "other settings than before" in errors[1]
    for more, says in ((("--with", "group_8"), "variants []"), (("--data", place / "val.jsonl"), "data")):
        code, _, errors = run("verl/grpo_7b", *more)
        assert code == 2 and says in errors[0] and "another --out" in errors[0]
    (place / "out" / "run.yaml").write_text("mine: 1\n")
    code, _, errors = run("verl/grpo_7b")
    assert code == 2 and "was changed" in errors[0] and loaded(place / "out" / "run.yaml") == {"mine": 1}


WRONG = [
    ("an unknown recipe", "verl/grpo_8b", (), "did you mean verl/grpo_7b?"),
    ("a recipe that is no run", "easyr1/wethink", (), "no recipe that can be run"),
    ("a variant without its host", "ablation/group_8", (), "--host verl"),
    ("no such model", "verl/grpo_7b", ("--model", "/no/model"), "no such model folder"),
    ("a model that is none", "verl/grpo_7b", ("--model", "images"), "no such model folder"),
    ("no such rows", "verl/grpo_7b", ("--data", "gone.jsonl"), "no such file"),
    ("no such pictures", "verl/grpo_7b", ("--images", "/no/images"), "no such folder"),
    ("no such validation rows", "verl/grpo_7b", ("--val", "gone.jsonl"), "no such file"),
    ("a setting without a value", "verl/grpo_7b", ("trainer.total_epochs",), "is no KEY=VALUE"),
    ("a reward where nothing is paid", "llamafactory/sft_7b_full", ("--reward", "mine.yaml"), "takes no --val"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "more", "says"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_cannot_be_run_is_said_and_nothing_is_written(run, place, name, more, says):
    code, _, errors = run(name, *more)
    assert code == 2 and any(says in line for line in errors), errors
    assert not (place / "out").exists()


def test_rejected_rows_stop_it_unless_they_are_allowed(run, place):
    write_rows(place, [*ROWS, row(30, image_path="images/gone.png")])
    code, printed, errors = run("verl/grpo_7b")
    assert code == 1 and any("1 of 10 rows are rejected" in line for line in errors)
    assert not any("main_ppo" in line for line in printed)
    code, printed, _ = run("verl/grpo_7b", "--allow-rejects")
    assert code == 0 and any("main_ppo" in line for line in printed)


def test_rows_that_need_a_judge_and_none_is_named(run, place):
    (place / "none.yaml").write_text("weights: {accuracy: 0.7, format: 0.3}\n")
    code, printed, errors = run("verl/grpo_7b", "--reward", place / "none.yaml")
    assert code == 2 and any("3 of 9 rows need a judge model and none is configured" in line for line in errors)
    assert not any("main_ppo" in line for line in printed)


def test_without_the_host_it_stops_before_anything_is_written(run, place):
    code, _, errors = run("llamafactory/sft_7b_full", dry=("--dry-run",))
    assert (code, (place / "out").exists()) == (2, False), "--val is for RL"
    code, printed, errors = run("verl/grpo_7b", dry=("--dry-run",))
    if any("ok: framework" in line for line in printed):
        pytest.skip("verl is installed here")
    assert code == 1 and "verl isn't here" in errors[0] and not (place / "out").exists()


def test_a_folder_of_somebody_else_is_left_alone(run, place):
    (place / "out").mkdir()
    (place / "out" / "thesis.txt").write_text("years")
    code, _, errors = run("verl/grpo_7b")
    assert code == 2 and "thesis.txt, which no run wrote" in errors[0]


def test_two_at_once_in_one_folder(run, place):
    import fcntl

    (place / "out").mkdir()
    with (place / "out" / ".recipe.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, _, errors = run("verl/grpo_7b")
    assert code == 2 and "another run works in it" in errors[0]
    assert run("verl/grpo_7b")[0] == 0


def test_a_path_that_yaml_cannot_quote(run, place):
    code, _, errors = run("verl/grpo_7b", "--out", place / 'an "out"')
    assert code == 2 and "plainer path" in errors[0]


def test_easyr1_gets_the_prompt_in_the_model_and_rows_measured_by_its_limits(place):
    order = Order(
        chosen("easyr1/grpo_7b"), place / "out", place / "rows.jsonl", str(place / "model"), val_rows=2,
        settings=("data.max_pixels=1048576", "trainer.total_epochs=2"),
    )  # fmt: skip
    copied, exported = preparing(order)
    assert copied.words[:3] == ("wethink", "prompt", "easyr1") and copied.words[-1] == str(place / "out" / "model")
    asked = dict(zip(exported.words, exported.words[1:], strict=False))
    assert (asked["--max-prompt-length"], asked["--min-pixels"], asked["--max-pixels"]) == ("2048", "262144", "1048576")
    assert asked["--model"] == str(place / "out" / "model")
    assert launch(order).words[1:4] == ("-m", "verl.trainer.main", f"config={place / 'out' / 'run.yaml'}")
    assert loaded_text(order)["worker"]["actor"]["model"]["model_path"] == str(place / "out" / "model")


def loaded_text(order):
    return yaml.safe_load(order.texts[order.run_file])


def test_what_ended_before_the_launch_takes_its_folder_for_nothing(run, place):
    write_rows(place, [*ROWS, row(30, image_path="images/gone.png")])
    assert run("verl/grpo_7b")[0] == 1, "a row is rejected"
    for more in (("--with", "group_8"), ("--val", place / "rows.jsonl", "--with", "ablation/weights_05_05")):
        code, _, errors = run("verl/grpo_7b", *more)
        assert code == 1 and not any("another --out" in line or "was changed" in line for line in errors), errors
    write_rows(place, ROWS)
    assert run("verl/grpo_7b")[0] == 0
    assert loaded(place / "out" / "wethink.yaml")["weights"]["accuracy"] == 0.7, "of this run, not of the one before"
    code, _, errors = run("verl/grpo_7b", "--with", "group_8")
    assert code == 2 and "another --out" in errors[0], "ready to be launched: taken"


def test_a_configuration_changed_by_hand_is_kept_also_before_the_launch(run, place):
    write_rows(place, [*ROWS, row(30, image_path="images/gone.png")])
    assert run("verl/grpo_7b")[0] == 1
    (place / "out" / "run.yaml").write_text("mine: 1\n")
    code, _, errors = run("verl/grpo_7b", "--with", "group_8")
    assert code == 2 and "was changed" in errors[0] and loaded(place / "out" / "run.yaml") == {"mine": 1}
