"""Parts on disk: read as one archive, whatever they are cut at, and nothing but images is written."""

import json
import stat
import zipfile

import pytest

from tests.datasets.fetch.archives import cut, name, packed, pictures, rows, tree, with_zip64_end, write
from wethink_plugins.datasets.fetch.options import Options
from wethink_plugins.datasets.fetch.run import fetch
from wethink_plugins.errors import WeThinkError


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
@pytest.mark.parametrize(
    ("method", "zip64", "large"),
    [
        (zipfile.ZIP_STORED, False, False),
        (zipfile.ZIP_DEFLATED, False, False),
        (zipfile.ZIP_BZIP2, False, False),
        (zipfile.ZIP_DEFLATED, True, False),
        (zipfile.ZIP_STORED, True, True),
    ],
)
def test_images_come_out_as_they_went_in(tmp_path, from_parts, method, zip64, large, seed):
    images = pictures(12)
    data = packed(images, method, zip64)
    done = from_parts(images, data=with_zip64_end(data) if large else data, seed=seed)
    assert tree(tmp_path / "out" / "images") == images
    assert (done.extracted, done.lost.rows, done.fetched_bytes) == (12, 0, 0)
    assert (tmp_path / "out" / "rows.jsonl").read_bytes() == (tmp_path / "published.jsonl").read_bytes()


@pytest.mark.parametrize("count", [1, 2, 40, 200])
def test_an_entry_may_span_several_parts(tmp_path, from_parts, count):
    images = pictures(3)
    from_parts(images, count=count)
    assert tree(tmp_path / "out" / "images") == images


def test_only_what_rows_name_is_written(tmp_path, from_parts):
    images = pictures(12)
    paths = [name(1), name(4), name(1), None, [name(7), name(8)], f"./{name(9)}"]
    done = from_parts(images, paths)
    assert tree(tmp_path / "out" / "images") == {name(i): images[name(i)] for i in (1, 4, 7, 8, 9)}
    assert (done.rows, done.images, done.extracted) == (6, 5, 5)


def test_bytes_on_disk_are_the_images_and_the_rows(tmp_path, from_parts):
    """The archive is never joined, unpacked beside itself or copied."""
    images = pictures(30, size=96)
    from_parts(images)
    written = sum(len(content) for content in tree(tmp_path / "out").values())
    assert written <= 1.1 * sum(map(len, images.values()))


@pytest.mark.parametrize(("top", "paths_below"), [("image/", ""), ("", "image/")])
def test_the_tree_may_lie_one_folder_deeper_or_higher(tmp_path, from_parts, top, paths_below):
    images = pictures(6)
    data = packed({top + path: content for path, content in images.items()})
    from_parts(images, [paths_below + path for path in images], data)
    assert tree(tmp_path / "out" / "images") == {paths_below + path: content for path, content in images.items()}


def linked(path):
    info = zipfile.ZipInfo(path)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


UNSAFE = {
    "../evil.jpg": "leads out of its folder",
    "coco/../../evil.jpg": "leads out of its folder",
    "..\\evil.jpg": "leads out of its folder",
    "/tmp/evil.jpg": "is absolute",
    "C:\\evil.jpg": "is absolute",
    "https://example.com/evil.jpg": "is an address",
    "coco/link.jpg": "is a symbolic link",
    ".unfinished/a.jpg": "which fetch itself uses",
    "coco/": "names a folder",
    "nothing.jpg": "isn't in the archive",
    "coco/train2017": "is a folder in other paths",
    "COCO/train2017/000000.JPG": "isn't in the archive, which has coco/train2017/000000.jpg",
    f"{'x' * 300}.jpg": "can't have that name on this disk",
}


def test_unsafe_paths_are_lost_and_nothing_is_written_outside(tmp_path, from_parts):
    images = pictures(4)
    inside = {"coco/": b"", "nothing.jpg": b"", "coco/train2017": b"", "COCO/train2017/000000.JPG": b""}
    more = [(path, b"evil") for path in UNSAFE if path not in inside and path != "coco/link.jpg"]
    more.append((linked("coco/link.jpg"), b"/etc/passwd"))
    done = from_parts(images, [*images, *UNSAFE], packed(images, more=more))
    assert tree(tmp_path / "out" / "images") == images
    assert not [file for file in tmp_path.rglob("*evil*")]
    lost = [json.loads(line) for line in (tmp_path / "out" / "lost.jsonl").read_text().splitlines()]
    assert done.lost.rows == done.lost.images == len(lost) == len(UNSAFE)
    for number, found in enumerate(lost):
        assert found["row"] == 5 + number and found["id"] and UNSAFE[found["image_path"]] in found["reason"]


