"""Grade raw responses against the scene, not by the optimised reward: `python checker.py predictions.jsonl`."""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

NUMBERS = {word: str(value) for value, word in enumerate("zero one two three four five six seven eight".split())}
SINGULAR = {"circles": "circle", "squares": "square", "triangles": "triangle", "crosses": "cross"}
FRUITS = {"red": "strawberry", "green": "lime", "blue": "blueberry", "yellow": "banana"}
THINGS = {"circle": "coin", "square": "window", "triangle": "roof", "cross": "plus"}
CORNERS = {"circle": 0, "triangle": 3, "square": 4, "cross": 12}


def words_of(text: str) -> list[str]:
    """Lower-case words without punctuation; number words become digits, plurals singulars."""
    plain = (NUMBERS.get(word, word) for word in re.findall(r"[a-z]+|\d+", text.lower()))
    return [SINGULAR.get(word, word) for word in plain if word not in ("a", "an", "the")]


def accepted(family: str, scene: dict) -> list[str]:
    """Every spelling that counts as right; word order doesn't matter."""
    count, shape, colour = len(scene["cells"]), scene["shape"], scene["colour"]
    if family in ("colour", "fruit"):
        letter, text = "ABCD"[[*FRUITS].index(colour)], colour if family == "colour" else FRUITS[colour]
        return [letter, text, f"{letter} {text}"]
    numbers = {"count": count, "more": count + 1, "empty": 6 - count, "double": 2 * count, "corners": CORNERS[shape]}
    answers = {"shape": shape, "thing": THINGS[shape], "after": f"{count + 1} {colour} {shape}"}
    return [str({**numbers, **answers}.get(family, f"{count} {colour} {shape}"))]


def is_right(response: str, family: str, scene: dict) -> bool:
    """Only a single closed answer block counts."""
    blocks = re.findall(r"<answer>(.*?)</answer>", response, re.DOTALL)
    right = [sorted(words_of(text)) for text in accepted(family, scene)]
    return len(blocks) == 1 and sorted(words_of(blocks[0])) in right


if __name__ == "__main__":
    table: dict = defaultdict(list)
    for row in map(json.loads, Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()):
        for stage in [key for key in row if key not in ("id", "family", "question_type", "gold", "scene")]:
            for name in (row["family"], "all"):
                table[stage, name].append(is_right(row[stage], row["family"], row["scene"]))
    for (stage, name), right in table.items():
        print(f"{stage:10} {name:10} {sum(right) / len(right):.3f}  n={len(right)}")
