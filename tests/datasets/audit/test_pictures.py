import io

import pytest
from PIL import Image

from wethink_plugins.datasets.audit.pictures import NoPicture, shown, size_of


def save(folder, name, size=(40, 30), mode="RGB", **options):
    Image.new(mode, size).save(folder / name, **options)
    return name


def opened(picture):
    return Image.open(io.BytesIO(picture.data))


def turned(folder):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    return save(folder, "turned.jpg", (3200, 400), exif=exif.tobytes())


PICTURES = [
    ("a PNG as it is", lambda f: save(f, "a.png"), (40, 30), "image/png"),
    ("a JPEG as it is", lambda f: save(f, "a.jpg"), (40, 30), "image/jpeg"),
    ("named otherwise than it is", lambda f: save(f, "a.svg", format="PNG"), (40, 30), "image/png"),
    ("CMYK for browsers", lambda f: save(f, "c.jpg", mode="CMYK"), (40, 30), "image/jpeg"),
    ("a format that browsers don't know", lambda f: save(f, "a.tiff"), (40, 30), "image/png"),
    ("big is made smaller", lambda f: save(f, "big.png", (3200, 100)), (1600, 50), "image/png"),
    ("tall is made smaller", lambda f: save(f, "tall.jpg", (100, 6400)), (25, 1600), "image/jpeg"),
    ("upright", turned, (200, 1600), "image/jpeg"),
    ("one with alpha", lambda f: save(f, "alpha.tiff", mode="RGBA"), (40, 30), "image/png"),
]


@pytest.mark.parametrize(("why", "make", "size", "kind"), PICTURES, ids=[case[0] for case in PICTURES])
def test_what_a_browser_gets(tmp_path, why, make, size, kind):
    picture = shown(make(tmp_path), str(tmp_path), 1600)
    assert picture.kind == kind and opened(picture).size == size and opened(picture).mode != "CMYK"


def cut(folder):
    save(folder, "whole.png", (300, 300))
    (folder / "cut.png").write_bytes((folder / "whole.png").read_bytes()[:-60])
    return "cut.png"


def text(folder):
    (folder / "text.png").write_text("<svg onload=alert(1)>")
    return "text.png"


def bomb(folder):
    return save(folder, "bomb.png", (20000, 20000), mode="1")


FAULTS = [
    ("missing", lambda f: "gone.png", "no such file: gone.png"),
    ("a folder", lambda f: (f / "folder").mkdir() or "folder", "no such file"),
    ("an address", lambda f: "http://example.org/a.png", "is an address; nothing is downloaded"),
    ("no path at all", lambda f: "a\0b", "no such file"),
    ("too long a name", lambda f: "x" * 5000, "no such file"),
    ("no picture", text, "text.png can't be shown: cannot identify"),
    ("cut off", cut, "cut.png can't be shown"),
    ("a bomb", bomb, "bomb.png can't be shown"),
]


@pytest.mark.parametrize(("why", "make", "says"), FAULTS, ids=[case[0] for case in FAULTS])
def test_why_there_is_nothing_to_see(tmp_path, why, make, says):
    name = make(tmp_path)
    with pytest.raises(NoPicture, match=says):
        shown(name, str(tmp_path), 1600)


def test_the_size_is_read_without_decoding(tmp_path):
    assert size_of(cut(tmp_path), str(tmp_path)) == (300, 300)
    with pytest.raises(NoPicture, match="gone"):
        size_of("gone.png", str(tmp_path))
