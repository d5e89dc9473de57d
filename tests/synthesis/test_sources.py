"""What a run's pictures are called, in which order they come, and what is said of those that can't be had."""

import io
import os
import shutil
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.servers.hub import HubServer
from tests.synthesis.images import png, put, settings
from wethink_plugins.errors import ConfigError, WeThinkError
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.sources import SourceGone, images_of, read

NAMES = [f"{a}/{b}.png" for a in "abc" for b in range(10)]


def tar(file, members):
    """(name, bytes), or a type of tarfile in the place of the bytes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(file, "w") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            if len(content) == 1:
                info.type, info.linkname, content = content, "a.png", b""
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file


def parquet(file, pictures, kind="struct", rows=7, **more):
    """`pictures`: bytes or None, or (bytes, path)."""
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    file.parent.mkdir(parents=True, exist_ok=True)
    if kind == "struct":
        type_ = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
        values = [
            None
            if one is None
            else dict(zip(("bytes", "path"), one if isinstance(one, tuple) else (one, None), strict=True))
            for one in pictures
        ]
    else:
        type_, values = getattr(pa, kind)(), pictures
    pq.write_table(pa.table({"image": pa.array(values, type_), **more}), file, row_group_size=rows)
    return file


def folder_source(root, **more):
    return {"source": "coco", "folder": str(put(root / "pictures", NAMES)), **more}


def shards_source(root, **more):
    for shard in "xyz":
        tar(root / "shards" / f"{shard}.tar", [(f"{n}.{end}", png(n)) for n in range(10) for end in ("png", "json")])
    return {"source": "coco", "shards": str(root / "shards" / "*.tar"), **more}


def parquet_source(root, **more):
    for part in range(3):
        parquet(root / "tables" / f"train-{part}.parquet", [(png(n), f"{n}.png") for n in range(10)])
    return {"source": "coco", "parquet": str(root / "tables"), **more}


SOURCES = {"folder": folder_source, "shards": shards_source, "parquet": parquet_source}


@pytest.mark.parametrize("kind", SOURCES)
class TestEverySource:
    def test_all_pictures_are_found_and_read(self, kind, tmp_path):
        images = images_of(settings(SOURCES[kind](tmp_path)))
        assert len(images) == len({ref.id for ref in images}) == 30
        assert all(ref.path.split("/")[0] == "coco" and ref.licence == "CC BY 4.0" for ref in images)
        pictures = {png(n) for n in range(30)}
        assert all(read(type(ref).model_validate_json(ref.model_dump_json())) in pictures for ref in images)

    def test_the_order_is_the_seed_s(self, kind, tmp_path):
        source = SOURCES[kind](tmp_path)
        ids = [[ref.id for ref in images_of(settings(source, seed=seed))] for seed in (0, 0, 1)]
        assert ids[0] == ids[1] != ids[2] and sorted(ids[0]) == sorted(ids[2])
        assert ids[0] != sorted(ids[0])

    def test_a_larger_quota_holds_the_smaller(self, kind, tmp_path):
        taken = [[r.id for r in images_of(settings(SOURCES[kind](tmp_path, quota=q)))] for q in (5, 12, 99)]
        assert list(map(len, taken)) == [5, 12, 30]
        assert taken[1] == [one for one in taken[2] if one in taken[1]] and taken[0] == taken[1][:5]

    def test_the_same_picture_has_the_same_name_wherever_the_source_lies(self, kind, tmp_path):
        here = [ref.id for ref in images_of(settings(SOURCES[kind](tmp_path / "one")))]
        assert here == [ref.id for ref in images_of(settings(SOURCES[kind](tmp_path / "two")))]

    def test_two_entries_of_one_source_are_told_apart(self, kind, tmp_path):
        both = SOURCES[kind](tmp_path / "one"), SOURCES[kind](tmp_path / "two")
        ids = [ref.id for ref in images_of(settings(*both))]
        assert len(ids) == len(set(ids)) == 60 and {one.split("/")[0] for one in ids} == {"coco"}

    def test_a_quota_of_one_source_leaves_the_other_as_it_is(self, kind, tmp_path):
        alone = [ref.id for ref in images_of(settings(SOURCES[kind](tmp_path / "one", quota=6)))]
        both = settings(
            SOURCES[kind](tmp_path / "one", quota=6), {**SOURCES[kind](tmp_path / "two"), "source": "other"}
        )
        ids = [ref.id for ref in images_of(both)]
        assert [one for one in ids if one.startswith("coco/")] == alone and len(ids) == 36

    def test_many_threads_read(self, kind, tmp_path):
        images = list(images_of(settings(SOURCES[kind](tmp_path))))
        with ThreadPoolExecutor(16) as pool:
            first, second = (list(pool.map(read, images * 5)) for _ in range(2))
        assert first == second

    def test_a_source_that_is_gone_is_no_fault_of_a_picture(self, kind, tmp_path):
        ref = images_of(settings(SOURCES[kind](tmp_path)))[0]
        for folder in tmp_path.iterdir():
            folder.rename(tmp_path.parent / f"{tmp_path.name}-{folder.name}")
        with pytest.raises(SourceGone, match="gone"):
            read(ref)

    def test_nothing_there_is_one_clear_error(self, kind, tmp_path):
        (tmp_path / "empty").mkdir()
        with pytest.raises(WeThinkError, match=f"images.0.{kind}.*no "):
            images_of(settings({"source": "s", kind: str(tmp_path / "empty")}))
        with pytest.raises(WeThinkError, match=f"images.0.{kind}.*no such"):
            images_of(settings({"source": "s", kind: str(tmp_path / "nowhere")}))


def test_no_source_at_all():
    with pytest.raises(ConfigError, match="images"):
        images_of(settings())


def test_a_slice_of_them_is_a_list(tmp_path):
    images = images_of(settings(folder_source(tmp_path)))
    assert images[2:4] == [images[2], images[3]] == list(images)[2:4] and images[-1] == list(images)[29]


@pytest.mark.parametrize(
    ("own", "given", "licence"),
    [
        (None, None, "CC BY 4.0"),
        (None, "MIT", "CC BY 4.0"),
        ("sources: {coco: {licence: mine, root: pics}}", "MIT", "mine"),
        ("sources: {coco: {}}", "MIT", "MIT"),
        ("sources: {coco: {}}", None, "unknown"),
    ],
)
def test_the_registry_knows_the_licence(own, given, licence, tmp_path):
    if own:
        (tmp_path / "sources.yaml").write_text(own)
    config = settings(folder_source(tmp_path, licence=given), sources=own and str(tmp_path / "sources.yaml"))
    ref = images_of(config)[0]
    assert (ref.licence, ref.source) == (licence, "coco")
    assert ref.path.startswith("pics/" if "pics" in (own or "") else "coco/")


class TestFolder:
    def names(self, folder):
        return {ref.path.removeprefix("s/") for ref in images_of(settings({"source": "s", "folder": str(folder)}))}

    def test_what_is_no_picture_stays_out(self, tmp_path):
        put(
            tmp_path,
            ["a.png", "B.JPG", "d.webp", "notes.txt", "e.png.txt", ".hidden.png", ".git/x.png", "pdf.pdf", "png"],
        )
        assert self.names(tmp_path) == {"a.png", "B.JPG", "d.webp"}

    def test_links_are_followed_once(self, tmp_path):
        put(tmp_path / "in", ["a/1.png", "b/2.png"])
        put(tmp_path / "out", ["3.png"])
        links = {"a/up": "..", "b/a": "../a", "a/self": "self", "0": "a", "far": "../out", "b/far": "../../out"}
        for name, target in links.items():
            (tmp_path / "in" / name).symlink_to(target)
        (tmp_path / "in" / "file.png").symlink_to("a/1.png")
        assert self.names(tmp_path / "in") == {"a/1.png", "b/2.png", "far/3.png", "file.png"}

    def test_a_folder_called_like_a_picture_is_a_folder(self, tmp_path):
        put(tmp_path, ["a.png/b.png", "a_png/b.png"])
        found = sorted(self.names(tmp_path))
        assert len(found) == 2 and not any(name.startswith("a.png/") for name in found)

    @pytest.mark.parametrize("make", ["empty", "directory link", "broken link", "pipe", "gone", "not ours"])
    def test_a_bad_picture_is_found_when_it_is_read(self, make, tmp_path):
        put(tmp_path, ["good.png"])
        bad = tmp_path / "bad.png"
        if make == "empty":
            bad.touch()
        elif make == "pipe":
            os.mkfifo(bad)
        elif make == "broken link":
            bad.symlink_to("nowhere.png")
        elif make == "directory link":
            bad.symlink_to("bad.png")
        else:
            bad.write_bytes(b"x")
        refs = {ref.path: ref for ref in images_of(settings({"source": "s", "folder": str(tmp_path)}))}
        if make == "gone":
            bad.unlink()
        if make == "not ours":
            bad.chmod(0)
            if os.access(bad, os.R_OK):
                pytest.skip("root may read everything")
        with pytest.raises(WeThinkError, match=r"bad\.png") as error:
            read(refs["s/bad.png"])
        assert not isinstance(error.value, SourceGone) and read(refs["s/good.png"])

    def test_a_mount_point_without_its_disk_is_gone(self, tmp_path):
        put(tmp_path, ["a.png"])
        ref = images_of(settings({"source": "s", "folder": str(tmp_path)}))[0]
        (tmp_path / "a.png").unlink()
        with pytest.raises(SourceGone):
            read(ref)

    def test_odd_names(self, tmp_path):
        odd = [
            "new\nline.png",
            "tab\t.png",
            " front.png",
            "a#1.png",
            "c:d.png",
            "x~2.png",
            "ü 図.png",
            "n" * 240 + ".png",
        ]
        for number, name in enumerate(odd):
            (tmp_path / name).write_bytes(png(number))
        (tmp_path / os.fsdecode(b"latin-\xe9.png")).write_bytes(png(99))
        images = images_of(settings({"source": "s", "folder": str(tmp_path)}))
        assert {read(type(ref).model_validate_json(ref.model_dump_json())) for ref in images} == {
            *map(png, range(len(odd))), png(99),
        }  # fmt: skip
        assert len({ref.path for ref in images}) == len(odd) + 1
        assert "s/ü 図.png" in {ref.path for ref in images}
        for ref in images:
            assert ref.path == ref.path.strip() and ref.path.isprintable() and not set(ref.path) & set("#:~\\")
            assert all(len(part.encode()) <= 255 for part in ref.path.split("/"))


class TestShards:
    def refs(self, file):
        return list(images_of(settings({"source": "s", "shards": str(file)})))

    def test_only_files_that_are_pictures(self, tmp_path):
        file = tar(
            tmp_path / "x.tar",
            [("d", tarfile.DIRTYPE), ("d.png", tarfile.DIRTYPE), ("l.png", tarfile.SYMTYPE), ("h.png", tarfile.LNKTYPE),
             ("d/a.png", png(1)), ("d/._a.png", b"mac"), ("d/a.txt", b"text"), ("f.png", tarfile.FIFOTYPE)],
        )  # fmt: skip
        assert [(ref.path, read(ref)) for ref in self.refs(file)] == [("s/x/d/a.png", png(1))]

    def test_odd_names_lead_nowhere_else(self, tmp_path):
        odd = ["../up.png", "/root.png", "./dot.png", "a/../../b.png", "n\nl.png", "ü.png", "l" * 300 + ".png",
               "a.png", "a.png/b.png", "x/" * 200 + "deep.png", "C:\\win.png"]  # fmt: skip
        refs = self.refs(tar(tmp_path / "x.tar", [(name, png(n)) for n, name in enumerate(odd)]))
        assert {read(ref) for ref in refs} == {png(n) for n in range(len(odd))}
        paths = {ref.path for ref in refs}
        assert len(paths) == len(odd) and {"s/x/dot.png", "s/x/ü.png", "s/x/a.png"} <= paths
        for path in paths:
            assert path.startswith("s/x/") and ".." not in path.split("/") and path.isprintable()
            assert not any(other.startswith(f"{path}/") for other in paths)

    def test_a_name_twice_in_a_shard(self, tmp_path):
        refs = self.refs(tar(tmp_path / "x.tar", [("a.png", png(n)) for n in range(3)]))
        assert {ref.path: read(ref) for ref in refs} == {
            "s/x/a.png": png(0), "s/x/a~2.png": png(1), "s/x/a~3.png": png(2),
        }  # fmt: skip

    def test_shards_of_the_same_name_in_two_folders(self, tmp_path):
        for folder in "ab":
            tar(tmp_path / folder / "0.tar", [("1.png", png(1))])
        assert {ref.path for ref in self.refs(tmp_path / "*" / "*.tar")} == {"s/a/0/1.png", "s/b/0/1.png"}

    @pytest.mark.parametrize("cut", [100, 700, 1536 + 200])
    def test_a_shard_that_is_cut_off_is_named_at_the_start(self, cut, tmp_path):
        whole = tar(tmp_path / "x.tar", [(f"{n}.png", os.urandom(1000)) for n in range(4)]).read_bytes()
        (tmp_path / "x.tar").write_bytes(whole[:cut])
        with pytest.raises(WeThinkError, match=r"x\.tar.*no whole tar"):
            self.refs(tmp_path / "x.tar")

    @pytest.mark.parametrize(
        ("content", "found"),
        [(b"", "whole tar"), (b"not a tar" * 500, "whole tar"), (b"\x1f\x8b" + b"0" * 99, "packed")],
    )
    def test_what_is_no_plain_tar(self, content, found, tmp_path):
        (tmp_path / "x.tar").write_bytes(content)
        with pytest.raises(WeThinkError, match=found):
            self.refs(tmp_path / "x.tar")

    def test_damage_in_the_middle(self, tmp_path):
        file = tar(tmp_path / "x.tar", [(f"{n}.png", b"p" * 512) for n in range(4)])
        data = bytearray(file.read_bytes())
        data[2048:2148] = b"?" * 100
        file.write_bytes(data)
        with pytest.raises(WeThinkError, match="damaged at byte 2048"):
            self.refs(file)

    def test_another_shard_under_the_old_name(self, tmp_path):
        file = tar(tmp_path / "x.tar", [("a.png", png(1))])
        ref = self.refs(file)[0]
        tar(file, [(f"{n}.png", os.urandom(20000)) for n in range(9)])
        with pytest.raises(SourceGone, match="another file"):
            read(ref)

    def test_an_empty_member(self, tmp_path):
        refs = self.refs(tar(tmp_path / "x.tar", [("a.png", b""), ("b.png", png(1))]))
        with pytest.raises(WeThinkError, match="empty"):
            read(next(ref for ref in refs if ref.path.endswith("a.png")))


class TestParquet:
    def refs(self, file, **more):
        return sorted(images_of(settings({"source": "s", "parquet": str(file), **more})), key=lambda ref: ref.path)

    @pytest.mark.parametrize("kind", ["struct", "binary", "large_binary"])
    def test_both_forms_of_a_column(self, kind, tmp_path):
        refs = self.refs(parquet(tmp_path / "t.parquet", [png(n) for n in range(20)], kind))
        assert [read(ref) for ref in refs] == [png(n) for n in range(20)]
        assert refs[3].path == "s/t/0000003.img"

    def test_the_suffix_is_that_of_the_picture_s_own_path(self, tmp_path):
        paths = ["a.JPG", "/etc/b.png", None, "c.exe", "d"]
        refs = self.refs(parquet(tmp_path / "t.parquet", [(png(1), path) for path in paths]))
        assert [ref.path.rpartition(".")[2] for ref in refs] == ["jpg", "png", "img", "img", "img"]

    @pytest.mark.parametrize("kind", ["struct", "binary"])
    def test_rows_without_a_picture_are_found_when_they_are_read(self, kind, tmp_path):
        refs = self.refs(parquet(tmp_path / "t.parquet", [png(1), None, b"", png(2)], kind))
        assert read(refs[0]) == png(1) and read(refs[3]) == png(2)
        for ref in refs[1:3]:
            with pytest.raises(WeThinkError, match="no picture"):
                read(ref)

    def test_a_path_without_bytes_is_never_opened(self, tmp_path):
        secret = put(tmp_path / "elsewhere", ["secret.png"]) / "secret.png"
        ref = self.refs(parquet(tmp_path / "t.parquet", [(None, str(secret))]))[0]
        with pytest.raises(WeThinkError, match="no picture"):
            read(ref)

    def test_another_column(self, tmp_path):
        pa = pytest.importorskip("pyarrow")
        file = parquet(tmp_path / "t.parquet", [None], photo=pa.array([png(5)]), text=pa.array(["a"]))
        assert read(self.refs(file, column="photo")[0]) == png(5)
        with pytest.raises(WeThinkError, match=r"no column 'picture'.*image, photo, text"):
            self.refs(file, column="picture")
        with pytest.raises(WeThinkError, match="string, not bytes"):
            self.refs(file, column="text")

    @pytest.mark.parametrize("cut", [0, 10, -10])
    def test_a_file_that_is_cut_off(self, cut, tmp_path):
        file = parquet(tmp_path / "t.parquet", [png(1)])
        file.write_bytes(file.read_bytes()[:cut])
        with pytest.raises(WeThinkError, match=r"t\.parquet.*parquet"):
            self.refs(file)

    def test_another_file_under_the_old_name(self, tmp_path):
        file = parquet(tmp_path / "t.parquet", [png(1)])
        ref = self.refs(file)[0]
        parquet(file, [png(1), png(2)])
        with pytest.raises(SourceGone, match="another file"):
            read(ref)


class TestHub:
    @pytest.fixture(autouse=True)
    def _cache(self, tmp_path, monkeypatch):
        pytest.importorskip("huggingface_hub", reason="needs the extra data")
        monkeypatch.setenv("WETHINK_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr("wethink_plugins.synthesis.sources.hub._RETRIES", 2)

    @pytest.fixture
    def hub(self, tmp_path, monkeypatch):
        def part(name, *numbers):
            return parquet(tmp_path / "made" / name, [(png(n), f"{n}.png") for n in numbers]).read_bytes()

        repos = {
            "o/one": {
                "README.md": b"a set",
                "data/train-00000-of-00002.parquet": part("a.parquet", *range(8)),
                "data/train-00001-of-00002.parquet": part("b.parquet", *range(8, 16)),
                "data/test-00000-of-00001.parquet": part("c.parquet", 99),
            },
            "o/parts": {f"{name}/train-00000-of-00001.parquet": part(f"{name}.parquet", 1) for name in ("en", "de")},
            "o/none": {"README.md": b"nothing"},
        }
        with HubServer(repos) as server:
            monkeypatch.setenv("HF_ENDPOINT", server.url)
            yield server

    def refs(self, name, **more):
        return images_of(settings({"source": "s", "hub": name, **more}))

    def test_a_split_is_brought_here_and_read(self, hub):
        refs = self.refs("o/one")
        assert {read(ref) for ref in refs} == {png(n) for n in range(16)}
        assert refs[0].path.startswith("s/data/train-0000")
        assert [read(ref) for ref in self.refs("o/one", split="test")] == [png(99)]
        sent = hub.sent("parquet")
        assert len(self.refs("o/one")) == 16 and hub.sent("parquet") == sent  # nothing comes twice

    def test_a_small_quota_brings_one_file(self, hub):
        assert len(self.refs("o/one", quota=8)) == 8
        assert len({name for _, name, _, size in hub.log if "parquet" in name and size}) == 1

    def test_a_connection_that_breaks_is_gone_on_with(self, hub):
        hub.faults["data/train-00000-of-00002.parquet"] = ["drop:100"]
        assert len(self.refs("o/one")) == 16

    def test_without_the_hub_what_is_here_is_taken(self, hub, monkeypatch):
        before = [ref.id for ref in self.refs("o/one")]
        hub.faults["api"] = ["503*"]
        monkeypatch.setattr("wethink_plugins.datasets.fetch.hub.pause_s", lambda *_: 0)
        assert [ref.id for ref in self.refs("o/one")] == before
        with pytest.raises(WeThinkError, match="can't be listed"):
            self.refs("o/parts")

    @pytest.mark.parametrize(
        ("name", "more", "found"),
        [
            ("o/parts", {}, "several parts.*o/parts/de, o/parts/en"),
            ("o/none", {}, "no such dataset or revision|no parquet"),
            ("o/nowhere", {}, "no such dataset"),
            ("o/one", {"split": "dev"}, "no split 'dev'.*test, train"),
            ("nonsense", {}, "no name of a dataset"),
            ("o/one@v9", {}, "o/one at v9"),
        ],
    )
    def test_what_is_wrong_is_said(self, name, more, found, hub):
        with pytest.raises(WeThinkError, match=found):
            self.refs(name, **more)

    def test_one_of_several_parts(self, hub):
        assert [read(ref) for ref in self.refs("o/parts/en")] == [png(1)]


def test_listing_goes_on_while_others_read(tmp_path):
    """Readers share nothing that a listing changes."""
    source = parquet_source(tmp_path)
    ref, faults = images_of(settings(source))[0], []

    def work():
        try:
            for _ in range(20):
                read(ref)
        except Exception as error:  # noqa: BLE001  told below
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        images_of(settings(source))
    for thread in threads:
        thread.join()
    assert not faults
    shutil.rmtree(tmp_path / "tables")


def test_an_unknown_key_of_a_named_model_is_one_clear_error(tmp_path):
    """Names of a mapping stand between the sections."""
    file = tmp_path / "synthesis.yaml"
    file.write_text(
        "models: {eye: {endpoints: [{base_url: http://h/v1, model: m}], temprature: 1}}\nroles: {describer: eye}\n"
        "images: [{source: s, folder: .}]\nstages: [describe]\n"
    )
    with pytest.raises(ConfigError, match=r"models\.eye\.temprature: unknown key; did you mean 'temperature'"):
        SynthesisConfig.load(file)
