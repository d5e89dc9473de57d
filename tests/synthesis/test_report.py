"""Every figure against runs of which it is known; and runs that nobody would wish for."""

import io
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.synthesis.generated import generate
from tests.synthesis.made_runs import MadeRun, call
from wethink_plugins.cli.main import main
from wethink_plugins.datasets.audit.rates import wilson
from wethink_plugins.endpoints.call import key_of
from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.asking.in_flight import InFlight, cut_off
from wethink_plugins.synthesis.records import Check
from wethink_plugins.synthesis.report import run_figures, run_page
from wethink_plugins.synthesis.report.lengths import bins, quantile
from wethink_plugins.synthesis.report.seen import Seen

CHECKOUT = Path(__file__).resolve().parents[2]


def a_picture(size=(40, 30)):
    data = io.BytesIO()
    Image.new("RGB", size, "red").save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def known(tmp_path):
    """Two closed rounds and an open one: 12 items planned, 10 ended, 4 accepted, 1 waits."""
    run = MadeRun(tmp_path / "run", images=12)
    run.add()  # 0 accepted, both say A
    run.add(rejected=("screen", "bad_question"), said=None, calls=[call("describe", "a"), call("ask", "b")])
    run.add(said=("A", "B"), choice="vision", abilities=("ocr", "maths"), cot="I look again.")
    late = run.add(kind="fill_in_blank", said=("3", "3"), domain="scene")
    run.close(duplicates={late: "as set/0.png#0"})
    run.add(said=("B", "A"), choice="text", abilities=("maths",), found=("maths", "recognition"), turns=3)
    run.add(rejected=("arbitrate", "no_agreement"), said=("A", "B"), choice="neither", kind="fill_in_blank")
    run.add(rejected=("check", "lacks_ability"), said=None, abilities=("ocr",), found=("recognition",))
    run.add(kind="fill_in_blank", said=("7", "7"), domain="map", abilities=("ocr", "maths"), turns=0)
    run.close()
    run.add(said=("A", "A"))  # 8 waits
    run.add(rejected=("describe", "refused"), said=None, turns=0, question=None, calls=[])
    for key in "abcd":
        run.attempt(key)
    run.attempt("a", "deadline", completion=0)
    run.attempt("e", "cancelled", pid=2, completion=0, usd=0.0)
    run.attempt("e", pid=2)
    return run


def test_the_funnel_counts_every_item_once(known):
    funnel = run_figures(known.run)["funnel"]
    assert [funnel[name] for name in ("ended", "accepted", "rejected", "waiting")] == [10, 4, 5, 1]
    assert (funnel["accept_rate"]["count"], funnel["accept_rate"]["total"]) == (4, 8)
    assert (funnel["accept_rate"]["low"], funnel["accept_rate"]["high"]) == wilson(4, 8)
    lines = {one["stage"]: (one["entered"], one["left"], one["reasons"]) for one in funnel["stages"]}
    assert lines["describe"] == (10, 9, {"refused": 1})
    assert lines["screen"] == (9, 8, {"bad_question": 1})
    assert lines["check"] == (8, 7, {"lacks_ability": 1})
    assert lines["arbitrate"] == (7, 6, {"no_agreement": 1})
    assert lines["classify"] == (6, 6, {})
    assert lines["near_duplicate"] == (5, 4, {"near_duplicate": 1})
    assert list(lines)[-1] == "near_duplicate" and sum(funnel["reasons"].values()) == funnel["rejected"]


def test_agreement_and_arbitration(known):
    answers = run_figures(known.run)["answers"]
    # Compared: items 0 2 3 4 5 7 8; 2, 4 and 5 disagree.
    assert (answers["all"]["agree"]["count"], answers["all"]["agree"]["total"], answers["all"]["disagree"]) == (4, 7, 3)
    assert (answers["all"]["agree"]["low"], answers["all"]["agree"]["high"]) == wilson(4, 7)
    assert [answers["all"][choice]["count"] for choice in ("vision", "text", "neither")] == [1, 1, 1]
    assert (answers["all"]["overturned"]["count"], answers["all"]["overturned"]["total"]) == (2, 3)
    by_type = {line["name"]: (line["agree"]["count"], line["disagree"]) for line in answers["question_type"]}
    assert by_type == {"multiple_choice": (2, 2), "fill_in_blank": (2, 1)}
    by_ability = {line["name"]: (line["agree"]["count"], line["disagree"]) for line in answers["ability"]}
    assert by_ability == {"ocr": (4, 2), "maths": (1, 2), "recognition": (0, 1)}
    by_domain = {line["name"]: (line["agree"]["count"], line["disagree"]) for line in answers["domain"]}
    assert by_domain == {"chart": (2, 3), "scene": (1, 0), "map": (1, 0)}
    assert answers["accepted_settled_by"] == {"agreement": 2, "arbiter": 2, "other": 0}
    assert answers["letters"] == {"names": ["A", "B"], "counts": [[2, 1], [1, 0]]}
    assert answers["gold_letters"] == {"A": 3} and answers["compared_by"] == {"rule": 7}


