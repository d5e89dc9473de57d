"""The recipes are scripts that import each other by plain names, as they do when they are run."""

import sys
from pathlib import Path

RECIPES = Path(__file__).resolve().parents[2] / "recipes" / "cpu"
sys.path.insert(0, str(RECIPES))
