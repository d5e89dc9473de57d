"""Faults that files, settings and servers can have, each as somebody would make it; no host is needed to find them.

A fault is planted into a healthy set-up of its host. What doctor must say of it, and what to do, is part of the table.
"""

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.doctor.setups import JUDGED, RULED
from tests.prompts.models import PARTS_ONLY, model
from tests.servers import ModelServer


@dataclass(frozen=True)
class Fault:
    """`plant(setup, patch)` makes it; `patch` is pytest's monkeypatch. `server`: settings of a judge that is running."""

    name: str
    host: str
    says: str
    fix: str
    plant: object
    rows: list = field(default_factory=lambda: RULED)
    server: dict | None = None
    level: str = "error"


def package(patch, folder, name, version, **files):
    """As if it were installed."""
    place = folder / "site"
    info = place / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    for file, text in files.items():
        (info / file.replace("_txt", ".txt") if file == "entry_points_txt" else place / f"{file}.py").write_text(text)
    patch.syspath_prepend(place)
    patch.setenv("PYTHONPATH", str(place), prepend=os.pathsep)


def data(key, value):
    return lambda setup, _: setup.recipe["data"].update({key: value(setup) if callable(value) else value})


def reward(value):
    return lambda setup, _: setup.recipe["worker"]["reward"].update(
        reward_function=value(setup) if callable(value) else value
    )


def column(**changes):
    """Into each row; a function gets the row."""

    def plant(setup, _):
        setup.change_rows(lambda row: row.update({k: v(row) if callable(v) else v for k, v in changes.items()}))

    return plant


def judged(url="http://127.0.0.1:9/v1", **judge):
    """A judge; `server` in the table replaces the address."""

    def plant(setup, _):
        more = {
            name: judge.pop(name)
            for name in ("api_key_env", "model", "usd_per_million", "max_concurrency")
            if name in judge
        }
        endpoint = {"base_url": setup.options.pop("server", url), "model": "scripted", **more}
        setup.reward["judge"] = {"endpoints": [endpoint], "deadline_s": 2, "store": None, **judge}

    return plant


def picture(change, name="a.png"):
    return lambda setup, _: change(setup.folder / "images" / name)


def cut_off(file):
    from PIL import Image

    Image.effect_noise((300, 300), 80).convert("RGB").save(file, format="JPEG")
    file.write_bytes(file.read_bytes()[:2000])


def manifest(**settings):
    def plant(setup, _):
        file = setup.rows.with_suffix(".manifest.json")
        content = json.loads(file.read_text())
        known = {
            "max_prompt_length": 512,
            "longest_prompt": 90,
            "min_pixels": 262144,
            "max_pixels": 4194304,
            "model": "Qwen2.5-VL-7B-Instruct",
        }
        counted = {"pixels_a_token": 784, "model_min_pixels": 3136, "model_max_pixels": 12845056}
        content["settings"].update({**known, **counted, **settings})
        file.write_text(json.dumps(content))
        (setup.model / "tokenizer.json").write_text("{}")

    return plant


def broken_validation(setup, _):
    import pyarrow as pa
    import pyarrow.parquet as pq

    record = {**pq.read_table(setup.rows).to_pylist()[0], "images": [str(setup.folder / "gone.png")]}
    pq.write_table(pa.Table.from_pylist([record]), setup.folder / "val.parquet")
    setup.recipe["data"]["val_files"] = str(setup.folder / "val.parquet")


def start_elsewhere(setup, _):
    shutil.copy(
        Path(__file__).resolve().parents[2] / "wethink_plugins/adapters/easyr1.py", setup.folder / "my_reward.py"
    )
    setup.recipe["worker"]["reward"]["reward_function"] = "my_reward.py:compute_score"
    setup.cwd = setup.folder / "elsewhere"
    setup.cwd.mkdir()
    shutil.copytree(setup.folder / "verl", setup.cwd / "verl")


def relative(setup, _):
    (setup.folder / "my_reward.py").write_text(
        "def compute_score(inputs):\n    return [{'overall': 0.0} for _ in inputs]\n"
    )
    setup.recipe["worker"]["reward"]["reward_function"] = "my_reward.py:compute_score"


def replaced(host, version=None):
    def plant(setup, _):
        shutil.rmtree(setup.folder / "verl")
        if host:
            setup.framework(host, version)

    return plant


def takes_text(setup, _):
    setup.framework("easyr1", "0.3.2")
    (setup.folder / "verl/utils/tokenizer.py").write_text("tokenizer.chat_template = override_chat_template")


