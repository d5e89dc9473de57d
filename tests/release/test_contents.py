"""What is in the two files that people install, and what must not be."""

import os
import re
import subprocess
import tarfile
import zipfile
from email import message_from_bytes

import pytest

from tests.release.conftest import CHECKOUT
from wethink_plugins import __version__

SHIPPED = ("recipes", "patches", "data_tools")
TEXT = (
    ".py",
    ".md",
    ".txt",
    ".yaml",
    ".yml",
    ".json",
    ".jsonl",
    ".j2",
    ".js",
    ".css",
    ".html",
    ".sh",
    ".patch",
    ".toml",
)
# A path of the machine that built it: of this checkout, or of somebody's home.
OF_A_MACHINE = re.compile(re.escape(str(CHECKOUT)) + r"|/home/\w|/root/|/Users/\w|/work/\w")
FOREIGN = re.compile(r"copyright\s+(\(c\)|©|\d{4})|©\s*\d{4}|SPDX-FileCopyrightText|all rights reserved", re.IGNORECASE)


def members(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def content(wheel):
    return members(wheel)


def test_the_wheel_is_the_package_and_what_it_ships(content, sources):
    expected = {name for name in sources if name.startswith("wethink_plugins/")}
    expected |= {
        f"wethink_plugins/_shipped/{name}" for name in sources if name.startswith(tuple(f"{s}/" for s in SHIPPED))
    }
    about = f"wethink_plugins-{__version__}.dist-info"
    expected |= {f"{about}/{name}" for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")}
    assert set(content) == expected


def test_the_sdist_is_all_that_git_has(sdist, sources):
    with tarfile.open(sdist) as archive:
        found = {name.partition("/")[2] for name in archive.getnames()}
    assert found == sources | {"PKG-INFO"}


def test_the_wheel_of_the_sdist_is_the_wheel_of_the_checkout(content, wheel_of_checkout):
    other = members(wheel_of_checkout)
    assert sorted(content) == sorted(other)
    assert [name for name in content if content[name] != other[name]] == []


def test_nothing_in_it_is_of_a_machine_or_of_somebody_else(content):
    """Our own licence is the only one: what says whose it is besides would be a copy of other people's code."""
    texts = {name: data.decode() for name, data in content.items() if name.endswith(TEXT) and "/licenses/" not in name}
    assert len(texts) > 500
    assert [name for name, text in texts.items() if OF_A_MACHINE.search(text)] == []
    assert [name for name, text in texts.items() if FOREIGN.search(text)] == []


@pytest.mark.parametrize("text", ["see /home/ann/model", f"{CHECKOUT}/runs"])
def test_a_path_of_a_machine_would_be_seen(text):
    assert OF_A_MACHINE.search(text)


@pytest.mark.parametrize("text", ["Copyright (c) 2024 Somebody", "# Copyright 2023 The Team", "© 2020 A"])
def test_a_foreign_notice_would_be_seen(text):
    assert FOREIGN.search(text)


@pytest.fixture(scope="module")
def metadata(content):
    return message_from_bytes(content[f"wethink_plugins-{__version__}.dist-info/METADATA"])


def test_the_page_on_an_index_has_no_link_that_leads_nowhere(metadata):
    page = metadata.get_payload(decode=True).decode()
    assert page.startswith("# WeThink Plugins")
    assert [to for to in re.findall(r"\]\(([^)]*)\)", page) if not re.match(r"https://|mailto:", to)] == []
    assert re.findall(r"<(?:img|a)\b[^>]*(?:src|href)=\"(?!https://)", page) == []


def test_metadata_is_whole(metadata):
    assert (metadata["Name"], metadata["Version"], metadata["Requires-Python"]) == (
        "wethink-plugins",
        __version__,
        ">=3.10",
    )
    assert metadata["License-Expression"] == "Apache-2.0" and metadata.get_all("License-File") == ["LICENSE"]
    assert metadata["Author"] and metadata["Summary"] and metadata["Keywords"]
    assert metadata["Description-Content-Type"] == "text/markdown"
    classifiers = metadata.get_all("Classifier")
    assert not [one for one in classifiers if one.startswith("License ::")], "the expression says it; both are refused"
    assert {f"Programming Language :: Python :: 3.{minor}" for minor in (10, 11, 12)} <= set(classifiers)


def test_no_requirement_has_an_upper_bound(metadata):
    """One would take a package away from the trainer that this is installed beside."""
    needed = [line.partition(";")[0] for line in metadata.get_all("Requires-Dist")]
    assert needed and [line for line in needed if re.search(r"<|==|~=|!=", line)] == []


@pytest.mark.skipif("WETHINK_DIST" not in os.environ, reason="only of a release: it is built of what is committed")
def test_a_release_is_built_of_what_is_committed():
    if not (CHECKOUT / ".git").exists():
        pytest.skip("no git checkout")
    command = ["git", "status", "--porcelain"]
    changed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    assert changed == "", "commit or remove these first"
