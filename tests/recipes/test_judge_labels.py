"""What the demo's judge is taught: labels by hand, and pairs that keep their promises."""

import json
import random
import re

import judge_pairs
import pytest
from judge_labels import Pair

THREE = "3 red squares"
CASES = [
    ("the same", THREE, "3 red squares", "correct"),
    ("in words", THREE, "three red squares", "correct"),
    ("the noun in the wrong number", THREE, "three red square", "correct"),
    ("said twice, nothing else", THREE, "3 red red squares", "correct"),
    ("with an article and a full stop", "one red square", "A red square, 1.", "correct"),
    ("another number", THREE, "4 red squares", "mostly"),
    ("a shade, as the teacher slips", "three red squares", "three orange squares", "mostly"),
    ("another shape", THREE, "3 red circles", "mostly"),
    ("a part is missing", THREE, "red squares", "mostly"),
    ("two numbers to choose from", THREE, "3 4 red squares", "mostly"),
    ("something else beside it", THREE, "3 red squares window", "mostly"),
    ("two parts are wrong", THREE, "4 red circles", "partly"),
    ("nothing is right", THREE, "4 blue circles", "wrong"),
    ("another question's answer", THREE, "strawberry", "wrong"),
]


@pytest.mark.parametrize(("why", "reference", "answer", "tier"), CASES, ids=[case[0] for case in CASES])
def test_the_tier_counts_what_is_wrong(why, reference, answer, tier):
    assert Pair("?", reference, answer).tier == tier


def test_the_reply_reads_both_texts_aloud_and_ends_with_a_verdict():
    reply = Pair("?", THREE, "four red windows").reply
    assert reply == "3 4 wrong, red red right, square nothing wrong, more\nVERDICT: wrong"


def test_held_out_pairs_are_in_no_training_row_and_the_same_seed_gives_the_same(tmp_path):
    for folder in ("a", "b"):
        judge_pairs.write_pairs(tmp_path / folder, 3, pairs=400, held_out_pairs=200)
    for name in ("judge.jsonl", "held_out.jsonl"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    rows = [
        [json.loads(line) for line in file.read_text().splitlines()]
        for file in sorted((tmp_path / "a").glob("*.jsonl"))
    ]
    held_out = {(row["reference"].strip(), row["answer"].strip()) for row in rows[0]}
    trained = {tuple(re.findall(r"^\| (.*)$", row["messages"][0]["content"], re.MULTILINE)) for row in rows[1]}
    assert len(rows[1]) == 400 and len(held_out) > 150 and all(len(pair) == 2 for pair in trained)
    assert not held_out & {(reference.strip(), answer.strip()) for reference, answer in trained}


def test_every_tier_and_every_way_to_be_wrong_is_drawn():
    pairs = [*judge_pairs.draw_pairs(random.Random(0), 2000)]
    assert {pair.tier for pair in pairs} == {"correct", "mostly", "partly", "wrong"}
    assert {part for pair in pairs for part in pair.wrong.split()} == {"count", "colour", "shape", "more"}
