"""Build the virtual environments of the demo and the tests: `python3.11 recipes/cpu/environments.py sft grpo test`.

LLaMA-Factory and verl ask for different versions of the same packages, so each has its own. All are pinned in `locks/`,
of which pip gets exact versions and resolves nothing. What is done is remembered step by step in a stamp in each
environment: a second run takes a second, an interrupted one goes on, and a changed lock or source is installed anew.

torch comes first and with its dependencies. Where pip's index offers no CPU build and disk matters, name one:
`WETHINK_TORCH_INDEX=https://download.pytorch.org/whl/cpu`. Needs only the standard library.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
LOCKS = HERE / "locks"
PATCHES = CHECKOUT / "patches"
PACKAGE_SOURCES = ("pyproject.toml", "README.md", "LICENSE", "wethink_plugins", "recipes", "patches", "data_tools")
GIGABYTES = {
    "sft": 1.8,
    "grpo": 2.6,
    "easyr1": 2.0,
    "vllm": 3.2,
    "verifiers": 0.7,
    "test": 0.4,
    "docs": 0.4,
    "release": 0.2,
}
"""Disk that an environment may need while it is built; less when it is done."""
WITH_HOST = ("sft", "grpo", "easyr1", "vllm")
WITH_VERL = ("grpo", "vllm")
PIP_OPTIONS = ("-q", "--disable-pip-version-check", "--no-input", "--no-compile")
BUILDING = threading.Lock()
NOISE = re.compile(r"^WARNING: .*(Location .* is ignored|Ignoring invalid distribution)|^\s*$")


class SetupError(Exception):
    """Something that the person at the keyboard can put right; the text says how."""


@dataclass(frozen=True)
class Step:
    """One thing to do to an environment, done again when `inputs` (a digest) has changed."""

    name: str
    inputs: str
    run: Callable[[Path], None]


def digest(*sources: Path | str) -> str:
    """Hash files, the files of folders, and plain strings."""
    total = hashlib.sha256()
    for source in sources:
        if isinstance(source, str):
            total.update(source.encode())
            continue
        for file in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if file.is_file() and "__pycache__" not in file.parts:
                total.update(f"{file.relative_to(CHECKOUT)}\0".encode() + file.read_bytes())
    return total.hexdigest()[:16]


def python_of(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def call(command: list[str | Path], what: str) -> None:
    """Run quietly; on failure raise SetupError with the last lines of the output."""
    result = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if result.returncode:
        told = [line for line in result.stdout.splitlines() if not NOISE.match(line)]
        raise SetupError(
            f"{what} failed ({' '.join(str(part) for part in command[:6])} ...):\n  " + "\n  ".join(told[-12:])
        )


def pip(environment: Path, *arguments: str | Path, what: str) -> None:
    call([python_of(environment), "-m", "pip", "install", *PIP_OPTIONS, *arguments], what)


def make_environment(environment: Path) -> None:
    """Create it, or create it again when an interrupted creation left it without pip."""
    with contextlib.suppress(SetupError, FileNotFoundError):
        call([python_of(environment), "-m", "pip", "--version"], "pip")
        return
    call([sys.executable, "-m", "venv", "--clear", environment], f"creating {environment}")


def torch_pin(lock: Path) -> str | None:
    return next((line for line in lock.read_text(encoding="utf-8").split() if line.startswith("torch==")), None)


def install_torch(environment: Path, lock: Path) -> None:
    index = os.environ.get("WETHINK_TORCH_INDEX")
    extra = ["--extra-index-url", index] if index else []
    pip(environment, *extra, "-c", lock, torch_pin(lock) or "", what="installing torch")


def install_package(environment: Path, inputs: str) -> None:
    """Install this checkout as a wheel, as a user would have it; no dependency is touched."""
    with BUILDING:
        wheel = built_wheel(environment, environment.parent / ".wheels" / inputs)
    pip(environment, "--no-deps", "--force-reinstall", wheel, what="installing the package")


def built_wheel(environment: Path, folder: Path) -> Path:
    """Build it, or find it built: all environments get the same one; those of older sources are removed."""
    if ready := list(folder.glob("*.whl")):
        return ready[0]
    shutil.rmtree(folder.parent, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="wethink-wheel-") as made:
        command = [
            python_of(environment),
            "-m",
            "pip",
            "wheel",
            "-q",
            "--disable-pip-version-check",
            "--no-deps",
            "-w",
            made,
            CHECKOUT,
        ]
        call(command, "building the package")
        folder.mkdir(parents=True)
        return Path(shutil.move(next(Path(made).glob("*.whl")), folder))


def install_shims(environment: Path) -> None:
    """Let torchvision and torchaudio, which are built for CUDA, be imported beside torch's CPU build."""
    call([python_of(environment), PATCHES / "cpu_wheels" / "install.py"], "patches/cpu_wheels")


