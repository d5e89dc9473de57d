"""What a run leaves on disk: rows that validation takes as they are, where each comes from, and where their pictures are."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.synthesis.images import png, put, settings
from tests.synthesis.test_sources import folder_source, parquet_source, shards_source, tar
from wethink_plugins import __version__
from wethink_plugins.cli.main import app
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row
from wethink_plugins.synthesis.output import write_outputs
from wethink_plugins.synthesis.records import (
    Agreement,
    Answer,
    Arbitration,
    CallRecord,
    Draft,
    ItemRecord,
    Question,
    RoundRecord,
    Target,
    Turn,
)
from wethink_plugins.synthesis.rejection import Rejected
from wethink_plugins.synthesis.row import check_row
from wethink_plugins.synthesis.run import RunFolder
from wethink_plugins.synthesis.sources import SourceGone, images_of

FILES = ("rows.jsonl", "provenance.jsonl", "rejects.jsonl")


def call(stage, role, **more):
    return CallRecord(
        **{
            "stage": stage, "role": role, "key": "k", "model": f"{role}-2025", "endpoint": "http://h/v1", "prompt": "abc",
            "prompt_tokens": 100, "completion_tokens": 10, "usd": 0.001, "finish_reason": "stop", **more,
        }
    )  # fmt: skip


def draft_of(image, number=0, kind="multiple_choice", **more):
    question = {
        "multiple_choice": Question(
            question=f"Which of these stands behind thing {number} in the picture?", question_type=kind,
            options=("a red box", "a blue box", "two of them"), draft="B",
        ),
        "fill_in_blank": Question(question=f"How many boxes stand behind thing {number}?", question_type=kind, draft="12"),
        "descriptive": Question(question=f"Why does thing {number} lean to the left?", question_type=kind, draft="It fell."),
    }[kind]  # fmt: skip
    answer = {"multiple_choice": "B", "fill_in_blank": "12", "descriptive": f"Thing {number} leans on a box."}[kind]
    draft = Draft(
        image=image, target=Target(question_type=kind, abilities=("ocr",)), question=question, answer=answer,
        cot=f"Beside thing {number} there is a box, and behind it another one that is blue. So it is {answer}.",
        abilities=("reasoning", "ocr"), domain="boxes", stopped="enough",
        dialogue=[Turn(missing=("m",), questions=("q?",), answers=("a",))],
        answers={"vision": Answer(reasoning="r", answer=answer), "text": Answer(reasoning="r", answer="C")},
        agreement=Agreement(agree=False, by="rule"), arbitration=Arbitration(choice="vision"),
        reward_method="model" if kind == "descriptive" else "rule",
        calls=[call("describe", "describer"), call("ask", "reasoner", attempt=0, invalid="no"), call("ask", "reasoner", attempt=1)],
    )  # fmt: skip
    return draft.model_copy(update=more)


KINDS = ("multiple_choice", "fill_in_blank", "descriptive")


def begin(folder, *sources, **more):
    """A run with its images listed and the first round's plan made."""
    run = RunFolder.create(folder, settings(*sources, **more))
    ledger = run.ledger()
    ledger.set_images(images_of(run.config))
    ledger.close_round(RoundRecord(round=-1))
    return run, ledger


def items_of(ledger, start=0, stop=None):
    """Every fifth is rejected."""
    for number, image in list(enumerate(ledger.images()))[start:stop]:
        item = {"item": f"{image.id}#0", "number": number, "round": 0, "seconds": number * 1.5}
        if number % 5 == 4:
            draft = Draft(
                image=image, question=Question(question="What, by the description?", question_type="descriptive")
            )
            yield ItemRecord(
                **item, status="rejected", stage="screen", reason="bad_question", detail="why", draft=draft
            )
        else:
            yield ItemRecord(**item, status="passed", draft=draft_of(image, number, KINDS[number % 3]))


