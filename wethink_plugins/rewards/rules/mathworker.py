"""The other end of `engine.py`: runs math-verify in a process that may be killed at any moment.

Run as a script, it imports math-verify once, then forks a child that answers one JSON
line with another on standard input and output. When the child is killed the parent, which holds the imports, forks the
next one in about 10 ms instead of importing for half a second again. It ends when its standard input is closed.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import time
from types import ModuleType

# Chosen. math-verify grows to 300 MB on hostile input; recycling bounds what sympy's caches keep.
_MEMORY = 4 << 30
_CALLS = 2000
_LAST_CALL = 3
_NO_MORE_INPUT = 4
# PR_SET_PDEATHSIG of linux/prctl.h.
_DIE_WITH_PARENT = 1


def main() -> None:
    owner = os.getppid()
    try:
        import math_verify
    except ImportError:
        _say({"missing": True})
        return
    _verify(math_verify, "$\\frac{1}{2}$", "$0.5$")
    while True:
        child = os.fork()
        if child == 0:
            _serve(math_verify)
        status = _watched(child, owner)
        if (os.WIFEXITED(status) and os.WEXITSTATUS(status) == _NO_MORE_INPUT) or os.getppid() != owner:
            return


def _watched(child: int, owner: int) -> int:
    """The child's exit status. An owner that died without closing the pipes must not leave a child computing."""
    pause = 0.005
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        if os.getppid() != owner:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os._exit(_NO_MORE_INPUT)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


def _serve(math_verify: ModuleType) -> None:
    """Never returns: the child leaves by `os._exit`, so that it runs nothing of its parent's."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _say({"pid": os.getpid()})
    for _ in range(_CALLS):
        line = _line()
        if not line:
            os._exit(_NO_MORE_INPUT)
        request = json.loads(line)
        try:
            answer: dict[str, object] = {"equal": _verify(math_verify, request["gold"], request["answer"])}
        except MemoryError:
            answer = {"exhausted": True}
        except RecursionError:
            answer = {"exhausted": True}
        except Exception as error:  # noqa: BLE001 - sympy raises anything; the other end is told
            answer = {"error": type(error).__name__}
        _say(answer)
    os._exit(_LAST_CALL)


def _verify(math_verify: ModuleType, gold: str, answer: str) -> bool | None:
    """None when either side can't be read.

    Only the LaTeX reader: the one for plain expressions hands text to sympy's `parse_expr`. math-verify's own limits
    need the main thread's alarm, so they are off.
    """
    latex = [math_verify.LatexExtractionConfig(boxed_match_priority=0)]
    parsed = [math_verify.parse(text, latex, parsing_timeout=None) for text in (gold, answer)]
    if not all(parsed):
        return None
    return bool(math_verify.verify(parsed[0], parsed[1], timeout_seconds=None))


def _line() -> bytes:
    """Unbuffered, so that nothing of the next request is lost with a killed child."""
    found = b""
    while not found.endswith(b"\n"):
        piece = os.read(0, 65536)
        if not piece:
            return b""
        found += piece
    return found


def _say(message: dict[str, object]) -> None:
    try:
        os.write(1, json.dumps(message).encode() + b"\n")
    except BrokenPipeError:
        os._exit(_NO_MORE_INPUT)


if __name__ == "__main__":
    sys.setrecursionlimit(5000)
    main()
