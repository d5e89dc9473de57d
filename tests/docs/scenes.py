"""For each page the folder that its commands are typed in: what they name is there, and far ends answer."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.docs import materials
from tests.docs.blocks import CHECKOUT, blocks
from tests.docs.scene import Scene
from tests.docs.shell import Command

# Pages are typed in a checkout; what is only read of it is there.
_CHECKOUT = ("recipes", "wethink_plugins", "data_tools", "benchmarks", "patches", "docs")
# Listens on this machine only, at a port that is free: what a test may do of `--host 0.0.0.0`.
_HERE = (r"0\.0\.0\.0", "127.0.0.1")


def scene_of(page: str, folder: Path, python: str = sys.executable) -> Scene:
    """Pages without one of their own get nothing but what a checkout has."""
    folder.mkdir()
    for name in _CHECKOUT:
        (folder / name).symlink_to(CHECKOUT / name)
    made = Scene(folder, outside=("wethink data fetch *", "wethink synth *"), python=python)
    made.until |= {"wethink serve *": "http://", "wethink data audit *.jsonl*": "http://127.0.0.1"}
    maker = SCENES.get(page)
    try:
        if maker is not None:
            maker(made)
    except BaseException:
        made.close()
        raise
    return made


def server(scene: Scene, **settings: object) -> str:
    """The address of a scripted model server that lives as long as the scene."""
    return scene.stack.enter_context(materials.scripted(**settings)).base_url


def hub(scene: Scene) -> None:
    """What `data fetch` asks, on this machine."""
    pytest.importorskip("huggingface_hub", reason="needs the data extra")
    from tests.servers.hub import HubServer

    scene.env["HF_ENDPOINT"] = scene.stack.enter_context(HubServer(materials.published())).url


def judged(scene: Scene, name: str = "wethink.yaml", reply: str | None = None, **settings: object) -> str:
    """A configuration with a judge that answers."""
    pytest.importorskip("aiohttp", reason="needs the judge extra")
    address = server(scene, reply=reply)
    materials.write_yaml(scene.folder / name, materials.judge_config(address, **settings))
    return address


def _task(scene: Scene) -> None:
    """A page of docs/tasks: it makes what it needs by itself, at a port that is free."""
    port = str(materials.free_port())
    scene.fill += [
        (r"tryout\.py --out", f"tryout.py --port {port} --out"),
        (r"scripted_models\.py tryout\b", f"scripted_models.py tryout --port {port}"),
        (r"\b8010\b", port),
        (r"\.venvs/\w+/bin/", ""),
    ]
    scene.until["*scripted_models.py *"] = "Ctrl-C"
    if scene.python == sys.executable:
        _no_trainer(scene)
        scene.unseen["wethink doctor *"] = ("ok: framework*", "ok: dry run*", "nothing found")
    scene.ends["wethink watch tryout/run"] = (1, "judge_fails")  # The page: a run whose judge fails.


def _contributing(scene: Scene) -> None:
    scene.fill.append((r"\bHOST/NAME\b", "verl/grpo_7b"))


def _demo_page(scene: Scene) -> None:
    _task(scene)
    materials.journal(scene.folder / "runs" / "demo" / "journal")


def _models(scene: Scene) -> None:
    """What a page tells people to do in a second terminal."""
    ended = scene.run(Command("", 0, "python recipes/cpu/scripted_models.py tryout"))
    assert ended.code == 0, ended.said


def _own_trainer_page(scene: Scene) -> None:
    _task(scene)
    port = str(materials.free_port())
    scene.fill += [(r"\b8787\b", port), (r"wethink serve", f"wethink serve --port {port}")]


def _own_judge_page(scene: Scene) -> None:
    _task(scene)
    # Exit code 1, as the page says of each.
    scene.ends |= {
        "wethink judge calibrate *": (1, "379 rows"),
        "wethink redteam *": (1, "attacks: 92"),
        "wethink score *": (1, "51 of 51"),
    }
    scene.before["wethink score *"] = Scene.interrupt


def _own_data_page(scene: Scene) -> None:
    _task(scene)
    hub(scene)
    scene.fill.append((r"wethink data audit", "wethink data audit --port 0"))
    scene.ends["wethink data contamination tryout/*"] = (1, "rows match")  # The page: something matches.
    scene.ends["wethink data validate tryout/odd.jsonl *"] = (1, "35 rejected")


def _synthesis_page(scene: Scene) -> None:
    _task(scene)
    small_synthesis(scene)


def _reproduction_page(scene: Scene) -> None:
    _task(scene)
    judged(scene)
    materials.responses(scene.folder / "base.jsonl", 5)
    materials.responses(scene.folder / "answers.jsonl")
    scene.before["wethink evaluate tryout/*"] = _models
    scene.before["wethink recipe run *"] = lambda s: materials.model_folder(s.at / "tryout" / "model")
    del scene.ends["wethink recipe run verl/*"]  # --no-doctor


def _what_went_wrong_page(scene: Scene) -> None:
    _task(scene)
    scene.before["wethink score *"] = _models


def _trl_page(scene: Scene) -> None:
    _task(scene)
    script = next(block.text for block in blocks("docs/tasks/trl.md") if "GRPOConfig(" in block.text)
    scene.before["WETHINK_JOURNAL=tryout/trl/journal *"] = lambda s: (s.at / "tryout/grpo.py").write_text(script)
    scene.ends["wethink watch tryout/trl"] = (1, "no_answer")  # The page: there are signs of trouble.


def _easyr1_page(scene: Scene) -> None:
    _task(scene)
    home = os.environ.get("EASYR1_HOME")
    easyr1 = scene.folder / "EasyR1"
    easyr1.mkdir()
    if home:
        for entry in Path(home).iterdir():
            (easyr1 / entry.name).symlink_to(entry)
        scene.ends.pop("wethink doctor easyr1 *")
        scene.unseen.pop("wethink doctor *")
    scene.before["wethink prompt easyr1 --model MODEL*"] = _back
    scene.fill += [(r"\bMODEL\b", "tryout/model"), (r"--out FILE\b", "--out chat.jinja")]


def _back(scene: Scene) -> None:
    """A section of its own starts in the first folder again."""
    scene.at = scene.folder


def small_synthesis(scene: Scene, *names: str) -> None:
    """The shipped pipelines with a server behind each address, over few pictures."""
    pytest.importorskip("aiohttp", reason="needs the judge extra")
    address = scene.stack.enter_context(materials.synthesis_server()).base_url
    for name in names or ("small.yaml",):
        materials.shipped(scene.folder, f"data_tools/synthesis/{name}")
        text = (scene.folder / name).read_text(encoding="utf-8")
        (scene.folder / name).write_text(text.replace("folder: images", "folder: plates"), encoding="utf-8")
        scene.env |= {name: address for name in re.findall(r"env:(\w+_URL)", text)}
        scene.env |= {name: "none" for name in re.findall(r"api_key_env: (\w+)", text)}
    materials.plates(scene.folder / "plates", 16)


def _validate(scene: Scene) -> None:
    materials.dataset(scene.folder, "rows.jsonl", "wethink.jsonl")
    materials.model_folder(scene.folder / "FOLDER")
    scene.fill += [(r"\bDIR\b", "."), (r"images/", "."), (r"\bDIR2\b", "fixed-images")]
    judged(scene)
    scene.env["WETHINK_CONFIG"] = str(scene.folder / "wethink.yaml")


def _export(scene: Scene) -> None:
    materials.dataset(scene.folder, "train.jsonl")
    judged(scene)
    scene.env["WETHINK_CONFIG"] = str(scene.folder / "wethink.yaml")
    scene.fill.append((r"--images images\b", "--images ."))


def _audit(scene: Scene) -> None:
    pytest.importorskip("uvicorn", reason="needs the serve extra")
    from tests.datasets.audit.conftest import write_labels

    materials.dataset(scene.folder, "rows.jsonl")
    scene.fill += [(r"\bIMAGES\b", "."), (r"wethink data audit rows", "wethink data audit --port 0 rows")]
    scene.until["wethink data audit rows*"] = "http://127.0.0.1"
    scene.before["wethink data audit report*"] = lambda s: write_labels(
        s.at / "audit", "me", dict.fromkeys(range(12), "yyy")
    )


def _contamination(scene: Scene) -> None:
    pytest.importorskip("faiss", reason="needs the contamination extra")
    materials.dataset(scene.folder, "wethink.jsonl")
    for number, name in enumerate(("MMBench.tsv", "MathVista.tsv")):
        materials.benchmark(scene.folder / name, (900 + number, 910 + number))
    (scene.folder / "PICTURES").mkdir()
    picture = materials.encoded(materials.scene(3, (112, 84)))
    (scene.folder / "PICTURES" / "copied.png").write_bytes(picture)
    scene.fill.append((r"\bIMAGES\b", "."))
    scene.ends["wethink data contamination*"] = (1, "1 row")  # The page: something matches.


def _fetch(scene: Scene) -> None:
    hub(scene)
    materials.published_parts(scene.folder / "DOWNLOADED")


def _evaluation(scene: Scene) -> None:
    from tests.evaluation.test_table import METRICS, WEMATH, run_of

    judged(scene)
    for name, right in (("responses.jsonl", 10), ("base.jsonl", 5), ("trained.jsonl", 10)):
        materials.responses(scene.folder / name, right)
    scene.env["WETHINK_CONFIG"] = str(scene.folder / "wethink.yaml")
    for model in ("base", "trained"):
        home = run_of(scene.folder / "outputs", model, {**METRICS, "WeMath": {}})
        (home / f"{model}_WeMath_gpt4o-mini_score.csv").write_text(WEMATH)


def _inference(scene: Scene) -> None:
    pytest.importorskip("aiohttp", reason="needs the judge extra")
    materials.dataset(scene.folder, "test.jsonl")
    scene.fill += [
        (r"http://127\.0\.0\.1:8000/v1", server(scene, text=materials.ANSWER)),
        (r"\bNAME\b", "scripted"),
    ]
    judged(scene)
    scene.env["WETHINK_CONFIG"] = str(scene.folder / "wethink.yaml")


def _judge_tools(scene: Scene) -> None:
    judged(scene, reply=materials.JUDGE)
    materials.journal(scene.folder / "JOURNAL")
    judged(scene, "new.yaml", weights={"accuracy": 0.5, "format": 0.5})
    shadow_journal(scene.folder / "runs" / "journal")


def shadow_journal(folder: Path) -> None:
    from tests.rewards.test_shadow_report import line

    materials.lines(folder / "journal-1-0.jsonl", [line(i, i / 4, (i % 3) / 2) for i in range(12)])


def _other_trainers(scene: Scene) -> None:
    pytest.importorskip("uvicorn", reason="needs the serve extra")
    judged(scene)
    port = materials.free_port()
    scene.fill += [_HERE, (r"HOST:8787", f"127.0.0.1:{port}"), (r"wethink serve", f"wethink serve --port {port}")]
    scene.until["*wethink serve *"] = "http://"
    scene.env["WETHINK_TOKEN"] = "for-this-test"
    scene.fill.append((r"\$\(openssl rand -hex 16\)", "for-this-test"))


def _no_trainer(scene: Scene) -> None:
    """Doctor says that the trainer isn't here, and nothing else is wrong."""
    for host, name in HOSTS.items():
        for command in (f"wethink recipe run {host}/*", f"wethink doctor {host} *"):
            scene.ends[command] = (1, f"{name} isn't here")


