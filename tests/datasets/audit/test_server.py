"""The served page by real HTTP: what it shows, what it stores, whom it refuses."""

import http.client
import json
import signal
import socket
from urllib.parse import urlsplit

import pytest

from tests.datasets.audit.conftest import lines_of
from tests.datasets.builders import row, write_rows

pytest.importorskip("fastapi", reason="needs the serve extra")
pytest.importorskip("uvicorn", reason="needs the serve extra")

NASTY = "<script>alert(1)</script> \ud800 <image>"
ROWS = [
    row(0, problem=NASTY, refined_cot="<think>x</think><|im_end|>", image_path=["images/a.png", "rows.jsonl"]),
    row(
        1,
        problem="Which?\nA. red\nB. blue",
        answer="(B) blue",
        category="multiple choice",
        image_path="images/gone.png",
    ),
    row(
        2,
        problem="Which?",
        options=["A. red", "B. blue"],
        answer="blue",
        image_path=None,
        response="<think>all</think>",
    ),
    row(3, answer=None, image_path="http://127.0.0.1/a.png", category="vqa"),
]


@pytest.fixture
def audit(serve, tmp_path):
    return serve(write_rows(tmp_path / "data", ROWS), "--annotator", "ann", cwd=tmp_path)


def by_id(audit):
    views = [audit.get(f"rows/{place}")[2] for place in range(4)]
    return {view["id"]: view for view in views}


def test_the_page_and_its_parts_need_no_network(audit):
    for name, kind in (
        ("", "text/html"),
        ("audit.css", "text/css"),
        ("audit.js", "javascript"),
        ("zoom.js", "javascript"),
    ):
        status, headers, text = audit.get(name)
        assert status == 200 and kind in headers["content-type"]
        assert b"http://" not in text and b"https://" not in text
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"


def test_a_row_is_shown_as_it_stands_in_the_file(audit):
    rows = by_id(audit)
    assert rows["r0"]["question"] == "<script>alert(1)</script> \\ud800 <image>"
    assert rows["r0"]["reasoning"] == "<think>x</think><|im_end|>" and rows["r0"]["line"] == 1
    assert rows["r1"]["question"] == "Which?" and [one["gold"] for one in rows["r1"]["options"]] == [False, True]
    assert [(one["letter"], one["text"]) for one in rows["r2"]["options"]] == [("A", "red"), ("B", "blue")]
    assert rows["r2"]["images"] == [] and rows["r2"]["response"] == "<think>all</think>"
    assert rows["r3"]["answer"] == "" and rows["r3"]["stratum"]["question_type"] == "vqa"
    assert rows["r1"]["images"] == [{"name": "images/gone.png", "fault": "no such file: images/gone.png"}]
    assert "nothing is downloaded" in rows["r3"]["images"][0]["fault"]


def test_images_go_by_number_and_only_what_decodes_is_served(audit):
    place = by_id(audit)["r0"]["place"]
    status, headers, data = audit.get(f"rows/{place}/images/0/view")
    assert (status, headers["content-type"], data[:4]) == (200, "image/png", b"\x89PNG")
    assert audit.get(f"rows/{place}/images/0/full")[0] == 200
    status, _, body = audit.get(f"rows/{place}/images/1/view")  # a file that is there, and no picture
    assert status == 404 and "can't be shown" in body["detail"]
    for path in (
        "images/2/view",
        "images/-1/view",
        "images/a.png/view",
        "images/0/huge",
        "images/..%2f..%2frows.jsonl/view",
    ):
        status, _, body = audit.get(f"rows/{place}/{path}")
        assert status in (404, 422) and b"problem" not in json.dumps(body).encode()
    assert audit.get("../rows.jsonl")[0] == 404 and audit.get("data/rows.jsonl")[0] == 404


def test_marks_are_on_disk_when_they_are_answered(audit, tmp_path):
    file = tmp_path / "audit" / "labels-ann.jsonl"
    status, _, said = audit.mark(2, "grounding", "no")
    assert (status, said) == (200, {"place": 2, "marks": {"grounding": "no"}, "comment": ""})
    assert [(one["place"], one["field"], one["value"]) for one in lines_of(file)] == [(2, "grounding", "no")]
    assert audit.post("rows/2/comment", {"text": " blurred \ud83d\ude00 "})[2]["comment"] == "blurred \U0001f600"
    assert audit.mark(2, "grounding", None)[2]["marks"] == {}
    assert [line["value"] for line in lines_of(file)] == ["no", "blurred \U0001f600", ""]
    assert audit.post("undo", {})[2]["marks"] == {"grounding": "no"}
    progress = audit.get("progress")[2]
    assert progress["marks"] == {"2": {"grounding": "no"}} and progress["comments"] == {"2": "blurred \U0001f600"}
    assert (progress["start"], progress["total"], progress["annotator"]) == (0, 4, "ann")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("rows/4/mark", {"criterion": "grounding", "mark": "no"}, 404),
        ("rows/-1/mark", {"criterion": "grounding", "mark": "no"}, 404),
        ("rows/x/mark", {"criterion": "grounding", "mark": "no"}, 422),
        ("rows/0/mark", {"criterion": "beauty", "mark": "no"}, 422),
        ("rows/0/mark", {"criterion": "comment", "mark": "no"}, 422),
        ("rows/0/mark", {"criterion": "grounding", "mark": "maybe"}, 422),
        ("rows/0/mark", {"criterion": "grounding"}, 422),
        ("rows/0/comment", {"text": "x" * 10001}, 422),
        ("rows/0/mark", b"{", 422),
    ],
)
def test_what_is_no_mark_is_refused_and_not_stored(shared, path, body, status):
    assert shared.post(path, body)[0] == status
    assert shared.get("progress")[2]["marks"] == {}