def steps_for(name: str) -> Iterator[Step]:
    """All steps, in order."""
    lock = LOCKS / f"{name}.txt"
    yield Step("environment", digest(sys.version), make_environment)
    if torch_pin(lock):
        yield Step("torch", digest(torch_pin(lock) or ""), lambda to: install_torch(to, lock))
    yield Step("packages", digest(lock), lambda to: pip(to, "--no-deps", "-r", lock, what=f"installing {lock.name}"))
    if name in WITH_HOST:
        yield Step("shims", digest(PATCHES / "cpu_wheels"), install_shims)
    if name in WITH_VERL:
        plugin = PATCHES / "verl"
        yield Step(
            "verl plugin",
            digest(plugin),
            lambda to: pip(to, "--no-deps", "--force-reinstall", plugin, what="installing patches/verl"),
        )
    sources = digest(*(CHECKOUT / part for part in PACKAGE_SOURCES))
    yield Step("package", sources, lambda to: install_package(to, sources))


def read_stamp(stamp: Path) -> dict[str, str]:
    try:
        return json.loads(stamp.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def build(name: str, root: Path, steps: list[Step]) -> bool:
    """Bring one environment up to date; True when anything had to be done."""
    environment, stamp = root / name, root / name / ".wethink-setup.json"
    done, changed = read_stamp(stamp), False
    for step in steps:
        if done.get(step.name) == step.inputs and python_of(environment).exists():
            continue
        start = time.monotonic()
        print(f"  {name}: {step.name} ...", flush=True)
        step.run(environment)
        done = {} if step.name == "environment" else done
        done, changed = {**done, step.name: step.inputs}, True
        stamp.write_text(json.dumps(done, indent=1), encoding="utf-8")
        print(f"  {name}: {step.name} done in {time.monotonic() - start:.0f} s", flush=True)
    return changed


def check_machine(names: list[str], root: Path) -> None:
    """Refuse before anything is written."""
    if sys.version_info[:2] != (3, 11):
        found = ".".join(str(part) for part in sys.version_info[:3])
        raise SetupError(
            f"Python 3.11 is needed, this is {found}: install python3.11 and run `make ... PYTHON=python3.11`"
        )
    needed = sum(GIGABYTES[name] for name in names if not (root / name / ".wethink-setup.json").exists())
    free = shutil.disk_usage(root).free / 1e9
    if free < needed:
        raise SetupError(
            f"{root} has {free:.1f} GB free, {' and '.join(names)} need {needed:.1f} GB: free some, or use --root"
        )


@contextlib.contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Wait until no other process builds in this folder."""
    if os.name == "nt":
        yield
        return
    import fcntl

    with (root / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", choices=sorted(GIGABYTES))
    parser.add_argument(
        "--root", type=Path, default=CHECKOUT / ".venvs", help="folder of the environments (default: .venvs)"
    )
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    root.mkdir(parents=True, exist_ok=True)
    try:
        check_machine(arguments.names, root)
        with only_one(root), ThreadPoolExecutor(len(arguments.names)) as pool:
            changed = list(pool.map(lambda name: build(name, root, list(steps_for(name))), arguments.names))
    except SetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    print(f"environments {', '.join(arguments.names)}: {'ready' if any(changed) else 'up to date'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
