"""From a hub, by the real huggingface_hub: the whole, a sample, and every fault of a wire."""

import pytest

from tests.datasets.fetch.archives import cut, packed, pictures, rows, tree
from wethink_plugins.datasets.fetch.options import IMAGES_REPO, ROWS_REPO
from wethink_plugins.errors import WeThinkError

PART = "image.zip.part-ac"


def whole(folder, hub):
    """What a fetch has to end in."""
    found = {path: hub.images[path] for path in list(hub.images)[:-1]}
    assert tree(folder / "out" / "images") == found
    assert (folder / "out" / "rows.jsonl").read_bytes() == hub.repos[ROWS_REPO]["wethink.jsonl"]
    return True


def test_the_server_speaks_what_the_hub_speaks(tmp_path, hub):
    """Its own functions get from it what is in it: else the tests below would show nothing."""
    from huggingface_hub import HfApi, HfFileSystem, hf_hub_download

    part = hub.repos[IMAGES_REPO][PART]
    found = hf_hub_download(IMAGES_REPO, PART, repo_type="dataset", endpoint=hub.url, cache_dir=tmp_path / "cache")
    with open(found, "rb") as file:
        assert file.read() == part
    files = HfFileSystem(endpoint=hub.url, skip_instance_cache=True)
    with files.open(f"datasets/{IMAGES_REPO}/{PART}", "rb", block_size=1000) as file:
        file.seek(500)
        assert (file.size, file.read(40)) == (len(part), part[500:540])
    assert HfApi(endpoint=hub.url).dataset_info(IMAGES_REPO).sha == hub.commit(IMAGES_REPO)


def test_everything_that_rows_name_and_no_part_on_disk(tmp_path, hub, from_hub):
    done = from_hub()
    assert whole(tmp_path, hub)
    assert (done.rows, done.images, done.extracted, done.lost.rows) == (39, 39, 39, 0)
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [".fetch", "images", "rows.jsonl"]
    assert done.fetched_bytes == hub.sent() and done.retries == 0


def test_again_only_the_directory_is_fetched(tmp_path, hub, from_hub):
    from_hub()
    hub.log.clear()
    done = from_hub()
    assert whole(tmp_path, hub) and (done.extracted, done.already_there) == (0, 39)
    assert hub.sent("wethink.jsonl") == 0 and done.fetched_bytes == done.directory_bytes


@pytest.mark.parametrize("damage", [b"", b"x", None])
def test_again_what_is_damaged_is_fetched_anew(tmp_path, hub, from_hub, damage):
    from_hub()
    file = tmp_path / "out" / "images" / next(iter(hub.images))
    content = file.read_bytes()
    file.unlink()
    if damage is not None:
        file.write_bytes(damage + content[len(damage) :] if damage else b"")
    done = from_hub()
    assert whole(tmp_path, hub) and done.extracted == 1


def test_kept_parts_are_downloaded_whole(tmp_path, hub, from_hub):
    done = from_hub(keep_parts=True)
    parts = {name: data for name, data in hub.repos[IMAGES_REPO].items() if "part" in name}
    assert whole(tmp_path, hub) and tree(tmp_path / "out" / "parts") == parts
    assert done.fetched_bytes == sum(map(len, parts.values())) + done.rows_bytes
    hub.log.clear()
    from_hub(keep_parts=True)
    assert hub.sent() == 0


def test_a_sample_reads_the_directory_and_its_own_images(tmp_path, hub, from_hub, monkeypatch):
    """Of an archive with as many bytes between images as a real one has between two of a sample."""
    images = pictures(60, size=220)
    data = packed(images, more=[("filler.bin", bytes(3_000_000))])
    hub.repos[IMAGES_REPO] = cut(data)
    hub.repos[ROWS_REPO] = {"wethink.jsonl": rows(list(images))}
    from wethink_plugins.datasets.fetch import run
    from wethink_plugins.datasets.fetch.spans import Reach

    monkeypatch.setattr(run, "REMOTE", Reach(gap=1000, most=100_000))  # the distances of this small archive
    done = from_hub(rows=6)
    files = tree(tmp_path / "out" / "images")
    assert len(files) == 6 and all(images[path] == content for path, content in files.items())
    assert done.directory_bytes < 600_000 and done.extracted == 6
    extracted = sum(map(len, files.values()))
    assert extracted <= done.fetched_bytes - done.directory_bytes - done.rows_bytes <= extracted + 6 * 200


