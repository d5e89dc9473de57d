"""The whole way: rows, directory, images, and what is missing."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from wethink_plugins.datasets.fetch.archive import Archive
from wethink_plugins.datasets.fetch.directory import Directory, read_directory
from wethink_plugins.datasets.fetch.download import download, remove_others
from wethink_plugins.datasets.fetch.extract import extract, missing
from wethink_plugins.datasets.fetch.hub import HubFile, listing
from wethink_plugins.datasets.fetch.lost import Lost, write_lost
from wethink_plugins.datasets.fetch.meter import Meters
from wethink_plugins.datasets.fetch.options import Options, shard_name
from wethink_plugins.datasets.fetch.parts import Part, hub_parts, local_parts, remote_parts
from wethink_plugins.datasets.fetch.places import Places
from wethink_plugins.datasets.fetch.plan import Image, make_plan, named_images, shard_of
from wethink_plugins.datasets.fetch.ranges import Ranges
from wethink_plugins.datasets.fetch.sample import write_sample
from wethink_plugins.datasets.fetch.spans import LOCAL, REMOTE, spans
from wethink_plugins.datasets.fetch.traffic import Traffic
from wethink_plugins.datasets.write import refuse_overwriting, replacing
from wethink_plugins.errors import WeThinkError

# Chosen: connections wait, so more of them than cores; the hub slows down those who ask for many.
_CONNECTIONS = 8


@dataclass(frozen=True)
class Fetched:
    """Sizes in bytes. `directory_bytes` of the `fetched_bytes` were for the archive's directory."""

    rows: int
    unreadable_rows: int
    images: int
    extracted: int
    already_there: int
    extracted_bytes: int
    archive_bytes: int
    archive_entries: int
    unsafe_entries: int
    fetched_bytes: int
    rows_bytes: int
    directory_bytes: int
    requests: int
    retries: int
    seconds: float
    lost: Lost
    lost_file: str | None


class Fetch:
    """One run of a fetch; `run` may be called once."""

    def __init__(self, options: Options, meters: Meters | None = None) -> None:
        self._options, self._meters = options, meters or Meters()
        self._traffic = Traffic()
        self._ranges = Ranges(self._traffic, options.retries)
        self._places = Places(options.images, shard_name(options.shard))

    def run(self) -> Fetched:
        """WeThinkError when it can't go on; run again, it goes on from there."""
        with _alone(self._options):
            self._places.prepare()
            return self._run()

    def _run(self) -> Fetched:
        start, options = time.monotonic(), self._options
        self._write_rows()
        rows_bytes = self._traffic.bytes
        named = named_images(options.rows_file)
        if not named.rows:
            raise WeThinkError("holds no rows", fix="check that this is the file that you mean", file=options.rows_file)
        archive = Archive(self._parts())
        before = self._traffic.bytes
        directory = self._directory(archive)
        directory_bytes = self._traffic.bytes - before
        plan = make_plan(named, directory, self._places.case_matters())
        images = shard_of(plan.images, *options.shard)
        wanted, failed = self._extract(archive, images)
        self._places.finish()
        lost = {path: failed[target] for path, target in plan.targets.items() if target in failed}
        if options.shard[0] == 0:  # what no archive has is lost for every shard, and said once
            lost |= plan.lost
        found = write_lost(options.rows_file, lost, options.lost_file)
        return Fetched(
            rows=named.rows,
            unreadable_rows=named.unreadable,
            images=len(images),
            extracted=len(wanted) - len(failed),
            already_there=len(images) - len(wanted),
            extracted_bytes=sum(image.entry.size for image in wanted if image.target not in failed),
            archive_bytes=archive.size,
            archive_entries=len(directory),
            unsafe_entries=directory.unsafe,
            fetched_bytes=self._traffic.bytes,
            rows_bytes=rows_bytes,
            directory_bytes=directory_bytes,
            requests=self._traffic.requests,
            retries=self._traffic.retries,
            seconds=time.monotonic() - start,
            lost=found,
            lost_file=str(options.lost_file) if found.images else None,
        )

    def _write_rows(self) -> None:
        source, options = self._published(), self._options
        if options.rows is not None:
            refuse_overwriting(source, options.rows_file)
            write_sample(source, options.rows, options.seed, options.rows_file)
        elif not (options.rows_file.exists() and options.rows_file.samefile(source)):
            with replacing(options.rows_file) as temporary:
                _put(source, temporary, link=source.parent.parent == options.out)

    def _published(self) -> Path:
        """The rows as published: given, among the given parts, or from the hub (kept, for the next run)."""
        options = self._options
        if options.jsonl is not None:
            return _given(options.jsonl)
        if options.parts is not None:
            return _beside(options.parts)
        found = listing(options.repo, options.revision, options.retries)
        file = _rows_of(found.files, options.file, options.repo)
        folder = options.out / ".fetch"
        target = folder / f"{found.commit[:12]}-{Path(file.name).name}"
        tag = "" if options.shard[1] == 1 else f".{shard_name(options.shard)}"
        with self._meters.stage("rows", file.size) as meter:
            download(file, target, self._ranges, meter, tag)
        if options.shard[1] == 1:
            remove_others(folder, target)
        return target

    def _parts(self) -> list[Part]:
        options = self._options
        if options.parts is not None:
            return local_parts(options.parts, options.archive)
        found = listing(options.images_repo, options.images_revision, options.retries)
        files = hub_parts(found, options.archive)
        if not options.keep_parts:
            return remote_parts(files, self._ranges)
        self._download_parts(files)
        return local_parts(options.out / "parts", options.archive)

    def _download_parts(self, files: list[HubFile]) -> None:
        folder = self._options.out / "parts"
        there = sum(file.stat().st_size for file in folder.glob("*") if file.is_file()) if folder.is_dir() else 0
        self._places.room_for(sum(file.size for file in files) - there)
        with (
            self._meters.stage("parts", sum(file.size for file in files)) as meter,
            ThreadPoolExecutor(self._options.jobs or _CONNECTIONS) as pool,
        ):
            list(pool.map(lambda file: download(file, folder / file.name, self._ranges, meter), files))

    def _directory(self, archive: Archive) -> Directory:
        with self._meters.stage("directory of the archive", archive.size):
            return read_directory(archive)

    def _extract(self, archive: Archive, images: list[Image]) -> tuple[list[Image], dict[str, str]]:
        """Those that weren't there, and why some of them still aren't."""
        local = self._options.parts is not None or self._options.keep_parts
        jobs = self._options.jobs or (min(_CONNECTIONS, os.cpu_count() or 1) if local else _CONNECTIONS)
        with self._meters.stage("looking at what is there", sum(i.entry.size for i in images)) as meter:
            wanted = missing(images, self._places, jobs, meter)
        self._places.room_for(sum(image.entry.size for image in wanted))
        with self._meters.stage(f"{len(wanted)} images", sum(i.entry.size for i in wanted)) as meter:
            reach = LOCAL if local else REMOTE
            return wanted, extract(spans(wanted, reach), archive, self._places, jobs, meter, self._ranges.stop)


