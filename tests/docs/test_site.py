"""The built site: every link leads somewhere, every picture is there, and a reader needs no network.

`make docs-check` builds it and runs this. Links to the web are listed by `python docs/making/external.py`, never fetched.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SITE = os.environ.get("WETHINK_SITE")
pytestmark = pytest.mark.skipif(not SITE, reason="needs the built site: make docs-check, or WETHINK_SITE=FOLDER")
# Attributes by which a page loads something, as against leading to it.
LOADS = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("link", "href"), ("video", "src")}
LOADED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "preconnect", "dns-prefetch", "prefetch", "manifest"}
# Markdown that GitHub reads and mkdocs doesn't: a list without an empty line before it, a table likewise.
LOST = re.compile(r"<p>(?:(?!</p>).)*?\n(?:[-*] |\d+\. |\|[ :-]+\|)", re.DOTALL)
CSS_URL = re.compile(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)")


class Page(HTMLParser):
    """What a page refers to and which anchors it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if given.get(name)}
        for name in ("src", "href"):
            if name not in given:
                continue
            loads = (tag, name) in LOADS and (tag != "link" or LOADED_LINKS & set(given.get("rel", "").split()))
            (self.loaded if loads else self.links).append(given[name])
        self.loaded += [part.split()[0] for part in given.get("srcset", "").split(",") if part.strip()]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def site() -> dict[str, Page]:
    """Path below the site -> page. 404.html is left out: a server gives it at any depth."""
    folder = ROOT / str(SITE)
    found = {
        file.relative_to(folder).as_posix(): Page(file.read_text(encoding="utf-8")) for file in folder.rglob("*.html")
    }
    found.pop("404.html", None)
    assert len(found) > 40, f"{folder} holds {len(found)} pages: is it the built site?"
    return found


def test_no_list_and_no_table_became_a_paragraph(site):
    for place in site:
        lost = LOST.search((ROOT / str(SITE) / place).read_text(encoding="utf-8"))
        assert not lost, f"{place}: leave a line empty before it: {lost[0][-120:]!r}"


def is_web(address: str) -> bool:
    return bool(urlsplit(address).scheme or address.startswith("//"))


def dead(site: dict[str, Page], page: str, address: str) -> str:
    """Why a reference leads nowhere; empty where it leads somewhere."""
    parts = urlsplit(address)
    if parts.scheme in ("http", "https", "mailto", "data"):
        return ""
    if parts.scheme or address.startswith("/"):
        return "is no relative path, so it doesn't open from the disk"
    place = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path))) if parts.path else page
    target = site.get(place)
    if target is None:
        return "" if (ROOT / str(SITE) / place).is_file() else "no such file"
    return "" if not parts.fragment or unquote(parts.fragment) in target.ids else "no such anchor"


def test_no_link_and_no_anchor_is_dead(site):
    faults = [
        f"{place}: {address}: {fault}"
        for place, page in site.items()
        for address in (*page.links, *page.loaded)
        if (fault := dead(site, place, address))
    ]
    assert not faults, "\n".join(faults[:30])


def test_nothing_is_loaded_from_the_web(site):
    faults = [f"{place}: {one}" for place, page in site.items() for one in page.loaded if is_web(one)]
    assert not [fault for fault in faults if " data:" not in fault], "\n".join(faults[:30])


def test_no_style_sheet_loads_from_the_web(site):
    folder = ROOT / str(SITE)
    sheets = sorted(folder.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        for match in CSS_URL.finditer(sheet.read_text(encoding="utf-8")):
            address = match[1] or match[2]
            assert not is_web(address) or address.startswith("data:"), f"{sheet.name}: {address}"
    config = next(page for page in site.values() if "__config" in page.ids).text
    assert "://" not in config.partition('"version"')[0]


def named(items: list) -> Iterator[str]:
    for item in items:
        for value in item.values():
            yield from named(value) if isinstance(value, list) else [value]


class Loader(yaml.SafeLoader):
    """mkdocs.yml names Python functions, which nothing here needs."""


Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: None)


def navigation() -> list[str]:
    return list(named(yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader)["nav"]))


def html_of(source: str) -> str:
    return re.sub(r"(^|/)README\.md$", r"\1index.md", source).removesuffix(".md") + ".html"


def test_each_page_of_the_navigation_is_there(site):
    for source in navigation():
        if source.endswith("/"):
            assert any(place.startswith(source) for place in site), f"nothing was made for {source}"
        else:
            assert html_of(source) in site, source


def test_no_page_is_an_orphan(site):
    """Each is in the navigation, or is a file that a page shows."""
    entries = navigation()
    folders = tuple(entry for entry in entries if entry.endswith("/"))
    known = {html_of(entry) for entry in entries}
    linked = {
        posixpath.normpath(posixpath.join(posixpath.dirname(place), unquote(urlsplit(address).path)))
        for place, page in site.items()
        for address in page.links
        if not is_web(address)
    }
    for place in site:
        assert place in known or place.startswith(folders) or (place.startswith("files/") and place in linked), place


def test_each_picture_of_the_sources_is_used(site):
    used = {address.rpartition("/")[2] for page in site.values() for address in (*page.loaded, *page.links)}
    idle = [one.name for one in sorted((ROOT / "docs" / "images").iterdir()) if one.name not in used]
    front = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [name for name in idle if name not in front], idle


def test_every_verb_key_and_public_name_is_in_the_reference(site):
    from wethink_plugins import __all__ as public
    from wethink_plugins.config import WeThinkConfig

    verbs = site["reference/command/index.html"].text
    keys = site["reference/configuration/index.html"]
    names = site["reference/api/index.html"].ids
    assert all(verb in verbs for verb in ("data validate", "judge calibrate", "synth run", "watch", "doctor"))
    assert {"weights", "judge.tiers", "judge.endpoints.base_url", "rules.timeout_s"} <= keys.ids
    assert set(WeThinkConfig.model_fields) <= keys.ids
    assert {f"wethink_plugins.{name}" for name in public if name != "__version__"} <= names
