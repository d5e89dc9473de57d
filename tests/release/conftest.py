"""The wheel and the sdist: those that `make release` made (WETHINK_DIST names their folder), or built here."""

import os
import subprocess
import sys
import tarfile
from fnmatch import fnmatch
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def build(root, target, folder):
    """Without the network, by the backend that is installed here."""
    pytest.importorskip("hatchling", reason="needs hatchling: make test installs it")
    pytest.importorskip("hatch_fancy_pypi_readme", reason="needs hatch-fancy-pypi-readme: make test installs it")
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.iterdir())


def made_by_release(pattern):
    folder = os.environ.get("WETHINK_DIST")
    return next(Path(folder).glob(pattern)) if folder else None


@pytest.fixture(scope="session")
def sdist(tmp_path_factory):
    return made_by_release("*.tar.gz") or build(CHECKOUT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="session")
def unpacked(sdist, tmp_path_factory):
    """The sdist's one folder."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    (root,) = folder.iterdir()
    return root


@pytest.fixture(scope="session")
def wheel(unpacked, tmp_path_factory):
    """Out of the sdist, as an installer that finds no wheel would make it."""
    return made_by_release("*.whl") or build(unpacked, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def wheel_of_checkout(tmp_path_factory):
    return build(CHECKOUT, "wheel", tmp_path_factory.mktemp("wheel-of-checkout"))


@pytest.fixture(scope="session")
def sources():
    """Paths of all that git holds or would hold; without git, as in an unpacked sdist, what lies there."""
    if (CHECKOUT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout.split("\0")
        return {name for name in listed if name and (CHECKOUT / name).is_file()}
    ignored = [line.strip("/") for line in (CHECKOUT / ".gitignore").read_text().split()]
    found = (file.relative_to(CHECKOUT) for file in CHECKOUT.rglob("*") if file.is_file())
    return {file.as_posix() for file in found if not of(file.parts, ignored) and file.name != "PKG-INFO"}


def of(parts, patterns):
    return any(fnmatch(part, pattern) for part in parts for pattern in patterns)
