"""What the exporters write, read by the hosts' own code: odd pictures, text-only rows, every format and layout."""

import json

import pytest

from tests.datasets.odd import LITERALS, write_odd
from tests.hosts.conftest import CHECKOUT, RECIPE

pytestmark = pytest.mark.host
PROGRAMS = CHECKOUT / "tests" / "hosts"


@pytest.fixture(scope="module")
def odd(task):
    """The rows' folder, and how many of them are good."""
    return task, write_odd(task)[0]


def exported(host, task, kind, out, *options):
    """Through the command, with the bad rows left out; what it says as JSON."""
    done = host.run(
        "wethink", "data", "export", kind, task / "odd.jsonl", "--out", task / out, "--allow-rejects", "--json", *options,
        "--config", task / "wethink.yaml",
    )  # fmt: skip
    said = json.loads(done.stdout[done.stdout.index("{\n") :])
    assert said["rejected"] == len(LITERALS)
    return said


def found(done):
    return json.loads(done.stdout.split("\nFOUND ")[1].splitlines()[0])


LLAMAFACTORY = {
    "lf-json": (),
    "lf-jsonl": ("--format", "jsonl", "--val-rows", "3"),
    "lf-parquet": ("--format", "parquet", "--shards", "3"),
    "lf-embedded": ("--embed", "--shards", "2", "--val-rows", "3"),
}


def test_llamafactory_reads_and_trains_every_layout(sft, grpo, odd):
    task, good = odd
    for out, options in LLAMAFACTORY.items():
        exported(grpo, task, "llamafactory", out, *options)
    read = found(
        sft.run("python", PROGRAMS / "load_llamafactory.py", task / "model", *(task / out for out in LLAMAFACTORY))
    )
    whole = read["lf-json/odd"]["rows"]
    assert len(whole) == good and all(len(read[name]["rows"]) for name in read)
    assert all(one["trained"].endswith("</answer><|im_end|>\n") for one in whole)
    assert not any(
        text in one["text"].split("user\n")[1] for one in whole for text in ("<image>", "<video>", "<audio>")
    )
    assert sorted({one["pads"] > 0 for one in whole}) == [False, True]
    in_shards = read["lf-parquet/odd"]["rows"]  # in the order in which the file system lists the shards
    assert sorted(map(str, in_shards)) == sorted(map(str, whole))
    for out in ("lf-jsonl", "lf-embedded"):
        both = [*read[f"{out}/odd_train"]["rows"], *read[f"{out}/odd_val"]["rows"]]
        assert sorted(map(str, both)) == sorted(map(str, whole)) and len(read[f"{out}/odd_val"]["rows"]) == 3
    assert all(0 < one["loss"] < 20 for one in read.values())


@pytest.mark.slow
def test_llamafactory_trains_on_shards_with_pictures_inside(sft, grpo, odd):
    task, _ = odd
    exported(grpo, task, "llamafactory", "lf-train", "--embed", "--shards", "2", "--val-rows", "3")
    done = sft.run(
        "llamafactory-cli", "train", RECIPE / "sft.yaml", f"model_name_or_path={task / 'model'}", f"dataset_dir={task / 'lf-train'}",
        "dataset=odd_train", "eval_dataset=odd_val", f"output_dir={task / 'lf-out'}", "max_steps=2", "warmup_steps=1",
        "per_device_train_batch_size=4", "logging_steps=1", "do_eval=true", "per_device_eval_batch_size=1",
    )  # fmt: skip
    assert "train_loss" in done.stdout and "eval_loss" in done.stdout and "Dropped invalid example" not in done.stdout


V1 = """
import json, sys
from llamafactory.v1.core.data_engine import DataEngine
from llamafactory.v1.core.utils.rendering import Renderer
from transformers import AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
found = {}
for name in sys.argv[2:]:
    engine = DataEngine(name)
    rows = [engine[i] for i in range(len(engine))]
    plain = [row for row in rows if all(part["type"] == "text" for turn in row["messages"] for part in turn["content"])]
    read = Renderer("chatml", tokenizer).process_samples(plain)
    trained = [tokenizer.decode([token for token in one["labels"] if token >= 0]) for one in read]
    found[name.rpartition("/")[2]] = {"rows": [row["messages"] for row in rows], "trained": trained}
print("\\nFOUND " + json.dumps(found))
"""


def test_llamafactory_v1_reads_blocks(sft, grpo, odd):
    """0.9.5 renders texts only there, so pictures are looked at as the blocks that its data engine gives."""
    task, good = odd
    exported(grpo, task, "llamafactory-v1", "v1", "--name", "lines")
    exported(grpo, task, "llamafactory-v1", "v1", "--name", "shards", "--format", "parquet", "--shards", "3")
    read = found(sft.run("python", "-c", V1, task / "model", task / "v1/lines.yaml", task / "v1/shards.yaml"))
    lines = read["lines.yaml"]["rows"]
    assert len(lines) == good and read["shards.yaml"]["rows"] == lines
    assert {tuple(turn["role"] for turn in row) for row in lines} == {("system", "user", "assistant")}
    assert [block["type"] for block in lines[-2][1]["content"]] == ["image_url", "image_url", "text"]
    prompt = (task / "prompt.txt").read_text().strip()
    assert all(row[0]["content"] == [{"type": "text", "value": prompt}] for row in lines)
    trained = read["lines.yaml"]["trained"]
    assert len(trained) == 4 and all("<answer>3</answer>" in text and "system" not in text for text in trained)