def test_overturned_is_what_the_vision_answer_lost(tmp_path):
    run = MadeRun(tmp_path / "run")
    for choice in ("vision", "vision", "text", "neither", "neither", "neither"):
        run.add(rejected=("refine", "failed"), said=("A", "B"), choice=choice)
    line = run_figures(run.run)["answers"]["all"]
    assert [line[choice]["count"] for choice in ("vision", "text", "neither")] == [2, 1, 3]
    assert (line["overturned"]["count"], line["overturned"]["total"]) == (4, 6)


def test_the_last_checker_that_named_abilities_has_the_word(tmp_path):
    run = MadeRun(tmp_path / "run")
    named = [Check(stage="check_image", valid=True, abilities=abilities) for abilities in (("ocr",), ("maths",))]
    run.add(abilities=("ocr", "maths"), checks=[*named, Check(stage="check_text", valid=True)])
    checks = {one["ability"]: one["confirmed"]["count"] for one in run_figures(run.run)["mix"]["ability_checks"]}
    assert checks == {"ocr": 0, "maths": 1}


def test_a_disagreement_that_nobody_decides(tmp_path):
    run = MadeRun(tmp_path / "run")
    run.add(rejected=("agree", "no_agreement"), said=("A", "B"))
    line = run_figures(run.run)["answers"]["all"]
    assert (line["disagree"], line["arbitrated"], line["not_asked"], line["overturned"]["rate"]) == (1, 0, 1, None)


def test_the_mix_is_that_of_accepted_rows(known):
    mix = run_figures(known.run)["mix"]
    lines = {one["name"]: (one["wanted"], one["accepted"]["count"], one["asked"]) for one in mix["abilities"]["values"]}
    assert lines["ocr"] == (0.25, 1, 7) and lines["maths"] == (0.25, 1, 1) and lines["ocr+maths"] == (0.5, 2, 2)
    assert "recognition+maths" not in lines  # asked for maths, needs more: it counts as steering counts it
    assert mix["abilities"]["distance"] == pytest.approx(0.0)
    types = {one["name"]: one["accepted"]["count"] for one in mix["question_types"]["values"]}
    assert types == {"multiple_choice": 3, "fill_in_blank": 1} and mix["question_types"]["distance"] == 0.25
    domains = {one["name"]: (one["wanted"], one["accepted"]["count"]) for one in mix["domains"]["values"]}
    assert domains == {"chart": (0.5, 3), "scene": (0.5, 0), "map": (0.0, 1)}
    checks = {one["ability"]: (one["confirmed"]["count"], one["confirmed"]["total"]) for one in mix["ability_checks"]}
    assert checks == {"ocr": (8, 9), "maths": (3, 3)}


def test_lengths_and_turns(known):
    lengths = run_figures(known.run)["lengths"]
    cot = lengths["characters"]["cot"]  # accepted: 7, 13, 7, 7 characters
    assert (cot["mean"], cot["p5"], cot["median"], cot["p95"], cot["longest"]) == (8.5, 7, 7, 13, 13)
    assert lengths["turns"] == {0: 2, 2: 7, 3: 1} and lengths["stopped"] == {"enough": 9, "turns": 1}
    assert sum(number for _, number in lengths["cot_bins"]) == 4


def test_a_call_that_items_share_is_paid_once(known):
    spending = run_figures(known.run)["spending"]
    stages = {one["stage"]: (one["records"], one["calls"]) for one in spending["stages"]}
    assert stages["describe"] == (9, 9) and stages["ask"] == (1, 1) and stages["refine"] == (0, 0)
    assert spending["all"]["usd"] == pytest.approx(10 * 0.00012)
    assert spending["per_accepted"]["tokens"] == pytest.approx(10 * 110 / 4)