def finish(ledger, order=lambda items: items, duplicates=None):
    for item in order(list(items_of(ledger))):
        ledger.add(item)
    ledger.close_round(RoundRecord(round=0, duplicates=duplicates or {}))


def lines(file):
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def validate(run):
    arguments = ["data", "validate", run.folder / "rows.jsonl", "--images", run.folder / "images", "--json"]
    result = _runner().invoke(app, list(map(str, arguments)))
    return result.exit_code, json.loads(result.stdout)


def _runner():
    """Older ones put what goes to stderr into stdout, unless told."""
    try:
        return CliRunner(mix_stderr=False)
    except TypeError:
        return CliRunner()


@pytest.mark.parametrize("make", [folder_source, shards_source, parquet_source])
def test_validation_takes_all_rows_as_they_are(make, tmp_path):
    run, ledger = begin(tmp_path / "run", make(tmp_path))
    finish(ledger)
    assert write_outputs(run, ledger) == {"rows": 24, "rejects": 6}
    code, found = validate(run)
    assert code == 0, found
    assert (found["read"], found["accepted"], found["rejected"]) == (24, 24, 0)
    assert not found["repairs"] and not found["defects"]
    rows = [Row.read(record) for record in lines(run.folder / "rows.jsonl")]
    for row, item in zip(rows, (i for i in items_of(ledger) if i.status == "passed"), strict=True):
        draft = item.draft
        assert (row.id, row.answer, row.options) == (item.item, draft.answer, draft.question.options)
        assert (row.question_type, row.reward_method) == (draft.question.question_type, draft.reward_method)
        assert (row.refined_cot, row.abilities, row.source) == (draft.cot, draft.abilities, "coco")
        assert row.image_path == (draft.image.path,)


def test_the_fields_of_a_row_are_those_that_were_published(tmp_path):
    run, ledger = begin(tmp_path / "run", folder_source(tmp_path))
    finish(ledger)
    write_outputs(run, ledger)
    row = lines(run.folder / "rows.jsonl")[0]
    assert list(row)[:8] == ["id", "problem", "answer", "category", "abilities", "refined_cot", "image_path", "reward"]
    assert set(row) - set(list(row)[:8]) == {"options", "source"}
    assert row["problem"].endswith("\nA. a red box\nB. a blue box\nC. two of them") and row["answer"] == "B"


def test_provenance_says_where_a_row_comes_from(tmp_path):
    run, ledger = begin(tmp_path / "run", shards_source(tmp_path))
    finish(ledger)
    write_outputs(run, ledger)
    first = lines(run.folder / "provenance.jsonl")[0]
    assert [one["id"] for one in lines(run.folder / "provenance.jsonl")] == [
        one["id"] for one in lines(run.folder / "rows.jsonl")
    ]
    assert (first["run"], first["wethink_plugins"]) == (run.id, __version__)
    assert first["image"]["licence"] == "CC BY 4.0" and first["image"]["path"].startswith("coco/")
    assert first["models"] == {"describer": ["describer-2025"], "reasoner": ["reasoner-2025"]}
    assert first["prompts"] == {"describe.describer": ["abc"], "ask.reasoner": ["abc"]}
    assert first["votes"] == {"vision": "B", "text": "C", "agree": False, "by": "rule", "arbiter": "vision"}
    assert (first["turns"], first["calls"], first["reasked"], first["usd"]) == (1, 3, 1, 0.003)
    assert (first["prompt_tokens"], first["completion_tokens"]) == (300, 30)
    assert str(tmp_path) not in (run.folder / "provenance.jsonl").read_text()


def test_rejects_say_where_why_and_what_was_asked(tmp_path):
    run, ledger = begin(tmp_path / "run", folder_source(tmp_path))
    items = list(items_of(ledger))
    finish(ledger, duplicates={items[0].item: f"of {items[1].item}"})
    assert write_outputs(run, ledger) == {"rows": 23, "rejects": 7}
    late, early = lines(run.folder / "rejects.jsonl")[:2]
    assert (late["id"], late["stage"], late["reason"]) == (items[0].item, "near_duplicate", "near_duplicate")
    assert late["detail"] == f"of {items[1].item}" and late["question"].startswith("Which of these")
    assert (early["stage"], early["reason"], early["detail"]) == ("screen", "bad_question", "why")
    assert early["question"] == "What, by the description?" and early["id"] == items[4].item


