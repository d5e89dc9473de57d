"""Files that the pages' commands name: small, and as a person would have them."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import yaml

from tests.datasets.builders import row, write_rows
from tests.datasets.contamination.pictures import encoded, scene, text_of, write_tsv
from tests.datasets.fetch.archives import cut, packed, pictures, rows, write
from tests.datasets.test_image_tokens import QWEN25
from tests.docs.blocks import CHECKOUT
from tests.prompts.models import model
from tests.servers import ModelServer
from tests.servers.picture import picture
from tests.watch.runs import recorded

JUDGE = "tests.docs.materials:judge"
ANSWER = "<think>I look.</think>\n<answer>3</answer>"
# A checkpoint that no weights are asked of.
CONFIG = {"architectures": ["Qwen2_5_VLForConditionalGeneration"], "model_type": "qwen2_5_vl"}


def lines(file: Path, values: Iterable[object]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in values), encoding="utf-8")
    return file


def some_rows(count: int = 12) -> list[dict[str, object]]:
    """Blanks, choices and descriptions, each with a picture of its own, so that a share of them can stand apart."""
    kinds = (
        {"problem": "How many shapes are there, of {n}?"},
        {"problem": "Which colour is shape {n}?\nA. red\nB. blue", "answer": "B", "category": "multiple_choice"},
        {"problem": "What is to be seen at {n}?", "answer": "Three circles.", "category": "descriptive", "reward": "model"},
    )  # fmt: skip
    made = [row(n, image_path=f"images/{n}.png", **kinds[n % 3]) for n in range(count)]
    return [one | {"problem": one["problem"].format(n=n)} for n, one in enumerate(made)]


def dataset(folder: Path, *names: str, count: int = 12) -> None:
    """Each name: the rows, with their pictures in images/ beside them."""
    for name in names:
        write_rows(folder, some_rows(count), name)
    for number in range(count):
        (folder / "images" / f"{number}.png").write_bytes(encoded(scene(number, (112, 84))))


def responses(file: Path, right: int = 10, count: int = 12) -> Path:
    """As `wethink generate` or a trainer's saved rollouts have them; the first ones are right."""
    said = [
        {"id": one["id"], "question": one["problem"], "gold": one["answer"], "question_type": one["category"],
         "reward_method": one["reward"], "response": f"<think>I look.</think>\n<answer>{one['answer'] if n < right else 'none'}</answer>"}
        for n, one in enumerate(some_rows(count))
    ]  # fmt: skip
    return lines(file, said)


def journal(folder: Path) -> Path:
    """Of a healthy training run."""
    lines(folder / "journal-1-0.jsonl", recorded())
    return folder


def judge_config(base_url: str, **settings: object) -> dict[str, object]:
    return {"judge": {"endpoints": [{"base_url": base_url, "model": "scripted"}]}, **settings}


def write_yaml(file: Path, values: object) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
    return file


def model_folder(folder: Path) -> Path:
    """As far as a chat template, a configuration and, where `tokenizers` is there, a tokenizer go; no weights."""
    model(folder, eos_token="<|im_end|>")
    (folder / "preprocessor_config.json").write_text(json.dumps(QWEN25))
    bytewise(folder / "tokenizer.json")
    (folder / "config.json").write_text(json.dumps(CONFIG))
    (folder / "model.safetensors").write_bytes(b"\0" * 8)
    return folder


def bytewise(file: Path) -> None:
    """A tokenizer that knows no merges."""
    with contextlib.suppress(ImportError):
        import tokenizers

        alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
        names = {letter: number for number, letter in enumerate(alphabet)}
        made = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=names, merges=[]))
        made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.add_special_tokens(["<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>"])
        made.save(str(file))


def plates(folder: Path, count: int) -> Path:
    """Pictures that the scripted servers of the synthesis know."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"{number}.png").write_bytes(picture(number))
    return folder


def shipped(folder: Path, *paths: str) -> None:
    """Files of the checkout, in the scene's folder under their own names."""
    for path in paths:
        shutil.copy(CHECKOUT / path, folder / Path(path).name)


def benchmark(file: Path, numbers: Sequence[int] = (900, 901)) -> Path:
    """A TSV of VLMEvalKit's, of pictures that no row has."""
    asked = [{"index": n, "image": text_of(scene(n)), "question": f"What is {n}?", "answer": "A"} for n in numbers]
    return write_tsv(file, asked)


def published() -> dict[str, dict[str, bytes]]:
    """The published rows and the archive of their images, as far as a hub shows them."""
    from wethink_plugins.datasets.fetch.options import IMAGES_REPO, ROWS_REPO

    images = pictures(24, 64)
    return {ROWS_REPO: {"wethink.jsonl": rows(list(images))}, IMAGES_REPO: cut(packed(images))}


def published_parts(folder: Path) -> Path:
    """The same, downloaded."""
    files = {name: content for repo in published().values() for name, content in repo.items()}
    return write(folder, files)


def scripted(**settings: object) -> ModelServer:
    return ModelServer(**{"log": False, **settings})


def synthesis_server() -> ModelServer:
    return scripted(reply="tests.servers.synthesis:player", script={"behaviours": ["right"]})


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@cache
def _labelled():
    from wethink_plugins.rewards.judge.labelled import read_labelled

    return read_labelled()


def judge(body: dict[str, object]) -> str:
    """A judge that knows the labels: of the labelled answers that ship, the one that the prompt holds."""
    from tests.servers.script import prompt_of

    prompt = prompt_of(body)
    found = [one for one in _labelled() if one.answer in prompt and one.question in prompt]
    best = max(found, key=lambda one: len(one.answer), default=None)
    return f"VERDICT: {best.tier if best else 'correct'}"