def test_near_images_come_in_one_request(hub, from_hub):
    done = from_hub()
    listings, of_rows, of_directory = 2, 1, 3
    assert done.requests <= of_rows + of_directory + 2 * 16 and len(hub.log) >= listings
    assert done.requests < done.images


PASSING = [
    *((name, action, False) for name in ("api", "wethink.jsonl") for action in ("503", "429:0", "drop:150", "gone")),
    *((PART, action, False) for action in ("500", "502", "503", "408", "429:0", "drop:0", "drop:150", "gone")),
    *((PART, action, True) for action in ("503", "drop:150", "gone")),
]


@pytest.mark.parametrize(("name", "action", "keep"), PASSING)
def test_what_passes_is_tried_again(tmp_path, hub, from_hub, name, action, keep):
    hub.faults[name] = [action]
    done = from_hub(keep_parts=keep)
    assert whole(tmp_path, hub) and not hub.faults[name]
    assert name == "api" or done.retries >= 1


@pytest.fixture
def large(hub):
    """Parts of some 100 kB."""
    hub.images = pictures(30, size=250)
    hub.repos[ROWS_REPO] = {"wethink.jsonl": rows(list(hub.images)[:-1])}
    hub.repos[IMAGES_REPO] = cut(packed(hub.images))
    return len(hub.repos[IMAGES_REPO][PART])


def starts(hub):
    return [int(wanted[6:].partition("-")[0]) for _, name, wanted, _ in hub.log if name == PART]


def test_a_broken_connection_goes_on_behind_its_last_byte(tmp_path, hub, from_hub, large):
    """Each brings something, so more of them than `retries` end nothing."""
    hub.faults[PART] = ["drop:25000", "drop:22000", "drop:20000", "drop:18000"]
    done = from_hub(keep_parts=True, retries=2)
    assert whole(tmp_path, hub) and done.retries == 4
    found = starts(hub)
    assert len(found) == 5 and found[0] == 0 and found == sorted(set(found))
    assert hub.sent(PART) <= large + 4 * (1 << 14)


def test_a_server_that_ignores_ranges(tmp_path, hub, from_hub, monkeypatch):
    hub.faults[PART] = ["whole*"]
    from_hub()
    assert whole(tmp_path, hub)
    limited = (10,)  # 16 MiB else
    monkeypatch.setattr("wethink_plugins.datasets.fetch.ranges.Ranges.pieces.__defaults__", limited)
    (tmp_path / "out" / "images" / next(iter(hub.images))).unlink()
    hub.faults["image.zip.part-ap"] = ["whole*"]
    with pytest.raises(WeThinkError, match="ignores Range"):
        from_hub()
    from_hub(keep_parts=True)
    assert whole(tmp_path, hub)


FINAL = {
    "short:100": "the server has 100 bytes from 0, listed are",
    "etag:other": "changed on the server while it was read",
    "403": "accept the dataset's terms",
    "404": "is gone from the server",
    "416": "is shorter on the server",
    "418": "the server answers 418",
}


@pytest.mark.parametrize("action", FINAL)
def test_what_does_not_pass_ends_at_once_and_says_what_it_is(tmp_path, hub, from_hub, action):
    hub.faults[PART] = ["drop:100", action] if action.startswith("etag") else [f"{action}*"]
    with pytest.raises(WeThinkError) as caught:
        from_hub(keep_parts=True)
    text = str(caught.value)
    assert FINAL[action] in text and PART in text and "\n" not in text
    hub.faults.clear()
    from_hub(keep_parts=True)
    assert whole(tmp_path, hub)