def test_the_order_in_which_items_ended_makes_no_difference(tmp_path):
    source = folder_source(tmp_path)
    contents = []
    for name, order in {"a": list, "b": lambda items: items[::-1], "c": lambda items: items[7:] + items[:7]}.items():
        run, ledger = begin(tmp_path / name, source)
        run.id = "same"
        finish(ledger, order)
        write_outputs(run, ledger)
        contents.append([(run.folder / file).read_bytes() for file in FILES])
    assert contents[0] == contents[1] == contents[2]


def test_only_closed_rounds_are_written(tmp_path):
    run, ledger = begin(tmp_path / "run", folder_source(tmp_path))
    for item in items_of(ledger, 0, 20):
        ledger.add(item)
    assert write_outputs(run, ledger) == {"rows": 0, "rejects": 0}
    assert all((run.folder / file).read_bytes() == b"" for file in FILES)
    ledger.close_round(RoundRecord(round=0))
    assert write_outputs(run, ledger) == {"rows": 16, "rejects": 4}


class TestPictures:
    def done(self, tmp_path, make=folder_source):
        run, ledger = begin(tmp_path / "run", make(tmp_path))
        finish(ledger)
        write_outputs(run, ledger)
        return run, ledger

    def files(self, run):
        return {str(f.relative_to(run.folder / "images")) for f in (run.folder / "images").rglob("*") if not f.is_dir()}

    @pytest.mark.parametrize("make", [folder_source, shards_source, parquet_source])
    def test_those_of_the_rows_and_no_others(self, make, tmp_path):
        run, _ = self.done(tmp_path, make)
        assert self.files(run) == {row["image_path"] for row in lines(run.folder / "rows.jsonl")}
        assert {(run.folder / "images" / name).read_bytes() for name in self.files(run)} <= {png(n) for n in range(30)}

    def test_files_are_linked(self, tmp_path):
        run, _ = self.done(tmp_path)
        for name in self.files(run):
            assert (run.folder / "images" / name).samefile(tmp_path / "pictures" / name.removeprefix("coco/"))

    def test_where_no_hard_link_can_be_a_symbolic_one_is(self, tmp_path, monkeypatch):
        def refuse(*_, **__):
            raise OSError(18, "Invalid cross-device link")

        monkeypatch.setattr("os.link", refuse)
        run, ledger = self.done(tmp_path)
        assert all((run.folder / "images" / name).is_symlink() for name in self.files(run))
        (tmp_path / "pictures").rename(tmp_path / "moved")
        monkeypatch.undo()
        with pytest.raises(SourceGone):
            write_outputs(run, ledger)

    def test_where_no_link_can_be_it_is_copied(self, tmp_path, monkeypatch):
        def refuse(*_, **__):
            raise OSError(1, "Operation not permitted")

        monkeypatch.setattr("os.link", refuse)
        monkeypatch.setattr("os.symlink", refuse)
        run, _ = self.done(tmp_path)
        files = [run.folder / "images" / name for name in self.files(run)]
        assert len(files) == 24 and all(file.is_file() and file.stat().st_nlink == 1 for file in files)

    def test_what_is_there_is_not_made_again(self, tmp_path):
        run, ledger = self.done(tmp_path, shards_source)
        before = {name: (run.folder / "images" / name).stat().st_ino for name in self.files(run)}
        shutil.rmtree(tmp_path / "shards")  # nobody needs it any more
        assert write_outputs(run, ledger) == {"rows": 24, "rejects": 6}
        assert before == {name: (run.folder / "images" / name).stat().st_ino for name in self.files(run)}

    def test_a_picture_that_is_gone_costs_its_rows_until_it_is_back(self, tmp_path):
        run, ledger = begin(tmp_path / "run", folder_source(tmp_path))
        finish(ledger)
        image = ledger.images()[0]
        file = tmp_path / "pictures" / image.place["file"]
        content = file.read_bytes()
        file.unlink()
        assert write_outputs(run, ledger) == {"rows": 23, "rejects": 6, "lost": 1}
        assert validate(run)[0] == 0
        lost = lines(run.folder / "rejects.jsonl")[0]
        assert (lost["id"], lost["stage"], lost["reason"]) == (f"{image.id}#0", "output", "unreadable_image")
        file.write_bytes(content)
        assert write_outputs(run, ledger) == {"rows": 24, "rejects": 6}

    def test_a_source_that_is_gone_leaves_everything_as_it_was(self, tmp_path):
        run, ledger = begin(tmp_path / "run", folder_source(tmp_path), {**shards_source(tmp_path), "source": "gqa"})
        shutil.rmtree(tmp_path / "shards")
        (run.folder / "rows.jsonl").write_text("as it was")
        finish(ledger)
        with pytest.raises(SourceGone, match="shards"):
            write_outputs(run, ledger)
        assert (run.folder / "rows.jsonl").read_text() == "as it was"
        assert not [name for name in os.listdir(run.folder) if name.endswith(".part")]

    def test_names_that_would_lead_elsewhere_or_collide(self, tmp_path):
        odd = ["../up.png", "/root.png", "a.png", "a.png", "a.png/b.png", "n\nl.png", "l" * 300 + ".png", "ü #1.png"]
        file = tar(tmp_path / "x.tar", [(name, png(number)) for number, name in enumerate(odd)])
        run, ledger = begin(tmp_path / "run", {"source": "s/../t", "shards": str(file)})
        for number, image in enumerate(ledger.images()):
            draft = draft_of(image, number)
            ledger.add(ItemRecord(item=f"{image.id}#0", number=number, round=0, status="passed", draft=draft))
        ledger.close_round(RoundRecord(round=0))
        assert write_outputs(run, ledger) == {"rows": 8, "rejects": 0}
        code, found = validate(run)
        assert (code, found["accepted"]) == (0, 8), found
        assert sorted(os.listdir(tmp_path)) == ["run", "x.tar"]
        assert {(run.folder / "images" / name).read_bytes() for name in self.files(run)} == {png(n) for n in range(8)}

    def test_a_folder_that_can_t_be_written(self, tmp_path):
        run, ledger = begin(tmp_path / "run", folder_source(tmp_path))
        (run.folder / "images").write_text("a file is in the way")
        finish(ledger)
        with pytest.raises(WeThinkError, match=r"images.*can't be written"):
            write_outputs(run, ledger)


