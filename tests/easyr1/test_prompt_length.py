"""Our prompt lengths, which read image headers only, against EasyR1's scaling and the real Qwen2.5-VL processor."""

import json
import random

import pytest

pytestmark = pytest.mark.easyr1

LIMITS = [(262144, 4194304), (3136, 200704), (None, None), (500_000, 500_001)]
EDGES = [
    [28, 28],
    [29, 29],
    [4, 4],
    [14, 2600],
    [1900, 10],
    [392, 8],
    [512, 512],
    [513, 511],
    [3000, 2000],
    [1920, 1080],
]
QUESTIONS = ["How many shapes are there?", "¿Cuántos? 几个？ \n\n  \tA. x\nB. y", "∫₀¹ x² dx = ½ " * 9]


def cases():
    """Edges of the rounding, then sizes at random; up to three images in one prompt, also none."""
    dice = random.Random(5)
    sizes = EDGES + [[dice.randint(20, 900), dice.randint(20, 900)] for _ in range(30)]
    alone = [[[size], *dice.choice(LIMITS), dice.choice(QUESTIONS)] for size in sizes]
    several = [[dice.sample(sizes[10:], count), *LIMITS[0], QUESTIONS[0]] for count in (0, 2, 3)]
    return alone + several


def test_lengths_are_the_processor_s_to_the_token(easyr1, host, model, tmp_path):
    if easyr1.version != "HEAD":
        pytest.skip("scaling and processor are the same in every version")
    host.run("wethink", "prompt", "easyr1", "--model", model, "--out", tmp_path / "chat.jinja")
    (tmp_path / "rows.json").write_text(json.dumps(cases()))
    pairs = easyr1.answer("measure.py", model, tmp_path / "rows.json", tmp_path / "chat.jinja")
    assert len(pairs) == 2 * len(cases())
    assert [ours for ours, _ in pairs] == [theirs for _, theirs in pairs]
