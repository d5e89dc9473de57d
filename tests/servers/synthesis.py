"""A model server that plays every role of the synthesis pipeline, and foretells how each image ends.

`ModelServer(reply="tests.servers.synthesis:player", script={...})`, over pictures of `tests.servers.picture`. Which part a
request wants is told by the first line of its prompt; which picture, by its pixels or by the words "plate NUMBER", which
everything that the server says of a picture holds. A reply depends on nothing but the request.

script: {"behaviours": [names], "families": 3, "digests": true}. Picture N behaves as names[N % len(names)]; see BEHAVIOURS.
"""

import base64
import contextlib
import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files

from tests.servers.picture import number_of

REASONING = "reasoning"
ABILITIES = ("recognition", "knowledge", "ocr", "spatial_awareness", "maths")
PROMPTS = (
    "describe", "inquire", "reply", "merge", "ask", "check_text", "check_image", "answer_vision", "answer_text", "same",
    "arbitrate", "refine", "classify",
)  # fmt: skip
STAGES = {"inquire": "dialogue", "reply": "dialogue", "check_text": "check", "check_image": "check",
          "answer_vision": "answer", "answer_text": "answer", "same": "agree"}  # fmt: skip

# How an item ends that is not refused for its form; (stage, reason), empty where it passes.
BEHAVIOURS = {
    "right": ("", ""),
    "family": ("", ""),  # one wording and one answer for all of them; the run's plan drops the later ones
    "vision_right": ("", ""),
    "text_right": ("", ""),
    "neither_right": ("arbitrate", "no_agreement"),
    "text_cant_tell": ("", ""),
    "nobody_can_tell": ("agree", "bad_answer"),
    "unanswerable": ("check", "invalid_question"),
    "ambiguous": ("check", "invalid_question"),
    "blind": ("check", "invalid_question"),
    "trivial": ("check", "invalid_question"),
    "leaking": ("check", "invalid_question"),
    "broken": ("check", "invalid_question"),
    "not_to_be_seen": ("check", "invalid_question"),
    "lacks_ability": ("check", "lacks_ability"),
    "speaks_of_description": ("screen", "bad_question"),
    "bad_reasoning": ("refine", "bad_reasoning"),
    "bad_reasoning_once": ("", ""),
    "unreadable": ("describe", "unreadable_image"),
}
_INVALID = ("unanswerable", "ambiguous", "blind", "trivial", "leaking", "broken")
# FAULT@PROMPT: what goes wrong with the form of a reply, or with the call. How many replies are spoilt, and how it ends.
FAULTS = {
    "off_once": (1, ""), "off_twice": (2, ""), "off_always": (99, "invalid_output"), "cut_once": (1, ""),
    "cut_always": (99, "invalid_output"), "slow": (0, ""), "500_once": (0, ""), "429_once": (0, ""),
    "drop_once": (0, ""), "500_always": (0, "failed"), "429_always": (0, "failed"),
    "filter": (0, "refused"), "context": (0, "refused"),
}  # fmt: skip
_ACTIONS = {"500_once": "500 good", "429_once": "429:0.1 good", "drop_once": "drop good", "500_always": "500", "429_always": "429",
            "filter": "filter", "context": "context:vllm"}  # fmt: skip
