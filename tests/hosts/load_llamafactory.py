"""LLaMA-Factory's own reading and preprocessing of each folder, as JSON: what came of it, or its error.

python load_llamafactory.py MODEL FOLDER...     (each a dataset_dir; all its datasets are read)
"""

import json
import sys
import tempfile
from pathlib import Path

from llamafactory.data import SFTDataCollatorWith4DAttentionMask, get_dataset, get_template_and_fix_tokenizer
from llamafactory.hparams import DataArguments, ModelArguments
from llamafactory.model import load_tokenizer
from transformers import AutoConfig, AutoModelForImageTextToText, Seq2SeqTrainingArguments

SHOWN = 400


class Host:
    """One model for all folders; `cutoff` is LLaMA-Factory's cutoff_len."""

    def __init__(self, model, cutoff=512):
        self.arguments, self.cutoff = ModelArguments(model_name_or_path=model), cutoff
        self.readers = load_tokenizer(self.arguments)
        self.model = AutoModelForImageTextToText.from_config(AutoConfig.from_pretrained(model))

    def read(self, folder, name, **more):
        """The preprocessed rows."""
        with tempfile.TemporaryDirectory() as place:
            data = DataArguments(
                dataset=name, dataset_dir=str(folder), template="qwen2_vl", overwrite_cache=True,
                **{"cutoff_len": self.cutoff, **more},
            )  # fmt: skip
            self.arguments.cache_dir = place
            self.template = get_template_and_fix_tokenizer(self.readers["tokenizer"], data)
            training = Seq2SeqTrainingArguments(output_dir=place, report_to=[], use_cpu=True, do_train=True)
            rows = get_dataset(self.template, self.arguments, data, training, "sft", **self.readers)["train_dataset"]
            return [dict(row) for row in rows]

    def loss(self, rows):
        """One batch through LLaMA-Factory's collator and the model."""
        collator = SFTDataCollatorWith4DAttentionMask(template=self.template, model=self.model, **self.readers)
        return float(self.model(**collator([dict(row) for row in rows])).loss)

    def text(self, ids):
        return self.readers["tokenizer"].decode([token for token in ids if token >= 0])

    def pads(self, ids):
        return ids.count(self.readers["tokenizer"].convert_tokens_to_ids("<|image_pad|>"))


def report(host, folder, name, **more):
    """`rows` with tokens, picture tokens and what is trained; `loss`; or `error` and the `stage` that it came in."""
    stage = "reading"
    try:
        rows = host.read(folder, name, **more)
        stage = "training"
        shown = [
            {"tokens": len(r["input_ids"]), "pads": host.pads(r["input_ids"]), "trained": host.text(r["labels"])[-SHOWN:], "text": host.text(r["input_ids"])}
            for r in rows
        ]  # fmt: skip
        losses = [host.loss(rows[start : start + 4]) for start in range(0, len(rows), 4)]
        return {"rows": shown, "loss": sum(losses) / len(losses)}
    except Exception as error:  # noqa: BLE001  whatever the host raises is the answer
        return {"error": f"{type(error).__name__}: {error}"[:SHOWN], "stage": stage}


def main():
    host, found = Host(sys.argv[1]), {}
    for folder in map(Path, sys.argv[2:]):
        for name in json.loads((folder / "dataset_info.json").read_text()):
            found[f"{folder.name}/{name}"] = report(host, folder, name)
    print("\nFOUND " + json.dumps(found))


if __name__ == "__main__":
    main()