def fetch(options: Options, meters: Meters | None = None) -> Fetched:
    return Fetch(options, meters).run()


@contextmanager
def _alone(options: Options) -> Iterator[None]:
    """WeThinkError when another run of this machine does the same work in the same folder."""
    file = options.out / ".fetch" / f"lock-{shard_name(options.shard)}"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = file.open("w")
    except OSError as error:
        raise WeThinkError(f"can't be written: {error.strerror}", fix="check folder and rights", file=file) from None
    with lock:
        with suppress(ImportError):  # Windows has none
            import fcntl

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                fix = "wait for it, or give another --out"
                raise WeThinkError("another fetch is at work here", fix=fix, file=options.out) from None
            except OSError:
                pass  # some network disks have no locks
        yield


def _given(file: Path) -> Path:
    if not file.is_file():
        raise WeThinkError("no such file", fix="check --jsonl", file=file)
    return file


def _beside(folder: Path) -> Path:
    files = sorted(folder.glob("*.jsonl")) if folder.is_dir() else []
    if len(files) != 1:
        raise WeThinkError(f"holds {len(files)} .jsonl files", fix="give the rows with --jsonl", file=folder)
    return files[0]


def _rows_of(files: tuple[HubFile, ...], wanted: str | None, repo: str) -> HubFile:
    names = sorted(file.name for file in files if file.name.endswith(".jsonl"))
    if wanted is None and len(names) != 1:
        problem = f"holds {len(names)} .jsonl files" + (f": {', '.join(names)}" if names else "")
        raise WeThinkError(problem, fix="name one with --file", file=repo)
    name = wanted or names[0]
    for file in files:
        if file.name == name:
            return file
    raise WeThinkError(f"has no {name}", fix=f"it has {', '.join(names) or 'no .jsonl'}", file=repo)


def _put(source: Path, target: Path, link: bool) -> None:
    """What was downloaded for this alone takes no room again, where the disk knows links; other files are copied."""
    target.unlink(missing_ok=True)
    if link:
        with suppress(OSError):
            os.link(source, target)
            return
    shutil.copyfile(source, target)