@pytest.mark.parametrize(
    ("what", "headers", "path"),
    [
        ("no token", {}, "/"),
        ("a wrong token", {}, "/AAAAAAAAAAAAAAAAAAAAAA/"),
        ("a foreign name for this machine", {"Host": "evil.example:{port}"}, "{token}"),
        ("one that begins like ours", {"Host": "localhost.evil.example"}, "{token}"),
        ("no name", {"Host": ""}, "{token}"),
        ("another site's page", {"Origin": "http://evil.example"}, "{token}"),
        ("another port's page", {"Origin": "http://127.0.0.1:1"}, "{token}"),
        ("a page without origin", {"Origin": "null"}, "{token}"),
    ],
)
def test_whoever_may_not_is_refused(shared, what, headers, path):
    address = urlsplit(shared.url)
    body = json.dumps({"criterion": "grounding", "mark": "no"})
    for method, rest, content in (("GET", "progress", None), ("POST", "rows/0/mark", body)):
        connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=60)
        filled = {name: value.format(port=address.port) for name, value in headers.items()}
        filled["Content-Type"] = "application/json"
        connection.request(method, path.format(token=address.path) + rest, content, filled)
        reply = connection.getresponse()
        text = reply.read()
        assert reply.status in (400, 403) and b"factuality" not in text
        connection.close()
    assert shared.get("progress")[2]["marks"] == {}


@pytest.mark.parametrize("host", ["localhost:{port}", "127.0.0.1:9999", "localhost", "[::1]:80"])
def test_a_tunnel_with_another_port_works(shared, host):
    address = urlsplit(shared.url)
    host = host.format(port=address.port)
    assert shared.get("progress", Host=host, Origin=f"http://{host}")[0] == 200


def test_it_listens_on_this_machine_only(shared):
    port = urlsplit(shared.url).port
    other = "127.0.0.2"  # this machine too, by an address that an open listener would take
    with pytest.raises(OSError):
        socket.create_connection((other, port), timeout=20).close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One for the tests that store nothing."""
    from tests.datasets.audit.conftest import Served

    folder = tmp_path_factory.mktemp("shared")
    served = Served(write_rows(folder / "data", ROWS), "--annotator", "ann", cwd=folder)
    yield served
    served.end(signal.SIGKILL)


def test_a_kill_loses_nothing_and_the_same_command_goes_on(serve, audit, tmp_path):
    sample = (tmp_path / "audit" / "sample.jsonl").read_bytes()
    for place in range(2):
        for criterion in ("factuality", "grounding", "reasoning"):
            audit.mark(place, criterion, "yes")
    audit.mark(2, "grounding", "unsure")
    audit.end(signal.SIGKILL)
    again = serve("data/rows.jsonl", "--annotator", "ann", cwd=tmp_path)
    progress = again.get("progress")[2]
    assert (again.said["done"], progress["start"]) == (2, 2) and progress["marks"]["2"] == {"grounding": "unsure"}
    assert again.url.rpartition("/")[0] != audit.url.rpartition("/")[0]
    assert (tmp_path / "audit" / "sample.jsonl").read_bytes() == sample
    assert again.end() == (0, "")


def test_annotators_at_the_same_time_dont_see_each_other(serve, audit, tmp_path):
    other = serve("--annotator", "bo", cwd=tmp_path)  # the folder has the sample
    audit.mark(0, "grounding", "no")
    other.mark(0, "grounding", "yes")
    assert other.get("progress")[2]["marks"] == {"0": {"grounding": "yes"}}
    assert audit.get("progress")[2]["marks"] == {"0": {"grounding": "no"}}
    assert {file.name for file in (tmp_path / "audit").glob("labels-*")} == {"labels-ann.jsonl", "labels-bo.jsonl"}


def test_a_mark_that_cannot_be_written_is_not_shown_as_stored(serve, tmp_path):
    """The file may grow no further: what a full disk does."""
    import resource

    write_rows(tmp_path / "data", ROWS)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, before[1]))
    try:
        audit = serve("data/rows.jsonl", "--annotator", "ann", cwd=tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert audit.mark(0, "grounding", "no")[0] == 200
    status, _, body = audit.post("rows/0/comment", {"text": "x" * 5000})
    assert status == 507 and "labels-ann.jsonl: can't be written" in body["detail"]
    assert audit.mark(0, "reasoning", "yes")[2] == {
        "place": 0,
        "marks": {"grounding": "no", "reasoning": "yes"},
        "comment": "",
    }
    assert len(lines_of(tmp_path / "audit" / "labels-ann.jsonl")) == 2
