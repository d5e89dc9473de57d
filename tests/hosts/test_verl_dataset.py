"""The dataset class inside the real verl: the same items as verl's own class gives for the exported parquet."""

import pytest

from tests.hosts.conftest import export

pytestmark = pytest.mark.host

PROGRAM = """
import pickle, sys
from omegaconf import OmegaConf
from PIL import Image
from transformers import AutoProcessor, AutoTokenizer
from verl.utils.dataset.rl_dataset import RLHFDataset, get_dataset_class

task = sys.argv[1]
keys = dict(max_prompt_length=512, filter_overlong_prompts=True, filter_overlong_prompts_workers=2,
            train_files=f"{task}/data/train.jsonl", val_files=f"{task}/data/val.jsonl")
ours = dict(path="pkg://wethink_plugins.datasets.verl_dataset", name="WeThinkDataset", config=f"{task}/wethink.yaml")
made = dict(tokenizer=AutoTokenizer.from_pretrained(f"{task}/model"), processor=AutoProcessor.from_pretrained(f"{task}/model"))

def plain(value):
    if isinstance(value, Image.Image):
        return value.tobytes()
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items() if key != "dummy_tensor"}
    return [plain(one) for one in value] if isinstance(value, list) else value

config = OmegaConf.create({**keys, "custom_cls": ours})
cls = get_dataset_class(config)
direct = cls(data_files=f"{task}/data/val.jsonl", config=config, **made)
exported = RLHFDataset(data_files=f"{task}/val.parquet", config=OmegaConf.create(keys), **made)
assert len(direct) == len(exported) > 0
assert all(plain(direct[i]) == plain(exported[i]) for i in range(len(direct)))
again = pickle.loads(pickle.dumps(direct))
again.resume_dataset_state()
assert type(again) is cls and len(again) == len(direct)
assert sum(map(len, direct.split(2))) == len(direct) // 2 * 2
assert len(cls(data_files=[f"{task}/data/train.jsonl"], config=config, max_samples=3, **made)) == 3
print("SAME ITEMS")
"""


def test_gives_the_items_of_the_exported_parquet(grpo, task):
    export(grpo, task, "verl", "val.jsonl", "val.parquet")
    assert "SAME ITEMS" in grpo.run("python", "-c", PROGRAM, task).stdout
