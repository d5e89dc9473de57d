"""A person's way through the page, in a real Chromium: keys, labels on disk after each mark, reload, undo, comment."""

import signal

import pytest
from PIL import Image

from tests.datasets.audit.conftest import lines_of
from tests.datasets.builders import row, write_rows
from tests.servers import browser

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(browser.executable() is None, reason="needs Chromium (chromium or google-chrome in the PATH)"),
]
pytest.importorskip("aiohttp", reason="needs the judge extra, to speak with Chromium")

NASTY = "<img src=x onerror=\"document.body.dataset.broken='yes'\"><script>document.body.dataset.broken='yes'</script>"
SETTLED = "document.body.dataset.waiting === '0'"


class Person:
    """Sits before the page; `folder` is where the labels go."""

    def __init__(self, chromium, served, folder):
        self.browser, self.served, self.file = chromium, served, folder / "audit" / "labels-ann.jsonl"
        chromium.resize(1280, 800)
        chromium.faults.clear()

    def arrive(self):
        self.browser.open(self.served.url)
        self.browser.until(f"location.href.startsWith('{self.served.url}') && document.body.dataset.place && {SETTLED}")

    def press(self, *keys):
        self.browser.press(*keys)
        self.browser.until(SETTLED)

    def is_at(self, place):
        """Waits for the row to be there."""
        return self.browser.until(f"document.body.dataset.place === '{place}'")

    def stored(self):
        return [(line["place"], line["field"], line["value"]) for line in lines_of(self.file)]

    def pressed(self):
        return self.browser.evaluate(
            "[...document.querySelectorAll('[aria-pressed=true]')].map((one) => one.className)"
        )

    def text(self, selector):
        return self.browser.evaluate(f"document.querySelector('{selector}').textContent")


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    """One for all tests: each has a server of its own, and so an address of its own."""
    made = browser.Browser(tmp_path_factory.mktemp("chromium"))
    yield made
    made.close()


@pytest.fixture
def person(chromium, serve, tmp_path):
    rows = [row(i) for i in range(12)]
    file = write_rows(tmp_path / "data", rows)
    person = Person(chromium, serve(file, "--annotator", "ann", cwd=tmp_path), tmp_path)
    person.arrive()
    assert chromium.evaluate("document.getElementById('help').open")  # a newcomer is told what is asked
    person.press("Escape")
    return person


def test_marks_by_key_are_on_disk_one_by_one(person):
    expected = []
    for place, keys in ((0, "ynm"), (1, "yyy")):
        person.is_at(place)
        for key, field in zip(keys, ("factuality", "grounding", "reasoning"), strict=True):
            person.press(key)
            expected.append((place, field, {"y": "yes", "n": "no", "m": "unsure"}[key]))
            assert person.stored() == expected
        assert person.pressed() == [value for _, _, value in expected[-3:]]
        person.press("Enter")
    person.is_at(2)
    assert person.text("#counts") == "2 done, 10 left" and person.pressed() == []
    assert person.browser.faults == []


def test_numbers_go_round_and_letters_follow_the_outline(person):
    for value in ("yes", "no", "unsure", ""):
        person.press("2")
        assert person.stored()[-1] == (0, "grounding", value)
    person.press("y")  # the outline is on the criterion that was last touched
    assert person.stored()[-1] == (0, "grounding", "yes")
    person.press("N")
    assert person.stored()[-1] == (0, "reasoning", "no")
    person.press("y")  # and goes round to the one that is open
    assert person.stored()[-1] == (0, "factuality", "yes")


def test_a_mark_can_be_clicked_and_clicked_away(person):
    person.browser.click(".criterion:nth-child(3) .unsure")
    person.browser.until(SETTLED)
    assert person.stored() == [(0, "reasoning", "unsure")]
    person.browser.click(".criterion:nth-child(3) .unsure")
    person.browser.until(SETTLED)
    assert person.stored()[-1] == (0, "reasoning", "") and person.pressed() == []
    person.press("y")  # the keys still belong to the page
    assert person.stored()[-1] == (0, "reasoning", "yes")


def test_a_reload_stays_and_a_new_visit_goes_on_where_rows_are_open(person):
    person.press("y", "y", "y", "Enter")
    person.is_at(1)
    person.press("y", "n")
    person.browser.reload()
    person.is_at(1)
    assert person.pressed() == ["yes", "no"] and person.text("#counts") == "1 done, 11 left"
    person.press("y")  # the criterion that was open
    assert person.stored()[-1] == (1, "reasoning", "yes")
    person.browser.open("about:blank")
    person.arrive()
    person.is_at(2)
    assert not person.browser.evaluate("document.getElementById('help').open")


def test_after_a_kill_the_next_run_goes_on(person, serve, tmp_path):
    person.press("y", "y", "y", "Enter")
    person.is_at(1)
    person.served.end(signal.SIGKILL)
    person.browser.press("y")
    assert person.browser.until("!document.getElementById('trouble').hidden")
    assert "Not stored" in person.text("#trouble") and person.pressed() == []
    person.served = serve("--annotator", "ann", cwd=tmp_path)
    person.arrive()
    person.is_at(1)
    person.press("n")
    assert person.stored()[3:] == [(1, "factuality", "no")]


def test_undo_goes_to_the_row_it_changes_also_after_a_reload(person):
    person.press("y", "n", "y", "ArrowRight")
    person.is_at(1)
    person.press("m")
    person.browser.reload()
    person.is_at(1)
    person.press("u")
    assert person.stored()[-1] == (1, "factuality", "") and person.pressed() == []
    person.press("u")
    person.is_at(0)
    assert person.stored()[-1] == (0, "reasoning", "") and person.pressed() == ["yes", "no"]
    assert person.text("#toast") == "Undone: row 1, reasoning is open again"
    person.press("u", "u")
    assert person.pressed() == []
    person.press("u")
    assert person.text("#toast") == "There is nothing to undo" and len(person.stored()) == 8