@pytest.mark.parametrize(
    ("name", "action"),
    [("api", "gone*"), ("wethink.jsonl", "503*"), (PART, "gone*"), (PART, "drop:0*"), ("image.zip.part-ap", "503*")],
)
def test_a_network_that_stays_away_is_one_line_and_a_later_run_goes_on(tmp_path, hub, from_hub, name, action):
    hub.faults[name] = [action]
    with pytest.raises(WeThinkError) as caught:
        from_hub(retries=2)
    assert "run the same command again" in str(caught.value) and "\n" not in str(caught.value)
    hub.faults.clear()
    before = len(tree(tmp_path / "out" / "images"))
    done = from_hub()
    assert whole(tmp_path, hub) and done.already_there == before


def test_no_network_at_all(from_hub, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(WeThinkError, match=r"can't be listed.*check the network and HF_ENDPOINT"):
        from_hub(retries=1)


def test_a_download_that_was_cut_off_goes_on_in_the_next_run(tmp_path, hub, from_hub, large):
    hub.faults[PART] = ["drop:50000", "gone*"]
    with pytest.raises(WeThinkError, match="can't be read on"):
        from_hub(keep_parts=True, retries=1)
    hub.faults.clear()
    hub.log.clear()
    from_hub(keep_parts=True)
    assert whole(tmp_path, hub)
    assert len(starts(hub)) == 1 and 50_000 - (1 << 14) < starts(hub)[0] <= 50_000


def test_a_download_with_other_bytes_is_not_taken(tmp_path, hub, from_hub):
    """Its beginning, left by an earlier run, was damaged on disk."""
    part = hub.repos[IMAGES_REPO][PART]
    partial = tmp_path / "out" / "parts" / f".{PART}.{hub.digest(part)[:12]}.partial"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(b"x" * 40)
    with pytest.raises(WeThinkError, match="another SHA-256"):
        from_hub(keep_parts=True)
    from_hub(keep_parts=True)
    assert whole(tmp_path, hub)


def test_new_rows_are_taken_over(tmp_path, hub, from_hub):
    from_hub()
    hub.repos[ROWS_REPO]["wethink.jsonl"] = rows(list(hub.images)[-2:])
    done = from_hub()
    assert (done.rows, done.extracted, done.already_there) == (2, 1, 1)
    assert (tmp_path / "out" / "rows.jsonl").read_bytes() == hub.repos[ROWS_REPO]["wethink.jsonl"]
    assert len(list((tmp_path / "out" / ".fetch").glob("*.jsonl"))) == 1


WRONG = {
    "no such repository": ({"repo": "nobody/nothing"}, "no such dataset on"),
    "no owner": ({"repo": "a/b/c"}, "give owner/name"),
    "no such revision": ({"revision": "v9"}, "no such dataset or revision"),
    "no such file": ({"file": "x.jsonl"}, "has no x.jsonl; it has wethink.jsonl"),
    "no such archive": ({"archive": "images.zip"}, "has no images.zip.part-aa"),
    "an archive that is none": ({"archive": "README.md"}, "no zip archive"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_not_there_is_said(from_hub, case):
    options, says = WRONG[case]
    with pytest.raises(WeThinkError, match=says):
        from_hub(**options)


def test_several_files_of_rows_are_listed(hub, from_hub):
    hub.repos[ROWS_REPO]["more.jsonl"] = rows([None])
    with pytest.raises(WeThinkError, match=r"holds 2 \.jsonl files: more.jsonl, wethink.jsonl; name one with --file"):
        from_hub()
    assert from_hub(file="more.jsonl").rows == 1


def test_the_token_goes_to_the_hub_and_nowhere_else(tmp_path, hub, from_hub, monkeypatch):
    """The server refuses one that arrives at the other origin."""
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    from_hub()
    assert whole(tmp_path, hub)
