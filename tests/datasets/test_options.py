import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wethink_plugins.options import option_lines, split_options

LISTS = [
    ("Which?\nA. red\nB. blue", ("Which?", ("red", "blue"))),
    ("Which?\n(A) red\n(B) blue", ("Which?", ("red", "blue"))),
    ("Which?\nA) red\nB) blue\nC) green", ("Which?", ("red", "blue", "green"))),
    ("Which?\nA: red\nB: blue", ("Which?", ("red", "blue"))),
    ("Which? A. red B. blue C. green", ("Which?", ("red", "blue", "green"))),
    ("Which? (A) red, (B) blue; (C) green", ("Which?", ("red", "blue", "green"))),
    ("Which?\nA. red  B. blue\nC. green  D. grey", ("Which?", ("red", "blue", "green", "grey"))),
    ("Choose one. A. red B. blue C. green", ("Choose one.", ("red", "blue", "green"))),
    ("Which?\nChoices: A. red B. blue", ("Which?\nChoices:", ("red", "blue"))),
    ("Which?\nA.red\nB.blue", ("Which?", ("red", "blue"))),
    ("Which?\n  A. red\n  B. blue\nAnswer with the letter.", ("Which?\nAnswer with the letter.", ("red", "blue"))),
    ("Which?\nA. a long\n   text\nB. blue", ("Which?", ("a long text", "blue"))),
    ("Which?\nA. vitamin C\nB. vitamin D. daily", ("Which?", ("vitamin C", "vitamin D. daily"))),
    ("Is (A) true?\n(A) yes\n(B) no", ("Is (A) true?", ("yes", "no"))),
]

TEXTS = [
    "How many?",
    "",
    "Which?\nA. red",
    "Which?\nB. red\nC. blue",
    "Which?\nA. red\nC. blue",
    "Which?\nA.\nB.\nC.",
    "Tom is at point A. Mary is at B. Who is nearer?",
    "The angles (A) and (B) are equal. What is (C)?",
    "In the triangle, A: 30 degrees and B: 40 degrees. What is C?",
    "The U.S. A. Smith painted B. Jones. Who was it?",
    "a. red\nb. blue",
]


@pytest.mark.parametrize(("problem", "expected"), LISTS)
def test_reads_a_list_of_options(problem, expected):
    assert split_options(problem) == expected


@pytest.mark.parametrize("problem", TEXTS)
def test_leaves_other_text_as_it_is(problem):
    assert split_options(problem) == (problem, ())


WORDS = st.text(alphabet=string.ascii_lowercase + string.digits + "äß ", min_size=1, max_size=20)
OPTIONS = st.lists(WORDS.map(lambda text: " ".join(text.split())).filter(bool), min_size=2, max_size=26)
FORMS = ["{}. {}", "({}) {}", "{}) {}", "{}: {}"]


@given(OPTIONS, st.sampled_from(FORMS))
def test_finds_what_was_written_one_a_line(options, form):
    lines = [form.format(letter, text) for letter, text in zip(string.ascii_uppercase, options, strict=False)]
    assert split_options("\n".join(["Which one?", *lines])) == ("Which one?", tuple(options))


@given(OPTIONS, st.sampled_from(FORMS[:3]))
def test_finds_what_was_written_on_one_line(options, form):
    items = [form.format(letter, text) for letter, text in zip(string.ascii_uppercase, options, strict=False)]
    assert split_options(" ".join(["Which one?", *items])) == ("Which one?", tuple(options))


@given(OPTIONS)
def test_option_lines_is_the_inverse(options):
    assert split_options(option_lines(options)) == ("", tuple(options))


@given(st.text(alphabet="AB(C).: \nxy", max_size=200))
def test_never_raises_and_never_gives_an_empty_option(problem):
    _, options = split_options(problem)
    assert all(options) and len(options) != 1


def test_takes_time_linear_in_the_length(cpu_limit):
    with cpu_limit(2):
        for text in ("A. x " * 40_000, "(A) " * 50_000, "A" * 200_000, "\n" * 200_000, "A.\t" * 50_000 + " " * 100_000):
            split_options(text)
