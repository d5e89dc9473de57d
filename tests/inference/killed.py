"""A run of its own process, to be killed: `python -m tests.inference.killed ROWS OUT`."""

import sys
from pathlib import Path

from tests.inference.backends import Scripted
from wethink_plugins.inference.request import read_requests
from wethink_plugins.inference.run import generate
from wethink_plugins.inference.settings import Settings

if __name__ == "__main__":
    rows, out = map(Path, sys.argv[1:])
    generate(read_requests(rows), Scripted(unit=3, delay_s=0.01), Settings("Think."), out)
