"""What a fetch is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from wethink_plugins.errors import WeThinkError

ROWS_REPO = "yangjie-cv/WeThink_Multimodal_Reasoning_120K"
IMAGES_REPO = "Xkev/LLaVA-CoT-100k"
ARCHIVE = "image.zip"


@dataclass(frozen=True)
class Options:
    """`rows`: how many to sample, None for all of them. `parts`: a folder that holds the archive already.

    `file`: which JSONL of the repository. `jsonl`: rows that are here already. `jobs`: images (or connections) at a
    time, None to choose. `shard`: (0, 4) is the first of four nodes that share the work. `retries`: attempts in a row
    that bring nothing, before the network counts as gone.
    """

    out: Path
    rows: int | None = None
    seed: int = 0
    repo: str = ROWS_REPO
    revision: str | None = None
    file: str | None = None
    images_repo: str = IMAGES_REPO
    images_revision: str | None = None
    archive: str = ARCHIVE
    parts: Path | None = None
    jsonl: Path | None = None
    keep_parts: bool = False
    jobs: int | None = None
    shard: tuple[int, int] = (0, 1)
    retries: int = 8

    def __post_init__(self) -> None:
        for given, name in ((self.rows, "--rows"), (self.jobs, "--jobs"), (self.retries, "--retries")):
            if given is not None and given < 1:
                raise WeThinkError(f"is {given}", fix="give 1 or more", field=name)
        if self.keep_parts and self.parts is not None:
            raise WeThinkError("the parts of --parts stay anyway", fix="leave it out", field="--keep-parts")
        if self.keep_parts and (self.rows is not None or self.shard != (0, 1)):
            why = "downloads the whole archive, a sample or shard needs a little of it"
            raise WeThinkError(why, fix="give one of the two", field="--keep-parts")

    @property
    def images(self) -> Path:
        return self.out / "images"

    @property
    def rows_file(self) -> Path:
        return self.out / "rows.jsonl"

    @property
    def lost_file(self) -> Path:
        """One a shard: nodes that share a folder don't write the same file."""
        return self.out / (f"lost-{shard_name(self.shard)}.jsonl" if self.shard[1] > 1 else "lost.jsonl")


def shard_of(text: str) -> tuple[int, int]:
    """`0/4` to `3/4`; WeThinkError for anything else."""
    found = re.fullmatch(r"(\d+)/(\d+)", text.strip())
    if not found or int(found[1]) >= int(found[2]):
        raise WeThinkError(f"{text!r} is no shard", fix="of four nodes the first is 0/4, the last 3/4", field="--shard")
    return int(found[1]), int(found[2])


def shard_name(shard: tuple[int, int]) -> str:
    return f"{shard[0]}-of-{shard[1]}"
