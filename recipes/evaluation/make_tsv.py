"""Write WeThink rows as TSVs that VLMEvalKit reads, pictures inside.

    python recipes/evaluation/make_tsv.py test.jsonl --name Shapes --out LMUData

NAME.tsv holds all rows, for the dataset class WeThinkDataset of this folder; NAME_MCQ.tsv those with options and a
letter or an option as the answer, for VLMEvalKit's own multiple choice, its prompt and its rules for finding the option.
"""

from __future__ import annotations

import argparse
import base64
import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wethink_plugins.datasets.validate import validate
from wethink_plugins.datasets.write import replacing
from wethink_plugins.options import LETTERS, split_options
from wethink_plugins.rows import Row

Line = dict[str, Any]


def picture(row: Row) -> str:
    """VLMEvalKit's way: base64 of one file, or a list of them as Python writes it."""
    files = [base64.b64encode(Path(file).read_bytes()).decode("ascii") for file in row.image_files]
    return files[0] if len(files) == 1 else str(files)


def whole(index: int, row: Row) -> Line:
    options = json.dumps(list(row.options), ensure_ascii=False) if row.options else ""
    common = {"index": index, "id": row.id, "image": picture(row), "question": row.problem, "answer": row.answer}
    return {**common, "question_type": row.question_type, "options": options, "category": row.question_type}


def letter(row: Row) -> str:
    """Empty where the answer is none of the options."""
    texts = [option.casefold() for option in row.options]
    answer = row.answer.strip().casefold()
    if len(answer) == 1 and answer.upper() in LETTERS[: len(texts)]:
        return answer.upper()
    return LETTERS[texts.index(answer)] if texts.count(answer) == 1 else ""


def choice(index: int, row: Row) -> Line:
    question = split_options(row.problem)[0]
    common = {"index": index, "image": picture(row), "question": question, "answer": letter(row)}
    return {**common, **dict(zip(LETTERS, row.options, strict=False)), "category": row.source or "all"}


def write(file: Path, lines: Sequence[Line]) -> None:
    columns = list(dict.fromkeys(name for line in lines for name in line))
    with replacing(file) as temporary, temporary.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns, delimiter="\t", lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(lines)
    print(f"wrote {file}: {len(lines)} rows")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--images", type=Path, help="what image_path is relative to; default: the folder of ROWS")
    parser.add_argument("--name", required=True, help="what VLMEvalKit shall call it")
    parser.add_argument("--out", type=Path, required=True, help="the folder that LMUData names")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--config", type=Path, help="wethink.yaml, for aliases")
    arguments = parser.parse_args()
    found = validate(arguments.rows, images=arguments.images, config=arguments.config, require_judge=False)
    rows = [row for row in found.rows if row.image_files][: arguments.limit]
    write(arguments.out / f"{arguments.name}.tsv", [whole(i, row) for i, row in enumerate(rows)])
    chosen = [row for row in rows if row.question_type == "multiple_choice" and letter(row)]
    if chosen:
        write(arguments.out / f"{arguments.name}_MCQ.tsv", [choice(i, row) for i, row in enumerate(chosen)])


if __name__ == "__main__":
    main()
