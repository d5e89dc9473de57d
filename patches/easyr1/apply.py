"""Lets EasyR1 hand a row's other columns to the reward: `python apply.py CHECKOUT`, `--remove` takes it out again.

Only a file of a version that is known is changed; any other is refused with what was found.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = Path("verl/workers/reward/function.py")
# SHA-256 of the untouched file -> (versions that have it, the diff for it).
KNOWN = {
    "59fa38dda0d879d76b82bf3c37815df4ccc6c33c9e39390da8933cc310bdfc3b": ("after v0.3.2, to b44b311", "b44b311"),
    "821819038f281d3013f7b2ab7614f7aa011cc2160ba8f88a9bfc6a0c9789727d": ("v0.3.2", "v0.3.2"),
}


def git_apply(checkout: Path, patch: Path, *options: str) -> bool:
    """Whether it could be done; `git apply` does all of a diff or nothing, in a git checkout or outside of one."""
    return subprocess.run(["git", "apply", *options, patch], cwd=checkout, capture_output=True).returncode == 0


def patches() -> list[Path]:
    return [HERE / f"extra_info_{name}.patch" for _, name in KNOWN.values()]


def apply(checkout: Path) -> str:
    digest = hashlib.sha256((checkout / TARGET).read_bytes()).hexdigest()
    if digest in KNOWN:
        version, name = KNOWN[digest]
        done = git_apply(checkout, HERE / f"extra_info_{name}.patch")
        return f"applied ({version})" if done else ""
    if any(git_apply(checkout, patch, "--check", "--reverse") for patch in patches()):
        return "is in already"
    return ""


def remove(checkout: Path) -> str:
    return "removed" if any(git_apply(checkout, patch, "--reverse") for patch in patches()) else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path, help="the folder that holds verl/")
    parser.add_argument("--remove", action="store_true")
    arguments = parser.parse_args()
    if not (arguments.checkout / TARGET).is_file():
        print(f"error: {arguments.checkout} has no {TARGET}: give the folder of an EasyR1 checkout", file=sys.stderr)
        return 2
    said = (remove if arguments.remove else apply)(arguments.checkout)
    if said:
        print(f"{arguments.checkout / TARGET}: {said}")
        return 0
    known = ", ".join(versions for versions, _ in KNOWN.values())
    print(f"error: {arguments.checkout / TARGET} is of no version known here ({known}); unchanged", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
