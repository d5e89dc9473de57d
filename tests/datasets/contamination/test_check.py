"""Training rows against real TSV files and folders, as a user has them."""

import json
import os
import sqlite3

import pytest
from PIL import Image, ImageEnhance, ImageOps

pytest.importorskip("faiss", reason="needs the contamination extra")

from tests.datasets.builders import row
from tests.datasets.contamination.pictures import encoded, scene, text_of, write_tsv
from wethink_plugins.datasets.contamination.check import check
from wethink_plugins.datasets.contamination.report import write_all
from wethink_plugins.errors import WeThinkError

PATHS = ("index", "image_path", "question")
LONG = "Which of the two coloured shapes that touch the border is nearer to the lower left corner of the picture?"
COPIES = {
    "same": lambda p: p,
    "smaller": lambda p: p.resize((200, 150)),
    "square": lambda p: p.resize((300, 300)),
    "cropped": lambda p: p.crop((20, 0, 308, 216)),
    "flipped": ImageOps.mirror,
    "darker": lambda p: ImageEnhance.Brightness(p).enhance(0.8),
    "all": lambda p: ImageEnhance.Color(ImageOps.mirror(p.crop((0, 20, 290, 240)))).enhance(0.5).resize((280, 230)),
}


@pytest.fixture
def place(tmp_path):
    """A folder in which `rows.jsonl`, `images/` and benchmarks are made; `run` compares."""
    return Workplace(tmp_path)


class Workplace:
    def __init__(self, folder):
        self.folder = folder
        (folder / "images").mkdir()

    def picture(self, name, picture, **options):
        data = picture if isinstance(picture, bytes) else encoded(picture, **options)
        (self.folder / "images" / name).write_bytes(data)
        return f"images/{name}"

    def rows(self, *rows):
        text = "".join(json.dumps(one) + "\n" for one in rows)
        (self.folder / "rows.jsonl").write_text(text, encoding="utf-8")

    def tsv(self, *rows, name="bench.tsv", **options):
        return write_tsv(self.folder / name, rows, **options)

    def run(self, *against):
        return check(self.folder / "rows.jsonl", None, against, self.folder / "kept.sqlite")


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_is_found_whatever_was_done_to_it(place, kind):
    bench = place.tsv(*({"index": i, "image": text_of(scene(i)), "question": "What?"} for i in range(6)))
    path = place.picture("a.jpg", COPIES[kind](scene(3)), kind="JPEG", quality=40)
    other = place.picture("b.jpg", COPIES[kind](scene(77)), kind="JPEG", quality=40)
    place.rows(row(0, image_path=path), row(1, image_path=other))
    found = place.run(bench)
    assert [(m.row, m.index, m.kind, m.mirrored) for m in found.matches] == [
        ("r0", "3", "image", kind in ("flipped", "all"))
    ]
    assert 0 <= found.matches[0].distance < 0.25


TEXTS = {
    "same question, same answer": (LONG, "3", LONG, "3", ("both", True)),
    "same question by options": (f"{LONG}\nA. red\nB. blue", "B", LONG, "blue", ("both", True)),
    "same question, other answer": (LONG, "3", LONG, "4", ("both", False)),
    "short and equal": ("How many?", "3", "how  MANY", "3", ("both", True)),
    "another question": ("Where is the red one?", "left", LONG, "4", ("image", False)),
    "unicode": (
        "图片中有几个红色的圆形和蓝色的方形？",
        "三",
        "图片中有几个红色的圆形和蓝色的方形",
        "三",
        ("both", True),
    ),
    "no text": ("", "", "", "", ("image", False)),
}


@pytest.mark.parametrize("case", TEXTS)
def test_what_a_pair_shares_beside_the_picture(place, case):
    problem, answer, question, theirs, expected = TEXTS[case]
    bench = place.tsv({"index": "ü1", "image": text_of(scene(1)), "question": question, "answer": theirs})
    place.rows(row(0, problem=problem, answer=answer, image_path=place.picture("a.png", scene(1))))
    (match,) = place.run(bench).matches
    assert ((match.kind, match.same_answer), match.index) == (expected, "ü1")


def test_a_long_question_without_its_picture_is_a_text_match(place):
    bench = place.tsv(
        {"index": 5, "image": text_of(scene(1)), "question": LONG, "A": "red", "B": "blue", "answer": "B"}
    )
    place.rows(
        row(0, problem=f"Look closely. {LONG}", answer="blue", image_path=None),
        row(1, problem="How many?", image_path=place.picture("a.png", scene(2))),
    )
    (match,) = place.run(bench).matches
    assert (match.row, match.kind, match.distance, match.same_answer) == ("r0", "text", None, True)


def test_words_that_many_questions_share_are_no_match(place):
    tail = "Please answer with the letter of the correct option and nothing else at all."
    bench = place.tsv(*({"index": i, "image": text_of(scene(1)), "question": f"Word{i}? {tail}"} for i in range(9)))
    place.rows(row(0, problem=f"Quite another thing? {tail}", image_path=None))
    assert place.run(bench).matches == []


