"""EasyR1's own code, in three versions, from a checkout that EASYR1_HOME names."""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hosts.conftest import environment
from tests.prompts.models import QWEN_LIKE

HERE = Path(__file__).resolve().parent
VERSIONS = ("HEAD", "v0.3.2", "v0.3.1")
# Keys of the recipes that v0.3.1 refuses.
LATER = ("dynamic_batching:", "find_last_checkpoint:")
NEEDED = "set EASYR1_HOME to a clone of https://github.com/hiyouga/EasyR1 with its tags, and run `make test-easyr1`"


@dataclass(frozen=True)
class EasyR1:
    """One version, importable as `verl` in an environment that can run it."""

    version: str
    sources: Path
    host: object

    def can_read(self, recipe):
        """The recipe without what this version refuses by name, as recipes/easyr1/README.md has it."""
        for key in LATER if self.version == "v0.3.1" else ():
            recipe = recipe.replace(key, f"# {key}")
        return recipe

    def run(self, script, *arguments, check=True, cwd=None, **variables):
        """A script of this folder (or any other), with EasyR1 on its path."""
        with tempfile.TemporaryDirectory(prefix="wt", dir="/tmp") as ray:  # Ray's sockets want a short path
            return self.host.run(
                "python", HERE / script, *arguments, check=check, cwd=cwd or self.sources,
                PYTHONPATH=os.pathsep.join(map(str, (HERE / "stubs", self.sources))), OMP_NUM_THREADS=1,
                RAY_TMPDIR=ray, RAY_USAGE_STATS_ENABLED=0, RAY_DEDUP_LOGS=0, HF_DATASETS_CACHE=Path(ray) / "datasets",
                **variables,
            )  # fmt: skip

    def answer(self, script, *arguments, **more):
        """What the script prints as its last line, read as JSON."""
        return json.loads(self.run(script, *arguments, **more).stdout.strip().splitlines()[-1])


@pytest.fixture(scope="session")
def home():
    """The clone; without one that has every version, none of these tests can say anything, and the run ends."""
    named = os.environ.get("EASYR1_HOME")
    lacks = _lacks(Path(named).expanduser()) if named else "EASYR1_HOME isn't set"
    if not lacks:
        return Path(named).expanduser()
    if os.environ.get("WETHINK_REQUIRE_HOSTS"):
        pytest.exit(f"{lacks}: {NEEDED}", returncode=2)
    return pytest.skip(f"{lacks}: {NEEDED}")


def _lacks(folder):
    for version in VERSIONS:
        asked = ["git", "-C", folder, "rev-parse", "-q", "--verify", f"{version}:verl/trainer/main.py"]
        if subprocess.run(asked, capture_output=True).returncode:
            return f"{folder} is no clone of EasyR1 with {version}"
    return ""


@pytest.fixture(scope="session")
def host():
    return environment("easyr1")


@pytest.fixture(scope="session", params=VERSIONS)
def easyr1(request, home, host, tmp_path_factory):
    """Each version in turn, as committed: changes in the checkout's files don't count."""
    folder = tmp_path_factory.mktemp(f"easyr1-{request.param}")
    packed = folder / "sources.tar"
    subprocess.run(["git", "-C", home, "archive", "-o", packed, request.param], check=True)
    subprocess.run(["tar", "xf", packed, "-C", folder], check=True)
    return EasyR1(request.param, folder, host)


@pytest.fixture(scope="session")
def model(host, tmp_path_factory):
    """The folder of a Qwen2.5-VL's tokenizer and processor."""
    folder = tmp_path_factory.mktemp("model")
    template = folder / "template"
    template.write_text(QWEN_LIKE)
    host.run("python", HERE / "tiny_processor.py", folder, template)
    return folder
