"""Commands inside sentences and tables: verbs, options, targets, scripts and extras of that name exist."""

from __future__ import annotations

import re
import shlex

import pytest

pytest.importorskip("markdown_it", reason="needs markdown-it-py, which newer versions of rich bring")

from tests.docs.blocks import CHECKOUT, pages, spans
from tests.docs.parsed import complaint, named
from tests.docs.shell import Command

_PROGRAM = re.compile(r"^(?:\w+=\S+ )*(wethink|make|pip|python|pytest) ")
SPOKEN = sorted({(page, text) for page in pages() for _, text in spans(page) if _PROGRAM.match(text)})
ELSEWHERE = ("verl.trainer",)


def fault(page, text):
    program = _PROGRAM.match(text)[1]
    plain = re.split(r" [>|] ", text.replace("…", " ").replace("...", " "))[0]
    command = Command(page, 0, plain)
    words = command.words
    if program == "wethink":
        return named(words[1:])
    if program == "pytest":
        files = [word.partition("::")[0] for word in words[1:] if "/" in word]
        return "".join(f"no {file}" for file in files if not (CHECKOUT / file).exists())
    if program == "python" and any(words[2].startswith(name) for name in ELSEWHERE if words[1] == "-m"):
        return ""
    return complaint(command) or ""


def test_every_program_is_spoken_of():
    """Else the pattern above finds nothing any more."""
    assert {_PROGRAM.match(text)[1] for _, text in SPOKEN} == {"wethink", "make", "pip", "python", "pytest"}


@pytest.mark.parametrize("page", sorted({page for page, _ in SPOKEN}))
def test_what_a_page_speaks_of_exists(page):
    faults = {shlex.quote(text): fault(page, text) for where, text in SPOKEN if where == page}
    assert {text: said for text, said in faults.items() if said} == {}
