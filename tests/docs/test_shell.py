"""How pages are read: what is one command, where it stands, and what it shows."""

from __future__ import annotations

import subprocess

import pytest

pytest.importorskip("markdown_it", reason="needs markdown-it-py, which newer versions of rich bring")

from tests.docs.blocks import Block, blocks, pages, read_blocks
from tests.docs.output import difference
from tests.docs.parsed import complaint, named
from tests.docs.shell import Command, commands_of, console, split

SPLIT = {
    "one a line": ("a b\nc", [(1, "a b"), (2, "c")]),
    "comments": (
        "# only this\na b   # and this\nc '# not this' \"# nor this\" x#y",
        [(2, "a b"), (3, "c '# not this' \"# nor this\" x#y")],
    ),
    "continued": ("a \\\n   b \\\n   c\nd", [(1, "a b c"), (4, "d")]),
    "joined": ("a && b 'x && y' && c", [(1, "a"), (1, "b 'x && y'"), (1, "c")]),
    "a string over lines": ("curl -d '\n{\"a\": 1}'\nb", [(1, "curl -d '\n{\"a\": 1}'"), (3, "b")]),
    "a heredoc": ("cat > f <<'E'\n# kept\nx: 1\nE\nb", [(1, "cat > f <<'E'\n# kept\nx: 1\nE"), (5, "b")]),
    "a loop": ("for k in 1 2; do\n  a $k   # why\ndone\nb", [(1, "for k in 1 2; do\n  a $k\ndone"), (4, "b")]),
    "a command inside": ('X=$(a "b" # c\n) d', [(1, 'X=$(a "b" # c\n) d')]),
    "an apostrophe in a comment": ("a  # people's\nb", [(1, "a"), (2, "b")]),
}


@pytest.mark.parametrize("case", SPLIT)
def test_a_block_is_taken_apart_into_what_a_person_types(case):
    text, wanted = SPLIT[case]
    assert [(c.line, c.text) for c in split(Block("p", 1, "bash", text))] == wanted


def test_words_and_whether_a_command_needs_a_shell():
    def told(text):
        one = Command("p", 1, text)
        return one.words, one.is_plain

    assert told("A=1 B='2 3' wethink x 'y z'") == (["wethink", "x", "y z"], False)
    assert told("wethink x 'y | z'") == (["wethink", "x", "y | z"], True)
    for text in ("a | b", "a > b", "a $(b)", "a & ", "a; b"):
        assert not told(text)[1], text


def test_a_console_block_has_commands_and_their_outputs():
    text = "$ a b  # why\none\ntwo\n$ c \\\n> d\n"
    found = [(c.line, c.text, c.output) for c in console(Block("p", 5, "console", text))]
    assert found == [(5, "a b", "one\ntwo\n"), (8, "c d", "")]


def test_blocks_are_found_in_lists_and_by_indentation():
    page = '1. first\n\n   ```bash title="x"\n   a\n   ```\n\ntext\n\n    wethink b\n\n```\npicture\n```\n'
    found = [(b.line, b.language, b.text, b.is_shell) for b in read_blocks("p", page)]
    assert found == [(4, "bash", "a\n", True), (9, "", "wethink b\n", True), (12, "", "picture\n", False)]


@pytest.mark.parametrize("page", [page for page in pages() if commands_of(page)])
def test_bash_itself_reads_every_block(page):
    for block in blocks(page):
        if block.is_shell:
            done = subprocess.run(["bash", "-n"], input=block.text, capture_output=True, text=True)
            assert done.returncode == 0, f"{block.place}: {done.stderr}"


@pytest.mark.parametrize(
    ("shown", "said", "same"),
    [
        ("3 rows\n", "before\n3 rows\nafter", True),
        ("3 rows\n", "4 rows\n", False),
        ("a\nb\n", "b\na\n", False),
        ("took 3.1 s, in /tmp/a/b\n", "took 12 s, in /home/x/y\n", True),
        ("3 rows of ...\n", "3 rows of rows.jsonl\n", True),
        ("3 rows of ...\n...\nend", "4 rows of rows.jsonl\nend\n", False),
        ("reason:   same\n", "reason: same\n", True),
    ],
)
def test_a_shown_output_is_compared_line_by_line(shown, said, same):
    assert (difference(shown, said) == "") is same


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("wethink data export verl rows.jsonl --out x", ""),
        ("wethink data export verl rows.jsonl --ouut x", "--ouut"),
        ("wethink data exprt verl", "exprt"),
        ("wethink score", "Missing argument"),
        ("wethink serve --port many", "--port"),
        ("make test", ""),
        ("make tests-all", "tests-all"),
        ("pip install '.[judge,nothing]'", "nothing"),
        ("pip install ./patches/none", "nothing to install"),
        ("python benchmarks/data.py --rows 3", ""),
        ("python benchmarks/data.py --rowws 3", "--rowws"),
        ("python benchmarks/none.py", "no such script"),
        ("sbatch --wrap 'python data_tools/fetch.py --owt x'", "--owt"),
    ],
)  # fmt: skip
def test_the_parsers_refuse_what_is_wrong(text, says):
    found = complaint(Command("p", 1, text))
    assert (says in found) if says else found == "", found


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("watch RUN", ""), ("watch RUN --evry 3", "--evry"), ("wach RUN", "wach"), ("data audit FILE --sample 3", ""),
        ("data audit --smple", "--smple"), ("judge ping", ""), ("judge pong", "pong"), ("data export HOST FILE --out", ""),
    ],
)  # fmt: skip
def test_what_is_only_spoken_of_exists(words, says):
    found = named(words.split())
    assert (says in found) if says else found == "", found
