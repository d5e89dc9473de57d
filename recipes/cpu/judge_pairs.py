"""Write what the demo's judge learns from: pairs of a reference and an answer, what agrees, and the verdict.

    python recipes/cpu/judge_pairs.py --out runs/demo/judge-data --seed 0

`judge.jsonl`, `dataset_info.json`   a `dataset_dir` for LLaMA-Factory; the user turn is the very prompt that the reward
                                     sends (`judge_prompt.txt`, filled by the package)
`held_out.jsonl`                     pairs whose answer never stands beside that reference in training, with their tier,
                                     for `wethink judge calibrate`

The texts are those of the task, right and wrong, and what a small model makes of them when it samples: words left out,
doubled, glued together, from elsewhere. The labels are those of `judge_labels.py`.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Set
from pathlib import Path

from families import FAMILIES, LETTERS, chain_of_thought, in_words
from judge_labels import COLOUR_WORDS, NUMBERS, Pair, parts_of
from scenes import PLURALS, SHAPES, Scene, all_scenes
from teacher import SHADES

from wethink_plugins.datasets.write import write_text
from wethink_plugins.rewards.judge.prompt import judge_prompt
from wethink_plugins.rewards.judge.request import text_for
from wethink_plugins.sample import Sample

PROMPT = Path(__file__).with_name("judge_prompt.txt")
PAIRS, HELD_OUT = 19_200, 600


def references() -> list[tuple[str, str, Scene]]:
    """Question, reference and scene of every descriptive family, without the cells, which no text speaks of."""
    scenes = {scene.stratum: scene for scene in all_scenes()}.values()
    kinds = [family for family in FAMILIES.values() if family.question_type == "descriptive"]
    return [(family.question, family.gold(scene), scene) for family in kinds for scene in scenes]


def phrase(rng: random.Random, count: int, colour: str, shape: str) -> str:
    """In figures or words, and now and then with the wrong number of its noun."""
    plural = (count != 1) != (rng.random() < 0.1)
    number = str(count) if rng.random() < 0.5 else [*NUMBERS][count]
    return f"{number} {colour} {PLURALS[shape] if plural else shape}"


def right(rng: random.Random, reference: str, scene: Scene) -> str:
    return rng.choice((reference, phrase(rng, *facts_of(reference, scene))))


def near(rng: random.Random, reference: str, scene: Scene) -> str:
    """One to three of the facts are others; every second time by one or by a shade, as the teacher slips."""
    count, colour, shape = facts_of(reference, scene)
    changed = rng.choice(("count", "colour", "shape", "count colour", "count shape", "colour shape", "all"))
    if "count" in changed or changed == "all":
        count = rng.choice((max(0, count - 1), count + 1, rng.randrange(9)))
    if "colour" in changed or changed == "all":
        colour = rng.choice((SHADES[scene.colour], rng.choice(COLOUR_WORDS)))
    if "shape" in changed or changed == "all":
        shape = rng.choice(SHAPES)
    return phrase(rng, count, colour, shape)


def broken(rng: random.Random, reference: str, scene: Scene) -> str:
    """A right or nearly right answer in which sampling has slipped once or twice."""
    words = rng.choice((right, near))(rng, reference, scene).split()
    for _ in range(rng.choice((1, 1, 2))):
        place = rng.randrange(len(words))
        slip = rng.choice(("left out", "left out", "doubled", "put in", "glued", "cut"))
        if slip == "left out" and len(words) > 1:
            del words[place]
        elif slip == "doubled":
            words.insert(place, words[place])
        elif slip == "put in":
            words.insert(rng.randrange(len(words) + 1), fragment(rng))
        elif slip == "glued":
            words[place] += fragment(rng)
        else:
            words[place] = words[place][: rng.randrange(1, 4)]
    return " ".join(words)


def elsewhere(rng: random.Random, reference: str, scene: Scene) -> str:
    """An answer to another question, or what the model thinks."""
    other = rng.choice([*FAMILIES.values()])
    return rng.choice((other.gold(scene), other.answer(scene), chain_of_thought(scene), fragment(rng)))


def fragment(rng: random.Random) -> str:
    """A word or a few of the task's texts, often not whole."""
    scene = rng.choice(all_scenes())
    family = rng.choice([*FAMILIES.values()])
    text = rng.choice((in_words(scene), chain_of_thought(scene), family.answer(scene), family.question, *LETTERS))
    words = text.split()
    start = rng.randrange(len(words))
    some = " ".join(words[start : start + rng.choice((1, 1, 1, 2, 3))])
    return some[rng.choice((0, 0, 1, 2)) :] or some


def facts_of(reference: str, scene: Scene) -> tuple[int, str, str]:
    (count,) = parts_of(reference)["count"]
    return int(count), scene.colour, scene.shape


KINDS = {right: 5, near: 8, broken: 6, elsewhere: 1}


def draw_pairs(rng: random.Random, number: int, without: Set[tuple[str, str]] = frozenset()) -> Iterator[Pair]:
    """Draw pairs whose reference and answer don't stand together in `without`."""
    known = references()
    while number:
        question, reference, scene = rng.choice(known)
        (make,) = rng.choices([*KINDS], KINDS.values())
        pair = Pair(question, reference, make(rng, reference, scene))
        if (pair.reference, pair.answer) not in without:
            number -= 1
            yield pair


def as_turns(pair: Pair) -> dict[str, object]:
    """One row in LLaMA-Factory's sharegpt form."""
    sample = Sample(id="", group=None, question=pair.question, response="", answer=pair.reference)
    prompt = text_for(judge_prompt(str(PROMPT)), sample, pair.answer)
    return {"messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": pair.reply}]}


def as_labelled(number: int, pair: Pair) -> dict[str, str]:
    """One row of a labelled file."""
    facts = {"question": pair.question, "reference": pair.reference, "answer": pair.answer, "tier": pair.tier}
    return {"id": f"held-out-{number:04d}", "topic": "scene", "kind": pair.wrong or "right", **facts}


DATASET_INFO = {
    "judge": {
        "file_name": "judge.jsonl",
        "formatting": "sharegpt",
        "columns": {"messages": "messages"},
        "tags": {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"},
    }
}


def write_pairs(out: Path, seed: int, pairs: int, held_out_pairs: int) -> None:
    """Write all three files; the held-out pairs are drawn first and then kept out of training."""
    rng = random.Random(f"judge {seed}")
    held_out = sorted(set(draw_pairs(rng, held_out_pairs)))
    training = draw_pairs(rng, pairs, {(pair.reference, pair.answer) for pair in held_out})
    write_lines(out / "held_out.jsonl", (as_labelled(n, pair) for n, pair in enumerate(held_out)))
    write_lines(out / "judge.jsonl", map(as_turns, training))
    write_text(out / "dataset_info.json", json.dumps(DATASET_INFO, indent=1) + "\n")


def write_lines(file: Path, rows: Iterator[dict[str, object]]) -> None:
    write_text(file, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--held-out", type=int, default=HELD_OUT, help="as many less what is drawn twice")
    chosen = parser.parse_args()
    write_pairs(chosen.out, chosen.seed, chosen.pairs, chosen.held_out)
    print(f"wrote {chosen.out}: {chosen.pairs} pairs to learn from, up to {chosen.held_out} held out")


if __name__ == "__main__":
    main()
