"""The repaired file: nothing left to reject or repair, the same rows, the originals as they were, the same bytes."""

import hashlib
import json
from io import BytesIO

import pytest
from PIL import Image

from tests.datasets.builders import JUDGED, row, write_rows
from wethink_plugins.datasets.fix import write_fixed
from wethink_plugins.datasets.validate import validate
from wethink_plugins.errors import WeThinkError

COMPARED = (
    "id problem answer question_type reward_method abilities refined_cot options source response split extra".split()
)


def exif(orientation):
    made = Image.Exif()
    made[274] = orientation
    return made


def odd_pictures(folder):
    """A row for each: turned, CMYK, animated, misnamed and turned, plain."""
    images = folder / "images" / "odd"
    images.mkdir(parents=True)
    half = Image.new("RGB", (40, 20), "red")
    half.paste("blue", (0, 0, 20, 20))
    half.save(images / "turned.jpg", quality=95, exif=exif(6))
    half.save(images / "turned.png", "JPEG", exif=exif(3))
    half.convert("CMYK").save(images / "inks.jpg")
    half.convert("CMYK").save(images / "inks.tif")
    half.save(images / "moving.gif", save_all=True, append_images=[Image.new("RGB", (40, 20), "green")])
    half.save(images / "plain.jpg")
    names = ("turned.jpg", "turned.png", "inks.jpg", "inks.tif", "moving.gif", "plain.jpg")
    return [row(100 + i, image_path=f"images/odd/{name}") for i, name in enumerate(names)]


def messy_rows(folder):
    return [
        row(0, problem="<image>\nHow many?", refined_cot="<think>a</think>\n<answer>3</answer>"),
        row(1, answer="<answer> 3 </answer>", id=None, options=None),
        row(2, category="multiple_choice", problem="Which?\nA. red\nB. blue", answer="B"),
        row(3, category="MCQ", problem="Which one?", options={"A": "red", "B": "blue"}, answer="A", split="val"),
        row(4, category="?", answer="12 cm", note={"level": 3, "list": [1, None]}),
        row(5, reward="by hand"),
        row(6, image_path=["images/a.png", "images/b.png"]),
        row(7, image_path=None, abilities="OCR, maths", response=" <think>x</think>\n<answer>3</answer> "),
        row(8, answer=""),
        "{broken",
        row(9, source="crawl", problem="图?", answer=3, odd="\ud800"),
        *odd_pictures(folder),
    ]


SETTINGS = {**JUDGED, "aliases": {"reward_method": {"by hand": "rule"}}}


@pytest.fixture
def messy(tmp_path):
    return validate(write_rows(tmp_path / "data", messy_rows(tmp_path / "data")), config=SETTINGS, infer_types=True)


def digests(folder):
    return {
        f.relative_to(folder).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in folder.rglob("*")
        if f.is_file()
    }


@pytest.mark.parametrize("with_images", [False, True])
def test_what_was_fixed_has_nothing_left_to_fix(tmp_path, messy, with_images):
    before = digests(tmp_path / "data")
    changed = write_fixed(messy, tmp_path / "out" / "fixed.jsonl", tmp_path / "upright" if with_images else None)
    assert digests(tmp_path / "data") == before
    again = validate(tmp_path / "out" / "fixed.jsonl", tmp_path / "data", config=JUDGED)
    assert not again.rejects and not again.counts["repairs"]
    for old, new in zip(messy.rows, again.rows, strict=True):
        assert [getattr(old, name) for name in COMPARED] == [getattr(new, name) for name in COMPARED]
    assert changed["wrapped_answer"] == changed["reward spelled out"] == 1
    assert changed["category spelled out"] == 2, "an unknown one that was inferred, and a common spelling"
    noted = {name for name in again.counts["defects"] if name.startswith("image_")}
    assert noted == (set() if with_images else {"image_rotated", "image_cmyk", "image_animated", "image_misnamed"})


SENTENCE = "A red square lies on a table beside a cup."


@pytest.mark.parametrize(
    ("fields", "category", "reward"),
    [
        ({"category": "mcq", "options": ["3", "4"], "reward": "auto"}, "multiple_choice", "rule"),
        ({"category": "Fill-in-the-blank", "reward": None}, "fill_in_blank", "rule"),
        ({"category": "open", "answer": SENTENCE, "reward": "auto"}, "descriptive", "model"),
        ({"category": "Description", "answer": SENTENCE, "reward": None}, "descriptive", "model"),
        ({"category": "blank", "reward": "judge"}, "fill_in_blank", "model"),
        ({"category": "?", "answer": SENTENCE, "reward": "auto"}, "descriptive", "model"),
    ],
)
def test_who_pays_a_row_and_what_it_is_can_be_read_from_the_file(tmp_path, fields, category, reward):
    found = validate(write_rows(tmp_path, [row(0, **fields)]), config=JUDGED, infer_types=True)
    write_fixed(found, tmp_path / "fixed.jsonl")
    (line,) = (tmp_path / "fixed.jsonl").read_text().splitlines()
    assert (json.loads(line)["category"], json.loads(line)["reward"]) == (category, reward)
    assert f'"reward": "{reward}"' in line, "as the docs' grep looks for it"
    (again,) = validate(tmp_path / "fixed.jsonl", config=JUDGED).rows
    assert again.needs_judge == (reward == "model") == found.rows[0].needs_judge


