"""Installing our wheel into a host's environment changes nothing there, and the hosts themselves are as published."""

import json
import subprocess
import sys

import pytest

from tests.hosts.conftest import CHECKOUT, environment

pytestmark = pytest.mark.host

DIFFERENT_FILES = """
import base64, hashlib, sys
from importlib.metadata import files
bad = []
for entry in files(sys.argv[1]):
    if entry.hash is not None and entry.suffix == ".py":
        digest = hashlib.new(entry.hash.mode, entry.locate().read_bytes()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != entry.hash.value:
            bad.append(str(entry))
print("DIFFERENT", bad)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, CHECKOUT], check=True)
    return next(folder.glob("*.whl"))


@pytest.mark.parametrize("extra", ["", "[judge]"])
@pytest.mark.parametrize("name", ["grpo", "sft"])
def test_pip_would_install_our_wheel_and_nothing_else(wheel, tmp_path, name, extra):
    """With dependencies resolved; pip's own plan is read, so that the environment isn't touched."""
    plan = tmp_path / "plan.json"
    environment(name).run(
        "python", "-m", "pip", "install", "--dry-run", "--upgrade",
        "--upgrade-strategy", "only-if-needed", "--quiet", "--report", plan, f"{wheel}{extra}",
    )  # fmt: skip
    installs = [item["metadata"]["name"] for item in json.loads(plan.read_text())["install"]]
    assert installs in ([], ["wethink-plugins"])


@pytest.mark.parametrize(("name", "package"), [("grpo", "verl"), ("grpo", "trl"), ("sft", "llamafactory")])
def test_the_host_is_unmodified(name, package):
    """Every Python file has the hash that its own wheel recorded."""
    done = environment(name).run("python", "-c", DIFFERENT_FILES, package)
    assert "DIFFERENT []" in done.stdout
