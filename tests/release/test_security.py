"""The strongest claims of SECURITY.md, held against the code."""

import inspect
import re

import pytest

from tests.release.conftest import CHECKOUT
from tests.release.scan import forbidden_calls

PACKAGE = CHECKOUT / "wethink_plugins"
# Each is argued in SECURITY.md.
ALLOWED = {
    ("datasets/kept.py", "pickle.loads"): "rows of this very process, in a temporary file without a name",
    ("unique_keys.py", "yaml.load"): "with a loader derived from SafeLoader",
}

PLANTED = [
    ("eval(text)", "eval"),
    ("import os\nos.system(text)", "os.system"),
    ("pickle.loads(data)", "pickle.loads"),
    ("from pickle import loads", "from pickle import loads"),
    ("yaml.load(text)", "yaml.load"),
    ("sympy.parsing.parse_expr(text)", "sympy.parsing.parse_expr"),
    ("archive.extractall(folder)", "archive.extractall"),
    ("subprocess.run(line, shell=True)", "shell=True"),
    ("subprocess.run(line, shell=wanted)", "shell=wanted"),
    ("load(name, trust_remote_code=True)", "trust_remote_code=True"),
    ("get(url, verify=False)", "verify=False"),
]


@pytest.mark.parametrize(("source", "what"), PLANTED, ids=[what for _, what in PLANTED])
def test_it_would_be_found(source, what):
    assert [found for _, found in forbidden_calls(source)] == [what]


def test_nothing_runs_text_or_unpacks_objects_out_of_data():
    found = {
        (file.relative_to(PACKAGE).as_posix(), what, line)
        for file in PACKAGE.rglob("*.py")
        for line, what in forbidden_calls(file.read_text(encoding="utf-8"))
    }
    assert {(file, what, line) for file, what, line in found if (file, what) not in ALLOWED} == set()
    assert {(file, what) for file, what, _ in found} == set(ALLOWED), "one of these is gone: take it out of the list"


def test_a_yaml_can_make_no_object():
    import yaml

    from wethink_plugins.unique_keys import load_yaml

    with pytest.raises(yaml.YAMLError):
        load_yaml("!!python/object/apply:os.getcwd []")


LISTENS = re.compile(r"create_server|HTTPServer\(|start_server|TCPSite|\.bind\(|uvicorn\.run\(")


def test_two_things_listen_and_on_this_machine_alone_unless_told_otherwise():
    from wethink_plugins.cli.serve import serve
    from wethink_plugins.datasets.audit.serving import _listen

    files = {file.relative_to(PACKAGE).as_posix() for file in PACKAGE.rglob("*.py") if LISTENS.search(file.read_text())}
    assert files == {"cli/serve.py", "datasets/audit/serving.py"}
    assert inspect.signature(serve).parameters["host"].default == "127.0.0.1"
    with _listen(0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"


MADE = {"wethink.yaml", "dist/", ".venvs/"}
"""By users, or by make."""


@pytest.mark.parametrize("page", ["SECURITY.md", "CONTRIBUTING.md"])
def test_files_that_a_page_names_are_there(page):
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|md|txt|yaml|toml|cff)|(?:[\w.-]+/)+)`", text))
    made_up = {name for name in named if "NAME" in name or name.startswith("my_") or name in MADE}
    missing = [name for name in named - made_up if not any((root / name).exists() for root in (CHECKOUT, PACKAGE))]
    assert len(named) > 10 and missing == []