def test_a_picture_by_reference_in_a_list_and_shown_twice(place):
    bench = place.tsv(
        {"index": 1, "image": "2", "question": "forward"},
        {"index": 2, "image": text_of(scene(2)), "question": "own"},
        {"index": 3, "image": str([text_of(scene(3)), text_of(scene(2))]), "question": "two"},
        {"index": 4, "image": "99", "question": "dangling"},
        {"index": 5, "image": "", "question": "none"},
    )
    place.rows(
        row(0, problem="Forward", image_path=place.picture("a.png", scene(2))),
        row(1, problem="two", image_path=place.picture("b.png", scene(3))),
    )
    found = place.run(bench)
    assert [(m.row, m.index, m.other_indices) for m in found.matches] == [("r0", "1", 2), ("r1", "3", 0)]
    assert found.benchmarks[0].dangling == 1 and found.counts["bench"].pictures == 2


def test_a_folder_and_several_benchmarks(place):
    folder = place.folder / "mmmu" / "sub"
    folder.mkdir(parents=True)
    (folder / "ü.png").write_bytes(encoded(scene(4)))
    (folder / "notes.txt").write_text("no picture")
    bench = place.tsv({"index": 1, "image": text_of(scene(4)), "question": "q"})
    place.rows(row(0, image_path=[place.picture("a.png", scene(4)), place.picture("b.png", scene(9))]))
    found = place.run(bench, folder.parent)
    assert [(m.benchmark, m.index) for m in found.matches] == [("bench", "1"), ("mmmu", "sub/ü.png")]


def test_what_cannot_be_read_is_counted_and_matches_nothing(place):
    whole = encoded(scene(1))
    bench = place.tsv(
        {"index": 1, "image": text_of(scene(1))},
        {"index": 2, "image": "A" * 100},
        {"index": 3, "image": "not base64 at all, but longer than a reference can be, so it is a picture!!"},
    )
    place.rows(
        row(0, image_path=place.picture("cut.png", whole[: len(whole) // 2])),
        row(1, image_path=place.picture("empty.png", b"")),
        row(2, image_path="images/missing.png"),
        row(3, image_path="https://example.org/a.png"),
        row(4, image_path=7),
        row(5, image_path=place.picture("good.png", scene(1))),
    )
    found = place.run(bench)
    assert [match.row for match in found.matches] == ["r5"]
    assert (found.counts["bench"].bad, found.counts["rows.jsonl"].bad) == (2, 3)
    assert any("cut.png" in example for example in found.counts["rows.jsonl"].examples)


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("RGB", (200, 200), "white"),
        Image.new("L", (200, 200), 0),
        Image.new("RGBA", (50, 50), (9, 9, 9, 0)),
        Image.new("I;16", (60, 60), 900),
    ],
    ids=["white", "black", "transparent", "16 bits"],
)
def test_pictures_of_one_colour_are_no_copies_of_each_other(place, picture):
    bench = place.tsv({"index": 1, "image": text_of(Image.new("RGB", (300, 300), "white"))})
    place.rows(row(0, image_path=place.picture("a.png", picture)))
    found = place.run(bench)
    assert found.matches == [] and found.counts["rows.jsonl"].plain == 1 and found.counts["rows.jsonl"].bad == 0


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "RGBA", "1", "LA"])
def test_copies_in_other_modes_are_found(place, mode):
    kind, name = ("JPEG", "a.jpg") if mode == "CMYK" else ("PNG", "a.png")
    bench = place.tsv({"index": 1, "image": text_of(scene(1).convert("1") if mode == "1" else scene(1))})
    place.rows(row(0, image_path=place.picture(name, scene(1).convert(mode), kind=kind)))
    assert [match.index for match in place.run(bench).matches] == ["1"]


def test_a_picture_turned_by_exif_is_compared_as_it_is_seen(place):
    exif = Image.Exif()
    exif[0x0112] = 6  # a viewer turns it clockwise
    lying = scene(1).transpose(Image.Transpose.ROTATE_90)
    bench = place.tsv({"index": 1, "image": text_of(scene(1))})
    place.rows(row(0, image_path=place.picture("a.jpg", lying, kind="JPEG", exif=exif, quality=95)))
    assert len(place.run(bench).matches) == 1


