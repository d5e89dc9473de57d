"""Pictures of a dataset on the hub: its parquet files, brought to this machine and read as such."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
from pathlib import Path

from wethink_plugins.datasets.fetch.download import download
from wethink_plugins.datasets.fetch.hub import HubFile, Listing, listing
from wethink_plugins.datasets.fetch.meter import Quiet
from wethink_plugins.datasets.fetch.ranges import Ranges
from wethink_plugins.datasets.fetch.traffic import Traffic
from wethink_plugins.datasets.write import write_text
from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.config import ImageSource
from wethink_plugins.synthesis.sources.parquet import Parquet

# The hub makes parquet files of most sets that have none themselves.
_CONVERTED = "refs/convert/parquet"
_RETRIES = 8
_NAME = re.compile(r"([\w.-]+/[\w.-]+)((?:/[\w.-]+)*)(?:@(.+))?")
_log = logging.getLogger(__name__)


def find(source: ImageSource, seed: int) -> Parquet:
    """`ORG/NAME`, `ORG/NAME/FOLDER` of one that has several, `@REVISION` behind it for another than the newest.

    Files are taken in an order drawn by the seed until they hold the quota, so a small quota downloads little; they lie
    below WETHINK_CACHE (~/.cache/wethink), which is asked where the hub can't be reached. WeThinkError says what to do.
    """
    named = _NAME.fullmatch(str(source.hub))
    if not named:
        raise WeThinkError("is no name of a dataset", fix="write ORG/NAME", file=source.hub)
    repo, below, revision = named[1], named[2].strip("/"), named[3]
    folder = _cache() / repo.replace("/", "--")
    found = _listing(repo, revision, folder)
    files = sorted(_chosen(found, source, below), key=lambda file: _rank(seed, file.name))
    there = folder / found.commit[:12]
    ranges = Ranges(Traffic(), _RETRIES)
    taken: list[str] = []
    rows = 0
    for file in files:
        if source.quota is not None and rows >= source.quota:
            break
        download(file, there / file.name, ranges, Quiet())
        taken.append(file.name)
        rows += _rows(there / file.name)
    return Parquet(str(there), sorted(taken), source.column)


def _cache() -> Path:
    return Path(os.environ.get("WETHINK_CACHE") or "~/.cache/wethink").expanduser() / "hub"


def _rank(seed: int, name: str) -> bytes:
    return hashlib.blake2b(f"{seed}\0{name}".encode(), digest_size=8).digest()


def _rows(file: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return int(pq.read_metadata(file).num_rows)
    except (pa.ArrowException, OSError) as error:
        raise WeThinkError(f"not readable as parquet: {error}", fix="remove it and run again", file=file) from None


def _listing(repo: str, revision: str | None, folder: Path) -> Listing:
    """The hub's, kept for when it can't be reached."""
    kept = folder / f"{re.sub('[^0-9A-Za-z.-]', '_', revision or 'newest')}.json"
    try:
        found = listing(repo, revision, _RETRIES)
        if revision is None and not any(file.name.endswith(".parquet") for file in found.files):
            found = listing(repo, _CONVERTED, _RETRIES)
    except WeThinkError as error:
        old = _kept(kept)
        if old is None:
            raise
        _log.warning("%s; going on with commit %s, which is here", error, old.commit[:12])
        return old
    files = [[file.name, file.size, file.sha256, file.url] for file in found.files]
    write_text(kept, json.dumps({"repo": repo, "commit": found.commit, "files": files}) + "\n")
    return found


def _kept(file: Path) -> Listing | None:
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
        return Listing(facts["repo"], facts["commit"], tuple(HubFile(*one) for one in facts["files"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _chosen(found: Listing, source: ImageSource, below: str) -> list[HubFile]:
    """Those of the split; names say it as `datasets` and the hub write them (data/train-00000-of-00002.parquet)."""
    files = [file for file in found.files if file.name.endswith(".parquet") and file.name.startswith(below)]
    if not files:
        place = f" below {below}" if below else ""
        raise WeThinkError(f"has no parquet files{place}", fix="download it and give folder or shards", file=source.hub)
    chosen = [file for file in files if re.search(rf"(?:^|[/_.-]){re.escape(source.split)}(?:[/_.-]|$)", file.name)]
    if not chosen and len({_split(file.name) for file in files}) > 1:
        shown = ", ".join(sorted({_split(file.name) for file in files})[:8])
        raise WeThinkError(f"has no split {source.split!r}", fix=f"write split: one of {shown}", file=source.hub)
    return _of_one_folder(chosen or files, source)


def _of_one_folder(files: list[HubFile], source: ImageSource) -> list[HubFile]:
    """A set may have several parts of different content, one a folder; they are not mixed unasked."""
    folders = sorted({re.sub(rf"/?{re.escape(source.split)}$", "", os.path.dirname(file.name)) for file in files})
    if len(folders) > 1:
        shown = ", ".join(f"{source.hub}/{folder}" for folder in folders[:8])
        raise WeThinkError("has several parts", fix=f"write hub: one of {shown}", file=source.hub)
    return files


def _split(name: str) -> str:
    stem = re.sub(r"-\d+-of-\d+$", "", name.removesuffix(".parquet").rpartition("/")[2])
    return os.path.basename(os.path.dirname(name)) if stem.isdigit() else stem