def test_copies_show_what_a_viewer_shows(tmp_path, messy):
    changed = write_fixed(messy, tmp_path / "fixed.jsonl", tmp_path / "upright")
    assert (changed["image_rotated"], changed["image_cmyk"], changed["image_animated"]) == (2, 2, 1)
    made = {file.name: Image.open(file) for file in (tmp_path / "upright/images/odd").iterdir()}
    assert set(made) == {"turned.jpg", "turned.png.jpg", "inks.jpg", "inks.tif.png", "moving.gif.png"}
    assert made["turned.jpg"].size == (20, 40) and made["moving.gif.png"].size == (40, 20)
    assert {image.mode for image in made.values()} == {"RGB"}
    assert not any(image.getexif() or "icc_profile" in image.info for image in made.values())
    top, bottom = (made["turned.jpg"].getpixel((10, y)) for y in (5, 35))
    assert top[2] > 200 > 60 > top[0] and bottom[0] > 200 > 60 > bottom[2]
    assert made["turned.png.jpg"].getpixel((5, 10))[0] > 200, "upside down, the red half is on the left"
    assert made["inks.tif.png"].getpixel((5, 10))[2] > made["inks.tif.png"].getpixel((5, 10))[0]


def test_rows_of_several_pictures_are_lists_throughout(tmp_path, messy):
    write_fixed(messy, tmp_path / "fixed.jsonl")
    records = [json.loads(line) for line in (tmp_path / "fixed.jsonl").read_text().splitlines()]
    assert all(isinstance(record["image_path"], list) for record in records)
    single = validate(write_rows(tmp_path / "one", [row(0), row(1, image_path=None)]))
    write_fixed(single, tmp_path / "single.jsonl")
    texts = [json.loads(line)["image_path"] for line in (tmp_path / "single.jsonl").read_text().splitlines()]
    assert texts == ["images/a.png", ""]


def test_the_same_bytes_each_time(tmp_path, messy):
    written = []
    for name in ("one", "two"):
        write_fixed(messy, tmp_path / name / "fixed.jsonl", tmp_path / name / "upright")
        found = digests(tmp_path / name)
        (tmp_path / name / "fixed.jsonl").read_text()
        found.pop("fixed.jsonl")
        written.append(found)
    assert written[0] == written[1] and len(written[0]) == 5
    paths = [(tmp_path / name / "fixed.jsonl").read_text().replace(f"../{name}/", "../") for name in ("one", "two")]
    assert paths[0] == paths[1]


def test_pictures_outside_the_folder_find_a_place_of_their_own(tmp_path):
    for side in ("x", "y"):
        (tmp_path / side).mkdir()
        Image.new("RGB", (20, 10), "red").save(tmp_path / side / "p.jpg", exif=exif(6))
    rows = [row(0, image_path=str(tmp_path / "x/p.jpg")), row(1, image_path="../y/p.jpg")]
    found = validate(write_rows(tmp_path / "data", rows))
    write_fixed(found, tmp_path / "fixed.jsonl", tmp_path / "upright")
    again = validate(tmp_path / "fixed.jsonl", tmp_path / "data")
    assert len(set(again.rows[0].image_files + again.rows[1].image_files)) == 2 and not again.rejects
    assert "image_rotated" not in again.counts["defects"]


def test_originals_are_never_overwritten(tmp_path):
    images = tmp_path / "images"
    images.mkdir()
    (images / "b").mkdir()
    for name in ("a.jpg", "b/a.jpg"):
        Image.new("RGB", (20, 10), "red").save(images / name, exif=exif(6))
    found = validate(write_rows(tmp_path, [row(0, image_path="a.jpg"), row(1, image_path="b/a.jpg")]), images)
    before = digests(images)
    for place in (images, images / "b"):
        with pytest.raises(WeThinkError, match="original"):
            write_fixed(found, tmp_path / "fixed.jsonl", place)
    with pytest.raises(WeThinkError, match="would overwrite"):
        write_fixed(found, tmp_path / "rows.jsonl")
    assert digests(images) == before and not (tmp_path / "fixed.jsonl").exists()


def test_odd_values_of_a_parquet_file_are_written_as_json(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    (tmp_path / "images").mkdir()
    Image.new("RGB", (20, 20)).save(tmp_path / "images" / "a.png")
    pq.write_table(
        pa.table({**{k: [v] for k, v in row(0).items()}, "share": [float("nan")], "raw": [b"x"]}),
        tmp_path / "a.parquet",
    )
    write_fixed(validate(tmp_path / "a.parquet"), tmp_path / "fixed.jsonl")
    assert validate(tmp_path / "fixed.jsonl").rows[0].extra["share"] is None


def test_a_picture_with_alpha_keeps_it(tmp_path):
    frames = [Image.new("RGBA", (20, 20), (255, 0, 0, 0)), Image.new("RGBA", (20, 20), (0, 0, 255, 255))]
    (tmp_path / "images").mkdir()
    file = BytesIO()
    frames[0].save(file, "PNG", save_all=True, append_images=frames[1:])
    (tmp_path / "images" / "m.png").write_bytes(file.getvalue())
    found = validate(write_rows(tmp_path, [row(0, image_path="images/m.png")]))
    write_fixed(found, tmp_path / "fixed.jsonl", tmp_path / "upright")
    assert Image.open(tmp_path / "upright/images/m.png").getpixel((3, 3)) == (255, 0, 0, 0)
