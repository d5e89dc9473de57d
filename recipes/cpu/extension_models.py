"""A model server that plays all roles of the synthesis pipeline over pictures of the demo, from the truth of their scenes.

What it is told to ask is what it asks, if the demo has such a question; where there are several, the one that it was
least told to avoid. Who reads the description slips as the demo's teacher does, so the arbiter has work; the checker
without picture finds half of the questions that need knowledge ambiguous, so that these are accepted less often.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

from checker import words_of
from families import FAMILIES, THINKING, Family, chain_of_thought
from PIL import Image
from scenes import Scene
from teacher import SLIPS

SLIPS_SHARE, AMBIGUOUS_SHARE = 0.3, 0.5
REASONING = "reasoning"
_BLOCK = re.compile(r"^<<<(\w+) ([0-9a-f]+)\n(.*?)\n\1 \2>>>$", re.DOTALL | re.MULTILINE)
_DETAIL = re.compile(r"(\d) (\w+) shapes? in places? ([\d, ]+)\. .*?Each is a (\w+)\.", re.DOTALL)
_MISSING = "Which shape is it?"
ONLY_OURS = (
    "the scripted models know only the try-out's pictures (FOLDER/pictures, told by FOLDER/scenes.json) and can't see "
    "others: for pictures of your own write a real server's base_url and model into the YAML"
)


def abilities_of(family: Family) -> tuple[str, ...]:
    """In the pipeline's spelling, beside reasoning."""
    return tuple(name.replace(" ", "_") for name in family.abilities)


def drawn(share: float, *about: object) -> bool:
    """Always the same for the same words."""
    digest = hashlib.sha256("\0".join(map(str, about)).encode()).digest()
    return int.from_bytes(digest[:4], "big") < share * 2**32


def described(scene: Scene) -> str:
    """All but the shape."""
    places = ", ".join(str(cell + 1) for cell in scene.cells)
    return f"{scene.count} {scene.colour} shape{'s' * (scene.count > 1)} in place{'s' * (scene.count > 1)} {places}."


def scene_in(text: str) -> Scene:
    """Of a refined description."""
    found = _DETAIL.search(text)
    if found is None:
        raise ValueError(f"no scene in {text!r}")
    _, colour, places, shape = found.groups()
    return Scene(tuple(int(place) - 1 for place in places.split(",")), shape, colour)


class Unknown(Exception):
    """A request that the scripted models have no answer to."""


class Request:
    """A request's body as the roles read it."""

    def __init__(self, body: Mapping[str, Any], scenes: Mapping[str, Scene]) -> None:
        content = body["messages"][0]["content"]
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        self.text = "\n".join(part["text"] for part in parts if part["type"] == "text")
        self.prompt = _first_lines().get((self.text.strip() or " ").splitlines()[0].strip(), "")
        if not self.prompt:
            raise Unknown("the scripted models know only the pipeline's own prompts, by their first lines")
        self.blocks: dict[str, list[str]] = {}
        for name, _, text in _BLOCK.findall(self.text):
            plain = "\n".join(line.removeprefix("| ") for line in text.split("\n"))
            self.blocks.setdefault(name, []).append(plain)
        urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
        self._seen = self._known(base64.b64decode(urls[0].partition(",")[2]), scenes) if urls else None

    @staticmethod
    def _known(picture: bytes, scenes: Mapping[str, Scene]) -> Scene:
        try:
            return scenes[pixels_of(picture)]
        except (KeyError, OSError):
            raise Unknown(ONLY_OURS) from None

    @property
    def scene(self) -> Scene:
        return self._seen or scene_in(self.blocks["DESCRIPTION"][0])

    @property
    def family(self) -> Family:
        return next(one for one in FAMILIES.values() if one.problem == self.blocks["QUESTION"][0])


def _describe(request: Request) -> str:
    return f"A picture with six places, two rows of three. {described(request.scene)} The ground is pale."


def _inquire(request: Request) -> dict[str, Any]:
    known = bool(request.blocks.get("ANSWERED"))
    return {"enough": known, "missing": [] if known else ["the shape"], "questions": [] if known else [_MISSING]}


def _reply(request: Request) -> dict[str, Any]:
    return {"answers": [f"Each is a {request.scene.shape}."]}


def _merge(request: Request) -> str:
    return f"{request.blocks['DESCRIPTION'][0]} {request.blocks['ANSWERED'][0]}"


def _ask(request: Request) -> dict[str, Any]:
    wanted = {name for name in _ABILITIES if f"\n- {name}: " in request.text}
    kind = "multiple_choice" if "It is a multiple choice" in request.text else "fill_in_blank"
    kind = "descriptive" if "It asks to describe" in request.text else kind
    fit = [FAMILIES[name] for name in THINKING if FAMILIES[name].question_type == kind]
    exact = [family for family in fit if {*abilities_of(family)} == wanted] or fit
    avoided = request.blocks.get("EARLIER", [])
    family = max(exact, key=lambda one: (_place(one.question, avoided), _luck(one.name, request.scene)))
    return {
        "question": family.question,
        "options": list(family.options or ()),
        "answer": family.gold(request.scene),
        "domain": "shapes",
    }


