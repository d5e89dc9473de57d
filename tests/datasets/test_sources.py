"""The registry of sources: what is known, a user's own file over it, quotas, and faults of that file."""

import pytest

from tests.datasets.builders import row, write_rows
from wethink_plugins.datasets.sources import Sources
from wethink_plugins.datasets.validate import validate
from wethink_plugins.errors import WeThinkError

OWN = """
sources:
  crawl: {title: Our crawl, licence: CC0-1.0, quota: 3, root: web7}
  chartqa: {licence: own contract, quota: 1}
  sqa: {quota: 2}
"""


def rows():
    named = ["chartqa", "ChartQA", "web7", "elsewhere", "elsewhere"]
    return [row(i, source=name) for i, name in enumerate(named)]


def test_rows_are_counted_by_source_and_unknown_ones_reported_once(tmp_path):
    found = validate(write_rows(tmp_path, rows()))
    assert [(use.name, use.rows, use.source is not None) for use in found.sources] == [
        ("chartqa", 2, True),
        ("elsewhere", 2, False),
        ("web7", 1, False),
    ]
    assert found.counts["defects"]["unknown_source"] == 3
    known = found.sources[0].source
    assert (known.licence, known.origin) == ("GPL-3.0", "stated") and "ChartQA" in known.benchmarks


def test_an_own_file_adds_replaces_and_sets_quotas(tmp_path):
    (tmp_path / "own.yaml").write_text(OWN)
    found = validate(write_rows(tmp_path, rows()), sources=tmp_path / "own.yaml")
    uses = {use.name: (use.rows, use.over, use.source and use.source.licence) for use in found.sources}
    assert uses == {
        "chartqa": (2, 1, "own contract"),
        "crawl": (1, -2, "CC0-1.0"),
        "sqa": (0, -2, "unknown"),
        "elsewhere": (2, None, None),
    }
    assert found.counts["defects"]["unknown_source"] == 2


def test_only_accepted_rows_count(tmp_path):
    found = validate(write_rows(tmp_path, [row(0, source="vg"), row(1, source="vg", answer="")]))
    assert [(use.name, use.rows) for use in found.sources] == [("vg", 1)]


FAULTS = [
    ("sources: [", "no valid YAML"),
    ("chartqa: {}", "no mapping `sources:`"),
    ("sources: [chartqa]", "no mapping `sources:`"),
    ("sources: {a: {license: MIT}}", "sources.a.license"),
    ("sources: {a: {quota: -1}}", "sources.a.quota"),
    ("sources: {a: {quota: many}}", "sources.a.quota"),
    ("sources: {a: MIT}", "sources.a"),
]


@pytest.mark.parametrize(("text", "told"), FAULTS)
def test_a_file_of_sources_that_cannot_be_read_is_one_clear_error(tmp_path, text, told):
    (tmp_path / "own.yaml").write_text(text)
    with pytest.raises(WeThinkError, match=r"own\.yaml") as caught:
        Sources.load(tmp_path / "own.yaml")
    assert told in str(caught.value) and "\n" not in str(caught.value)


def test_a_file_of_sources_that_is_not_there(tmp_path):
    with pytest.raises(WeThinkError, match=r"none\.yaml"):
        Sources.load(tmp_path / "none.yaml")
