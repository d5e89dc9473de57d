"""A folder to type a page's commands in: what they wrote is there for those that follow, as in one terminal."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from unittest.mock import patch

from tests.docs.blocks import CHECKOUT
from tests.docs.output import difference
from tests.docs.shell import Command
from wethink_plugins.cli.main import main

_LIMIT_S = 120


@dataclass(frozen=True)
class Ended:
    """`said`: stdout and stderr as they come, as on a terminal."""

    code: int
    said: str


@dataclass
class Scene:
    """`fill`: what stands for the words in capitals (regular expressions, in order). `ends`: by command pattern, an
    exit code other than 0 and the words that every complaint then has. `before`: what happens to the folder before a command that fits, besides what it does:
    a person who edits a file. `typed`: what a person types into a command. `until`: commands that go on until they
    are interrupted; the text that they say when they are ready.
    `outside`: commands that want a process of their own. `unseen`: by command pattern,
    shown lines (patterns) that can't come here. `python`: the environment that the page is for.
    """

    folder: Path
    fill: list[tuple[str, str]] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    ends: dict[str, tuple[int, str]] = field(default_factory=dict)
    before: dict[str, Callable[[Scene], object]] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    until: dict[str, str] = field(default_factory=dict)
    outside: tuple[str, ...] = ()
    unseen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    python: str = sys.executable
    stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    started: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def __post_init__(self) -> None:
        self.at = self.folder
        programs = self.folder.parent / f"{self.folder.name}-bin"
        programs.mkdir()
        for name, words in {
            "wethink": "-m wethink_plugins.cli.main",
            "python": "",
            "python3": "",
            "python3.11": "",
        }.items():
            file = programs / name
            file.write_text(f'#!/bin/sh\nexec "{self.python}" {words} "$@"\n')
            file.chmod(0o755)
        home = self.folder.parent / f"{self.folder.name}-home"
        home.mkdir()
        self.env = {
            "PATH": f"{programs}:{Path(self.python).parent}:{os.environ['PATH']}", "HOME": str(home), "PYTHONPATH": str(CHECKOUT),
            "NO_PROXY": "*", "PYTHONUNBUFFERED": "1", "COLUMNS": "200", **self.env,
        }  # fmt: skip

    def filled(self, text: str) -> str:
        for pattern, value in self.fill:
            text = re.sub(pattern, lambda _, value=value: value, text)
        return text

    def run(self, command: Command) -> Ended:
        for pattern, change in self.before.items():
            if fnmatchcase(command.shown, pattern):
                change(self)
        text = self.filled(command.text)
        ready = _of(self.until, command)
        if ready is not None:
            return self._started(text, ready)
        typed = _of(self.typed, command)
        outside = any(fnmatchcase(command.shown, pattern) for pattern in self.outside)
        outside = outside or self.python != sys.executable
        if command.is_plain and text.startswith("wethink ") and typed is None and not outside:
            return self._in_process(self._words(text)[1:])
        return self._in_bash(text, typed or "")

    def interrupt(self) -> None:
        """Ctrl-C in the other terminals."""
        self.started.pop_all().close()

    def fault(self, command: Command, ended: Ended) -> str:
        """Empty where it ended as it must."""
        code, words = _of(self.ends, command) or (0, "")
        if ended.code != code:
            return f"ended with {ended.code}, not {code}: {ended.said[-1500:]}"
        other = [line for line in ended.said.splitlines() if line.startswith("error:") and words not in line]
        return f"{other}" if other or words not in ended.said else ""

    def differs(self, command: Command, said: str) -> str:
        """Between what the page shows and what was said."""
        unseen = _of(self.unseen, command) or ()
        shown = [line for line in command.output.splitlines() if not any(fnmatchcase(line, one) for one in unseen)]
        return difference("\n".join(shown), said)

    def close(self) -> None:
        with self.stack, self.started:
            pass

    def _words(self, text: str) -> list[str]:
        done = subprocess.run(
            ["bash", "-c", f"printf '%s\\0' {text}"], cwd=self.at, env={**os.environ, **self.env}, capture_output=True, check=True
        )  # fmt: skip
        return done.stdout.decode().split("\0")[:-1]

    def _in_process(self, words: list[str]) -> Ended:
        said, code = io.StringIO(), 0
        with (
            patch.dict(os.environ, self.env), _chdir(self.at),
            contextlib.redirect_stdout(said), contextlib.redirect_stderr(said),
        ):  # fmt: skip
            try:
                with _limit():
                    main(words)
            except SystemExit as ended:
                code = ended.code or 0
            except _TooLong:
                return Ended(124, f"not done within {_LIMIT_S} s: {said.getvalue()}")
        return Ended(code, said.getvalue())

    def _in_bash(self, text: str, typed: str) -> Ended:
        state = self.folder.parent / f"{self.folder.name}-state"
        script = f"set -a\n{text}\ncode=$?\n{{ pwd; env -0; }} > '{state}'\nexit $code"
        process = subprocess.Popen(
            ["bash", "-c", script], cwd=self.at, env={**os.environ, **self.env}, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        try:
            said, _ = process.communicate(typed, timeout=_LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said, _ = process.communicate()
            return Ended(124, f"not done within {_LIMIT_S} s: {said}")
        if state.exists():
            place, _, variables = state.read_text().partition("\n")
            self.at = Path(place)
            now = dict(one.partition("=")[::2] for one in variables.split("\0") if one)
            self.env |= {k: v for k, v in now.items() if os.environ.get(k) != v and k not in ("code", "_", "SHLVL")}
            state.unlink()
        return Ended(process.returncode, said)

    def _started(self, text: str, ready: str) -> Ended:
        """Goes on; at the end of the page it is interrupted as by Ctrl-C, and must end well."""
        said: list[str] = []
        seen = threading.Event()
        process = subprocess.Popen(
            ["bash", "-c", f"exec {text.rstrip('& ')}" if not re.match(r"\w+=", text) else text.rstrip("& ")],
            cwd=self.at, env={**os.environ, **self.env, "PYTHONUNBUFFERED": "1"}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            # A background job of a shell ignores Ctrl-C, and what it starts inherits that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip

        def listen() -> None:
            for line in process.stdout:
                said.append(line)
                if ready in line:
                    seen.set()
            seen.set()

        threading.Thread(target=listen, daemon=True).start()

        def end() -> None:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            try:
                code = process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise
            assert code in (0, 130, -signal.SIGINT), f"{text}: ended with {code}: {''.join(said)}"

        self.started.callback(end)
        until = time.monotonic() + _LIMIT_S
        while not seen.wait(0.1) and time.monotonic() < until:
            pass
        found = any(ready in line for line in said)
        return Ended(0 if found else 1, "".join(said) if found else f"never said {ready!r}: {''.join(said)}")


def _of(table: dict[str, object], command: Command):
    return next((value for pattern, value in table.items() if fnmatchcase(command.shown, pattern)), None)


class _TooLong(BaseException):
    """Not an Exception: the command would take it for a fault of its own."""


@contextlib.contextmanager
def _limit():
    def end(*_):
        raise _TooLong

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, _LIMIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _chdir(folder: Path):
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
