"""Importing the package costs nothing and pulls in no framework."""

import subprocess
import sys

PROGRAM = """
import sys, time
start = time.process_time()
import wethink_plugins
took = time.process_time() - start
heavy = {"torch", "ray", "pydantic", "transformers", "PIL", "pyarrow", "openai", "httpx"} & set(sys.modules)
print(took, sorted(heavy))
from wethink_plugins import HybridReward
heavy = {"torch", "ray", "transformers", "PIL", "pyarrow", "openai", "httpx", "typer"} & set(sys.modules)
print(sorted(heavy))
"""


def test_import_is_light():
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    first, second = run.stdout.splitlines()
    took, heavy = first.split(" ", 1)
    assert float(took) < 0.3
    assert heavy == "[]"
    assert second == "[]"