BROKEN = {
    "no header": ("", ["has no column index"]),
    "other columns": ("id\tpicture\n1\tx\n", ["has no column index and no column image", "found: id, picture"]),
    "no rows": ("index\timage\tquestion\n", ["holds no questions"]),
    "cut off": ("index\timage\tquestion\n1\tQUJD\n", ["row 2", "has 2 columns, the header 3"]),
    "not text": (b"index\timage\n1\t\xff\xfe\n", ["not readable as TSV"]),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_benchmark_that_is_none_is_one_clear_error(place, case):
    data, parts = BROKEN[case]
    file = place.folder / "b.tsv"
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    place.rows(row(0, image_path=None))
    with pytest.raises(WeThinkError) as error:
        place.run(file)
    assert all(part in str(error.value) for part in ("b.tsv", *parts))


def test_an_empty_folder_a_missing_one_and_one_given_twice(place):
    place.rows(row(0, image_path=None))
    empty = place.folder / "empty"
    empty.mkdir()
    bench = place.tsv({"index": 1, "image": text_of(scene(1))})
    for against, part in (([empty], "holds no"), ([place.folder / "x"], "no such"), ([bench, bench], "given twice")):
        with pytest.raises(WeThinkError, match=part):
            place.run(*against)


def test_a_second_run_opens_only_what_is_new(place):
    bench = place.tsv(*({"index": i, "image": text_of(scene(i))} for i in range(3)))
    place.rows(row(0, image_path=place.picture("a.png", scene(1))))
    first = place.run(bench)
    place.rows(row(0, image_path="images/a.png"), row(1, image_path=place.picture("b.png", scene(2))))
    second = place.run(bench)
    assert [c.computed for c in first.counts.values()] == [3, 1]
    assert [c.computed for c in second.counts.values()] == [0, 1]
    assert [m.row for m in second.matches] == ["r0", "r1"]


def test_a_picture_that_changed_is_computed_again(place):
    bench = place.tsv({"index": 1, "image": text_of(scene(1))})
    place.rows(row(0, image_path=place.picture("a.png", scene(2))))
    assert place.run(bench).matches == []
    place.picture("a.png", scene(1))
    assert len(place.run(bench).matches) == 1


def test_what_is_written_is_the_same_each_time_and_names_the_rows(place):
    bench = place.tsv(
        {"index": 1, "image": text_of(scene(1)), "question": "q<script>"},
        {"index": 2, "image": text_of(scene(2)), "question": LONG},
    )
    place.rows(
        row(0, image_path=place.picture("a.png", scene(1))),
        row(1, problem=LONG, image_path=None),
        row(2, image_path=place.picture("b.png", scene(8))),
        {**row(3, image_path="images/a.png"), "id": "<wild>\ud800"},
    )
    texts = []
    for out in (place.folder / "one", place.folder / "two"):
        listed = write_all(place.run(bench), out, ("image", "both"))
        texts.append({file.name: file.read_bytes() for file in sorted(out.iterdir())})
    assert texts[0] == texts[1] and [match.row for match in listed] == ["r0", "<wild>\ud800"]
    assert sorted(texts[0]) == ["matches.jsonl", "remove.jsonl", "remove.txt", "report.html"]
    matches = [json.loads(line) for line in texts[0]["matches.jsonl"].splitlines()]
    assert [(m["row"], m["line"], m["index"], m["kind"]) for m in matches] == [
        ("r0", 1, "1", "image"), ("r1", 2, "2", "text"), ("<wild>\ud800", 4, "1", "image"),
    ]  # fmt: skip
    page = texts[0]["report.html"].decode()
    assert page.count("<img") == 3 and "<wild>" not in page and "&lt;wild&gt;" in page


def test_file_names_that_are_no_text_and_paths_that_no_system_takes_are_counted_or_compared(place):
    odd = os.fsdecode(b"images/\xff\xfe.jpg")
    (place.folder / odd).write_bytes(encoded(scene(3), kind="JPEG"))
    paths = ["images/fine.png", "x" * 5000, "nowhere/\u0001.png", "images"]
    place.picture("fine.png", scene(5))
    bench = place.tsv(*({"index": i, "image_path": path} for i, path in enumerate(paths)), columns=PATHS)
    place.rows(
        row(0, image_path=place.picture("a.jpg", scene(3))),
        row(1, image_path="\ud800.png"),
        row(2, image_path="y" * 5000),
    )
    found = place.run(bench, place.folder / "images")
    assert found.counts["bench"].bad == 3 and found.counts["rows.jsonl"].bad == 2
    assert {match.index for match in found.matches} == {"a.jpg", odd.removeprefix("images/")}
    write_all(found, place.folder / "out", ["image"])
    assert "r0" in (place.folder / "out" / "remove.txt").read_text()


def test_what_is_kept_of_a_picture_and_was_damaged_is_made_again(place):
    place.rows(row(0, image_path=place.picture("a.jpg", scene(3))))
    bench = place.tsv({"index": 0, "image": text_of(scene(3)), "question": "What?"})
    place.run(bench)
    with sqlite3.connect(place.folder / "kept.sqlite") as kept:
        kept.execute("UPDATE pictures SET data = x'00'")
    assert [match.index for match in place.run(bench).matches] == ["0"]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"index": 0, "image": "A" * 100, "question": "What?"}, "compared by text only"),
        ({"index": 0, "image": text_of(scene(3))}, "compared by picture only"),
    ],
)
def test_it_says_what_a_benchmark_gives_nothing_to_compare_by(place, cells, said):
    place.rows(row(0, image_path=place.picture("a.jpg", scene(3))))
    heard = []
    check(place.folder / "rows.jsonl", None, [place.tsv(cells)], place.folder / "kept.sqlite", heard.append)
    assert any(said in line for line in heard)


def test_rows_that_are_not_there_are_missed_before_a_benchmark_is_read(place):
    heard = []
    with pytest.raises(WeThinkError, match="no such file"):
        check(place.folder / "rows.jsonl", None, [place.tsv()], place.folder / "kept.sqlite", heard.append)
    assert not heard
