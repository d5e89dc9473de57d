"""The pictures of a run: found in folders, tar shards, parquet files and sets of the hub, drawn by the seed, read one by one.

`images_of` lists without opening a picture, so that a broken one costs its own item and nothing else. `read` may be called
by any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wethink_plugins.datasets.sources import Sources
from wethink_plugins.errors import ConfigError, WeThinkError
from wethink_plugins.synthesis.config import ImageSource, SynthesisConfig
from wethink_plugins.synthesis.records import ImageRef
from wethink_plugins.synthesis.sources import folder, hub, parquet, shards
from wethink_plugins.synthesis.sources.drawn import Drawn
from wethink_plugins.synthesis.sources.gone import SourceGone
from wethink_plugins.synthesis.sources.listing import Found, Listing
from wethink_plugins.synthesis.sources.names import component

__all__ = ["SourceGone", "images_of", "read"]

_KINDS: tuple[tuple[str, Callable[[ImageSource, int], Found]], ...] = (
    ("folder", folder.find),
    ("shards", shards.find),
    ("parquet", parquet.find),
    ("hub", hub.find),
)
_READERS: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "folder": folder.read,
    "shard": shards.read,
    "parquet": parquet.read,
}


def images_of(config: SynthesisConfig) -> Sequence[ImageRef]:
    """In the run's order, which the seed draws over all sources; a larger quota takes what a smaller one took, and more.

    The records are made when they are asked for: a million of them take 200 MB otherwise. ConfigError where no source is
    named, WeThinkError where one can't be listed or holds nothing.
    """
    if not config.images:
        raise ConfigError("no pictures are named", fix="add {source: NAME, folder: DIR}", field="images")
    registry = Sources.load(config.sources)
    used: dict[str, set[str]] = {}
    listings = [_listing(one, number, config.seed, registry, used) for number, one in enumerate(config.images)]
    return Drawn(listings, config.seed)


def read(ref: ImageRef) -> bytes:
    """The picture's bytes as they lie there. WeThinkError where it can't be read; SourceGone where its whole source can't."""
    reader = _READERS.get(str(ref.place.get("kind")))
    if reader is None:
        raise WeThinkError("nobody knows how to read it", fix="start a new run", row=ref.id)
    return reader(ref.place)


def _listing(source: ImageSource, number: int, seed: int, registry: Sources, used: dict[str, set[str]]) -> Listing:
    kind, find = next((kind, find) for kind, find in _KINDS if getattr(source, kind) is not None)
    where = f"images.{number}.{kind}"
    try:
        found = find(source, seed)
    except WeThinkError as error:
        raise WeThinkError(error.problem, fix=error.fix, file=error.file, field=error.field or where) from None
    if not found.names:
        raise WeThinkError(
            f"no pictures: looked for {found.wanted}",
            fix="check the path, or leave the source out",
            file=getattr(source, kind),
            field=where,
        )
    known = registry.find(source.source)
    root = component(known.root if known else source.source, folder=True)
    licence = known.licence if known and known.licence != "unknown" else source.licence or "unknown"
    tags = used.setdefault(root, set())
    tag = _tag(getattr(source, kind), tags)
    tags.add(tag)
    prefix = f"{root}/{tag}/" if len(tags) > 1 else f"{root}/"
    return Listing(source.source, licence, prefix, source.quota, found)


def _tag(place: str, used: set[str]) -> str:
    """Tells a second entry of the same source from the first: by its last folder or file, which other machines have too."""
    parts = [part for part in place.split("/") if part and not set(part) & set("*?[")]
    plain = component(parts[-1] if parts else "more", folder=True)
    return next(tag for n in range(1, len(used) + 2) if (tag := plain if n == 1 else f"{plain}-{n}") not in used)
