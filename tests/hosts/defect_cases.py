"""One row for each defect, written as a naive converter would, and what the real host makes of it.

A naive converter pastes fields together, opens nothing and checks nothing. Each case sits beside a healthy row.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

LF, VERL, EASYR1, REWARD = "LLaMA-Factory", "verl", "EasyR1", "our reward"
HEALTHY = {
    "id": "healthy", "problem": "How many shapes are there?", "answer": "3", "category": "fill_in_blank", "options": [],
    "refined_cot": "I count them.", "image_path": ["good.png"], "reward": "rule",
}  # fmt: skip
SYSTEM = "Think first."


@dataclass(frozen=True, eq=False)
class Case:
    """`row` differs from the healthy one in `change`; `seen` is a pattern in what is observed, `means` says it in words.

    `repeat` 2 writes the row twice; `whole` replaces the file's last line; `settings` go to the host.
    """

    defect: str
    host: str
    seen: str
    means: str
    change: dict
    repeat: int = 1
    broken: str = ""
    settings: tuple = ()

    @property
    def row(self):
        return {**HEALTHY, "id": "bad", **self.change}


def _one(path):
    return {"image_path": [path]}


NARROW, HUGE, CUT = _one("narrow.png"), _one("huge.png"), _one("cut.jpg")
LONG = {"problem": "How many shapes? " * 400}
CASES = [
    Case("broken_line", LF, "reading: .*", "ends the run", {}, broken='{"conversations": [{"from": "hum'),
    Case("missing_field", LF, "reading: AttributeError: 'NoneType'", "ends the run", {"problem": None}),
    Case("wrong_field_type", LF, "reading: .*(DatasetGenerationError|ArrowInvalid)", "ends the run", {"answer": ["3"]}),
    Case("unknown_value", REWARD, "SampleError.*unknown question type 'vqa'", "ends the run at its first reward", {"category": "vqa"}),
    Case("duplicate_id", REWARD, r"2 lines paid \[0.0, 1.0\], ids \['healthy'\]", "right for one row, wrong for the other, and the journal can't tell them apart", {"problem": "How many blue ones?", "answer": "4", "id": "healthy"}),
    Case("duplicate_row", LF, "3 rows, 2 different", "is trained twice as often as the others", {"problem": "How many blue ones?"}, repeat=2),
    Case("media_tag", LF, "reading: ValueError: The number of images does not match", "ends the run", {"refined_cot": "The tag <image> stands for it."}),
    Case("media_tag", VERL, "1 of 2 rows", "the row is dropped, with a traceback in the log", {"problem": "What does <image> mean?"}),
    Case("media_tag", EASYR1, "IndexError|StopIteration", "ends the run", {"problem": "What does <image> mean?"}),
    Case("control_token", LF, "training: (StopIteration|ValueError|RuntimeError|IndexError)", "ends the run in its first batch", {"refined_cot": "The token <|image_pad|> stands for it."}),
    Case("control_token", LF, r"2 <\|im_end\|> in one answer", "teaches to stop in mid-thought", {"refined_cot": "It ends <|im_end|> here."}),
    Case("control_token", EASYR1, "StopIteration|IndexError|ValueError", "ends the run in mid-epoch", {"problem": "What is <|image_pad|>?"}),
    Case("format_tag", LF, "format 0", "teaches an answer that the format reward pays nothing", {"refined_cot": "I close </think> too early."}),
    Case("unwritable_text", LF, "reading: .*", "ends the run", {"refined_cot": "Half a pair: \ud800."}),
    Case("placeholder_text", LF, r"trained: .*\[insert reasoning here\]", "is learned as it stands", {"refined_cot": "[insert reasoning here]"}),
    Case("answer_outside_options", REWARD, "best answer of an option paid 0", "no option is ever paid", {"category": "multiple_choice", "options": ["red", "blue"], "answer": "purple"}),
    Case("options_disagree", REWARD, "right letter paid 0, wrong letter paid 1", "the wrong letter is paid", {"category": "multiple_choice", "problem": "Which colour?\nA. red\nB. blue", "options": ["blue", "red"], "answer": "red"}),
    Case("unreadable_gold", REWARD, "right answer paid 0", "the right answer is paid nothing", {"answer": "\\frac{3}{4", "right": "0.75"}),
    Case("method_against_type", REWARD, "right answer paid 0", "right answers in other words are paid nothing", {"category": "descriptive", "answer": "Kids kick a ball while it rains.", "right": "Children are playing football in the rain."}),
    Case("missing_reasoning", LF, "trained: <think></think>", "teaches to answer without thinking", {"refined_cot": ""}),
    Case("image_missing", LF, "reading: FileNotFoundError", "ends the run", _one("none.png")),
    Case("image_missing", VERL, "1 of 2 rows", "the row is dropped, with a traceback in the log", _one("none.png")),
    Case("image_missing", EASYR1, "FileNotFoundError", "ends the run in mid-epoch", _one("none.png")),
    Case("image_address", LF, "reading: FileNotFoundError", "ends the run", _one("https://example.com/a.png")),
    Case("image_broken", LF, "reading: OSError: .*truncated", "ends the run", CUT),
    Case("image_broken", VERL, "1 of 2 rows", "the row is dropped, with a traceback in the log", CUT),
    Case("image_broken", EASYR1, "OSError: .*truncated", "ends the run in mid-epoch", CUT),
    Case("image_tiny", LF, r"300:1 is read as one of (?!300:)\d+:1", "the picture is squeezed without a word", NARROW),
    Case("image_tiny", VERL, "1 of 2 rows", "the row is dropped, with a traceback in the log", NARROW),
    Case("image_tiny", EASYR1, "ValueError: absolute aspect ratio", "ends the run in mid-epoch", NARROW),
    Case("image_huge", LF, "reading: DecompressionBombError", "ends the run", HUGE),
    Case("too_long", LF, "training: (RuntimeError: shape mismatch|ValueError: Image features and image tokens)", "ends the run in its first batch", {"problem": "?", **_one("wide.png")}, settings=(("cutoff_len", 48),)),
    Case("too_long", VERL, "1 of 2 rows", "the row is dropped", LONG),
    Case("too_long", EASYR1, r"^512 tokens of a question of \d{4}", "the question is cut off without a word", LONG),
    Case("image_tag_in_problem", LF, "reading: ValueError: The number of images does not match", "ends the run", {"problem": "<image>How many?"}),
    Case("wrapped_reasoning", LF, "format 0", "teaches an answer that the format reward pays nothing", {"refined_cot": "<think>I count.</think>"}),
    Case("wrapped_answer", LF, "format 0", "teaches an answer that the format reward pays nothing", {"answer": "<answer>3</answer>"}),
]  # fmt: skip


def cases_of(host):
    return [case for case in CASES if case.host == host]


def key_of(case):
    """A name for a folder, the same in every process."""
    return f"{CASES.index(case):02d}-{case.defect}"


def write_pictures(folder):
    Image.new("RGB", (56, 56), "red").save(folder / "good.png")
    Image.new("RGB", (280, 280), "red").save(folder / "wide.png")
    Image.new("RGB", (3000, 10), "red").save(folder / "narrow.png")
    Image.new("1", (13400, 13400)).save(folder / "huge.png")
    Image.effect_noise((200, 200), 90).convert("RGB").save(folder / "whole.jpg")
    (folder / "cut.jpg").write_bytes((folder / "whole.jpg").read_bytes()[:4000])


def _files(row, folder):
    return [path if "://" in path else str(folder / path) for path in row["image_path"]]


def response(row):
    """What a naive converter teaches."""
    return f"<think>{row['refined_cot']}</think>\n<answer>{row['answer']}</answer>"


def write_sharegpt(case, pictures: Path, folder: Path):
    """A dataset_dir with one dataset, `bad`."""
    folder.mkdir(parents=True)
    lines = [json.dumps(_sharegpt(row, pictures)) for row in (HEALTHY, *[case.row] * case.repeat)]
    (folder / "bad.jsonl").write_text("\n".join([*lines[:1], case.broken] if case.broken else lines) + "\n")
    entry = {
        "file_name": "bad.jsonl", "formatting": "sharegpt",
        "columns": {"messages": "conversations", "system": "system", "images": "images"},
    }  # fmt: skip
    (folder / "dataset_info.json").write_text(json.dumps({"bad": entry}))
    (folder / "settings.json").write_text(json.dumps(dict(case.settings)))


def _sharegpt(row, pictures):
    problem = row["problem"] if row["problem"] is None else "<image>" * len(row["image_path"]) + row["problem"]
    turns = [{"from": "human", "value": problem}, {"from": "gpt", "value": response(row)}]
    return {"conversations": turns, "system": SYSTEM, "images": _files(row, pictures), "answer": row["answer"]}


def write_verl(case, pictures, folder):
    folder.mkdir(parents=True)
    records = [
        {
            "data_source": "wethink",
            "prompt": [{"role": "user", "content": "<image>" * len(row["image_path"]) + row["problem"]}],
            "images": [{"image": file} for file in _files(row, pictures)],
            "reward_model": {"ground_truth": row["answer"]},
            "extra_info": {"id": row["id"]},
        }
        for row in (HEALTHY, case.row)
    ]
    pq.write_table(pa.Table.from_pylist(records), folder / "bad.parquet")


def write_easyr1(case, pictures, folder):
    folder.mkdir(parents=True)
    records = [
        {"prompt": "<image>" * len(row["image_path"]) + row["problem"], "answer": row["answer"], "images": _files(row, pictures)}
        for row in (HEALTHY, case.row)
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(records), folder / "bad.parquet")