@pytest.mark.parametrize("shared", [True, False])
def test_two_questions_about_one_image_share_its_description(tmp_path, shared):
    run = MadeRun(tmp_path / "run", questions_per_image=2)
    for number in range(2):
        again = call("ask", f"q{number}", attempt=1, invalid="no JSON")
        run.add(calls=[call("describe", "same" if shared else f"d{number}"), again])
    spending = run_figures(run.run)["spending"]
    lines = {one["stage"]: one for one in spending["stages"]}
    assert (lines["describe"]["records"], lines["describe"]["calls"]) == (2, 1 if shared else 2)
    assert (lines["ask"]["reasked"], lines["ask"]["invalid"]) == (2, 2)


def test_the_calls_are_those_of_the_store(known):
    known.store.record("another:one", 9, [], [], known._limits)
    calls = run_figures(known.run)["calls"]
    assert [calls[name] for name in ("attempts", "answered", "failed", "calls", "answered_again")] == [7, 5, 2, 5, 0]
    assert calls["usd"] == pytest.approx(6 * 0.00012) and calls["prompt_tokens"] == 700
    assert calls["per_accepted"]["usd"] == pytest.approx(6 * 0.00012 / 4)
    assert [(one["pid"], one["attempts"], one["answered"], one["cut_off"]) for one in calls["processes"]] == [
        (1, 5, 4, 0), (2, 2, 1, 1),
    ]  # fmt: skip
    known.attempt("a", pid=2)
    figures = run_figures(known.run)
    assert figures["calls"]["answered_again"] == 1 and "answers paid twice" in {one["name"] for one in figures["signs"]}


def test_drift_has_a_line_a_round(known):
    drift = run_figures(known.run)["drift"]
    assert [(one["round"], one["ended"], one["accepted"], one["closed"]) for one in drift] == [
        (0, 4, 2, True), (1, 4, 2, True), (2, 2, 0, False),
    ]  # fmt: skip
    assert [one["accept_rate"] for one in drift] == [0.5, 0.5, None] and drift[0]["near_duplicates"] == 1
    assert drift[0]["agreement"] == pytest.approx(2 / 3) and drift[1]["agreement"] == pytest.approx(1 / 3)
    assert drift[0]["usd_per_item"] == pytest.approx(5 * 0.00012 / 4) and drift[0]["cot"] == 10.0


def test_many_rounds_are_drawn_together(tmp_path):
    run = MadeRun(tmp_path / "run", images=500, rounds={"size": 1})
    for _ in range(450):
        run.add()
        run.close()
    drift = run_figures(run.run)["drift"]
    assert len(drift) <= 200 and sum(one["ended"] for one in drift) == 450 and drift[0]["accept_rate"] == 1.0


def test_cards_are_few_of_every_kind_and_the_same_each_time(known):
    cards = run_figures(known.run)["cards"]
    assert len(cards["accepted"]) == 4 and len(cards["rejected"]) == 5
    assert {card["outcome"]["reason"] for card in cards["rejected"]} == {
        "bad_question", "lacks_ability", "no_agreement", "near_duplicate", "refused",
    }  # fmt: skip
    assert run_figures(known.run)["cards"] == cards


def test_no_more_cards_than_a_page_bears(tmp_path):
    run = MadeRun(tmp_path / "run", images=200, rounds={"size": 100})
    for number in range(100):
        run.add(rejected=("screen", "bad_question") if number % 3 else None)
    run.close()
    cards = run_figures(run.run)["cards"]
    assert (len(cards["accepted"]), len(cards["rejected"])) == (8, 12)
    large = a_picture((1000, 800))
    html = run_page(run_figures(run.run), read=lambda image: large).html()
    assert html.count("<article>") == 20 == html.count("<img ") and len(html) < 400_000


def test_where_images_come_from(known):
    origins = run_figures(known.run)["origins"]
    assert [(one["source"], one["licence"], one["accepted"]) for one in origins] == [
        ("other", "unknown", 3), ("set", "cc-by-4.0", 1),
    ]  # fmt: skip
    assert sum(one["accept_rate"]["total"] for one in origins) == 8
    assert "unknown licence" in {one["name"] for one in run_figures(known.run)["signs"]}


def test_the_page_says_what_the_figures_say(known):
    html = run_page(run_figures(known.run), read=lambda image: a_picture()).html()
    assert "Unfinished: 10 of 12 items have ended. 1 went through all stages" in html
    text = re.sub(r"<[^>]*>", " ", html)
    for said in ("near_duplicate", "no_agreement", "57.1 %", "as set/0.png#0", "recognition+maths", "Which colour?"):
        assert said in text
    assert html.count('src="data:image/') == 9