def _reproduction(scene: Scene) -> None:
    _recipe_run(scene)
    scene.ends["wethink recipe run NAME*"] = (1, "verl isn't here")
    scene.fill += [
        (r"\bNAME\b", "verl/grpo_7b"), (r"\bROWS\b", "rows.jsonl"), (r"\bPATH\b", "Qwen2.5-VL-7B-Instruct"),
        (r"\[--with VARIANT\]", "--with judge/rules"), (r"\[--reward MY.yaml\]", ""),
        (r"\[KEY=VALUE \.\.\.\]", "trainer.nnodes=2"), (r"\[--dry-run\]", "--dry-run"), (r"--out DIR", "--out out"),
        (r"\bDIR\b", "."),
    ]  # fmt: skip


def _recipe_run(scene: Scene) -> None:
    _no_trainer(scene)
    materials.dataset(scene.folder, "rows.jsonl", count=12)
    materials.model_folder(scene.folder / "Qwen2.5-VL-7B-Instruct")
    scene.fill.append((r"--images images\b", "--images ."))


def _synthesis(scene: Scene) -> None:
    from tests.synthesis.scripted import Scripted

    pytest.importorskip("aiohttp", reason="needs the judge extra")
    played = scene.stack.enter_context(Scripted(scene.folder / "made", 16, ["right"]))
    played.yaml("my.yaml").rename(scene.folder / "my.yaml")
    materials.lines(scene.folder / "rows.jsonl", materials.some_rows())


