"""Let a model answer test items and write its raw responses; grading is left to `checker.py` and the reward.

    python recipes/cpu/evaluate.py --model OUT --rows data/test.jsonl --system-prompt prompt.txt --stage before --out before.jsonl

`--blank` shows an empty picture instead: what a model knows without seeing. `--temperature 1` samples as training does.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from scenes import blank
from transformers import AutoModelForImageTextToText, AutoProcessor

Row = dict[str, Any]


def read_rows(path: Path, limit: int | None) -> list[Row]:
    """Read rows, each with its `image_path` resolved and, where `scenes.json` knows it, its family and scene."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()][:limit]
    scenes_file = path.parent / "scenes.json"
    scenes = json.loads(scenes_file.read_text(encoding="utf-8")) if scenes_file.exists() else {}
    for row in rows:
        scene = dict(scenes.get(row["id"], {}))
        row |= {"family": scene.pop("family", None), "scene": scene, "file": path.parent / row["image_path"]}
    return rows


def load(model_folder: Path) -> tuple[Any, Any]:
    """Return model and processor; prompts are padded on the left, because generation goes on at the right."""
    processor = AutoProcessor.from_pretrained(model_folder)
    processor.tokenizer.padding_side = "left"
    model = AutoModelForImageTextToText.from_pretrained(model_folder, dtype=torch.float32, attn_implementation="sdpa")
    return model.eval(), processor


def prompt_of(row: Row, system_prompt: str, processor: Any) -> str:
    """Render the chat up to the assistant's turn."""
    question = [{"type": "image"}, {"type": "text", "text": row["problem"]}]
    messages = [{"role": "system", "content": system_prompt}, {"role": "user", "content": question}]
    return processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)


def picture_of(row: Row, blanked: bool) -> Image.Image:
    """Open the row's picture, or return an empty one of the same size."""
    image = Image.open(row["file"]).convert("RGB")
    return blank().resize(image.size) if blanked else image


@torch.inference_mode()
def respond(model: Any, processor: Any, rows: list[Row], system_prompt: str, options: argparse.Namespace) -> list[str]:
    """Answer one batch. Placeholder tokens of pictures are never generated: they would break the next forward pass."""
    inputs = processor(
        text=[prompt_of(row, system_prompt, processor) for row in rows],
        images=[picture_of(row, options.blank) for row in rows],
        padding=True,
        return_tensors="pt",
    )
    sampled = {"do_sample": True, "temperature": options.temperature, "top_k": 0, "top_p": 1.0}
    sampling = sampled if options.temperature else {"do_sample": False}
    placeholders = [model.config.image_token_id, model.config.video_token_id]
    tokens = model.generate(**inputs, **sampling, max_new_tokens=options.max_new_tokens, suppress_tokens=placeholders)
    return processor.tokenizer.batch_decode(tokens[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


def predictions(rows: list[Row], responses: list[str], stage: str) -> Iterator[Row]:
    """Yield the lines of a predictions file."""
    for row, response in zip(rows, responses, strict=True):
        facts = {"id": row["id"], "family": row["family"], "question_type": row["category"], "gold": row["answer"]}
        yield {**facts, "scene": row["scene"], stage: response}


def parse_arguments() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--system-prompt", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--stage", default="response", help="key of the response in the output")
    parser.add_argument("--blank", action="store_true")
    parser.add_argument("--temperature", type=float, default=0.0, help="0 is greedy")
    parser.add_argument("--max-new-tokens", type=int, default=40)
    parser.add_argument("--batch-size", type=int, default=96)
    parser.add_argument("--limit", type=int, help="answer the first rows only")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    """Answer all rows, batch by batch, and write the file at the end, so that it is whole or absent."""
    arguments = parse_arguments()
    torch.set_num_threads(2)
    torch.manual_seed(arguments.seed)
    model, processor = load(arguments.model)
    rows, prompt = (
        read_rows(arguments.rows, arguments.limit),
        arguments.system_prompt.read_text(encoding="utf-8").strip(),
    )
    responses: list[str] = []
    for start in range(0, len(rows), arguments.batch_size):
        responses += respond(model, processor, rows[start : start + arguments.batch_size], prompt, arguments)
    lines = [json.dumps(line, ensure_ascii=False) + "\n" for line in predictions(rows, responses, arguments.stage)]
    arguments.out.write_text("".join(lines), encoding="utf-8")
    print(f"wrote {arguments.out}: {len(lines)} responses")


if __name__ == "__main__":
    main()
