"""Judge prompts: text files with `{question}`, `{reference}` and `{answer}`, by name or by path.

What ships stands in `prompts/NAME.txt`; other packages add theirs under the entry point group `wethink.judge_prompts`
(a string).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from wethink_plugins.errors import ConfigError
from wethink_plugins.registry import lookup, registered

GROUP = "judge_prompts"
FIELDS = ("question", "reference", "answer")
# Without these a judge has nothing to compare; `{question}` may be left out.
_NEEDED = ("reference", "answer")
_FIELD = re.compile("{(" + "|".join(FIELDS) + ")}")


@dataclass(frozen=True)
class JudgePrompt:
    """`digest` names the wording in the journal: verdicts of two wordings can't be compared."""

    name: str
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    def filled(self, fields: Mapping[str, str]) -> str:
        """In one pass, so that a `{answer}` inside a field stays what it is; other braces are left alone."""
        return _FIELD.sub(lambda match: fields[match[1]], self.text)


def judge_prompt(name_or_file: str) -> JudgePrompt:
    """ConfigError when it is neither a known name nor a readable file, or lacks a field."""
    return JudgePrompt(name_or_file, _checked(_text_of(name_or_file), name_or_file))


def prompt_for_images(name_or_file: str) -> JudgePrompt:
    """The wording for judges that see: `NAME_with_images` where that ships, else the prompt itself."""
    variant = f"{name_or_file}_with_images"
    return judge_prompt(variant if variant in shipped() else name_or_file)


def shipped() -> list[str]:
    folder = files(__package__).joinpath("prompts")
    return sorted(file.name.removesuffix(".txt") for file in folder.iterdir() if file.name.endswith(".txt"))


def _text_of(name_or_file: str) -> str:
    if name_or_file in shipped():
        return files(__package__).joinpath("prompts").joinpath(f"{name_or_file}.txt").read_text(encoding="utf-8")
    if name_or_file in registered(GROUP):
        return str(lookup(GROUP, name_or_file))
    file = Path(name_or_file).expanduser()
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        known = ", ".join([*shipped(), *registered(GROUP)])
        raise ConfigError(
            f"no judge prompt and no file is called {name_or_file!r}", fix=f"known: {known}", field="judge.prompt"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"can't be read: {error}", fix="give a UTF-8 text file", file=file) from None


def _checked(text: str, name: str) -> str:
    missing = [field for field in _NEEDED if f"{{{field}}}" not in text]
    if missing:
        raise ConfigError(
            f"prompt {name!r} has no {{{missing[0]}}}",
            fix="write {question}, {reference} and {answer} where the texts belong",
            field="judge.prompt",
        )
    return text.rstrip("\n")
