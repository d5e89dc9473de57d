"""Images are read from the ledger as they are needed, from any thread, and never all at once."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from wethink_plugins.synthesis.ledger import Ledger
from wethink_plugins.synthesis.records import ImageRef
from wethink_plugins.synthesis.running.images import _BLOCK, _BLOCKS, LedgerImages

COUNT = 3 * _BLOCK + 7


@pytest.fixture
def images(tmp_path):
    file = tmp_path / "ledger.sqlite"
    ledger = Ledger(file)
    ledger.set_images(ImageRef(id=str(n), source="s", path=f"s/{n}.png", place={"file": n}) for n in range(COUNT))
    yield LedgerImages(lambda: Ledger(file, reads_only=True), ledger.image_count())
    ledger.close()


def test_it_is_the_list_of_them(images, tmp_path):
    ledger = Ledger(tmp_path / "ledger.sqlite", reads_only=True)
    assert len(images) == COUNT and list(images) == ledger.images()
    assert images[-1].id == str(COUNT - 1)
    assert [one.id for one in images[_BLOCK - 1 : _BLOCK + 2]] == [str(n) for n in range(_BLOCK - 1, _BLOCK + 2)]
    ledger.close()
    for place in (COUNT, -COUNT - 1):
        with pytest.raises(IndexError):
            images[place]


def test_any_thread_may_ask(images):
    places = [place * 7919 % COUNT for place in range(COUNT)]
    with ThreadPoolExecutor(8) as pool:
        assert [one.id for one in pool.map(images.__getitem__, places)] == list(map(str, places))


def test_no_more_blocks_are_kept_than_said(images):
    list(images)
    kept = images._block.cache_info()
    assert kept.misses == 4 and kept.maxsize == _BLOCKS


def test_it_goes_with_its_last_user_and_lets_go_of_the_run(tmp_path):
    """A run's lock is held as long as the run is: a second one in the same process must not wait for the collector."""

    class Run:
        def ledger(self, reads_only):
            return Ledger(tmp_path / "ledger.sqlite", reads_only)

    Ledger(tmp_path / "ledger.sqlite").close()
    run = Run()
    images, gone = LedgerImages(partial(run.ledger, reads_only=True), 0), weakref.ref(run)
    gc.disable()
    try:
        del run, images
        assert gone() is None
    finally:
        gc.enable()
