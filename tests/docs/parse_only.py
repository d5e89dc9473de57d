"""`python -m tests.docs.parse_only SCRIPT WORD ...`: the script as a program, up to where its words are taken.

Only for scripts that take them by argparse or typer (`takes_words`): any other would do its work.
"""

import argparse
import os
import runpy
import sys

import typer.core

_PARSE = argparse.ArgumentParser.parse_known_args
_depth = 0


def _parse_and_end(self, args=None, namespace=None):
    """`parse_known_args` is below all ways of parsing, and below subparsers, which end by themselves."""
    global _depth
    _depth += 1
    try:
        found, rest = _PARSE(self, args, namespace)
    finally:
        _depth -= 1
    if _depth:
        return found, rest
    if rest and sys._getframe(1).f_code.co_name == "parse_args":
        self.error(f"unrecognized arguments: {' '.join(rest)}")
    os._exit(0)


if __name__ == "__main__":
    argparse.ArgumentParser.parse_known_args = _parse_and_end
    typer.core.TyperCommand.invoke = lambda *_: os._exit(0)
    script = sys.argv[1]
    sys.argv = sys.argv[1:]
    sys.path.insert(0, os.path.dirname(script))
    runpy.run_path(script, run_name="__main__")
    sys.exit(f"{script} takes no words by argparse or typer, or none before its work is done")
