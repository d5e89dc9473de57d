"""What counts as nearly the same question, as a table; and that the index finds what comparing with all would find."""

from __future__ import annotations

import random

import pytest

from wethink_plugins.synthesis.steering.near_duplicates import Asked, NearDuplicates
from wethink_plugins.synthesis.steering.wording import masked, share_of_all, triples, words

LONG = "Look at the shelf on the left side of the photo and tell how many of the books on it are standing upright"
FIRST = Asked("first", ("s/a.png",), "How many apples are there on the wooden table?", "3")


def _asked(question: str, answer: str = "3", image: str = "s/b.png", name: str = "new", choice: bool = False) -> Asked:
    return Asked(name, (image,), question, answer, choice)


# name, what was accepted, what is asked, whether it is nearly the same (least 0.8, repeats 1)
CASES = [
    ("the same, another answer, same image", FIRST, _asked(FIRST.question, "4", "s/a.png"), True),
    ("case and signs", FIRST, _asked("HOW many apples are there, on the wooden table", "4", "s/a.png"), True),
    ("a longer one that holds it, same image", FIRST, _asked(f"Look closely: {FIRST.question}", "4", "s/a.png"), True),
    ("a longer one that holds it, other image", FIRST, _asked(f"Look very closely at it: {FIRST.question}"), False),
    ("another question, same image", FIRST, _asked("What colour is the wall behind the table?", "3", "s/a.png"), False),
    ("the same, other image and answer", FIRST, _asked(FIRST.question, "4"), False),
    ("the same, other image, same answer", FIRST, _asked(FIRST.question, " 3. "), True),
    (
        "numbers, other image",
        _asked("There are 3 apples and five pears in it, how many fruits is that?", "8", "s/a.png"),
        _asked("There are 6 apples and two pears in it, how many fruits is that?", "8"),
        True,
    ),
    (
        "numbers, same image",
        _asked("There are 3 apples and five pears in it, how many fruits is that?", "8"),
        _asked("There are 6 apples and nine pears in it, how many fruits is that?", "15"),
        False,
    ),
    ("one word in a long one", _asked(LONG, "7", "s/a.png"), _asked(LONG.replace("upright", "sideways"), "7"), True),
    ("two words far apart", _asked(LONG, "7", "s/a.png"), _asked(LONG.replace("shelf", "desk").replace("books", "cups"), "7"), False),
    (
        "choices that lead to another option, same image",
        _asked("Which statement is true?", "The cup is full", "s/b.png", choice=True),
        _asked("Which statement is true?", "The cup is empty", choice=True),
        False,
    ),
    (
        "long answers say nothing",
        _asked("Describe what the man does.", "word " * 13, "s/a.png"),
        _asked("Describe what the man does.", "other " * 13),
        True,
    ),
    ("two words", _asked("What colour?", "red", "s/a.png"), _asked("What shape?", "red"), False),
    ("Chinese", _asked("图中有多少个苹果放在桌子上", "三", "s/a.png"), _asked("图中有多少个苹果放在桌子上？", "三"), True),
    ("Chinese, something else", _asked("图中有多少个苹果", "三", "s/a.png"), _asked("这个人在做什么", "三"), False),
    ("signs only", _asked("❓", "x", "s/a.png"), _asked("🍎", "x"), False),
    ("nothing", _asked("", "x", "s/a.png"), _asked(" ", "x"), True),
    ("half a character", _asked("How \ud83d many are there?", "x", "s/a.png"), _asked("How \ud83d many are there?", "x"), True),
]  # fmt: skip


@pytest.mark.parametrize(("earlier", "new", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_nearly_the_same(earlier: Asked, new: Asked, expected: bool):
    index = NearDuplicates(0.8, 1)
    index.add(earlier)
    assert (index.found(new) is not None) == expected


def test_it_says_what_it_repeats():
    index = NearDuplicates(0.8, 2)
    index.add(FIRST)
    assert index.found(_asked(FIRST.question)) is None, "one may stand beside it"
    index.add(_asked(FIRST.question, image="s/c.png", name="second"))
    assert "first" in (index.found(_asked(FIRST.question)) or "")
    assert "second" in (index.found(_asked(FIRST.question, "9", "s/c.png")) or "")
    assert index.found(_asked(FIRST.question, "4")) is None, "another answer is to be seen in the image"


def test_least_one_lets_all_pass():
    index = NearDuplicates(1.0, 1)
    index.add(FIRST)
    assert index.found(FIRST) is None


@pytest.mark.parametrize("least", [0.25, 0.5, 0.65, 0.7, 0.8, 0.95, 0.99])
def test_the_index_finds_what_comparing_with_all_finds(least: float):
    rng = random.Random(least)
    index, added = NearDuplicates(least, 1), []
    for number in range(150):
        asked = _asked(_some_question(rng), rng.choice("ab"), f"s/{number}.png")
        own = frozenset(triples(masked(words(asked.question))))
        like = any(answer == asked.answer and share_of_all(own, other) >= least for other, answer in added)
        assert (index.found(asked) is not None) == like, asked.question
        index.add(asked)
        added.append((triples(masked(words(asked.question))), asked.answer))


def _some_question(rng: random.Random) -> str:
    """Of one word to eighty, from few forms, so that all likenesses occur."""
    form = random.Random(rng.randrange(12))
    length = form.choice((1, 2, 3, 5, 8, 13, 30, 49, 52, 56, 80))
    said = [form.choice("alpha beta gamma delta how many of the is 3 seven".split()) for _ in range(length)]
    for _ in range(rng.choice((0, 0, 1, 1, 2, 5))):
        place = rng.randrange(len(said))
        said[place : place + rng.randrange(2)] = [rng.choice("one ten rho sigma tau".split())]
    return " ".join(said)