def of_another_model(setup, _):
    setup.recipe["worker"]["actor"]["model"]["model_path"] = str(model(setup.folder / "other", PARTS_ONLY))


def model_gone(setup, _):
    setup.recipe["worker"]["actor"]["model"]["model_path"] = str(setup.folder / "gone")
    no_template(setup, _)


def format_prompt(text):
    def plant(setup, _):
        (setup.folder / "format.jinja").write_text(text)
        setup.recipe["data"]["format_prompt"] = str(setup.folder / "format.jinja")

    return plant


def no_template(setup, _):
    del setup.recipe["data"]["override_chat_template"]


def info(**changes):
    def plant(setup, _):
        file = setup.folder / "dataset_info.json"
        content = json.loads(file.read_text())
        for key, value in changes.items():
            content["wethink"][key] = value(content["wethink"][key]) if callable(value) else value
        file.write_text(json.dumps(content))

    return plant


def conversation(change):
    def plant(setup, _):
        records = json.loads(setup.rows.read_text())
        change(records[0])
        setup.rows.write_text(json.dumps(records))

    return plant


def key(name, value=None):
    """A key of LLaMA-Factory's flat recipe, or of verl's settings; None takes it away."""
    return lambda setup, _: setup.recipe.pop(name) if value is None else setup.recipe.update({name: value})


def settings(*words):
    return lambda setup, _: setup.settings.extend(words)


def other_config(setup, patch):
    file = setup.folder / "other.yaml"
    file.write_text("{}")
    setup.options["config"] = file


def both(*plants):
    return lambda setup, patch: [plant(setup, patch) for plant in plants]


