"""The twin itself: of every defect several spellings, the same bytes for the same seed, an archive that is whole."""

import io
import json
import zipfile
from collections import Counter

import pytest

from tests.datasets.twin import make_twin
from tests.datasets.twin.planted import PLANTED
from wethink_plugins.datasets.defects import DEFECTS

# Stands in a third of the good rows, as in the published schema.
EVERYWHERE = "options_in_problem"


def test_every_defect_of_the_list_is_planted_in_three_spellings():
    assert {*PLANTED, EVERYWHERE} == set(DEFECTS)
    assert {name: len(variants) for name, variants in PLANTED.items() if len(variants) < 3} == {}
    assert all(len({one.title for one in variants}) == len(variants) for variants in PLANTED.values())


def test_every_variant_is_in_it_once_and_the_key_says_where(twin):
    key = json.loads(twin.key.read_text(encoding="utf-8"))
    assert key["defects"] == {str(line): name for line, name in twin.defects.items()}
    met = Counter((name, twin.titles[line]) for line, name in twin.defects.items() if name != EVERYWHERE)
    assert met == {(name, one.title): 1 for name, variants in PLANTED.items() for one in variants}
    assert len([line for line in twin.file.read_bytes().splitlines() if line]) == twin.rows


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path):
    one, two, other = (make_twin(tmp_path / name, 1000, seed) for name, seed in (("1", 0), ("2", 0), ("3", 1)))
    assert one.file.read_bytes() == two.file.read_bytes() != other.file.read_bytes()
    assert one.key.read_bytes() == two.key.read_bytes()
    pictures = [
        {f.relative_to(t.images): f.read_bytes() for f in t.images.rglob("*") if f.is_file()} for t in (one, two)
    ]
    assert pictures[0] == pictures[1]


def test_the_parts_joined_are_a_zip_of_all_images(tmp_path):
    twin = make_twin(tmp_path / "twin", 1000, parts=True)
    assert [part.name[-2:] for part in twin.parts] == [f"a{letter}" for letter in "abcdefghijklmnop"]
    assert all(part.stat().st_size for part in twin.parts)
    with zipfile.ZipFile(io.BytesIO(b"".join(part.read_bytes() for part in twin.parts))) as archive:
        assert archive.testzip() is None
        there = {str(f.relative_to(twin.images)) for f in twin.images.rglob("*") if f.is_file()}
        assert set(archive.namelist()) == there


def test_too_few_rows_are_refused(tmp_path):
    with pytest.raises(ValueError, match="at least 1000"):
        make_twin(tmp_path / "twin", 100)
    assert not (tmp_path / "twin").exists()
