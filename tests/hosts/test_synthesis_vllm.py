"""The whole pipeline against a real vLLM server with a tiny vision-language model.

Its weights are random, so what it says means nothing and hardly any row is accepted. What is looked at: that pictures
reach the model, that each reply which a server constrained fits the schema, and that every item is accounted for.
"""

import json
import sqlite3
from collections import Counter
from contextlib import closing

import pytest

pytest.importorskip("aiohttp", reason="needs the judge extra")
from PIL import Image

from tests.cli import conftest as cli
from tests.hosts.conftest import CHECKOUT, RECIPE
from tests.hosts.vllm_server import NAME, vllm_server
from wethink_plugins.synthesis.records import ItemRecord
from wethink_plugins.synthesis.stages import STAGES

pytestmark = [pytest.mark.host, pytest.mark.slow]
wethink = cli.wethink
SMALL, LARGE = (56, 56), (112, 84)  # 4 and 12 tokens: a cell of 28 x 28 pixels is one
IMAGES = 12


@pytest.fixture(scope="module")
def model(vllm, tmp_path_factory):
    """Its folder, and the logit_bias under which it is brief."""
    folder = tmp_path_factory.mktemp("vlm") / "model"
    done = vllm.run("python", CHECKOUT / "tests/hosts/tiny_vlm.py", folder, PYTHONPATH=f"{RECIPE}:{CHECKOUT}")
    return folder, json.loads(done.stdout.split("BIAS ")[1].splitlines()[0])


@pytest.fixture(scope="module")
def base_url(vllm, model):
    with vllm_server(vllm, model[0], model[0].parent / "server.log") as url:
        yield url


@pytest.fixture
def settings(base_url, model, tmp_path):
    """The YAML that ships for one model in all roles, at this server."""
    import yaml

    (tmp_path / "images").mkdir()
    for i in range(IMAGES):
        size = LARGE if i % 2 else SMALL
        Image.new("RGB", size, (20 * i, 200 - 15 * i, 90)).save(tmp_path / "images" / f"{i}.png")
    value = yaml.safe_load((CHECKOUT / "data_tools/synthesis/one_model.yaml").read_text())
    value["models"]["model"] |= {"max_tokens": 160, "temperature": 1.0, "deadline_s": 1200}
    value["models"]["model"]["endpoints"] = [
        {"base_url": base_url, "model": NAME, "max_concurrency": 8, "extra_body": {"logit_bias": model[1]}}
    ]
    file = tmp_path / "run.yaml"
    file.write_text(json.dumps(value))
    return file


def test_images_in_structured_output_out_and_every_item_accounted_for(wethink, settings, tmp_path):
    run = tmp_path / "run"
    code, printed, errors = wethink("synth", "run", settings, "--out", run, "--json")
    assert code == 0, errors
    done = json.loads(printed)
    assert (done["items"], done["ended"], done["stopped"]) == (IMAGES, IMAGES, "")
    assert done["rows"] + done["rejects"] == IMAGES
    items, replies = read(run)
    assert {item.draft.image.path for item in items} == {f"pictures/{i}.png" for i in range(IMAGES)}
    assert all(item.status == "passed" or (item.reason and item.stage in STAGES) for item in items)
    assert all(len(item.draft.calls) >= 1 for item in items)
    _pictures_reached_the_model(items)
    _constrained_replies_fit(replies)
    print(f"ends, which mean nothing: {Counter((item.stage, item.reason) for item in items)}")


def _pictures_reached_the_model(items):
    """The prompt of `describe` is the same for all, so the larger pictures' eight cells are all that differs."""
    first = {item.draft.image.path: item.draft.calls[0] for item in items}
    assert {call.stage for call in first.values()} == {"describe"}
    lengths = {
        size: {call.prompt_tokens for path, call in first.items() if number(path) % 2 == size} for size in (0, 1)
    }
    (small,), (large,) = lengths[0], lengths[1]
    assert large - small == 8


def number(path):
    return int(path.rpartition("/")[2].removesuffix(".png"))


def _constrained_replies_fit(replies):
    structured = [json.loads(text) for text, reason, constrained in replies if constrained and reason == "stop"]
    assert structured, "some came to a stage that asks for structure"
    forms = [{"enough", "missing", "questions"}, {"answers"}, {"question", "options", "answer", "domain"}]
    forms += [
        {"valid", "problem", "abilities"},
        {"reasoning", "answer"},
        {"agree", "why"},
        {"choice", "why"},
        {"domain"},
    ]
    for value in structured:
        assert any(set(value) <= form for form in forms), value
    assert all(isinstance(value["enough"], bool) for value in structured if "enough" in value)


def read(run):
    with (
        closing(sqlite3.connect(run / "ledger.sqlite")) as ledger,
        closing(sqlite3.connect(run / "calls.sqlite")) as store,
    ):
        items = [ItemRecord.model_validate_json(record) for (record,) in ledger.execute("SELECT record FROM items")]
        return items, store.execute("SELECT text, finish_reason, constrained FROM replies").fetchall()
