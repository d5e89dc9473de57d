"""Grade raw responses against the scene, not against the reward that was optimised: `python checker.py predictions.jsonl`."""

import json
import re
import sys
from collections import defaultdict

NUMBERS = {word: str(value) for value, word in enumerate("zero one two three four five six seven eight".split())}
SINGULAR = {"circles": "circle", "squares": "square", "triangles": "triangle", "crosses": "cross"}
COLOURS = ["red", "green", "blue", "yellow"]
FRUITS = {"red": "strawberry", "green": "lime", "blue": "blueberry", "yellow": "banana"}
THINGS = {"circle": "coin", "square": "window", "triangle": "roof", "cross": "plus"}
CORNERS = {"circle": 0, "triangle": 3, "square": 4, "cross": 12}


def words_of(text: str) -> list[str]:
    """Lower-case words without punctuation; number words as digits, plurals as singulars."""
    plain = (NUMBERS.get(word, word) for word in re.findall(r"[a-z]+|\d+", text.lower()))
    return [SINGULAR.get(word, word) for word in plain if word not in ("a", "an", "the")]


def accepted(family: str, scene: dict) -> list[str]:
    """Every spelling that counts as right; word order doesn't matter."""
    count, shape, colour = len(scene["cells"]), scene["shape"], scene["colour"]
    choices = {"colour": (COLOURS, colour), "fruit": ([*FRUITS.values()], FRUITS[colour])}
    if family in choices:
        letter, text = "ABCD"[choices[family][0].index(choices[family][1])], choices[family][1]
        return [letter, text, f"{letter} {text}"]
    numbers = {"count": count, "more": count + 1, "empty": 6 - count, "double": 2 * count, "corners": CORNERS[shape]}
    words = {"shape": [shape], "thing": [THINGS[shape]]}
    total = count + 1 if family == "after" else count
    return [str(numbers[family])] if family in numbers else words[family] if family in words else [f"{total} {colour} {shape}"]


def is_right(response: str, family: str, scene: dict) -> bool:
    """Only a single closed answer block counts."""
    blocks = re.findall(r"<answer>(.*?)</answer>", response, re.DOTALL)
    return len(blocks) == 1 and sorted(words_of(blocks[0])) in [sorted(words_of(text)) for text in accepted(family, scene)]


if __name__ == "__main__":
    table: dict = defaultdict(list)
    for row in map(json.loads, open(sys.argv[1], encoding="utf-8")):
        for stage in [key for key in row if key not in ("id", "family", "question_type", "gold", "scene")]:
            for name in (row["family"], "all"):
                table[stage, name].append(is_right(row[stage], row["family"], row["scene"]))
    for (stage, name), right in table.items():
        print(f"{stage:10} {name:10} {sum(right) / len(right):.3f}  n={len(right)}")
