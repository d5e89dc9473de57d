"""Every planted fault is named in one line with its fix, and nothing else is; docs/doctor.md is that table."""

import contextlib
import os
import re

import pytest

pytest.importorskip("aiohttp", reason="needs the judge extra")

from tests.doctor import page
from tests.doctor.faults import FAULTS, package, server_of
from tests.doctor.live import HOST_FAULTS
from tests.doctor.setups import ADAPTER, SetUp
from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.hosts import DEFAULTS, examine
from wethink_plugins.doctor.recipe import Recipe


@pytest.fixture
def healthy(tmp_path, monkeypatch):
    """Makes a set-up; the environment of the machine doesn't count."""
    for name in ("WETHINK_CONFIG", "WETHINK_JOURNAL", "RAY_ADDRESS", "VERL_USE_EXTERNAL_PLUGINS", "IMAGE_PLACEHOLDER"):
        monkeypatch.delenv(name, raising=False)

    def made(host, rows):
        setup = SetUp(tmp_path, host, rows)
        if host == "verl":
            monkeypatch.setenv("WETHINK_CONFIG", str(tmp_path / "wethink.yaml"))
        return setup

    return made


def found_in(setup):
    recipe = Recipe(setup.write(), setup.settings, DEFAULTS[setup.host])
    case = Case(setup.host, recipe, folder=setup.cwd, **setup.options)
    return list(examine(case, files_only=True))


def shown(text, setup):
    """Without what differs from run to run."""
    text = text.replace(str(setup.folder), "DIR").replace(str(ADAPTER), ".../adapters/easyr1.py")
    text = re.sub(r"127\.0\.0\.1:\d{4,}", "127.0.0.1:8000", text)
    text = re.sub(r" ssl:default \[.*?\]| \(\d+ bytes not processed\)", "", text)
    text = re.sub(r"\d+(\.\d+)? s(?= each|,)", "N s", text)
    return re.sub(r"\$\d+\.\d+", "$N", text)


@pytest.fixture
def quick_math(tmp_path, monkeypatch):
    """The real math-verify takes a second to import, in a process of its own each time; healthy set-ups have it."""
    package(
        monkeypatch, tmp_path / "quick", "math-verify", "0.9.0", math_verify="parse = verify = lambda *texts: texts"
    )


@pytest.mark.usefixtures("quick_math")
@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_planted_fault_is_named_with_its_fix(fault, healthy, monkeypatch):
    with server_of(fault) or contextlib.nullcontext() as server:
        setup = healthy(fault.host, fault.rows)
        if server is not None:
            setup.options["server"] = server.base_url
        fault.plant(setup, monkeypatch)
        found = [finding for finding in found_in(setup) if finding.is_fault]
    assert [(one.level, one.line().count("\n")) for one in found] == [(fault.level, 0)], [one.line() for one in found]
    says, fix = shown(f"{found[0].check}: {found[0].text}", setup), shown(found[0].fix, setup)
    assert fault.says in says and fault.fix in fix
    page.check(fault.name, fault.host, says, fix)


@pytest.mark.parametrize("host", ["easyr1", "verl", "llamafactory"])
def test_a_healthy_set_up_has_no_finding(host, healthy):
    assert [finding.line() for finding in found_in(healthy(host, FAULTS[0].rows)) if finding.is_fault] == []


def test_the_page_has_these_faults_and_no_others():
    if os.environ.get(page.WRITE):
        page.write(page.rows(), [fault.name for fault in (*FAULTS, *HOST_FAULTS)])
    names = [fault.name for fault in (*FAULTS, *HOST_FAULTS)]
    assert len(set(names)) == len(names) >= 20
    assert list(page.rows()) == names, "docs/doctor.md is stale: run `make docs-doctor`"