def test_a_disk_that_ignores_case_keeps_the_first_of_two():
    """Asked of the plan itself: no such disk can be counted on here."""
    from wethink_plugins.datasets.fetch.archive import Archive
    from wethink_plugins.datasets.fetch.directory import Directory
    from wethink_plugins.datasets.fetch.plan import Named, make_plan

    infos = [zipfile.ZipInfo(path) for path in ("a/x.jpg", "A/X.jpg", "b.jpg")]
    for place, info in enumerate(infos):
        info.header_offset, info.compress_size, info.file_size, info.CRC = place * 100, 10, 10, 0
    named = Named(targets={info.filename: info.filename for info in infos})
    assert Archive([]).size == 0
    apart, same = (make_plan(named, Directory(infos, 300), matters) for matters in (True, False))
    assert [image.target for image in apart.images] == ["a/x.jpg", "A/X.jpg", "b.jpg"] and not apart.lost
    assert [image.target for image in same.images] == ["a/x.jpg", "b.jpg"]
    assert "differs from a/x.jpg in upper and lower case only" in same.lost["A/X.jpg"]


def test_names_in_utf8_that_do_not_say_so(tmp_path, from_parts):
    """As zip on Unix writes them."""
    data = packed({"caf\u00e9/1.jpg": b"one"})
    assert data.count(b"\x00\x08") >= 2
    unsaid = bytearray(data)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + place
        unsaid[at + 1] &= ~0x08
    done = from_parts({"caf\u00e9/1.jpg": b"one"}, data=bytes(unsaid), count=3)
    assert tree(tmp_path / "out" / "images") == {"caf\u00e9/1.jpg": b"one"} and done.lost.rows == 0


def test_the_last_of_two_entries_with_one_name_counts(tmp_path, from_parts):
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = packed({"a.jpg": b"old"}, more=[("a.jpg", b"new")])
    from_parts({"a.jpg": b"new"}, data=data, count=2)
    assert tree(tmp_path / "out" / "images") == {"a.jpg": b"new"}