def test_complete_runs_say_nothing_of_being_unfinished(tmp_path):
    run = MadeRun(tmp_path / "run", images=4)
    for _ in range(4):
        run.add()
    run.close()
    figures = run_figures(run.run)
    assert figures["state"]["state"] == "complete" and "Unfinished" not in run_page(figures, a_reader).html()


def a_reader(image):
    return a_picture()


EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)> & \"'> </dd></article>"


def test_what_models_write_is_text(tmp_path):
    run = MadeRun(tmp_path / "run")
    run.add(
        domain=EVIL, cot=EVIL, description=EVIL, detail=EVIL, said=(EVIL, "A"), choice="text", stopped=EVIL,
        calls=[call(EVIL, "k")],
    )  # fmt: skip
    run.add(rejected=("screen", "bad_question"), detail=EVIL)
    run.close()
    run.attempt("k", status=EVIL)
    run.stopped(why=EVIL)
    html = run_page(run_figures(run.run), read=a_reader).html()
    assert "<script" not in html and "onerror=alert" in html and "<img src=x" not in html
    assert html.count("<article>") == html.count("</article>")


def test_texts_of_any_length(tmp_path, cpu_limit):
    run = MadeRun(tmp_path / "run")
    long = "word " * 400_000
    run.add(cot=long, domain=long, description=long, stopped=long, said=(long, "A"), choice="text")
    run.add(rejected=("screen", "bad_question"), detail=long)
    run.close()
    figures = run_figures(run.run)
    with cpu_limit(20):
        html = run_page(figures, read=a_reader).html()
    assert len(json.dumps(figures)) < 100_000 and len(html) < 200_000
    assert figures["lengths"]["characters"]["cot"]["longest"] == len(long)


def lost(image):
    raise WeThinkError("can't be read: no such file", fix="", file=image.path)


def broken(image):
    return b"\x89PNG\r\n\x1a\n and nothing that follows"


@pytest.mark.parametrize(("read", "says"), [(lost, "no such file"), (broken, "UnidentifiedImageError")])
def test_a_picture_that_is_gone_costs_the_picture_only(known, read, says):
    html = run_page(run_figures(known.run), read=read).html()
    assert html.count("<article>") == 9 and "<img" not in html and html.count(says) >= 9


def test_without_prices_there_are_tokens(tmp_path):
    run = MadeRun(tmp_path / "run", priced=False)
    run.add(calls=[call("describe", "k", usd=None)])
    run.attempt("k", usd=None)
    figures = run_figures(run.run)
    assert figures["spending"]["all"]["usd"] is None and figures["calls"]["usd"] is None
    html = run_page(figures, read=a_reader).html()
    assert "No endpoint has prices" in html and "$0" not in html


def test_some_prices_are_said_to_be_some(tmp_path):
    run = MadeRun(tmp_path / "run")
    run.add(calls=[call("describe", "k"), call("ask", "l", usd=None)])
    assert "Some endpoints have no prices" in run_page(run_figures(run.run), read=a_reader).html()


def test_only_rejects(tmp_path):
    run = MadeRun(tmp_path / "run", images=4)
    for _ in range(4):
        run.add(rejected=("describe", "unreadable_image"), said=None, question=None, target=None, calls=[])
    run.close()
    figures = run_figures(run.run)
    assert figures["funnel"]["accepted"] == 0 and figures["spending"]["per_accepted"]["usd"] is None
    assert figures["signs"][0]["name"] == "nothing accepted" and "unreadable_image" in figures["signs"][0]["seen"]
    html = run_page(figures, read=lost).html()
    assert "NaN" not in html and "the picture can&#39;t be opened" in html


def test_an_empty_run(tmp_path, capsys):
    run = MadeRun(tmp_path / "run")
    figures = run_figures(run.run)
    assert figures["funnel"]["ended"] == 0 and figures["signs"] == []
    assert "No item has ended so far" in run_page(figures).html()


def cli(*arguments):
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    return ended.value.code or 0


def test_the_verb_writes_page_and_figures(known, tmp_path, capsys):
    page = tmp_path / "out" / "report.html"
    assert cli("synth", "report", known.run.folder, "--out", page) == 0
    said = capsys.readouterr().out
    assert "10 of 12 items have ended" in said and "no_agreement 1" in said
    figures = json.loads(page.with_suffix(".json").read_text())
    assert figures["funnel"]["accepted"] == 4 and "<!doctype html>" in page.read_text()
    assert cli("synth", "report", known.run.folder, "--json") == 0
    assert json.loads(capsys.readouterr().out)["funnel"] == figures["funnel"]


