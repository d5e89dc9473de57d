"""The pictures of the docs: each made by the script, shown by a page, small enough, and with numbers that still hold.

Those of pages aren't made again here: that takes Chromium and finished runs.
"""

import re
import sys
from pathlib import Path
from statistics import fmean, stdev
from xml.etree import ElementTree

import pytest
from PIL import Image

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "docs" / "making"))

from pictures.command import main  # noqa: E402  found by the line above
from pictures.picture import IMAGES, Desk, Missing, use_recipe  # noqa: E402
from pictures.png import LIMIT  # noqa: E402
from pictures.table import PICTURES  # noqa: E402

FILES = [picture.file for picture in PICTURES]
PAGES = [
    CHECKOUT / "README.md",
    CHECKOUT / "recipes" / "cpu" / "README.md",
    *(CHECKOUT / "docs").rglob("*.md"),
]
SVGS, PNGS = [[file for file in FILES if file.endswith(kind)] for kind in (".svg", ".png")]


@pytest.fixture(scope="module")
def rollouts():
    pytest.importorskip("aiohttp", reason="the example asks a judge: pip install 'wethink-plugins[judge]'")
    from pictures.worked import example

    return example()


def shown_by(page):
    """The files of docs/images that a page shows."""
    links = re.findall(r"!\[[^\]]+\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    paths = [(page.parent / link).resolve() for link in links if "://" not in link]
    return [path for path in paths if path.parent == IMAGES]


def test_each_picture_is_made_by_the_script():
    assert sorted(FILES) == sorted(file.name for file in IMAGES.iterdir())


def test_each_picture_is_shown_and_each_that_is_shown_is_there():
    shown = [path for page in PAGES for path in shown_by(page)]
    assert {path.name for path in shown} == set(FILES)


@pytest.mark.parametrize("file", PNGS)
def test_pictures_are_small_and_wide_enough(file):
    with Image.open(IMAGES / file) as picture:
        assert 1200 <= picture.width <= 1600
    assert (IMAGES / file).stat().st_size <= LIMIT


@pytest.mark.parametrize("file", SVGS)
def test_drawings_parse_and_load_nothing(file):
    text = (IMAGES / file).read_text(encoding="utf-8")
    assert ElementTree.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
    assert not re.search(r"href|@import|@font-face|<script|url\((?!#)", text)


def test_the_worked_example_is_what_the_reward_gives_today(rollouts):
    from pictures.row_to_gradient import svg

    written = (IMAGES / "row-to-gradient.svg").read_text(encoding="utf-8")
    assert written == svg(rollouts), (
        "docs/images/row-to-gradient.svg is stale: run `make pictures NAMES=row-to-gradient`"
    )


def test_the_worked_example_adds_up(rollouts):
    """By the formulas that stand in the picture, and not by the code that drew it."""
    lost = [one for one in rollouts if one.score.overall is None]
    scored = [one for one in rollouts if one.score.overall is not None]
    assert (len(rollouts), len(lost)) == (8, 1)
    for one in scored:
        assert one.paid == pytest.approx(0.7 * one.score.accuracy + 0.3 * one.score.format)
    assert lost[0].paid == pytest.approx(fmean(one.paid for one in scored))
    assert lost[0].advantage == pytest.approx(0, abs=1e-9)
    paid = [one.paid for one in rollouts]
    for one in rollouts:
        assert one.advantage == pytest.approx((one.paid - fmean(paid)) / stdev(paid), abs=1e-4)
    text = (IMAGES / "row-to-gradient.svg").read_text(encoding="utf-8")
    for one in scored:
        assert f">{one.paid:.2f}<" in text
        assert f">{one.advantage:+.2f}<".replace("-", "\N{MINUS SIGN}") in text
    assert f"the mean {lost[0].paid:.3f}<" in text


def test_the_worked_examples_row_is_one_of_the_demos():
    from pictures.worked import ANSWER, CELLS

    use_recipe()
    from families import FAMILIES
    from scenes import Scene, split_scenes

    scene = Scene(CELLS, "square", "yellow")
    assert scene in split_scenes()["test"] and FAMILIES["tell"].gold(scene) == ANSWER


def test_doctor_still_finds_what_its_picture_shows(tmp_path):
    pytest.importorskip("aiohttp", reason="doctor asks judges: pip install 'wethink-plugins[judge]'")
    from pictures import doctor

    doctor.draw(Desk(tmp_path, tmp_path), tmp_path / "doctor.svg")
    today, shown = faults_in(tmp_path / "doctor.svg"), faults_in(IMAGES / "doctor.svg")
    assert len(shown) == 3
    assert today == shown, "docs/images/doctor.svg is stale: run `make pictures NAMES=doctor`"


def faults_in(file):
    """The lines of a terminal that begin with error, each with those that it was wrapped to."""
    lines = [
        "".join(element.itertext()) for element in ElementTree.parse(file).iter("{http://www.w3.org/2000/svg}text")
    ]
    text = " ".join(line.replace("\xa0", " ").strip() for line in lines)
    return re.findall(r"error: .*?(?= ok: | error: | \d+ found)", text)


def test_the_audits_row_has_a_chain_of_thought_that_leads_nowhere(tmp_path):
    from pictures import audit

    use_recipe()
    from tryout import write_tryout

    from wethink_plugins.datasets.audit.sample import draw

    write_tryout(tmp_path / "tryout", 8010)
    told = dict(zip(audit.SAMPLE[::2], audit.SAMPLE[1::2], strict=True))
    rows = draw(tmp_path / "tryout" / "train.jsonl", size=told["--sample"], by=[told["--by"]], seed=told["--seed"]).rows
    row = rows[audit.ROW - 1]
    assert (row.record["answer"], row.record["refined_cot"]) == ("D", "I see a yellow circle, 4 in all.")
    assert row.record["problem"].startswith("Which fruit")


def test_what_is_missing_is_said_in_a_line(tmp_path, capsys, monkeypatch):
    assert main(None, ["demo", "two-hosts", "--runs", str(tmp_path / "runs"), "--out", str(tmp_path)]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert "demo.png: left out" in first and "runs/demo/report.html" in first and "make demo" in first
    assert "two-hosts.png: left out" in second and "recipes/cpu/faults.py --runs" in second
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Missing, match="install chromium or google-chrome"):
        _ = Desk(tmp_path, tmp_path).screen


def test_an_unknown_name_is_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        main(None, ["dmeo"])
    assert ended.value.code == 2 and "no picture is called dmeo" in capsys.readouterr().err
