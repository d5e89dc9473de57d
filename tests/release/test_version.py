"""One version, in `wethink_plugins/__init__.py`; what tells it elsewhere tells the same."""

import re
import subprocess
import sys
from datetime import date

import pytest
import yaml

from tests.release.conftest import CHECKOUT
from wethink_plugins import __version__

ENTRY = re.compile(r"^## \[?([^\]\s]+)\]? - (\d{4}-\d{2}-\d{2})$", re.MULTILINE)


def test_it_is_written_once():
    assert re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", __version__)
    assert not re.search(r"^version\s*=", (CHECKOUT / "pyproject.toml").read_text(), re.MULTILINE)


def test_the_command_says_it():
    done = subprocess.run(
        [sys.executable, "-m", "wethink_plugins.cli.main", "--version"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, f"{__version__}\n")


@pytest.fixture(scope="module")
def newest():
    """(version, date) of the first entry."""
    return ENTRY.search((CHECKOUT / "CHANGELOG.md").read_text()).groups()


def test_the_changelog_begins_with_it(newest):
    entries = ENTRY.findall((CHECKOUT / "CHANGELOG.md").read_text())
    assert newest[0] == __version__
    assert [day for _, day in entries] == sorted((day for _, day in entries), reverse=True)
    assert len({version for version, _ in entries}) == len(entries)


@pytest.fixture(scope="module")
def citation():
    return yaml.safe_load((CHECKOUT / "CITATION.cff").read_text())


def test_the_citation_agrees(citation, newest):
    assert (citation["version"], str(citation["date-released"])) == newest
    date.fromisoformat(newest[1])


def test_the_citation_is_one(citation):
    """What the schema of Citation File Format 1.2.0 demands."""
    assert citation["cff-version"] == "1.2.0" and citation["type"] == "software" and citation["license"] == "Apache-2.0"
    for work in (citation, *citation["references"]):
        assert work["title"] and work["authors"]
        for author in work["authors"]:
            assert set(author) in ({"name"}, {"given-names", "family-names"})
    assert set(citation) <= {
        "cff-version", "type", "message", "title", "abstract", "authors", "version", "date-released", "license",
        "keywords", "references",
    }  # fmt: skip


def test_the_paper_is_named(citation):
    (paper,) = citation["references"]
    assert paper["type"] == "article" and paper["year"] == 2025
    assert {"type": "other", "value": "arXiv:2506.07905"}.items() <= paper["identifiers"][0].items()