def _check_text(request: Request) -> dict[str, Any]:
    family = request.family
    if "knowledge" in family.abilities and drawn(AMBIGUOUS_SHARE, family.name, request.scene):
        return {"valid": False, "problem": "ambiguous: careful people might think of something else"}
    return {"valid": True, "problem": ""}


def _check_image(request: Request) -> dict[str, Any]:
    return {"valid": True, "problem": "", "abilities": [REASONING, *abilities_of(request.family)]}


def _answer(request: Request) -> dict[str, Any]:
    scene, family = request.scene, request.family
    reads = request.prompt == "answer_text"
    slips = reads and family.name in SLIPS and drawn(SLIPS_SHARE, "slip", family.name, scene)
    return {"reasoning": chain_of_thought(scene), "answer": SLIPS[family.name](scene) if slips else family.gold(scene)}


def _same(request: Request) -> dict[str, Any]:
    first, second = (sorted(words_of(request.blocks[name][0])) for name in ("FIRST", "SECOND"))
    why = "the same things, as many" if first == second else "other things, or not as many"
    return {"agree": first == second, "why": why}


def _arbitrate(request: Request) -> dict[str, Any]:
    gold = request.family.gold(request.scene)
    right = [name for name in ("first", "second") if request.blocks[f"{name.upper()}_ANSWER"][0] == gold]
    return {"choice": right[0] if right else "neither", "why": "as the picture shows"}


def _refine(request: Request) -> dict[str, Any]:
    return {"reasoning": chain_of_thought(request.scene), "answer": request.blocks["FINAL_ANSWER"][0]}


_ABILITIES = ("recognition", "knowledge", "ocr", "spatial_awareness", "maths")
ROLES: Mapping[str, Callable[[Request], Any]] = {
    "describe": _describe, "inquire": _inquire, "reply": _reply, "merge": _merge, "ask": _ask,
    "check_text": _check_text, "check_image": _check_image, "answer_vision": _answer, "answer_text": _answer,
    "same": _same, "arbitrate": _arbitrate, "refine": _refine, "classify": lambda request: {"domain": "shapes"},
}  # fmt: skip


def _place(question: str, avoided: list[str]) -> int:
    """What stands first is repeated most; what isn't there is best."""
    return avoided.index(question) if question in avoided else len(avoided)


def _luck(name: str, scene: Scene) -> bytes:
    return hashlib.sha256(f"{name} {scene}".encode()).digest()


@cache
def _first_lines() -> dict[str, str]:
    """First line of each prompt -> its name."""
    folder = files("wethink_plugins.synthesis").joinpath("prompts")
    texts = {name: folder.joinpath(f"{name}.txt").read_text(encoding="utf-8") for name in ROLES}
    plain = {name: re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL).strip() for name, text in texts.items()}
    return {text.splitlines()[0].strip(): name for name, text in plain.items()}


def pixels_of(data: bytes) -> str:
    with Image.open(io.BytesIO(data)) as image:
        return hashlib.sha256(image.convert("RGB").tobytes()).hexdigest()


def scenes_by_pixels(folder: Path, scenes: Mapping[str, Scene]) -> dict[str, Scene]:
    """`scenes`: file name in the folder -> what it shows."""
    return {pixels_of((folder / name).read_bytes()): scene for name, scene in scenes.items()}


def reply_to(body: Mapping[str, Any], scenes: Mapping[str, Scene]) -> str:
    request = Request(body, scenes)
    said = ROLES[request.prompt](request)
    return said if isinstance(said, str) else json.dumps(said)


@contextlib.contextmanager
def served(reply: Callable[[Mapping[str, Any]], str], port: int = 0) -> Iterator[str]:
    """Yield the address of the server, which ends with the block; `reply` turns a request's body into words.

    A token is a word here. Port 0 is any that is free. What `reply` can't answer is an HTTP 400 that says why.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            with contextlib.suppress(ConnectionError):  # who asked has gone, as at the end of a run
                super().handle()

        def do_GET(self) -> None:
            self._send({"object": "list", "data": [{"id": "scenes", "object": "model"}]})

        def do_POST(self) -> None:
            try:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                said = reply(body)
            except Exception as error:  # noqa: BLE001  a request may be anything, and its sender is to learn why
                why = (
                    str(error) if isinstance(error, Unknown) else f"no scripted reply: {type(error).__name__}: {error}"
                )
                return self._send({"error": {"message": why, "type": "invalid_request_error", "code": None}}, 400)
            choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
            asked, told = len(json.dumps(body["messages"]).split()), len(said.split())
            usage = {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told}
            self._send({"id": "x", "object": "chat.completion", "created": 0, "model": body["model"], "choices": [choice], "usage": usage})  # fmt: skip

        def _send(self, value: object, status: int = 200) -> None:
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """It is of no interest who asked."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
