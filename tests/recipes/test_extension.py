"""The study of an extended set: its rows come out of the real pipeline, and say the truth about the scenes."""

import json

import pytest

pytest.importorskip("aiohttp")

import extension
import extension_rows
from arms import Arms
from dataset import SMALL, write_dataset
from extension_models import Unknown, described, reply_to, scene_in
from families import FAMILIES
from scenes import Scene, all_scenes, split_scenes


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """As much of a finished run of demo.py as the rows are made from; with 96 new pictures."""
    folder = tmp_path_factory.mktemp("run")
    write_dataset(folder / "data", 0, SMALL)
    (folder / "summary.json").write_text(json.dumps({"seed": 0}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(extension_rows, "NEW_SCENES", 96)
        patch.setattr(extension_rows, "ROUND", 16)
        extension_rows.make(folder)
    return folder


def rows(run, name):
    return [json.loads(line) for line in (run / extension_rows.FOLDER / f"{name}.jsonl").read_text().splitlines()]


def test_both_sets_are_the_base_and_as_many_rows_that_are_right(run):
    told = json.loads((run / extension_rows.FOLDER / "rows.json").read_text())
    base, extended, random = (rows(run, name) for name in ("base", "extended", "random"))
    assert len(extended) == len(random) == len(base) + told["added"] and told["added"] >= 15
    assert extended[: len(base)] == random[: len(base)] == base
    assert told["right"] == {"extended": 1.0, "random": 1.0}
    for row in (*extended, *random):
        assert (run / extension_rows.FOLDER / row["image_path"]).exists()
        assert not row["refined_cot"]


def test_what_is_added_is_thin_where_it_is_steered_and_more_of_the_same_where_not(run):
    families = json.loads((run / extension_rows.FOLDER / "rows.json").read_text())["families"]
    share = {
        name: sum(families[name].get(family, 0) for family in extension_rows.THIN) / sum(families[name].values())
        for name in ("extended", "random")
    }
    assert share["extended"] > 0.6 > share["random"] + 0.1


def test_new_pictures_show_no_held_out_scene(run):
    told = json.loads((run / extension_rows.FOLDER / "rows.json").read_text())["scenes"]
    scenes = {Scene(tuple(one["cells"]), one["shape"], one["colour"]) for one in told.values()}
    split = split_scenes()
    assert len(told) == 96 and scenes <= set(split["train"]) and not scenes & {*split["test"], *split["val"]}


def test_a_refined_description_holds_the_whole_scene():
    for scene in all_scenes():
        assert scene_in(f"{described(scene)} The ground is pale. Each is a {scene.shape}.") == scene


def test_a_prompt_that_it_does_not_know_is_an_error():
    with pytest.raises(Unknown, match="own prompts"):
        reply_to({"messages": [{"role": "user", "content": "Something else."}]}, {})


def test_arms_differ_in_their_rows_alone():
    arms = extension.Extension.arms
    assert list(arms) == ["base", "base + extended", "base + random"]
    assert {(arm.reward, arm.group) for arm in arms.values()} == {("hybrid", None)}
    assert len({arm.rows.file for arm in arms.values()}) == 3 and issubclass(extension.Extension, Arms)


def test_families_and_diversity_as_tables(run, monkeypatch):
    shares = {family: 0.25 for family in FAMILIES} | dict.fromkeys(extension_rows.THIN, 0.5)
    (run / "extension" / "base").mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(extension, "figures_of", lambda folder: {"accuracy": 0.75, "per_family": shares})
    header, row = extension.by_family([run])
    assert dict(zip(header, row, strict=True))["thin families"] == "0.500"
    assert row[:3] == ["base", "1", "0.750"] and row[4] == "0.250"
    header, row = extension.diversity_table([run])
    told = json.loads((run / extension_rows.FOLDER / "rows.json").read_text())
    assert row[-1] == str(told["added"]) and "->" in row[1]