def damaged(data, images, what):
    """The archive with one fault in the entry of the first image."""
    data, first = bytearray(data), next(iter(images.values()))
    start = 30 + len(next(iter(images)))
    if what == "content":
        data[start + len(first) // 2] ^= 0xFF
    elif what == "header":
        data[:4] = b"nope"
    elif what == "extra":
        data[28:30] = b"\xff\xff"
    elif what == "bomb":  # says 3 bytes, unfolds to more
        at = data.index(b"PK\x01\x02")
        data[at + 24 : at + 28] = (3).to_bytes(4, "little")
    elif what == "encrypted":
        data[data.index(b"PK\x01\x02") + 8] |= 1
    elif what == "method":
        at = data.index(b"PK\x01\x02")
        data[at + 10 : at + 12] = (97).to_bytes(2, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("what", "method", "reason"),
    [
        ("content", zipfile.ZIP_STORED, "checksum"),
        ("header", zipfile.ZIP_STORED, "no header"),
        ("extra", zipfile.ZIP_STORED, "runs into the next entry"),
        ("bomb", zipfile.ZIP_DEFLATED, "has 4 bytes, the archive says 3"),
        ("encrypted", zipfile.ZIP_STORED, "encrypted"),
        ("method", zipfile.ZIP_STORED, "method 97"),
    ],
)
def test_a_damaged_entry_is_lost_and_the_others_are_not(tmp_path, from_parts, what, method, reason):
    images = pictures(5)
    done = from_parts(images, data=damaged(packed(images, method), images, what))
    first = next(iter(images))
    assert tree(tmp_path / "out" / "images") == {k: v for k, v in images.items() if k != first}
    lost = json.loads((tmp_path / "out" / "lost.jsonl").read_text())
    assert (lost["row"], lost["image_path"]) == (1, first) and reason in lost["reason"]
    assert (done.extracted, done.lost.rows) == (4, 1)


def test_lost_rows_of_an_earlier_run_are_taken_away(tmp_path, from_parts):
    images = pictures(3)
    from_parts(images, [*images, "none.jpg"])
    assert (tmp_path / "out" / "lost.jsonl").exists()
    from_parts(images)
    assert not (tmp_path / "out" / "lost.jsonl").exists()


PARTS_FAULTS = {
    "a part is missing": (lambda parts: parts.pop("image.zip.part-ac"), ["part-ad but no", "part-ac"]),
    "the first part is missing": (lambda parts: parts.pop("image.zip.part-aa"), ["no image.zip.part-aa"]),
    "the last part is missing": (lambda parts: parts.pop("image.zip.part-ap"), ["no zip archive", "part-ao"]),
    "a part is cut off": (
        lambda parts: parts.update({"image.zip.part-ad": parts["image.zip.part-ad"][:-9]}),
        ["9 bytes of the archive are lacking", "part-ad"],
    ),
    "no part at all": (lambda parts: parts.clear(), ["has no image.zip.part-aa"]),
    "other bytes": (lambda parts: parts.update(dict.fromkeys(parts, b"x" * 50)), ["no zip archive"]),
}


@pytest.mark.parametrize("case", PARTS_FAULTS)
def test_parts_that_make_no_archive_are_one_clear_error(tmp_path, case):
    spoil, says = PARTS_FAULTS[case]
    images = pictures(12)
    parts = cut(packed(images))
    spoil(parts)
    folder = write(tmp_path / "parts", {**parts, "rows.jsonl": rows(list(images))})
    with pytest.raises(WeThinkError) as caught:
        fetch(Options(tmp_path / "out", parts=folder))
    assert all(part in str(caught.value) for part in says)
    assert "\n" not in str(caught.value)


def test_an_archive_in_one_piece_and_rows_beside_it(tmp_path):
    images = pictures(4)
    folder = write(tmp_path / "parts", {"image.zip": packed(images), "rows.jsonl": rows(list(images))})
    fetch(Options(tmp_path / "out", parts=folder))
    assert tree(tmp_path / "out" / "images") == images


def test_a_line_that_is_no_json_stays_and_is_counted(tmp_path):
    images = pictures(2)
    published = rows(list(images)[:1]) + b'{"image_path": \n\n' + b"[1]\n" + rows(list(images)[1:])
    folder = write(tmp_path / "parts", {"image.zip": packed(images), "rows.jsonl": published})
    done = fetch(Options(tmp_path / "out", parts=folder))
    assert (done.rows, done.unreadable_rows, done.extracted) == (4, 2, 2)
    assert (tmp_path / "out" / "rows.jsonl").read_bytes() == published


def test_shards_are_disjoint_and_together_all(tmp_path, from_parts):
    images = pictures(13)
    seen = []
    for number in range(4):
        done = from_parts(images, [*images, "none.jpg"], shard=(number, 4), rows=None)
        seen.append(done.extracted)
        assert done.already_there == 0 and done.lost.rows == (number == 0)
    assert sum(seen) == 13 and min(seen) >= 2 and tree(tmp_path / "out" / "images") == images


def test_a_disk_without_room_is_said_before_anything_is_written(tmp_path):
    from wethink_plugins.datasets.fetch.places import Places

    with pytest.raises(WeThinkError, match=r"are needed, .* are free; make room"):
        Places(tmp_path, "0-of-1").room_for(1 << 60)
    Places(tmp_path, "0-of-1").room_for(1)


def test_a_second_run_in_the_same_folder_is_refused(tmp_path, from_parts):
    fcntl = pytest.importorskip("fcntl")
    from_parts()
    with (tmp_path / "out" / ".fetch" / "lock-0-of-1").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(WeThinkError, match="another fetch is at work here"):
            from_parts()
    from_parts()


def test_samples_grow_and_keep_their_order(tmp_path, from_parts):
    images = pictures(40)
    chosen = {}
    for count in (5, 10, 100):
        from_parts(images, rows=count, seed=1)
        chosen[count] = (tmp_path / "out" / "rows.jsonl").read_bytes().splitlines(keepends=True)
    published = (tmp_path / "published.jsonl").read_bytes().splitlines(keepends=True)
    assert [len(lines) for lines in chosen.values()] == [5, 10, 40]
    assert set(chosen[5]) < set(chosen[10]) and chosen[100] == published
    assert chosen[10] == [line for line in published if line in set(chosen[10])]
    from_parts(images, rows=5, seed=1)
    assert (tmp_path / "out" / "rows.jsonl").read_bytes().splitlines(keepends=True) == chosen[5]


def test_a_file_without_rows_is_not_a_fetch_of_nothing(from_parts):
    with pytest.raises(WeThinkError, match="holds no rows"):
        from_parts(pictures(2), paths=[])
