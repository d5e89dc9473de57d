"""Asks the real parser of a command's program whether it takes these words; runs nothing."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.docs.blocks import CHECKOUT
from tests.docs.shell import Command

_PARSERS = ("argparse", "typer", r"wethink_plugins\.cli")
_PYTHON = re.compile(r"(?:.*/)?python3?(?:\.\d+)?$")
_EXTRAS = re.compile(r"^(?:\.|wethink-plugins|(?:\./)?[\w/]+)?(?:\[([\w,]+)\])?$")


def complaint(command: Command, words: list[str] | None = None) -> str | None:
    """What the parser says against it; empty: it takes it. None: there is no parser of this program here."""
    words = words or _without_brackets(command.words)
    program = words[0]
    if program == "wethink" or program.endswith("/wethink"):
        return wethink(words[1:])
    if program == "make":
        return _make(words[1:])
    if program == "pip" or program.endswith("/pip"):
        return _pip(words[1:])
    if words[1:3] == ["-m", "pytest"]:
        return _pytest(words[3:])
    script = next((n for n, word in enumerate(words) if word.endswith(".py") and "=" not in word), None)
    if script is not None and (_PYTHON.match(program) or program == "torchrun"):
        return _script(words[script], words[script + 1 :])
    if program == "sbatch":
        return complaint(command, shlex.split(words[words.index("--wrap") + 1]))
    return None


def wethink(words: list[str]) -> str:
    """By the command line itself: options, types and choices of every word, without the verb's work."""
    import typer

    from wethink_plugins.cli.main import app

    command, context, name = typer.main.get_command(app), None, "wethink"
    try:
        while True:
            context = command.make_context(name, list(words), parent=context)
            if not hasattr(command, "resolve_command"):
                return ""
            rest = [*getattr(context, "_protected_args", ()), *context.args]
            name, command, words = command.resolve_command(context, rest)
    except SystemExit as ended:
        return "" if not ended.code else f"ends with {ended.code}"
    except Exception as error:  # click's own errors, whose home differs between versions of typer
        if not hasattr(error, "format_message"):
            if type(error).__name__ == "Exit":
                return ""
            raise
        return error.format_message()


def named(words: list[str]) -> str:
    """Of a command that is only spoken of (`wethink watch RUN`): its verb and its options exist."""
    import typer

    from wethink_plugins.cli.main import app

    command, context, told = typer.main.get_command(app), None, list(words)
    while told and hasattr(command, "resolve_command") and not told[0].startswith("-"):
        context = command.make_context("wethink", [told[0]], parent=context, resilient_parsing=True)
        following = command.get_command(context, told[0])
        if following is None:
            if getattr(command, "list_commands", None) and re.fullmatch(r"[a-z]+", told[0]):
                return f"no verb {told[0]!r}"
            break
        command, told = following, told[1:]
    options = {option for one in command.params for option in (*one.opts, *one.secondary_opts)} | {"--help"}
    if hasattr(command, "resolve_command") and told:
        options |= _of_default(command, context)
    unknown = [word for word in told if word.startswith("--") and word.split("=")[0].rstrip(",.") not in options]
    return f"no option {', '.join(unknown)}" if unknown else ""


def _of_default(group, context) -> set[str]:
    """Options of the verbs of a group, one of which may be meant without being named."""
    verbs = [group.get_command(context, name) for name in group.list_commands(context)]
    return {option for verb in verbs for one in verb.params for option in one.opts}


def _without_brackets(words: list[str]) -> list[str]:
    """[KEY=VALUE ...] as if it were given."""
    plain = [word.strip("[]") for word in words]
    return [word for word in plain if word not in ("...", "")]


def _make(words: list[str]) -> str:
    done = subprocess.run(["make", "-n", *words], cwd=CHECKOUT, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stderr.strip()


def _pip(words: list[str]) -> str:
    if words[:1] != ["install"]:
        return f"pip {words[0]}: only install is known here"
    text = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8").partition("[project.optional-dependencies]")[2]
    extras = re.findall(r"^([\w-]+) = \[", text.partition("\n[")[0], re.MULTILINE)
    for word in words[1:]:
        name, _, wanted = word.partition("[")
        if wanted and name in (".", "wethink-plugins"):
            unknown = set(wanted.rstrip("]").split(",")) - set(extras)
            if unknown:
                return f"no extra {', '.join(sorted(unknown))} in pyproject.toml"
        if name.startswith("./") and not (CHECKOUT / name / "pyproject.toml").is_file():
            return f"{name} is nothing to install"
    return ""


def _pytest(words: list[str]) -> str:
    named = [word.partition("::")[0] for word in words if word.startswith("tests/")]
    return "".join(f"no {file}; " for file in named if not (CHECKOUT / file).exists())


def takes_words(file: Path) -> bool:
    """By a parser; else by sys.argv, and running it as far as that would be running it."""
    text = file.read_text(encoding="utf-8")
    beside = [file.with_name(f"{name}.py") for name in re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE)]
    texts = [text, *(one.read_text(encoding="utf-8") for one in beside if one.is_file() and "sys.argv[" not in text)]
    return any(re.search(rf"^\s*(?:import|from) {name}\b", one, re.MULTILINE) for name in _PARSERS for one in texts)


def _script(path: str, words: list[str]) -> str:
    file = Path(path) if Path(path).is_absolute() else CHECKOUT / path
    if not file.is_file():
        return f"no such script: {path}"
    if not takes_words(file):
        options = [word for word in words if word.startswith("-")]
        return f"{path} takes no options: {options}" if options else ""
    command = [sys.executable, "-m", "tests.docs.parse_only", str(file), *words]
    with tempfile.TemporaryDirectory() as empty:
        done = subprocess.run(
            command,
            cwd=empty,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            capture_output=True,
            text=True,
            timeout=120,
        )
    return "" if done.returncode == 0 else done.stderr.strip()[-600:]