VERL = """
import json, sys
from omegaconf import OmegaConf
from PIL import Image
from transformers import AutoProcessor, AutoTokenizer
from verl.utils.dataset.rl_dataset import RLHFDataset, get_dataset_class

model, config, source, *files = sys.argv[1:]
made = dict(tokenizer=AutoTokenizer.from_pretrained(model), processor=AutoProcessor.from_pretrained(model))

def seen(dataset):
    shown = []
    for i in range(len(dataset)):
        row = dataset[i]
        messages = row["raw_prompt"]
        images, _, _ = dataset._process_multi_modal_info(messages, dataset.image_patch_size, dataset.config)
        text = made["processor"].apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
        ids = made["processor"](text=[text], images=images, return_tensors="pt")["input_ids"][0].tolist()
        shown.append([row["extra_info"]["id"], len(ids), [[one.mode, *one.size] for one in images or []]])
    return shown

keys = dict(max_prompt_length=512, filter_overlong_prompts=True, filter_overlong_prompts_workers=1, train_files="", val_files="")
made_of = {name.rpartition("/")[2]: RLHFDataset(data_files=json.loads(name) if name[0] == "[" else name, config=OmegaConf.create(keys), **made) for name in files}
ours = dict(path="pkg://wethink_plugins.datasets.verl_dataset", name="WeThinkDataset", config=config, allow_rejects=True)
own = OmegaConf.create({**keys, "custom_cls": ours})
made_of["direct"] = get_dataset_class(own)(data_files=source, config=own, **made)
found = {name: seen(dataset) for name, dataset in made_of.items()}  # when all have forked: torch's threads and fork don't mix
print("\\nFOUND " + json.dumps(found))
"""


def test_verl_reads_every_layout(grpo, odd):
    task, good = odd
    exported(grpo, task, "verl", "verl-in.parquet")
    exported(grpo, task, "verl", "verl-paths.parquet", "--paths")
    exported(grpo, task, "verl", "verl-lines.jsonl", "--format", "jsonl")
    exported(grpo, task, "verl", "verl-set", "--shards", "3")
    shards = json.dumps([str(task / f"verl-set/train/{i:05d}-of-00003.parquet") for i in range(3)])
    files = [task / "verl-in.parquet", task / "verl-paths.parquet", task / "verl-lines.jsonl", shards]
    read = found(grpo.run("python", "-c", VERL, task / "model", task / "wethink.yaml", task / "odd.jsonl", *files))
    first = read["verl-in.parquet"]
    assert len(first) == good, "verl drops rows that it can't read, without an error"
    assert all(rows == first for rows in read.values())
    assert {mode for _, _, images in first for mode, *_ in images} == {"RGB"}
    assert [len(images) for _, _, images in first][-2:] == [2, 1]


DATASETS = """
import json, sys
import datasets
from torch.utils.data import DataLoader
from wethink_plugins.datasets import load
from wethink_plugins.errors import WeThinkError

task, *files = sys.argv[1:]
read = {name.rpartition("/")[2]: datasets.load_dataset("parquet", data_files=name, split="train") for name in files}
def sizes(rows, column):
    return [[list(one.convert("RGB").size) for one in row[column]] for row in rows]
found = {name: sizes(rows, "images") for name, rows in read.items()}
given = dict(config=f"{task}/wethink.yaml", allow_rejects=True)
whole = load("wethink", f"{task}/odd.jsonl", **given)
found["load"], found["first"] = sizes(whole, "images"), {k: v for k, v in whole[0].items() if k != "images"}
stream = load("wethink", f"{task}/odd.jsonl", streaming=True, **given)
found["stream"] = sizes(stream, "images")
loader = DataLoader(stream.select_columns(["id"]), num_workers=2, batch_size=1, multiprocessing_context="spawn")
found["workers"] = sorted(one["id"][0] for one in loader)
found["ids"] = sorted(whole["id"])
found["kind"] = len(load("jsonl", f"{task}/odd.jsonl", **given))
found["again"] = whole._fingerprint == load("wethink", f"{task}/odd.jsonl", **given)._fingerprint
try:
    load("wethink", f"{task}/odd.jsonl", config=given["config"])
except WeThinkError as error:
    found["error"] = str(error)
print("\\nFOUND " + json.dumps(found))
"""


def test_trl_s_rows_and_the_builder_give_the_same_pictures(grpo, odd, tmp_path):
    task, good = odd
    exported(grpo, task, "trl", "trl-in.parquet")
    exported(grpo, task, "trl", "trl-paths.parquet", "--paths")
    files = [task / "trl-in.parquet", task / "trl-paths.parquet"]
    (tmp_path / "read.py").write_text("if __name__ == '__main__':\n" + DATASETS.replace("\n", "\n    "))
    read = found(grpo.run("python", tmp_path / "read.py", task, *files, HF_HOME=tmp_path / "home"))
    first = read["trl-in.parquet"]
    assert len(first) == good and [10, 8] in [size for sizes in first for size in sizes]
    assert first == read["trl-paths.parquet"] == read["load"] == read["stream"]
    assert read["workers"] == read["ids"] and len(read["ids"]) == good == read["kind"]
    assert read["again"], "the second time nothing is written anew"
    assert read["first"]["id"] == "odd-0" and read["first"]["split"] == "train" and read["first"]["response"] is None
    assert f"{len(LITERALS)} of" in read["error"] and "allow_rejects" in read["error"]