_WRITER = """
import sys, os, signal, itertools
from pathlib import Path
from wethink_plugins.synthesis.output import write_outputs
from wethink_plugins.synthesis.run import RunFolder
run = RunFolder.open(Path(sys.argv[1])); stop = int(sys.argv[2]); steps = itertools.count()
def audited(event, arguments):
    if event in ("os.rename", "open", "os.mkdir", "os.link", "os.remove", "shutil.rmtree") and str(run.folder) in str(arguments):
        if next(steps) == stop:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(audited)
print(dict(write_outputs(run, run.ledger(reads_only=True))))
"""


@pytest.mark.slow
@pytest.mark.parametrize("make", [folder_source, shards_source])
def test_killed_at_any_step_the_next_one_writes_the_same(make, tmp_path):
    run, ledger = begin(tmp_path / "run", make(tmp_path))
    finish(ledger)
    write_outputs(run, ledger)
    whole = {file: (run.folder / file).read_bytes() for file in FILES}
    ledger.close()

    def clean():
        for file in FILES:
            (run.folder / file).unlink(missing_ok=True)
        shutil.rmtree(run.folder / "images", ignore_errors=True)

    for step in (0, 1, 3, 4, 6, 9, 15, 30, 60, 75, 78, 79, 80, 81, 82, 83, 84):
        clean()
        first = subprocess.run([sys.executable, "-c", _WRITER, str(run.folder), str(step)], capture_output=True)
        killed = first.returncode == -signal.SIGKILL
        for file in FILES:
            assert not (run.folder / file).exists() or (run.folder / file).read_bytes() == whole[file]
        write_outputs(run, run.ledger(reads_only=True))
        assert {file: (run.folder / file).read_bytes() for file in FILES} == whole
        left = [name for name in os.listdir(run.folder) if name.endswith(".part") or name == ".unfinished"]
        assert not left and not (run.folder / "images" / ".unfinished").exists()
        if not killed:
            assert first.returncode == 0 and step > 20, first.stderr
            return
    assert killed


