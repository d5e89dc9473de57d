"""Healthy set-ups in a folder of their own, made by the project's own exporters, for faults to be planted into."""

import json
from pathlib import Path

import yaml

from tests.datasets.builders import row, write_rows
from tests.prompts.models import model
from wethink_plugins.datasets.exporters import export
from wethink_plugins.datasets.validate import validate
from wethink_plugins.prompts import system_prompt
from wethink_plugins.prompts.apply import template_for

ADAPTER = Path(__file__).resolve().parents[2] / "wethink_plugins" / "adapters" / "easyr1.py"
PROCESSOR = {"image_processor_type": "Qwen2VLImageProcessor", "min_pixels": 3136, "max_pixels": 12845056, "patch_size": 14, "merge_size": 2}  # fmt: skip
# Looks like each framework from outside: what it is told by, and nothing that runs.
SHAPES = {
    "easyr1": {"verl/__init__.py": '__version__ = "{version}"\n', "verl/trainer/main.py": "", "verl/utils/tokenizer.py": "open(override_chat_template)\n", "verl/workers/reward/__init__.py": ""},
    "verl": {"verl/__init__.py": "", "verl/trainer/main_ppo.py": "", "verl/version/version": "{version}\n"},
    "llamafactory": {"llamafactory/__init__.py": "", "llamafactory/extras/env.py": 'VERSION = "{version}"\n'},
}  # fmt: skip
IMAGES = ["images/a.png", None, ["images/a.png", "images/b.png"]]
RULED = [row(i, image_path=IMAGES[i % 3]) for i in range(6)]
JUDGED = [
    row(i, image_path=IMAGES[i % 3], category="descriptive", reward="model", answer="three circles") for i in range(6)
]
VERSIONS = {"easyr1": "0.3.3.dev0", "verl": "0.9.1", "llamafactory": "0.9.5"}


class SetUp:
    """`recipe` and `reward` are what the YAML files will hold; `options` go to doctor; all of it is there to be spoilt."""

    def __init__(self, folder, host, rows=RULED, framework=True):
        self.folder, self.host, self.options, self.settings = folder, host, {}, []
        self.cwd, self.reward = folder, {}
        if framework:
            self.framework(host)
        write_rows(folder, rows, "rows.jsonl")
        (folder / "plain.yaml").write_text("judge: {offline: true}\n")
        found = validate(folder / "rows.jsonl", None, folder / "plain.yaml", for_sft=host == "llamafactory")
        out = folder if host == "llamafactory" else folder / "train.parquet"
        self.rows = export(host, found, out, name="wethink" if host == "llamafactory" else None)
        self.model = model(folder / "model")
        (self.model / "preprocessor_config.json").write_text(json.dumps(PROCESSOR))
        self.recipe = getattr(self, f"_{host}")()

    def framework(self, name, version=None):
        for file, text in SHAPES[name].items():
            path = self.folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("{version}", version or VERSIONS[name]))

    def write(self):
        """The files as they are now; the recipe's."""
        (self.folder / "wethink.yaml").write_text(yaml.safe_dump(self.reward))
        (self.folder / "run.yaml").write_text(yaml.safe_dump(self.recipe))
        return self.folder / "run.yaml"

    def change_rows(self, change, types=None):
        """Each row through `change`, which may change it in place."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        records = pq.read_table(self.rows).to_pylist()
        for record in records:
            change(record)
        pq.write_table(pa.Table.from_pylist(records), self.rows)
        self.rows.with_suffix(".manifest.json").unlink(missing_ok=True)

    def _easyr1(self):
        (self.folder / "chat_template.jinja").write_text(template_for(self.model, system_prompt()))
        files = {"train_files": str(self.rows), "val_files": str(self.rows)}
        template = {"override_chat_template": str(self.folder / "chat_template.jinja"), "rollout_batch_size": 2}
        reward = {
            "reward_function": f"{ADAPTER}:compute_score",
            "reward_function_kwargs": {"config": str(self.folder / "wethink.yaml")},
        }
        worker = {"actor": {"model": {"model_path": str(self.model)}}, "rollout": {"n": 5}, "reward": reward}
        return {"data": {**files, **template}, "worker": worker}

    def _verl(self):
        return {
            "data": {"train_files": str(self.rows), "val_files": str(self.rows), "train_batch_size": 2},
            "actor_rollout_ref": {"model": {"path": str(self.model)}, "rollout": {"n": 5}},
            "reward": {"reward_manager": {"name": "wethink"}},
        }

    def _llamafactory(self):
        return {"model_name_or_path": str(self.model), "dataset_dir": str(self.folder), "dataset": "wethink", "template": "qwen2_vl", "stage": "sft"}  # fmt: skip
