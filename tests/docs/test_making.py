"""Links of pages, written for the repository, as the site has them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs" / "making"))
from pages import outside, shown
from pages.links import Links, targets

ROOT = Path(__file__).resolve().parents[2]
FRAGMENT = "judge.md#what-failures-do-to-learning"
URIS = {
    *("index.md", "judge.md", "data/export.md", "images/demo.png", "reference/configuration/index.md"),
    *("recipes/easyr1/README.md", "recipes/cpu/README.md"),
}
LINKS = [
    ("data/export.md", f"[a](../{FRAGMENT})", f"[a](../{FRAGMENT})"),
    ("judge.md", "[a](../recipes/easyr1/README.md)", "[a](recipes/easyr1/README.md)"),
    ("judge.md", "[a](../recipes/easyr1/)", "[a](recipes/easyr1/README.md)"),
    ("judge.md", "[a](../README.md)", "[a](index.md)"),
    ("judge.md", "[a](reference/configuration.md#judge.tiers)", "[a](reference/configuration/index.md#judge.tiers)"),
    ("data/export.md", "[a](../../recipes/easyr1/wethink.yaml)", "[a](../files/recipes/easyr1/wethink.yaml.md)"),
    ("data/export.md", "[a](../../LICENSE)", "[a](../files/LICENSE.md)"),
    ("recipes/easyr1/README.md", "[a](grpo_3b.yaml)", "[a](../../files/recipes/easyr1/grpo_3b.yaml.md)"),
    ("recipes/easyr1/README.md", f"[a](../../docs/{FRAGMENT})", f"[a](../../{FRAGMENT})"),
    ("recipes/easyr1/README.md", "![a](../../docs/images/demo.png)", "![a](../../images/demo.png)"),
    ("recipes/easyr1/README.md", '<img src="../../docs/images/demo.png">', '<img src="../../images/demo.png">'),
    ("recipes/easyr1/README.md", "[a]: ../cpu/README.md", "[a]: ../cpu/README.md"),
    ("judge.md", "[a](#here) [b](https://a.b/c) [c](gone.md)", "[a](#here) [b](https://a.b/c) [c](gone.md)"),
    ("judge.md", "`[a](../LICENSE)`", "`[a](../LICENSE)`"),
    ("judge.md", "```md\n[a](../LICENSE)\n```\n[b](../LICENSE)", "```md\n[a](../LICENSE)\n```\n[b](files/LICENSE.md)"),
]


@pytest.mark.parametrize(("page", "written", "wanted"), LINKS)
def test_a_link_is_rewritten_for_the_site(page, written, wanted):
    assert Links(ROOT, URIS).rewritten(page, written) == wanted


def test_linked_files_are_found_once_they_are_no_pages():
    text = "[a](../LICENSE) [b](../recipes/cpu/README.md) [c](gone.py) `[d](../Makefile)`"
    assert list(Links(ROOT, URIS).files_in("judge.md", text)) == ["LICENSE"]
    assert list(targets(text)) == ["../LICENSE", "../recipes/cpu/README.md", "gone.py"]


def test_a_file_is_shown_whole_in_a_fence_that_it_cannot_close(tmp_path):
    pytest.importorskip("pygments", reason="needs pygments")
    (tmp_path / "a.md").write_text("```\ncode\n```\n")
    (tmp_path / "a.bin").write_bytes(b"\xff\xfe\x00")
    page = shown.page(tmp_path, "a.md") or ""
    assert "````markdown\n```\ncode\n```\n````" in page and "exclude: true" in page
    assert shown.page(tmp_path, "a.bin") is None and shown.uri(tmp_path, "a.bin") == "files/a.bin"


def test_pages_from_outside_are_those_that_people_read():
    found = outside.pages(ROOT)
    assert {"recipes/cpu/README.md", "recipes/verl/README.md", "benchmarks/README.md", "data_tools/README.md"} <= {
        *found
    }
    assert not [place for place in found if place.startswith((".venvs", "docs"))]
