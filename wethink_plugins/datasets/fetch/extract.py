"""Takes images out of the archive with several threads.

Threads, not processes: reading, unpacking, checksums and writing all run outside Python's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import TypeVar

from wethink_plugins.datasets.fetch.archive import Archive
from wethink_plugins.datasets.fetch.entry import unpacked
from wethink_plugins.datasets.fetch.meter import Meter
from wethink_plugins.datasets.fetch.places import Places
from wethink_plugins.datasets.fetch.plan import Image
from wethink_plugins.datasets.fetch.spans import Span

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")
_LOOKED_AT = 64


def missing(images: Sequence[Image], places: Places, jobs: int, meter: Meter) -> list[Image]:
    """Those that aren't there with the right size and checksum."""

    def look(batch: Sequence[Image]) -> list[Image]:
        found = [image for image in batch if not places.has(image)]
        meter.advance(sum(image.entry.size for image in batch))
        return found

    batches = [images[start : start + _LOOKED_AT] for start in range(0, len(images), _LOOKED_AT)]
    wanted = {image.target for found in _all(look, batches, jobs) for image in found}
    return [image for image in images if image.target in wanted]


def extract(
    spans: Iterable[Span], archive: Archive, places: Places, jobs: int, meter: Meter, stop: Callable[[], None]
) -> dict[str, str]:
    """Target -> reason of each image that couldn't be had. The first WeThinkError ends it; what is there stays.

    `stop` is called then, for those who still wait for something.
    """

    def take(span: Span) -> dict[str, str]:
        data = memoryview(archive.read(span.start, span.end))
        lost = {}
        for image in span.images:
            entry = image.entry
            try:
                places.put(image, unpacked(entry, data[entry.start - span.start : entry.end - span.start]))
            except ValueError as error:
                lost[image.target] = str(error)
            meter.advance(entry.size)
        return lost

    return {target: reason for lost in _all(take, list(spans), jobs, stop) for target, reason in lost.items()}


def _nothing() -> None:
    """Nobody waits."""


def _all(
    work: Callable[[_Task], _Result], tasks: Sequence[_Task], jobs: int, stop: Callable[[], None] = _nothing
) -> list[_Result]:
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="wethink-fetch")
    futures: list[Future[_Result]] = [pool.submit(work, task) for task in tasks]
    try:
        for future in as_completed(futures):
            future.result()
    except BaseException:
        stop()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    return [future.result() for future in futures]