_WORDS = (
    "amber anchor apron arch barrel basket bell birch bottle brass bronze bucket cable candle canvas cedar chalk chest "
    "cloak coal coin copper cork crane crate crown drum ember falcon feather fern flute forge garnet glass hammer harp "
    "hazel ivory jade kettle kite ladder lantern lemon linen lute maple mirror oar olive onyx paddle pearl pewter plum "
    "quartz quill raven reed ribbon saddle sail scarf"
).split()
_FACTS = {
    "clock": "The clock shows {hour}:{minute:02}.",
    "sign": "The sign reads NUMBER {n}.",
    "wall": "The wall is {colour}.",
    "lamp": "The lamp hangs {height} metres high.",
    "door": "The door stands {hour} steps from the bench.",
}
_BLOCK = re.compile(r"^<<<(\w+) ([0-9a-f]+)\n(.*?)\n\1 \2>>>$", re.DOTALL | re.MULTILINE)
_OPTION = re.compile(r"^\(?([A-H])[).:]\s*(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Plate:
    """What is in a picture, how it behaves, and all that anybody says about it."""

    n: int
    behaviour: str = "right"

    @property
    def fault(self):
        """(fault, prompt) or None."""
        return tuple(self.behaviour.split("@")) if "@" in self.behaviour else None

    @cached_property
    def value(self):
        return "12" if self.behaviour == "family" else str(10 + self.n % 83)

    @property
    def facts(self):
        """Topic -> sentence."""
        colours = ("white", "green", "blue", "red", "grey")
        told = {"n": self.n, "hour": 2 + self.n % 11, "minute": self.n % 60, "colour": colours[self.n % 5],
                "height": 2 + self.n % 7}  # fmt: skip
        return {topic: sentence.format(**told) for topic, sentence in _FACTS.items()}

    @property
    def left_out(self):
        """Topics that the first description doesn't speak of."""
        return list(_FACTS)[: self.n % 5]

    @property
    def at_once(self):
        """Questions that are asked in one turn."""
        return 1 + self.n % 2

    @property
    def description(self):
        said = [sentence for topic, sentence in self.facts.items() if topic not in self.left_out]
        return " ".join([f"A photograph, plate {self.n}. {self.value} things stand on a bench.", *said])

    def turns(self, most):
        """What is asked in each turn: lists of topics."""
        steps = range(0, len(self.left_out), self.at_once)
        return [self.left_out[step : step + self.at_once] for step in steps][:most]

    def detail(self, most):
        """The refined description: the first, and what was told in at most so many turns."""
        return " ".join([self.description, *(self.facts[topic] for turn in self.turns(most) for topic in turn)])

    def asks(self, topic):
        return f"What about the {topic} of plate {self.n}?"

    def question(self, abilities):
        if self.behaviour == "family":
            return f"Looking at plate {self.n}, how many things does the careful reader of signs find upon the wide oak bench?"
        drawn = hashlib.sha256(str(self.n).encode()).digest()
        w = [_WORDS[byte % len(_WORDS)] for byte in drawn[:6]]
        extra = " in the description" if self.behaviour == "speaks_of_description" else ""
        needed = " and ".join(abilities)
        return (
            f"Beside the {w[0]} {w[1]}, how many {w[2]} {w[3]} stand near the {w[4]} {w[5]} of plate {self.n}{extra}, "
            f"by {needed}?"
        )

    @property
    def options(self):
        values = [str(int(self.value) + step) for step in range(4)]
        turn = self.n % 4
        return values[turn:] + values[:turn]

    def right(self, question_type):
        if question_type == "multiple_choice":
            return "ABCD"[self.options.index(self.value)]
        if question_type == "descriptive" and self.behaviour != "family":
            return f"Plate {self.n} shows {self.value} of them on the bench."
        return self.value

    def wrong(self, question_type, step):
        if question_type == "multiple_choice":
            return "ABCD"[(self.options.index(self.value) + step) % 4]
        value = str(int(self.value) + step)
        return f"Plate {self.n} shows {value} of them on the bench." if question_type == "descriptive" else value

    def answer(self, who, question_type):
        """`who` is vision or text."""
        if self.behaviour == "nobody_can_tell" or (self.behaviour == "text_cant_tell" and who == "text"):
            return "unknown"
        mistaken = {"vision_right": ["text"], "text_right": ["vision"], "neither_right": ["vision", "text"]}
        if who in mistaken.get(self.behaviour, ()):
            return self.wrong(question_type, 1 if who == "text" else 2)
        return self.right(question_type)

    def refined(self, answer):
        return f"I look at plate {self.n} and count what stands on the bench, one by one; that gives {answer}."


@dataclass
class Foretold:
    """`calls`: replies and refusals of each prompt that a run gets, however often it was killed. `stopped`: of the dialogue.

    `stage`, `reason` are empty where it passes; whether a family's item is then accepted is the plan's business.
    """

    calls: Counter = field(default_factory=Counter)
    stage: str = ""
    reason: str = ""
    turns: int = 0
    stopped: str = ""
    agree: bool | None = None
    choice: str = ""


class _Ended(Exception):
    pass


def foretell(plate, question_type, reasks=2, most_turns=3):
    """How the item of a picture ends whose target is a question of that type; with every stage of the pipeline."""
    told = Foretold()
    with contextlib.suppress(_Ended):
        _walk(plate, question_type, reasks, most_turns, told)
    return told


def _walk(plate, question_type, reasks, most_turns, told):
    def end(stage, reason):
        told.stage, told.reason = stage, reason
        raise _Ended

    def asked(prompt):
        fault, where = plate.fault or ("", "")
        spoilt, reason = FAULTS[fault] if where == prompt else (0, "")
        if prompt == "refine" and plate.behaviour.startswith("bad_reasoning"):
            spoilt, reason = (1, "") if plate.behaviour.endswith("once") else (99, "bad_reasoning")
        if prompt == "refine" and fault in ("off_always", "cut_always") and where == prompt:
            reason = "bad_reasoning"
        told.calls[prompt] += 0 if reason == "failed" else min(spoilt, reasks) + 1
        return reason

    def ask(prompt):
        if reason := asked(prompt):
            end(STAGES.get(prompt, prompt), reason)

    own = BEHAVIOURS.get(plate.behaviour, ("", ""))
    if plate.behaviour == "unreadable":
        end(*own)
    ask("describe")
    turns = plate.turns(most_turns)
    for number in range(most_turns):
        # A fault of the dialogue is one of its first turn.
        ask("inquire") if number == 0 else told.calls.update(["inquire"])
        if number == len(turns):
            told.stopped = "enough"
            break
        ask("reply") if number == 0 else told.calls.update(["reply"])
        told.turns += 1
    told.stopped = told.stopped or "turns"
    if told.turns:
        ask("merge")
    ask("ask")
    if own[0] == "screen":
        end(*own)
    ask("check_text")
    if plate.behaviour in _INVALID:
        end(*own)
    ask("check_image")
    if own[0] == "check":
        end(*own)
    failed = [reason for reason in map(asked, ("answer_vision", "answer_text")) if reason]
    if failed:
        end("answer", failed[0])
    answers = [plate.answer(who, question_type) for who in ("vision", "text")]
    if question_type == "descriptive" and "unknown" not in answers:
        ask("same")
    told.agree = answers[0] == answers[1]
    if own[0] == "agree":
        end(*own)
    if not told.agree:
        ask("arbitrate")
        right = plate.right(question_type)
        told.choice = next(
            (who for who, one in zip(("vision", "text"), answers, strict=True) if one == right), "neither"
        )
        if told.choice == "neither":
            end(*own)
    ask("refine")
    ask("classify")


@cache
def _first_lines():
    """First line of each prompt -> its name."""
    folder = files("wethink_plugins.synthesis").joinpath("prompts")
    lines = {}
    for name in PROMPTS:
        text = re.sub(r"\{#.*?#\}\n?", "", folder.joinpath(f"{name}.txt").read_text(encoding="utf-8"), flags=re.DOTALL)
        lines[text.strip().splitlines()[0].strip()] = name
    assert len(lines) == len(PROMPTS), "two prompts begin with the same line"
    return lines


class Request:
    """What a request asks, read off its body alone."""

    def __init__(self, body, behaviours):
        first = body["messages"][0]["content"]
        parts = first if isinstance(first, list) else [{"type": "text", "text": first}]
        self.text = "\n".join(part["text"] for part in parts if part["type"] == "text")
        urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
        self.prompt = _first_lines()[self.text.splitlines()[0].strip()]
        self.sees = bool(urls)
        n = (
            number_of(base64.b64decode(urls[0].partition(",")[2]))
            if urls
            else int(re.search(r"plate (\d+)", self.text)[1])
        )
        self.plate = Plate(n, behaviours[n % len(behaviours)])
        self.attempt = sum(message["role"] == "assistant" for message in body["messages"])
        self.blocks = {}
        for name, _, text in _BLOCK.findall(self.text):
            plain = "\n".join(line.removeprefix("| ") for line in text.split("\n"))
            self.blocks.setdefault(name, []).append(plain)

    @property
    def turn(self):
        if self.prompt == "inquire":
            return -(-len(self.blocks.get("ASKED", ())) // self.plate.at_once)
        if self.prompt == "reply":
            asked = self.blocks["QUESTION"][0]
            turns = self.plate.turns(99)
            return next(i for i, topics in enumerate(turns) if self.plate.asks(topics[0]) == asked)
        return 0

    @property
    def question_type(self):
        """As far as an answerer can tell."""
        if _OPTION.search(self.blocks["QUESTION"][0]):
            return "multiple_choice"
        return "descriptive" if "one to four sentences" in self.text else "fill_in_blank"


def player(script):
    """What `tests.servers.model` asks with each request."""
    behaviours = script["behaviours"]

    def reply(body):
        request = Request(body, behaviours)
        fault, where = request.plate.fault or ("", "")
        meant = where == request.prompt and request.turn == 0
        told = {
            "text": _spoilt(request, fault) if meant and request.attempt < FAULTS[fault][0] else _said(request),
            "actions": _actions(fault, request) if meant else "good",
            "slowness": 5 if meant and fault == "slow" else 1,
            "plate": request.plate.n, "stage": request.prompt, "turn": request.turn, "reask": request.attempt,
            "sees": request.sees,
        }  # fmt: skip
        if script.get("digests"):
            told["digest"], told["asked_of"] = _digest(body), body["model"]
        return told

    return reply


def _actions(fault, request):
    if fault.startswith("cut") and request.attempt < FAULTS[fault][0]:
        return "cut"
    return _ACTIONS.get(fault, "good")


def _spoilt(request, fault):
    """Not of the form that is asked for, each time otherwise."""
    text = _said(request)
    if request.prompt in ("describe", "merge") and fault.startswith("off"):
        return " "
    if fault.startswith("cut"):
        return text
    kinds = (
        text.replace('"', "'").replace("{", "(").replace("}", ")"),
        '{"wrong": true}',
        text[: len(text) // 2] + "\n",
    )
    return f"Plate {request.plate.n}: {kinds[(request.plate.n + request.attempt) % len(kinds)]}"


def _said(request):
    value = _ROLES[request.prompt](request, request.plate)
    return value if isinstance(value, str) else json.dumps(value)


def _inquire(request, plate):
    missing = [topic for topic in plate.left_out if plate.facts[topic] not in request.text][: plate.at_once]
    questions = [plate.asks(topic) for topic in missing]
    return {"enough": not missing, "missing": missing, "questions": questions}


def _reply(request, plate):
    topics = {plate.asks(topic): topic for topic in plate.facts}
    return {"answers": [plate.facts[topics[question]] for question in request.blocks["QUESTION"]]}


def _merge(request, plate):
    return " ".join([request.blocks["DESCRIPTION"][0], *request.blocks["ANSWERED"]])


def _ask(request, plate):
    abilities = [name for name in ABILITIES if f"\n- {name}: " in request.text]
    kind = "multiple_choice" if "It is a multiple choice" in request.text else "fill_in_blank"
    kind = "descriptive" if "It asks to describe" in request.text else kind
    options = plate.options if kind == "multiple_choice" else []
    return {
        "question": plate.question(abilities),
        "options": options,
        "answer": plate.right(kind),
        "domain": "still life",
    }


def _check_text(request, plate):
    if plate.behaviour in _INVALID:
        return {"valid": False, "problem": f"{plate.behaviour}: as plate {plate.n} is scripted"}
    return {"valid": True, "problem": ""}


def _check_image(request, plate):
    question = request.blocks["QUESTION"][0]
    asked = [name for name in ABILITIES if re.search(rf"\b{name}\b", question)] or list(ABILITIES)
    valid = plate.behaviour != "not_to_be_seen"
    if plate.behaviour == "lacks_ability":
        asked = asked[1:]
    return {"valid": valid, "problem": "" if valid else "it can't be made out", "abilities": [REASONING, *asked]}


def _answer_vision(request, plate):
    answer = plate.answer("vision", request.question_type)
    return {"reasoning": f"On plate {plate.n} I count them one by one and get {answer}.", "answer": answer}


def _answer_text(request, plate):
    answer = plate.answer("text", request.question_type)
    said = f"The description of plate {plate.n} names {plate.value} things, so it is {answer}."
    return {"reasoning": said, "answer": answer}


def _same(request, plate):
    first, second = request.blocks["FIRST"][0], request.blocks["SECOND"][0]
    return {"agree": first == second, "why": f"as plate {plate.n} shows"}


def _arbitrate(request, plate):
    right = {plate.right(kind) for kind in ("fill_in_blank", "descriptive")}
    options = dict(_OPTION.findall(request.blocks["QUESTION"][0]))
    right |= {letter for letter, text in options.items() if text == plate.value}
    chosen = [name for name in ("first", "second") if request.blocks[f"{name.upper()}_ANSWER"][0] in right]
    return {"choice": chosen[0] if chosen else "neither", "why": f"as plate {plate.n} shows"}


def _refine(request, plate):
    answer = request.blocks["FINAL_ANSWER"][0]
    reasoning = plate.refined(answer)
    once = plate.behaviour == "bad_reasoning_once" and request.attempt == 0
    if once or plate.behaviour == "bad_reasoning":
        reasoning = f"According to the description, {reasoning}"
    return {"reasoning": reasoning, "answer": answer}


_ROLES = {
    "describe": lambda request, plate: plate.description, "inquire": _inquire, "reply": _reply, "merge": _merge,
    "ask": _ask, "check_text": _check_text, "check_image": _check_image, "answer_vision": _answer_vision,
    "answer_text": _answer_text, "same": _same, "arbitrate": _arbitrate, "refine": _refine,
    "classify": lambda request, plate: {"domain": f"still life {plate.n % 7}"},
}  # fmt: skip


def _digest(body):
    """As the call store has it, of a call without salt."""
    from wethink_plugins.endpoints import Call

    schema = body.get("response_format", {}).get("json_schema", {}).get("schema")
    return Call(tuple(body["messages"]), body["max_tokens"], body["temperature"], schema).digest()