PASTE = "wethink path easyr1"
PROMPT = "wethink prompt easyr1 --model"
FUNCTION = (
    "reward.custom_reward_function.path=pkg://wethink_plugins.adapters.verl",
    "reward.custom_reward_function.name=compute_score",
)
E1, VERL, LF = "easyr1", "verl", "llamafactory"
FAULTS = [
    # Software
    Fault("verl is installed instead of EasyR1", E1, "`import verl` is verl 0.9.1 here, not EasyR1", "clone https://github.com/hiyouga/EasyR1", replaced(VERL)),
    Fault("EasyR1 isn't in this environment", E1, "EasyR1 isn't here", "run doctor in that folder", replaced(None)),
    Fault("EasyR1 v0.3.0", E1, "EasyR1 0.3.0 has no image paths", "v0.3.1 or later", replaced(E1, "0.3.0")),
    Fault("omegaconf 2.4", E1, "2.4.0 refuses EasyR1's configuration", 'pip install "omegaconf<2.4"', lambda s, p: package(p, s.folder, "omegaconf", "2.4.0")),
    Fault("huggingface_hub 1.x beside transformers 4", E1, "1.3.0 isn't taken by transformers 4.57.6", 'pip install "huggingface_hub<1.0"', lambda s, p: [package(p, s.folder, "huggingface_hub", "1.3.0"), package(p, s.folder, "transformers", "4.57.6")]),
    Fault("math-verify with an antlr4 that it can't use", E1, "is installed and doesn't work: ImportError: Unsupported ANTLR version", "math-verify[antlr4_9_3]", lambda s, p: package(p, s.folder, "math-verify", "0.9.0", math_verify="raise ImportError('Unsupported ANTLR version')"), level="warning"),
    Fault("a package of somebody else's whose entry point is broken", E1, "wethink.rewards: length (no_such_module:term) fails to load", "repair or remove their-terms", lambda s, p: package(p, s.folder, "their-terms", "1.0", entry_points_txt="[wethink.rewards]\nlength = no_such_module:term\n")),
    # Recipe
    Fault("an environment variable of the YAML isn't set", E1, "data.image_dir needs the environment variable MY_IMAGES", "export MY_IMAGES=", data("image_dir", "${oc.env:MY_IMAGES}")),
    Fault("the recipe was copied, not written by `wethink recipe show --out`", E1, "worker.reward.reward_function: {reward_file} isn't filled in", "wethink recipe show", reward("{reward_file}:compute_score")),
    # The reward's path
    Fault("no reward function", E1, "isn't set: nothing would be paid", PASTE, lambda s, _: s.recipe["worker"].pop("reward")),
    Fault("relative path to the reward", E1, "my_reward.py is found from DIR only", "write DIR/my_reward.py:compute_score", relative, level="warning"),
    Fault("started in another folder than the relative path is meant for", E1, "my_reward.py isn't found from DIR/elsewhere", "write the whole path: DIR/my_reward.py", start_elsewhere),
    Fault("the reward file doesn't exist", E1, "no such file: DIR/gone.py", PASTE, reward(lambda s: f"{s.folder}/gone.py:compute_score")),
    Fault("no :function behind the reward file", E1, "names no function, so EasyR1 looks for `main`", ":compute_score", reward(lambda s: s.recipe["worker"]["reward"]["reward_function"].rpartition(":")[0])),
    Fault("a dotted module in place of a file", E1, "wethink_plugins.adapters.easyr1 is a module, and EasyR1 loads a file", PASTE, reward("wethink_plugins.adapters.easyr1:compute_score")),
    Fault("a folder in place of a file", E1, "is a folder, and EasyR1 loads a file", "name the .py file in it", reward(lambda s: f"{s.folder}/images:compute_score")),
    Fault("a function that the reward file hasn't got", E1, "has no function compute", "correct the name after the colon", reward(lambda s: s.recipe["worker"]["reward"]["reward_function"].replace(":compute_score", ":compute"))),
    # Prompt
    Fault("the chat template is missing", E1, "no such file: DIR/gone.jinja; EasyR1 would say so in one line and train without it", PROMPT, data("override_chat_template", lambda s: f"{s.folder}/gone.jinja")),
    Fault("no chat template is set", E1, "nothing in it asks for <answer>", PROMPT, no_template),
    Fault("the chat template was made from another model's", E1, "was made from the template of another model", PROMPT, of_another_model),
    Fault("a file as chat template under EasyR1 v0.3.2, which takes its text", E1, "EasyR1 0.3.2 takes the template's text, so each prompt would be DIR/chat_template.jinja", "--copy COPY", takes_text),
    Fault("the model's folder is missing", E1, "worker.actor.model.model_path: no such folder: DIR/gone", "--copy DIR/gone", model_gone),
    Fault("the format prompt is missing", E1, "data.format_prompt: no such file", "set data.format_prompt: null", data("format_prompt", "gone.jinja")),
    Fault("a format prompt without the question", E1, "doesn't show the question", "{{ content }}", format_prompt("Think, then answer in <answer> tags.")),
    Fault("style: boxed under a prompt that asks for <answer>", E1, "nothing in it asks for \\boxed", "data.format_prompt", lambda s, _: s.reward.update(style="boxed")),
    # Rows
    Fault("the training file is missing", E1, "data.train_files: no such file: DIR/gone.parquet", "wethink data export easyr1", data("train_files", lambda s: f"{s.folder}/gone.parquet")),
    Fault("a folder as training file", E1, "data.train_files: DIR is a folder", "name one file", data("train_files", lambda s: str(s.folder))),
    Fault("answer_key names no column", E1, "data.answer_key is solution, which no column of DIR/train.parquet is called", "set data.answer_key to one of prompt, answer", data("answer_key", "solution")),
    Fault("image_key names no column", E1, "data.image_key is image_path, which no column is called", "set data.image_key to one of", data("image_key", "image_path")),
    Fault("a column of lists", E1, "abilities holds lists", "write it as text, or drop it", column(abilities=["a", "b"])),
    Fault("a column with a name of EasyR1's own", E1, "uid is a name of EasyR1's own", "rename or drop it", column(uid="1")),
    Fault("rows without an answer", E1, "rows 1, 2, 3 and 3 more: answer: no gold answer", "pass the row's answer as text", column(answer=" ")),
    # Images
    Fault("images as one string", E1, "the images are one text, which EasyR1 reads letter by letter", "write each as a list", column(images=lambda row: "".join(row["images"][:1]))),
    Fault("images: null", E1, "the images are null", "write [] for a row without pictures", lambda s, _: s.change_rows(lambda row: row["images"] or row.update(images=None))),
    Fault("two placeholders for one image", E1, "2 <image> in the prompt for 1 image", "show one <image>", column(prompt=lambda row: row["prompt"].replace("<image>", "<image><image>") if len(row["images"]) == 1 else row["prompt"])),
    Fault("an image without placeholder", E1, "0 <image> in the prompt for 1 image", "show one <image>", column(prompt=lambda row: row["prompt"].replace("<image>", "") if len(row["images"]) == 1 else row["prompt"])),
    Fault("an image is missing", E1, "no such image: DIR/images/b.png", "correct the path or the image folder", picture(Path.unlink, "b.png")),
    Fault("a JPEG that is cut off", E1, "can't be used: image file is truncated", "replace the file", picture(cut_off, "b.png")),
    Fault("an HTML page with the name of an image", E1, "it is an HTML page", "replace the file", picture(lambda file: file.write_text("<!DOCTYPE html><p>404"), "b.png")),
    Fault("an image of the validation rows is missing", E1, "val images: row 1: no such image: DIR/gone.png", "correct the path or the image folder", broken_validation),
    # Export against recipe
    Fault("other pixel limits than at the export", E1, "data.max_pixels is 4194304 in the recipe and was 1048576 at the export", "--max-pixels 4194304", manifest(max_pixels=1048576)),
    Fault("a shorter max_prompt_length than the longest row", E1, "the longest prompt takes 900 tokens, over data.max_prompt_length of 512", "--max-prompt-length 512", manifest(longest_prompt=900)),
    Fault("another tokenizer than at the export", E1, "has another tokenizer than Qwen2.5-VL-7B-Instruct", "export again with --model", manifest(tokenizer="0123456789ab")),
    Fault("rows changed after their export", E1, "was changed since its export", "export again", lambda s, _: s.rows.write_bytes((lambda b: b)(_rewritten(s.rows))), level="warning"),
    # Reward and judge
    Fault("a misspelt key in wethink.yaml", E1, "judge.endpoint: unknown key", "did you mean 'endpoints'?", lambda s, _: s.reward.update(judge={"endpoint": []})),
    Fault("--config is another file than the run's", E1, "DIR/other.yaml isn't what the run will read", "set worker.reward.reward_function_kwargs.config", other_config),
    Fault("rows need a judge and none is configured", E1, "6 of 6 rows need a judge (rows r0, r1, r2 and 3 more), and none is configured", "name a server under judge.endpoints", lambda s, _: None, JUDGED),
    Fault("only the offline stand-in judges", E1, "the offline stand-in is no model", "name a server under judge.endpoints", lambda s, _: s.reward.update(judge={"offline": True}), JUDGED, level="warning"),
    Fault("the judge is down", E1, "scripted at http://127.0.0.1:9/v1: connect", "start the server, or correct judge.endpoints.base_url", judged(), JUDGED),
    Fault("the judge's server has another model", E1, "has no model gpt-judge", "write one that it serves: scripted", judged(model="gpt-judge"), JUDGED, {"plan": {"share": 1, "actions": ["404"]}}),
    Fault("the variable with the judge's key isn't set", E1, "MY_JUDGE_KEY", "MY_JUDGE_KEY", judged(api_key_env="MY_JUDGE_KEY"), JUDGED),
    Fault("the judge refuses the key", E1, "auth", "put a key that the server takes", both(judged(api_key_env="MY_JUDGE_KEY"), lambda s, p: p.setenv("MY_JUDGE_KEY", "wrong")), JUDGED, {"key": "right"}),
    Fault("a model that gives no verdicts", E1, "no verdict in two replies", "another model", judged(), JUDGED, {"text": "I can't say.", "refuse": ["response_format", "structured_outputs", "guided_json"]}),
    Fault("a model that takes right answers for wrong", E1, "verdict wrong, of answers that are the reference itself", "wethink judge calibrate", judged(), JUDGED, {"text": "VERDICT: wrong"}, "warning"),
    Fault("another model answers than was asked for", E1, "was asked for scripted and answers as scripted-mini", "name that one in judge.endpoints.model", judged(), JUDGED, {"answers_as": "scripted-mini"}, "warning"),
    Fault("a judge too slow for the size of a step", E1, "over judge.batch_deadline_s of 1", "raise max_concurrency", judged(max_concurrency=1, batch_deadline_s=1), JUDGED, {"latency_s": 0.3}, "warning"),
    Fault("a ceiling below what an epoch costs", E1, "over judge.ceiling.usd of 0.01", "raise judge.ceiling.usd", judged(usd_per_million={"prompt": 1000, "completion": 1000}, ceiling={"usd": 0.01}), JUDGED, {}, "warning"),
    Fault("fewer rows than a step takes", E1, "a step takes 512 rows, and there are 6", "lower data.rollout_batch_size", data("rollout_batch_size", 512), level="warning"),
    # verl
    Fault("EasyR1 is installed instead of verl", VERL, "`import verl` is EasyR1 0.3.3.dev0 here, not verl", "wethink doctor easyr1", replaced(E1)),
    Fault("the manager's name under verl 0.8", VERL, "verl 0.8.0 loads no plugins", "use reward.custom_reward_function", replaced(VERL, "0.8.0")),
    Fault("verl's own reward is used", VERL, "asks for verl's own reward (naive)", "wethink path verl", key("reward")),
    Fault("custom_reward_function at the top of the recipe", VERL, "accepted and ignored since verl 0.9", "reward.custom_reward_function.path", both(key("reward"), settings("custom_reward_function.path=mine.py"))),
    Fault("the file of custom_reward_function is missing", VERL, "no such file: DIR/mine.py", "wethink path verl", both(key("reward"), settings("reward.custom_reward_function.path=mine.py", "reward.custom_reward_function.name=f"))),
    Fault("a module that isn't installed as reward manager", VERL, "no module wethink_plugin.adapters", "wethink path verl", settings("reward.reward_manager.source=importlib", "reward.reward_manager.module.path=pkg://wethink_plugin.adapters.verl")),
    Fault("VERL_USE_EXTERNAL_PLUGINS=none", VERL, "keeps verl from loading the manager named wethink", "unset it", lambda s, p: p.setenv("VERL_USE_EXTERNAL_PLUGINS", "none")),
    Fault("a colocated reward model", VERL, "neither data_source nor ground truth", "reward.reward_model.enable_resource_pool=True", settings("reward.reward_model.enable=True", "reward.reward_model.enable_resource_pool=False", *FUNCTION)),
    Fault("verl's router without a reward model", VERL, "names verl's router, and verl serves no reward model", "reward.reward_model.enable=True", judged("router"), JUDGED),
    Fault("verl's router and another model than it serves", VERL, "asks verl's router for scripted, and verl serves /models/judge", "write the same in judge.endpoints.model", both(judged("router"), settings("reward.reward_model.enable=True", "reward.reward_model.enable_resource_pool=True", "reward.reward_model.model_path=/models/judge", *FUNCTION)), JUDGED),
    Fault("a reward model that verl asks in place of the manager", VERL, "verl asks its model for a score itself, and no reward manager", "set reward.custom_reward_function.path=pkg://wethink_plugins.adapters.verl", settings("reward.reward_model.enable=True", "reward.reward_model.enable_resource_pool=True")),
    Fault("a dataset class from a file, with verl's filter", VERL, "verl's filter may drop every row", "pkg://", settings("data.custom_cls.path=mine.py", "data.custom_cls.name=Mine", "data.filter_overlong_prompts=True"), level="warning"),
    Fault("rows without a system turn", VERL, "nothing in it asks for <answer>", "put a system turn into the rows", column(prompt=lambda row: row["prompt"][1:])),
    Fault("rows without reward_model", VERL, "has no reward_model, which verl asks for", "wethink data export verl", lambda s, _: s.change_rows(lambda row: row.pop("reward_model"))),
    Fault("WETHINK_CONFIG isn't set", VERL, "WETHINK_CONFIG is not set", "export WETHINK_CONFIG=DIR/other.yaml", lambda s, p: [other_config(s, p), p.delenv("WETHINK_CONFIG")]),
    # LLaMA-Factory
    Fault("template: qwen2_5_vl", LF, "qwen2_5_vl doesn't exist", "template: qwen2_vl", key("template", "qwen2_5_vl")),
    Fault("no template", LF, "takes the model for one without images", "template: qwen2_vl", key("template")),
    Fault("dataset_dir without dataset_info.json", LF, "has no dataset_info.json", "wethink data export llamafactory", key("dataset_dir", "images")),
    Fault("a dataset that dataset_info.json doesn't name", LF, "mine isn't in DIR/dataset_info.json", "correct dataset", key("dataset", "mine")),
    Fault("formatting: openai", LF, "detailed thinking off", "formatting: sharegpt", info(formatting="openai")),
    Fault("the system column isn't named", LF, "drops the prompt silently", '"system": "system"', info(columns=lambda c: {k: v for k, v in c.items() if k != "system"})),
    Fault("a literal <image> in a chain of thought", LF, "row 1: a literal media tag in the answer ends the whole run", "remove it", conversation(lambda r: (r["conversations"][1].update(value=r["conversations"][1]["value"] + " <image>"), r["images"].append(r["images"][0])))),
    Fault("turns that don't alternate", LF, "row 1: turns don't alternate", "repair or remove them", conversation(lambda r: r["conversations"].append({"from": "human", "value": "And?"}))),
    Fault("an image of a LLaMA-Factory row is missing", LF, "no such image: DIR/images/b.png", "correct the path or the image folder", picture(Path.unlink, "b.png")),
    Fault("neat_packing with an odd cutoff_len", LF, "1001 with neat_packing", "multiple of 8", both(key("neat_packing", True), key("cutoff_len", 1001))),
]  # fmt: skip


def _rewritten(file):
    """The same rows, in other bytes."""
    import io

    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pq.read_table(file), out, compression="none")
    return out.getvalue()


def server_of(fault):
    return ModelServer(**fault.server) if fault.server is not None else None