def test_the_verb_only_reads(known, capsys):
    known.ledger.close()
    known.store.close()
    before = {file: file.read_bytes() for file in known.run.folder.iterdir()}
    assert cli("synth", "report", known.run.folder, "--json") == 0
    assert {file: file.read_bytes() for file in before} == before


@pytest.mark.parametrize("there", ["nothing", "no ledger", "no tables", "no database"])
def test_no_run_to_report_on(tmp_path, capsys, there):
    folder = tmp_path / "run"
    if there != "nothing":
        run = MadeRun(folder)
        run.ledger.close()
        for file in folder.glob("ledger.sqlite*"):
            file.unlink()
    if there.startswith("no ") and there != "no ledger":
        (folder / "ledger.sqlite").write_bytes(b"" if there == "no tables" else b"text" * 400)
    assert cli("synth", "report", folder) == 2
    assert str(folder) in capsys.readouterr().err


def test_seen_counts_like_a_set():
    seen, digests = Seen(), [f"{number:064x}" for number in range(20_000)]
    assert all(seen.add(digest) for digest in digests) and len(seen) == 20_000
    assert not any(seen.add(digest) for digest in digests) and "f" * 64 not in seen and digests[7] in seen


def test_quantiles_and_bins():
    from collections import Counter

    counts = Counter(range(1, 101))
    assert [quantile(counts, share) for share in (0.0, 0.05, 0.5, 0.95, 1.0)] == [1, 5, 50, 95, 100]
    assert sum(number for _, number in bins(counts)) == 100 and bins(Counter()) == []
    assert bins(Counter({5: 3})) == [("5", 3)]
    assert bins(Counter({0: 190, 140: 9, 5000: 1}))[-1] == ("140 –", 10)


def in_flight(run, begun, pid, *digests):
    file = run.run.folder / "in-flight" / f"{begun:.6f}-{pid}"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"".join(bytes.fromhex(digest) for digest in digests) + bytes(32))


def test_what_kills_cut_off_and_what_was_made_again(tmp_path):
    run = MadeRun(tmp_path / "run")
    made_again, on_disk, never, on_disk_too = ("1" * 64, "2" * 64, "3" * 64, "4" * 64)
    begun = time.time() - 100
    in_flight(run, begun, 1, made_again, on_disk, never, on_disk_too)
    in_flight(run, begun + 50, 2)
    store_key = {digest: key_of(digest, "http://127.0.0.1:9/v1\0m1") for digest in (made_again, on_disk, on_disk_too)}
    run.attempt(store_key[on_disk], ago=60)
    run.attempt(store_key[on_disk_too], ago=60)
    run.attempt(store_key[made_again], ago=30, pid=2)
    kills = run_figures(run.run)["calls"]["kills"]
    assert (kills["kills"], kills["in_flight"], kills["repeated"], kills["most"]) == (1, 2, 1, 2)
    in_flight(run, begun + 90, 3, never)
    run.run.lock()  # it works now: what it has in flight is no loss
    assert run_figures(run.run)["calls"]["kills"] == kills


def test_marks_are_there_while_a_call_is_and_no_longer(tmp_path):
    marks = InFlight(tmp_path)
    with marks.mark("a" * 64), marks.mark("b" * 64):
        assert cut_off(tmp_path)[0].digests == {"a" * 64, "b" * 64}
    with marks.mark("c" * 64):
        assert [one.digests for one in cut_off(tmp_path)] == [{"c" * 64}]
    marks.close()
    assert [one.digests for one in cut_off(tmp_path)] == [frozenset()]
    (tmp_path / "file").write_text("")
    with InFlight(tmp_path / "file").mark("a" * 64):
        pass


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux counts it")
def test_memory_does_not_grow_with_the_texts(tmp_path):
    """Ten times the items: what is kept of each is 16 to 32 bytes a call; their texts would be 150 MiB."""
    peaks = []
    for items in (2_000, 20_000):
        generate(tmp_path / str(items), items)
        command = [sys.executable, "-m", "tests.synthesis.generated", "measure", str(tmp_path / str(items))]
        ended = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
        measured = json.loads(ended.stdout)
        assert measured["items"] == items and measured["calls"] == 13 * items
        peaks.append(measured["peak_mib"])
    assert peaks[1] - peaks[0] < 40
