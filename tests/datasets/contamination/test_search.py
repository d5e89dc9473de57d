"""The search through cells, which only sets of some size have."""

import pytest

pytest.importorskip("faiss", reason="needs the contamination extra")
import numpy as np

from wethink_plugins.datasets.contamination.fingerprint import SIZE, VIEWS, mirrored
from wethink_plugins.datasets.contamination.search import candidates

PLANTED = 200


def made_up(dice, count):
    values = dice.standard_normal((count, VIEWS, SIZE))
    return np.clip(values / np.linalg.norm(values, axis=2, keepdims=True) * 256, -127, 127).astype(np.int8)


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize(("ours", "theirs"), [(0, 0), (0, 3), (5, 0)])
def test_pictures_near_each_other_are_found_by_any_of_their_views(mirror, ours, theirs):
    dice = np.random.default_rng(1)
    train, bench = made_up(dice, 300), made_up(dice, 2000)
    noise = made_up(dice, PLANTED)[:, 0]
    near = np.rint(0.9 * bench[:PLANTED, theirs] + 0.4 * noise).astype(np.int8)
    train[:PLANTED, ours] = mirrored(near) if mirror else near
    pairs = candidates(train, bench)
    found = {(t, b): place for place, (t, b) in enumerate(zip(pairs.train, pairs.bench, strict=True))}
    hits = [found[i, i] for i in range(PLANTED) if (i, i) in found]
    assert len(hits) >= 0.95 * PLANTED
    assert {int(pairs.view[place]) for place in hits} == {theirs - ours}
    assert {bool(pairs.mirror[place]) for place in hits} == {mirror}


def test_of_many_that_are_alike_the_nearest_are_kept_best_first():
    dice = np.random.default_rng(1)
    one = made_up(dice, 1)
    bench = np.repeat(one, 60, axis=0)
    bench[:, :, :8] = 0
    bench[41] = one[0]
    pairs = candidates(np.repeat(one, 3, axis=0), bench, most=5)
    assert pairs.train.tolist() == [0] * 5 + [1] * 5 + [2] * 5 and set(pairs.bench[::5].tolist()) == {41}
    assert (np.diff(pairs.likeness.reshape(3, 5), axis=1) <= 0).all()


@pytest.mark.parametrize("sizes", [(0, 5), (5, 0), (0, 0)])
def test_nothing_on_a_side_is_no_pair(sizes):
    dice = np.random.default_rng(1)
    assert len(candidates(*(made_up(dice, size) for size in sizes))) == 0
