"""What the ledger keeps of images, plans and items; the seam between the engine and everything that reads its runs."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from wethink_plugins.synthesis.vocabulary import Ability
from wethink_plugins.vocabulary import QuestionType

Choice = Literal["vision", "text", "neither"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ImageRef(_Record):
    """Where an image is. `id` is unique in a run and stable between runs: source and path, no number.

    `path` is what a row's image_path says: relative, its first folder the source's. `place` is for the reader of the
    source alone, for instance a file, or a shard with offset and size. `licence` is that of the registry of sources.
    """

    id: str
    source: str
    path: str
    place: dict[str, Any]
    licence: str = "unknown"


class Target(_Record):
    """What one question is asked to be. `domains`: the wanted ones, the most missing first; the model takes what fits.

    `avoid`: questions accepted earlier that the new one must not repeat.
    """

    question_type: QuestionType
    abilities: tuple[Ability, ...]
    domains: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()


class CallRecord(_Record):
    """One call of one item. `key` is its digest over everything sent; the call store's attempts have the rest.

    `attempt` 0 is the first, higher ones were made because the reply before was `invalid`: why, empty where it was
    taken. `turn` counts a dialogue's turns. `usd` None: the endpoint has no prices. Of the same digest in several items
    only one was ever sent: `key` tells.
    """

    stage: str
    role: str
    turn: int = 0
    attempt: int = 0
    key: str
    model: str
    endpoint: str
    prompt: str
    prompt_tokens: int
    completion_tokens: int
    usd: float | None
    finish_reason: str
    invalid: str = ""


class Turn(_Record):
    """One turn of the dialogue: what the reasoner found missing, asked, and was told."""

    missing: tuple[str, ...]
    questions: tuple[str, ...]
    answers: tuple[str, ...]


class Question(_Record):
    """`options` are texts without letters. `draft` is the answer that who asked had in mind; it never counts as a vote."""

    question: str
    question_type: QuestionType
    options: tuple[str, ...] = ()
    draft: str = ""
    domain: str = ""


class Check(_Record):
    """What a checker said. `abilities` are those that it finds needed, None where it wasn't asked."""

    stage: str
    valid: bool
    problem: str = ""
    abilities: tuple[str, ...] | None = None


class Answer(_Record):
    """Of one answerer: its reasoning and its final answer (the letter of a multiple choice)."""

    reasoning: str
    answer: str


class Agreement(_Record):
    """Whether two answers are the same. `by` is rule or judge."""

    agree: bool
    by: Literal["rule", "judge"]
    why: str = ""


class Arbitration(_Record):
    """`choice` is who was right; neither rejects the item."""

    choice: Choice
    why: str = ""


class Draft(BaseModel):
    """An item on its way: each stage fills in what it gives. `answer`, `raw_cot` are the final answer and its reasoning.

    `cot` is the reasoning refined; `answers`: role -> what each answerer said; `stopped`: why the dialogue ended; `detail`:
    the description with what the dialogue added; `calls`: in the order of the stages.
    """

    model_config = ConfigDict(extra="forbid")

    image: ImageRef
    target: Target | None = None
    description: str = ""
    dialogue: list[Turn] = []
    stopped: str = ""
    detail: str = ""
    question: Question | None = None
    checks: list[Check] = []
    answers: dict[str, Answer] = {}
    agreement: Agreement | None = None
    arbitration: Arbitration | None = None
    answer: str = ""
    raw_cot: str = ""
    cot: str = ""
    domain: str = ""
    abilities: tuple[str, ...] = ()
    reward_method: str = ""
    calls: list[CallRecord] = []


class ItemRecord(_Record):
    """How one item ended; one a (image, question number), written once and never changed.

    `number` is its place in the run's order. `status` passed: through all stages; whether it is accepted is decided when
    its round is closed (`RoundRecord`). `stage`, `reason`, `detail` say where and why it was rejected. `seconds`: when it
    ended, since the run was created, over all its processes.
    """

    item: str
    number: int
    round: int
    status: Literal["passed", "rejected"]
    stage: str = ""
    reason: str = ""
    detail: str = ""
    draft: Draft
    seconds: float = 0.0


class RoundRecord(_Record):
    """What was decided when a round was closed: late rejections (item -> detail), and how much of what is accepted so far.

    A pure function of the records of all items up to this round. `counts`: kind (question_type, abilities, domain) ->
    value -> accepted items of all rounds so far, by what they turned out to be. `tried`: the same of ended items, by what
    they were asked to be. `targets`: the plan of the next round, item -> target. `notes`: what the plan can't give.
    """

    round: int
    duplicates: dict[str, str] = {}
    counts: dict[str, dict[str, int]] = {}
    tried: dict[str, dict[str, int]] = {}
    targets: dict[str, Target] = {}
    notes: tuple[str, ...] = ()
