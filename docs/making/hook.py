"""Hooks of mkdocs: pages from outside docs/ and from the code, and links that work here and there. See `pages`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from pages import api, command, configuration, outside, shown
from pages.links import Links

ASSETS = Path(__file__).parent / "assets"
_made: dict[str, str] = {}
_links: list[Links] = []


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Makes the reference, and puts its pages where the navigation names their folder."""
    _made.clear()
    for area in (api, command, configuration):
        _made.update(area.pages())
    config.nav = _with_made(config.nav or [])
    return config


def _with_made(items: list[Any]) -> list[Any]:
    return [{title: _entry(value) for title, value in item.items()} for item in items]


def _entry(value: Any) -> Any:
    if isinstance(value, list):
        return _with_made(value)
    return [page for page in _made if page.startswith(value)] if value.endswith("/") else value


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds every page that is no file of docs/, then what all pages link to and is none."""
    root = Path(config.config_file_path).parent
    for place in outside.pages(root):
        files.append(File.generated(config, place, abs_src_path=str(root / place)))
    for place, text in _made.items():
        files.append(File.generated(config, place, content=text))
    for asset in sorted(ASSETS.iterdir()):
        files.append(File.generated(config, f"assets/{asset.name}", abs_src_path=str(asset)))
    links = Links(root, {file.src_uri for file in files})
    _links[:] = [links]
    for place in sorted(set(_linked(links, files))):
        files.append(_shown(config, root, place))
    return files


def _linked(links: Links, files: Files) -> Iterator[str]:
    for file in files.documentation_pages():
        if file.src_uri not in _made:
            yield from links.files_in(file.src_uri, file.content_string)


def _shown(config: MkDocsConfig, root: Path, place: str) -> File:
    text = shown.page(root, place)
    if text is None:
        return File.generated(config, shown.uri(root, place), abs_src_path=str(root / place))
    return File.generated(config, shown.uri(root, place), content=text)


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    return markdown if page.file.src_uri in _made else _links[0].rewritten(page.file.src_uri, markdown)


def on_page_content(html: str, **_: Any) -> str:
    """Wide pictures are loaded when they come into view."""
    return re.sub(r"<img (?![^>]*loading=)", '<img loading="lazy" ', html)