def test_a_comment_is_kept_and_its_letters_are_no_keys(person):
    person.press("c")
    person.browser.type("why? yes, nobody can count 123 <b>shapes</b>")
    person.press("Enter")
    comment = (0, "comment", "why? yes, nobody can count 123 <b>shapes</b>")
    assert person.stored() == [comment]
    person.press("y")
    assert person.stored() == [comment, (0, "factuality", "yes")]
    person.press("c")
    person.browser.type("!")
    person.browser.reload()  # without leaving the field
    person.is_at(0)
    assert person.browser.evaluate("document.getElementById('comment').value") == comment[2] + "!"
    assert person.stored()[-1] == (0, "comment", comment[2] + "!")
    person.press("j")
    person.is_at(1)
    assert person.browser.evaluate("document.getElementById('comment').value") == ""
    person.press("k", "u", "u")
    assert person.stored()[-2:] == [comment, (0, "factuality", "")]


def test_all_done_says_so(person):
    for place in range(12):
        person.is_at(place)
        person.press("y", "y", "y", "Enter")
    assert person.text("#counts") == "All 12 done" and "All 12 rows are done" in person.text("#toast")


@pytest.fixture
def odd(chromium, serve, tmp_path):
    rows = [
        row(0, problem=NASTY, refined_cot=f"<think>{NASTY}</think>", answer=NASTY, options=[NASTY, "x"]),
        row(1, image_path="images/gone.png"),
        row(2, image_path=["images/tall.png", "images/b.png"], refined_cot="word " * 4000),
        row(3, image_path=None, answer=None, refined_cot=None),
        row(4, image_path="images/cut.png"),
    ]
    file = write_rows(tmp_path / "data", rows)
    Image.effect_noise((600, 5000), 90).save(tmp_path / "data" / "images" / "tall.png")
    whole = (tmp_path / "data" / "images" / "tall.png").read_bytes()
    (tmp_path / "data" / "images" / "cut.png").write_bytes(whole[: len(whole) // 2])
    person = Person(chromium, serve(file, "--annotator", "ann", cwd=tmp_path), tmp_path)
    person.places = {one["id"]: one["place"] for one in lines_of(tmp_path / "audit" / "sample.jsonl")}
    person.arrive()
    person.press("Escape")
    return person


def visit(person, name):
    person.browser.evaluate(f"document.querySelectorAll('#strip button')[{person.places[name]}].click()")
    person.is_at(person.places[name])


def test_what_rows_hold_stays_text(odd):
    visit(odd, "r0")
    assert odd.text("#question") == NASTY and odd.text("#answer") == NASTY and NASTY in odd.text("#options")
    assert odd.text("#reasoning") == f"<think>{NASTY}</think>"
    assert odd.browser.evaluate("document.querySelectorAll('article img, article script').length") == 0
    assert odd.browser.evaluate("document.body.dataset.broken ?? ''") == ""
    assert [fault for fault in odd.browser.faults if "404" not in fault] == []  # pictures that aren't there


@pytest.mark.parametrize(
    ("name", "says"), [("r1", "no such file: images/gone.png"), ("r4", "images/cut.png can't be shown")]
)
def test_a_picture_that_isnt_there_is_said_and_the_row_can_be_marked(odd, name, says):
    visit(odd, name)
    assert says in odd.browser.until("document.querySelector('.missing')?.textContent")
    odd.press("z", "y", "n", "m")  # nothing to look at closer
    assert [value for _, _, value in odd.stored()] == ["yes", "no", "unsure"]


def test_a_row_that_lacks_all_else_says_so(odd):
    visit(odd, "r3")
    assert odd.text("#answer") == "There is no answer" and odd.text("#reasoning") == "There is no reasoning"
    assert "no image" in odd.text("#about")


def test_big_pictures_come_small_fit_and_can_be_looked_at_closer(odd):
    visit(odd, "r2")
    image = "document.querySelector('#pictures img')"
    assert odd.browser.until(f"{image}.naturalHeight") == 1600
    box = odd.browser.evaluate(f"[{image}.clientWidth / {image}.clientHeight, {image}.clientHeight]")
    assert box[0] == pytest.approx(600 / 5000, abs=0.01) and box[1] < 600
    odd.press("z")
    assert odd.browser.until("document.getElementById('zoom-image').naturalHeight === 4096")
    scale = "document.getElementById('zoom-image').getBoundingClientRect().height"
    fit = odd.browser.until(f"Math.abs({scale} - 800) < 2 ? {scale} : 0")
    odd.press("+", "y")
    assert odd.browser.evaluate(scale) == pytest.approx(1.4 * fit, rel=0.02)
    odd.press("ArrowRight")
    assert "images/b.png (2 of 2)" in odd.text("#zoom-name")
    odd.press("Escape", "y")
    assert len(odd.stored()) == 1  # the y while looking closer was none


def test_nothing_is_cut_off_at_any_size(odd):
    """The marks are in view, whatever the row holds, and only the text scrolls."""
    measures = (
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight,"
        " document.querySelector('footer').getBoundingClientRect().bottom, document.getElementById('row').scrollWidth"
        " - document.getElementById('row').clientWidth]"
    )
    for width, height in ((1280, 800), (1366, 640), (1920, 1080), (700, 900)):
        odd.browser.resize(width, height)
        for name in odd.places:
            visit(odd, name)
            wide, high, end, beyond = odd.browser.evaluate(measures)
            assert wide <= width and high <= height and end <= height + 0.5 and beyond <= 0, (name, width, height)
