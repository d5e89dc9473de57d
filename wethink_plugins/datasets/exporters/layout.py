"""Which files an export consists of: their format, images inside or by path, shards, training and validation rows."""

from __future__ import annotations

from dataclasses import dataclass

from wethink_plugins.errors import WeThinkError


@dataclass(frozen=True)
class Reads:
    """What a host reads; the first of each is what it gets unless asked otherwise. Only parquet holds image bytes."""

    formats: tuple[str, ...]
    embeds: tuple[bool, ...]


READS = {
    "easyr1": Reads(("parquet", "jsonl"), (False, True)),
    "llamafactory": Reads(("json", "jsonl", "parquet"), (False, True)),
    "llamafactory-v1": Reads(("jsonl", "parquet"), (False,)),
    "verl": Reads(("parquet", "jsonl"), (True, False)),
    "trl": Reads(("parquet",), (True, False)),
}
HOSTS = tuple(READS)


@dataclass(frozen=True)
class Layout:
    """`shards` cuts the training rows into so many files; `val_share` (between 0 and 1) or `val_rows` (a number) takes
    validation rows out, by image, drawn by `seed`.

    Either makes the export a set: a folder that is switched as a whole. `embed` None and `format` None: the host's own.
    """

    format: str | None = None
    embed: bool | None = None
    shards: int | None = None
    val_share: float | None = None
    val_rows: int | None = None
    seed: int = 0

    @property
    def splits(self) -> bool:
        """Whether there are validation rows."""
        return self.val_share is not None or self.val_rows is not None

    @property
    def is_set(self) -> bool:
        """Whether it is a folder of files, and not one file."""
        return self.splits or self.shards is not None

    def for_host(self, host: str) -> Layout:
        """With the host's own choices filled in; WeThinkError for what it doesn't read."""
        if host not in READS:
            raise WeThinkError(f"no exporter for {host!r}", fix=f"known: {', '.join(HOSTS)}")
        reads = READS[host]
        if self.format is not None and self.format not in reads.formats:
            raise WeThinkError(f"{host} doesn't read {self.format}", fix=f"--format {' or '.join(reads.formats)}")
        if self.embed is not None and self.embed not in reads.embeds:
            raise WeThinkError(f"{host} reads images {'by path' if self.embed else 'inside the file'} only")
        self._check_numbers()
        embed, form = self._settled(reads)
        return Layout(form, embed, self.shards, self.val_share, self.val_rows, self.seed)

    def _check_numbers(self) -> None:
        """Before any row is read; what depends on their number is said when they have been."""
        if self.shards is not None and self.shards < 1:
            raise WeThinkError(f"{self.shards} shards can't be written", fix="give --shards 1 or more")
        if self.val_share is not None and not 0 < self.val_share < 1:
            raise WeThinkError(f"{self.val_share} is no share", fix="give a number between 0 and 1, as 0.02")

    def _settled(self, reads: Reads) -> tuple[bool, str]:
        if self.format is None:
            return (
                (True, "parquet")
                if self.embed
                else (self.embed if self.embed is not None else reads.embeds[0], reads.formats[0])
            )
        if self.format == "parquet":
            return reads.embeds[0] if self.embed is None else self.embed, "parquet"
        if self.embed:
            raise WeThinkError(f"{self.format} can't hold image bytes", fix="give --format parquet, or --paths")
        return False, self.format