def _data_tools_synthesis(scene: Scene) -> None:
    small_synthesis(scene, "one_model.yaml")
    scene.fill.append((r"http://127\.0\.0\.1:8000/v1", scene.env["MODEL_URL"]))


def _scale(scene: Scene) -> None:
    (scene.folder / "base.yaml").write_text("seed: 1\nimages: [{source: web, shards: /data/web-PART*.tar}]\n")


def _watch(scene: Scene) -> None:
    materials.journal(scene.folder / "runs" / "mine" / "journal")
    scene.until["wethink watch runs/mine --every 30*"] = "44 steps"


def _evaluation_recipe(scene: Scene) -> None:
    from tests.evaluation.test_table import run_of

    _evaluation(scene)
    materials.dataset(scene.folder / "runs" / "demo" / "data", "test.jsonl")
    for model in ("base", "trained"):
        shapes = {"Shapes:wethink": {"Overall": 0.5}}
        run_of(scene.folder / "outputs", model, shapes, "T20260102-100000")


HOSTS = {"easyr1": "EasyR1", "verl": "verl", "llamafactory": "LLaMA-Factory"}
SCENES: dict[str, Callable[[Scene], None]] = {
    "CONTRIBUTING.md": _contributing,
    "data_tools/synthesis/README.md": _data_tools_synthesis,
    "docs/data/audit.md": _audit,
    "docs/data/contamination.md": _contamination,
    "docs/data/export.md": _export,
    "docs/data/fetch.md": _fetch,
    "docs/data/report.md": _validate,
    "docs/data/validate.md": _validate,
    "docs/evaluation.md": _evaluation,
    "docs/inference.md": _inference,
    "docs/judge-tools.md": _judge_tools,
    "docs/other-trainers.md": _other_trainers,
    "docs/reproduction.md": _reproduction,
    "docs/synthesis-extend.md": _synthesis,
    "docs/synthesis-scale.md": _scale,
    "docs/synthesis.md": _synthesis,
    "docs/tasks/demo.md": _demo_page,
    "docs/tasks/easyr1.md": _easyr1_page,
    "docs/tasks/llamafactory.md": _task,
    "docs/tasks/own-data.md": _own_data_page,
    "docs/tasks/own-judge.md": _own_judge_page,
    "docs/tasks/own-trainer.md": _own_trainer_page,
    "docs/tasks/reproduction.md": _reproduction_page,
    "docs/tasks/synthesis.md": _synthesis_page,
    "docs/tasks/what-went-wrong.md": _what_went_wrong_page,
    "docs/tasks/trl.md": _trl_page,
    "docs/tasks/verl.md": _task,
    "docs/watch.md": _watch,
    "recipes/easyr1/README.md": _recipe_run,
    "recipes/evaluation/README.md": _evaluation_recipe,
    "recipes/llamafactory/README.md": _recipe_run,
    "recipes/verl/README.md": _recipe_run,
}
