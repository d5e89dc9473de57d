"""Takes a block of shell apart into the commands that a person would type one by one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.docs.blocks import Block, blocks

_COMPOUND = {"for": "done", "while": "done", "until": "done", "if": "fi", "case": "esac"}
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
_ASSIGNMENT = re.compile(r"\w+=")


@dataclass(frozen=True)
class Command:
    """`text`: one command without its comment; several lines where a string or a loop has them. `output`: see `commands_of`; `block`: the line of the
    block that it stands in."""

    page: str
    line: int
    text: str
    output: str = ""
    block: int = 0

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def shown(self) -> str:
        return " ".join(self.text.split())

    @property
    def words(self) -> list[str]:
        """As far as they can be told without running anything, assignments before the command left out."""
        words = shlex.split(self.text)
        while words and _ASSIGNMENT.match(words[0]):
            words.pop(0)
        return words

    @property
    def is_plain(self) -> bool:
        """One program with its words, and nothing that only a shell does with them."""
        bare = "".join(text for text, quoted in _quoted(self.text) if not quoted)
        return not re.search(r"[|<>;&`]", bare) and "$(" not in self.text and not _ASSIGNMENT.match(self.text)


def commands_of(page: str) -> list[Command]:
    """Every command of a page, in order. A `text` block that stands next in the same section is the
    output of the block before, in its last command.

    A `console` block has commands behind `$ `, and outputs in between.
    """
    found: list[Command] = []
    here = blocks(page)
    for number, block in enumerate(here):
        if block.language == "console":
            found += console(block)
        if block.is_shell:
            commands = split(block)
            following = here[number + 1] if number + 1 < len(here) else None
            if commands and following and (following.language, following.section) == ("text", block.section):
                last = commands[-1]
                commands[-1] = replace(last, output=following.text)
            found += commands
    return found


def split(block: Block) -> list[Command]:
    """Logical lines, then what `&&` joins."""
    found = []
    for line, text in _statements(block.text):
        parts = [text] if text.split()[0] in _COMPOUND else _and(text)
        found += [Command(block.page, block.line + line, part.strip(), block=block.line) for part in parts]
    return found


def console(block: Block) -> Iterator[Command]:
    line, text, output = 0, "", ""
    for number, one in enumerate([*block.text.splitlines(), "$ "]):
        if one.startswith("$ "):
            if text:
                yield Command(block.page, block.line + line, text, output, block.line + line)
            line, text, output = number, _uncommented(one[2:]), ""
        elif text.endswith("\\") and one.startswith("> "):
            text = text[:-1] + one[2:]
        else:
            output += f"{one}\n"


def _statements(text: str) -> Iterator[tuple[int, str]]:
    lines, number = text.splitlines(), 0
    while number < len(lines):
        start, taken = number, _uncommented(lines[number])
        number += 1
        while number < len(lines) and (more := _unfinished(taken)):
            taken = taken[:-1] + lines[number].strip() if more == "\\" else f"{taken}\n{lines[number]}"
            taken = _uncommented(taken)
            number += 1
        if taken.strip():
            yield start, taken.strip()


def _unfinished(text: str) -> str:
    """What more lines are waited for: a quote, a backslash, the end of a loop or of a heredoc; empty: nothing."""
    if any(quoted and not _closed(part) for part, quoted in _quoted(text)):
        return "quote"
    if text.endswith("\\"):
        return "\\"
    heredoc = _HEREDOC.search(text)
    if heredoc and heredoc[2] not in text.splitlines()[1:]:
        return "heredoc"
    first = text.split()[0] if text.split() else ""
    return _COMPOUND.get(first, "") if _COMPOUND.get(first) not in text.split() else ""


def _uncommented(text: str) -> str:
    """Without what stands behind a # of its own, on each line; a heredoc's body stays."""
    head, *body = text.split("\n") if _HEREDOC.search(text) else [text]
    kept = ""
    for part, quoted in _quoted(head):
        comment = None if quoted else re.search(r"(?:^|(?<=\s))#.*", part)
        if comment and not (comment.start() == 0 and kept and not kept[-1].isspace()):
            rest = part[comment.end() :]
            kept += part[: comment.start()].rstrip() + rest
            if "\n" not in rest:
                break
        else:
            kept += part
    return "\n".join([kept.rstrip(), *body])


def _and(text: str) -> list[str]:
    parts = [""]
    for part, quoted in _quoted(text):
        if quoted:
            parts[-1] += part
        else:
            first, *more = part.split("&&")
            parts[-1] += first
            parts += more
    return parts


def _closed(part: str) -> bool:
    return part.endswith(")") if part.startswith("$(") else len(part) > 1 and part[-1] == part[0]


def _quoted(text: str) -> list[tuple[str, bool]]:
    """Pieces of a text, in order, with whether each is a string in quotes (or `$( )`); an open one reaches to the end."""
    pattern = r"'[^']*(?:'|$)|\"(?:\\.|[^\"\\])*(?:\"|$)|\$\([^)]*(?:\)|$)"
    pieces, end = [], 0
    for found in re.finditer(pattern, text, re.DOTALL):
        if found.start() > end:
            pieces.append((text[end : found.start()], False))
        pieces.append((found[0], True))
        end = found.end()
    return [*pieces, (text[end:], False)] if end < len(text) else pieces
