"""Install the import hook into the environment of the python that runs this, or take it out again.

    VENV/bin/python patches/cpu_wheels/install.py [--remove]

Standard library only. Writes two files into site-packages and touches no other; see wethink_cpu_wheels.py.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import sysconfig
from pathlib import Path

MODULE = "wethink_cpu_wheels"


def files(folder: Path) -> tuple[Path, Path]:
    """The module and the line that imports it when Python starts."""
    return folder / f"{MODULE}.py", folder / f"{MODULE}.pth"


def install(folder: Path) -> None:
    module, start = files(folder)
    shutil.copyfile(Path(__file__).with_name(module.name), module)
    start.write_text(f"import {MODULE}\n")


def remove(folder: Path) -> None:
    for file in files(folder):
        file.unlink(missing_ok=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--remove", action="store_true", help="take the hook out again")
    wants_removal = parser.parse_args().remove
    if sys.prefix == sys.base_prefix:
        sys.stderr.write("install.py: run it with a virtual environment's python; this is the system's\n")
        return 2
    folder = Path(sysconfig.get_paths()["purelib"])
    (remove if wants_removal else install)(folder)
    sys.stdout.write(f"{'removed from' if wants_removal else 'installed in'} {folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
