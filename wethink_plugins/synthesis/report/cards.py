"""A few items to look at, drawn by the seed: accepted ones, and rejected ones of every reason."""

from __future__ import annotations

import hashlib
import heapq
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from wethink_plugins.options import LETTERS
from wethink_plugins.synthesis.records import ImageRef, ItemRecord
from wethink_plugins.synthesis.report.outcome import Outcome
from wethink_plugins.synthesis.report.traits import combination, name_of, type_of

ACCEPTED, REJECTED = 8, 12
"""Chosen: more pictures make the page heavy."""
_EDGE = 320
_LONGEST = 700
_STRATA = 64

Read = Callable[[ImageRef], bytes]
_Drawn = tuple[int, str, dict[str, Any]]


class Cards:
    """Draws by a hash of item and seed, so that the order of the records doesn't matter."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._strata: dict[tuple[str, str], list[_Drawn]] = defaultdict(list)

    def add(self, item: ItemRecord, outcome: Outcome) -> None:
        if outcome.kind == "waiting":
            return
        name = type_of(item) if outcome.kind == "accepted" else f"{outcome.stage}: {outcome.reason}"
        stratum = (outcome.kind, name)
        if stratum not in self._strata and len(self._strata) >= _STRATA:
            return
        drawn, most = self._strata[stratum], ACCEPTED if outcome.kind == "accepted" else REJECTED
        order = -_hash(f"{self._seed}\0{item.item}")
        if len(drawn) < most:
            heapq.heappush(drawn, (order, item.item, _card(item, outcome)))
        elif order > drawn[0][0]:
            heapq.heapreplace(drawn, (order, item.item, _card(item, outcome)))

    def figures(self) -> dict[str, list[dict[str, Any]]]:
        """As many of each question type, and of each reason, as there is room for."""
        return {"accepted": self._of("accepted", ACCEPTED), "rejected": self._of("rejected", REJECTED)}

    def _of(self, kind: str, most: int) -> list[dict[str, Any]]:
        queues = [sorted(drawn, reverse=True) for (its, _), drawn in sorted(self._strata.items()) if its == kind]
        found = []
        for place in range(most):
            found += [queue[place][2] for queue in queues if place < len(queue)]
        return found[:most]


def picture(image: dict[str, Any], read: Read) -> tuple[str, str]:
    """(data URI, "") or ("", why there is none)."""
    from wethink_plugins.datasets.image import pillow_silenced
    from wethink_plugins.errors import WeThinkError

    try:
        with pillow_silenced():
            return _thumbnail(read(ImageRef.model_validate(image))), ""
    except WeThinkError as error:
        return "", error.problem
    except Exception as error:  # noqa: BLE001  whatever a broken file makes Pillow do, the page has other cards
        return "", f"{type(error).__name__}: {' '.join(str(error).split())}"


def _thumbnail(data: bytes) -> str:
    import io

    from PIL import Image, ImageOps

    from wethink_plugins.report import data_uri

    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", (_EDGE, _EDGE))
        upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((_EDGE, _EDGE))
    return data_uri(upright)


def _card(item: ItemRecord, outcome: Outcome) -> dict[str, Any]:
    """Texts are cut: what is drawn and then dropped must not fill the memory."""
    draft, question = item.draft, item.draft.question
    return {
        "item": item.item,
        "round": item.round,
        "image": draft.image.model_dump(),
        "outcome": {"kind": outcome.kind, "stage": outcome.stage, "reason": outcome.reason, "detail": _cut(outcome.detail)},
        "asked_for": _asked_for(item),
        "description": _cut(draft.description),
        "dialogue": [
            {name: [_cut(text) for text in getattr(turn, name)[:6]] for name in ("missing", "questions", "answers")}
            for turn in draft.dialogue[:6]
        ],
        "detail": _cut(draft.detail),
        "question": _cut(question.question) if question else "",
        "question_type": type_of(item) if question else "",
        "options": _lettered(question.options) if question else [],
        "abilities": combination(draft.abilities) if draft.abilities else "",
        "domain": name_of(draft.domain) if draft.domain else "",
        "checks": [
            {"stage": check.stage, "valid": check.valid, "problem": _cut(check.problem),
             "abilities": None if check.abilities is None else list(check.abilities)}
            for check in draft.checks
        ],
        "answers": {
            name_of(who): {"answer": _cut(answer.answer), "reasoning": _cut(answer.reasoning)}
            for who, answer in draft.answers.items()
        },
        "agreement": draft.agreement and {**draft.agreement.model_dump(), "why": _cut(draft.agreement.why)},
        "arbitration": draft.arbitration and {**draft.arbitration.model_dump(), "why": _cut(draft.arbitration.why)},
        "answer": _cut(draft.answer),
        "cot": _cut(draft.cot),
    }  # fmt: skip


def _asked_for(item: ItemRecord) -> str:
    target = item.draft.target
    return f"{target.question_type}, {combination(target.abilities)}" if target else ""


def _lettered(options: Sequence[str]) -> list[str]:
    return [f"{letter}. {_cut(text)}" for letter, text in zip(LETTERS, options, strict=False)]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} … ({len(text):,} characters)"


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