@pytest.mark.parametrize(
    ("kind", "change", "reason"),
    [
        ("multiple_choice", {"answer": "D"}, "bad_answer"),
        ("fill_in_blank", {"answer": "it is <answer>12"}, "bad_answer"),
        ("fill_in_blank", {"answer": "\\frac{1}{"}, "bad_answer"),
        ("descriptive", {"answer": "<image> shows it"}, "bad_answer"),
        ("descriptive", {"answer": ""}, "bad_answer"),
        ("descriptive", {"cot": "I see a thing.</think> So it fell."}, "bad_reasoning"),
        ("descriptive", {"cot": "a <|im_end|> b"}, "bad_reasoning"),
        ("descriptive", {"cot": "[your reasoning here]"}, "bad_reasoning"),
        ("descriptive", {"question": Question(question="What <image> is it?", question_type="descriptive")}, "bad_question"),
        ("multiple_choice", {"question": Question(question="Which one is it?", question_type="multiple_choice",
                                                  options=("a", "<video>"))}, "bad_question"),
    ],
)  # fmt: skip
def test_no_item_passes_whose_row_validation_would_refuse(kind, change, reason, tmp_path):
    image = images_of(settings({"source": "s", "folder": str(put(tmp_path, ["a.png"]))}))[0]
    check_row("a#0", draft_of(image, kind=kind))
    with pytest.raises(Rejected) as rejection:
        check_row("a#0", draft_of(image, kind=kind, **change))
    assert rejection.value.reason == reason


def test_a_row_that_a_repair_would_change_is_written_repaired(tmp_path):
    run, ledger = begin(tmp_path / "run", {"source": "s", "folder": str(put(tmp_path / "p", ["a.png"]))})
    image = ledger.images()[0]
    draft = draft_of(image, kind="fill_in_blank", cot="<think>It is blue, so 12.</think>\n<answer>12</answer>")
    check_row("a#0", draft)
    ledger.add(ItemRecord(item="a#0", number=0, round=0, status="passed", draft=draft))
    ledger.close_round(RoundRecord(round=0))
    write_outputs(run, ledger)
    assert lines(run.folder / "rows.jsonl")[0]["refined_cot"] == "It is blue, so 12."
    assert validate(run)[1]["repairs"] == {}


def test_half_a_surrogate_pair_is_writable_where_it_may_stand(tmp_path):
    run, ledger = begin(tmp_path / "run", {"source": "s", "folder": str(put(tmp_path / "p", ["a.png"]))})
    image = ledger.images()[0]
    draft = Draft(image=image, question=Question(question="ü?", question_type="descriptive"))
    ledger.add(ItemRecord(item="a#0", number=0, round=0, status="rejected", reason="failed", detail="ü", draft=draft))
    ledger.close_round(RoundRecord(round=0))
    write_outputs(run, ledger)
    assert "ü?" in (run.folder / "rejects.jsonl").read_text(encoding="utf-8")
    assert Path(run.folder / "rows.jsonl").read_bytes() == b""
